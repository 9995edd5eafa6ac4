"""The answers of a snapshot written down, and a snapshot that gives written answers again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from permitflow.analytics.snapshot import Kept, Snapshot

Answers = Mapping[str, Any]
"""The rows of each statement with its parameters, as JSON values; a date is {"date": "2026-11-23"}. Beside them what was noted."""
DATE = "date"


class NotTold(Exception):
    """A statement was asked of a snapshot that has only the written answers to others."""


class HeardSnapshot(Snapshot):
    """A snapshot that calls `heard` after each answer."""

    def __init__(self, told: Snapshot, heard: Callable[[], None]) -> None:
        self._told, self.as_of, self.kept, self._heard = told, told.as_of, told.kept, heard

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        found = self._told.rows(statement, parameters)
        self._heard()
        return found

    def stream(
        self, statement: str, parameters: Mapping[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement in portions."""
        yield from self._told.stream(statement, parameters)
        self._heard()


class WritingSnapshot(Snapshot):
    """A snapshot that writes down what it is asked and what it answers."""

    def __init__(self, told: Snapshot) -> None:
        self._told, self.as_of, self.kept = told, told.as_of, told.kept
        self.answers: dict[str, Any] = {}

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement, written down."""
        found = self._told.rows(statement, parameters)
        self.answers[_question(statement, parameters)] = [[_written(value) for value in row] for row in found]
        return found

    def stream(
        self, statement: str, parameters: Mapping[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, written down whole."""
        yield from self.rows(statement, parameters)

    def noted(self, question: str, find: Callable[[], Any]) -> Any:
        """What `find` returns, written down instead of what it asked."""
        before = dict(self.answers)
        found = find()
        self.answers = {**before, question: found}
        return found


class ToldSnapshot(Snapshot):
    """What a snapshot answered at the instant `as_of` (microseconds); it knows nothing else.

    Raises NotTold for a statement, or parameters, to which no answer was written down.
    """

    def __init__(self, answers: Answers, as_of: int, kept: Kept | None = None) -> None:
        self._answers, self.as_of, self.kept = answers, as_of, kept

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement as they were written down."""
        found = self._answers.get(_question(statement, parameters))
        if found is None:
            raise NotTold(statement)
        return [tuple(_read(value) for value in row) for row in found]

    def stream(
        self, statement: str, parameters: Mapping[str, object] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement as they were written down."""
        yield from self.rows(statement, parameters)

    def noted(self, question: str, _find: Callable[[], Any]) -> Any:
        """What was noted."""
        if question not in self._answers:
            raise NotTold(question)
        return self._answers[question]


def _question(statement: str, parameters: Mapping[str, object] | None) -> str:
    return json.dumps([statement, dict(parameters or {})], sort_keys=True, default=str)


def _written(value: Any) -> Any:
    return {DATE: value.isoformat()} if isinstance(value, date) else value


def _read(value: Any) -> Any:
    return date.fromisoformat(value[DATE]) if isinstance(value, dict) else value
