"""A scenario: who does what on which day with one made-up file, and what must then be true."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from permitflow.engine import strict_yaml
from permitflow.engine.errors import DefinitionError
from permitflow.engine.parts import EventName, FieldPath, Id, Outcome, Part, Slug, Text
from permitflow.engine.wording import problems_of

FOLDER = "scenarios"
"""The folder beside the workflow files that holds their scenarios."""

Person = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}(#[1-9][0-9]?)?$")]
"""A role, and with `#2` the second person who holds it."""
Fact = str | int | bool
Day = Annotated[datetime.date, Field(strict=False)]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$")]
"""A local date, or a local date and time."""

VERBS = ("do", "item", "answer", "attach", "change", "pay", "gate", "wait", "expect")


class Expectation(Part):
    """What must be true; what is not named is not looked at."""

    phase: Id | None = None
    outcome: Outcome | Literal["none"] | None = None
    round: int | None = None
    due: dict[Id, Annotated[datetime.date | None, Field(strict=False)]] = Field(default_factory=dict)
    """The due date of the newest run of a clock; null while it has none."""
    lanes: dict[Id, str] = Field(default_factory=dict)
    clocks: dict[Id, str] = Field(default_factory=dict)
    facts: dict[FieldPath, Fact] = Field(default_factory=dict)
    can: dict[Person, tuple[EventName, ...]] = Field(default_factory=dict)
    cannot: dict[Person, tuple[EventName, ...]] = Field(default_factory=dict)


class Step(Part):
    """One step: exactly one of the verbs, and what belongs to it."""

    on: Moment | None = None
    """Moves the clock first; on a date alone to ten in the morning."""
    do: Id | None = None
    item: Id | None = None
    """Drafts a correction item in this lane or phase."""
    answer: Literal["all"] | int | None = None
    attach: Id | None = None
    """The applicant adds a new version of this document."""
    change: dict[FieldPath, Fact] | None = None
    pay: Literal["all"] | int | None = None
    """The applicant, or `who`, pays everything or so many cents."""
    gate: Id | None = None
    wait: Day | None = None
    expect: Expectation | None = None
    who: Person | None = None
    lane: Id | None = None
    inputs: dict[Id, Fact] = Field(default_factory=dict)
    conditions: tuple[Text, ...] = ()
    reason: str = ""
    """Why a lane does not apply or is waived, or the danger that an item after the notice names."""
    rests_on: str = ""
    """What an item after the notice rests on: changed material such as `documents.site_plan`, or `earlier_item`."""
    outcome: Outcome | None = None
    refused: str | None = None
    """The step must be refused with this code."""

    @field_validator("on")
    @classmethod
    def _a_real_moment(cls, value: str | None) -> str | None:
        if value is not None:
            datetime.datetime.fromisoformat(value)
        return value

    @model_validator(mode="after")
    def _one_verb(self) -> Step:
        named = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(named) != 1:
            raise ValueError(f"a step has exactly one of: {', '.join(VERBS)}")
        if self.who is None and named[0] in ("do", "item"):
            raise ValueError(f"say `who` takes the step '{named[0]}'")
        if self.gate is not None and self.outcome is None:
            raise ValueError("say with which `outcome` the other application ends")
        return self

    @property
    def verb(self) -> str:
        """The one verb of the step."""
        return next(verb for verb in VERBS if getattr(self, verb) is not None)

    @property
    def words(self) -> str:
        """The step in a few words, for a message."""
        lane = f"{self.lane}." if self.lane else ""
        value = {"do": f"{lane}{self.do}", "expect": "expect"}.get(self.verb, getattr(self, self.verb))
        who = f" by {self.who}" if self.who else ""
        return f"{value}{who}" if self.verb in ("do", "expect") else f"{self.verb} {value}{who}"


class Scenario(Part):
    """A whole scenario file."""

    scenario: Text
    workflow: Slug
    starts: Moment
    zone: str = ""
    """The IANA zone of the made-up city; left out, the zone of the pack's state."""
    facts: dict[FieldPath, Fact] = Field(default_factory=dict)
    documents: Literal["all"] | tuple[Id, ...] = "all"
    as_verified: tuple[Id, ...] = ()
    """Clocks whose numbers this scenario takes as verified, to show what their end would then do."""
    steps: tuple[Step, ...]

    @field_validator("steps")
    @classmethod
    def _some(cls, value: tuple[Step, ...]) -> tuple[Step, ...]:
        if not value:
            raise ValueError("a scenario has at least one step")
        return value

    def people(self) -> frozenset[str]:
        """Return everybody the steps name, such as `planner` or `building_official#2`."""
        named = {step.who for step in self.steps if step.who}
        for step in self.steps:
            if step.expect is not None:
                named.update(step.expect.can, step.expect.cannot)
        return frozenset(named)


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario with its place; `lines` maps a dotted path such as 'steps.2' to its line."""

    scenario: Scenario
    file: str
    lines: Mapping[str, int]

    def place(self, step: int) -> str:
        """Return `file:line` of a step, counted from 0."""
        return f"{self.file}:{self.lines.get(f'steps.{step}', 1)}"


def load_scenario(path: Path) -> LoadedScenario:
    """Read one scenario file. Raises DefinitionError with file, line and sentence."""
    return read_scenario(strict_yaml.read_text(path), str(path))


def read_scenario(text: str, file: str) -> LoadedScenario:
    """Read the text of one scenario; `file` stands in messages. Raises DefinitionError."""
    document = strict_yaml.read(text, file)
    try:
        scenario = Scenario.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        problems = problems_of(error, Scenario, "the scenario", file, document.lines)
        raise DefinitionError(file, problems[0].line, problems[0].message, problems) from error
    return LoadedScenario(scenario, file, document.lines)
