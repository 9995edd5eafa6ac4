"""What the engine refuses, in words a clerk can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why an action cannot be taken now.

    `message` is an English sentence whose `{name}` places are filled from `params`;
    `who_can_fix` is a role, `where` a part of the application page.
    """

    code: str
    message: str
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    who_can_fix: str = ""
    where: str = ""
    citation: str = ""

    def sentence(self) -> str:
        """Return the message with its places filled."""
        return self.message.format_map(self.params) if self.params else self.message


class EngineError(Exception):
    """Base of everything the engine raises; `str(error)` is fit for a page."""


class NotAllowed(EngineError):
    """The action is refused; `refusals` holds every unmet condition, never only the first."""

    def __init__(self, action: str, refusals: Sequence[Refusal]) -> None:
        self.action = action
        self.refusals = tuple(refusals)
        super().__init__(" ".join(refusal.sentence() for refusal in self.refusals))


class WrongPhase(NotAllowed):
    """The application is not in a phase from which this action can be taken."""


class WrongRole(NotAllowed):
    """Nobody with the actor's roles may take this action."""


class ConflictOfInterest(NotAllowed):
    """The actor belongs to the company whose application this is, or took a step that another person must follow."""


class MissingInput(NotAllowed):
    """A reason, a finding, a number or a correction item that the action demands is absent or unfit."""


class UnmetClauses(NotAllowed):
    """Named clauses failed or could not be decided, or the action was taken as often as it may be."""


class UnknownFacts(EngineError):
    """A number cannot be computed because facts are missing or of the wrong kind; `fields` names them."""

    def __init__(self, expression: str, fields: Sequence[str]) -> None:
        self.expression, self.fields = expression, tuple(fields)
        super().__init__(f"Cannot compute {expression!r}: not known are {', '.join(fields) or 'its values'}.")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a workflow file, with a stable check id such as 'L112'."""

    id: str
    severity: Literal["error", "warning"]
    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.severity} {self.id}: {self.message}"


class DefinitionError(EngineError):
    """A workflow file cannot be used; the sentence is the first problem, `problems` holds all of them."""

    def __init__(self, file: str, line: int | None, message: str, problems: Sequence[Problem] = ()) -> None:
        self.file, self.line, self.message = file, line, message
        self.problems = tuple(problems) or (Problem("L001", "error", file, line, message),)
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {message}")
