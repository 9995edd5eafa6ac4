"""One file and one visit as rows of the record."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

NOT_DECIDED_BY_CITY = ("withdrawn", "abandoned")
"""Outcomes that the applicant brought about: they say nothing about how fast the city decides."""


class FileRow(NamedTuple):
    """A submitted file; instants in microseconds, `due_on` the earliest due date of its running legal clocks."""

    id: str
    number: str | None
    title: str
    workflow: str
    definition_hash: str
    state: str
    party: str
    party_since_at: int
    due_on: date | None
    submitted_at: int
    decided_at: int | None
    outcome: str | None

    def elapsed_us(self, now: int) -> int:
        """Return the microseconds from submission to the decision, or to now."""
        return (now if self.decided_at is None else self.decided_at) - self.submitted_at


class VisitRow(NamedTuple):
    """One stay of a file at a step, in or out of a lane; instants and `worked_us` in microseconds."""

    application_id: str
    step: str
    lane: str | None
    party: str
    opened_at: int
    first_claimed_at: int | None
    claimed_by: str | None
    closed_at: int | None
    worked_us: int
    round: int
    closed_by: str | None
