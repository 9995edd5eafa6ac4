"""Files that do not move, each with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, groupby
from typing import Any, NamedTuple

from permitflow.analytics.stuck import (
    APPLICANT_SILENT_US,
    ENOUGH_HISTORY,
    HANDLING_US,
    OpenFile,
    StepHistory,
    StuckReason,
    why_stuck,
)
from permitflow.reports.intervals import rounded
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope, end_of_day, start_of_day
from permitflow.reports.steps import StepLine

GRAVITY = ("high", "medium", "low")
STUCK = """WITH known AS (SELECT unnest($steps) AS step, unnest($p90s) AS p90), undecided AS (
    SELECT file, id, state, party, party_since_at, due_on, submitted_at,
        CASE WHEN party = 'payment' AND fees_paid_cents >= fees_due_cents THEN paid_at END AS paid_at
    FROM chosen WHERE decided_at IS NULL
), stuck AS (
    SELECT file, any_value(undecided.id) AS id, any_value(undecided.state) AS state,
        any_value(undecided.submitted_at) AS submitted_at,
        min(CASE WHEN undecided.due_on < $overdue OR now_us() - undecided.paid_at > $handling THEN 0
            WHEN undecided.party = 'agency' AND claimed_by IS NULL AND now_us() - opened_at > p90 THEN 1
            WHEN undecided.party = 'applicant' AND now_us() - party_since_at > $silent THEN 2 END) AS gravity
    FROM undecided JOIN stays USING (file) LEFT JOIN known USING (step)
    WHERE closed_at IS NULL GROUP BY file HAVING gravity IS NOT NULL
)
"""
"""The undecided files that do not move, with the place of their gravest reason in GRAVITY: the rule of why_stuck."""
PLACES = """SELECT id, undecided.party, party_since_at, undecided.due_on, submitted_at, paid_at, step, opened_at, claimed_by IS NOT NULL
FROM undecided JOIN stays USING (file) WHERE closed_at IS NULL AND id IN (SELECT unnest(string_split($ids, ' ')))
ORDER BY id, opened_at, visit"""
"""The open visits of files. Their ids are one text, for DuckDB takes long over a long list of Python's."""

WAITS = """SELECT step, count(*), quantile_cont(coalesce(first_claimed_at, closed_at) - opened_at, [0.9])
FROM stays WHERE in_period(closed_at) GROUP BY step"""


class _Place(NamedTuple):
    """An open visit with its file."""

    id: str
    party: str
    party_since_at: int
    due_on: date | None
    submitted_at: int
    paid_at: int | None
    step: str
    opened_at: int
    claimed: bool


@dataclass(frozen=True, slots=True)
class StuckFile:
    """A file that does not move: where it stands, and why, the gravest reason first."""

    application_id: str
    party: str
    due_on: date | None
    steps: tuple[str, ...]
    reasons: tuple[StuckReason, ...]

    @property
    def severity(self) -> str:
        """Return how grave the first reason is: high, medium or low."""
        return self.reasons[0].severity


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many files do not move, and some of them, the gravest and then the oldest first."""

    count: int
    first: Sequence[StuckFile]


def histories(lines: Iterable[StepLine]) -> dict[str, StepHistory]:
    """Return what closed visits say about each step."""
    return {line.step: StepHistory(line.figures.closed, line.figures.waiting_p90) for line in lines}


def histories_of(ask: Ask) -> dict[str, StepHistory]:
    """Return the same for a list that needs nothing else of the steps."""
    found = ask.snapshot.rows(WAITS)
    return {step: StepHistory(closed, *rounded(p90, 1)) for step, closed, p90 in found}


def stuck_parameters(scope: Scope, known: Mapping[str, StepHistory]) -> dict[str, object]:
    """Return what STUCK asks for: when a due date has passed, and how long nine in ten files wait at each step."""
    p90s = {
        step: one.waiting_p90_us
        for step, one in known.items()
        if one.closed >= ENOUGH_HISTORY and one.waiting_p90_us is not None
    }
    # A due day ends with the instant in which the next begins, and what is due then is not late yet.
    at_midnight = scope.now == start_of_day(scope.today, scope.city.zone)
    return {
        "steps": list(p90s) or [""],
        "p90s": list(p90s.values()) or [0],
        "overdue": scope.today - timedelta(days=at_midnight),
        "handling": HANDLING_US,
        "silent": APPLICANT_SILENT_US,
    }


def stuck_files(ask: Ask, known: Mapping[str, StepHistory], most: int | None = None) -> Stuck:
    """Return the undecided files that do not move.

    Args:
        ask: gives the files, the hour and the city's zone.
        known: what is known of each step, by step.
        most: how many of them are told with their reasons; all by default.
    """
    given = stuck_parameters(ask.scope, known)
    found = ask.snapshot.rows(
        STUCK + "SELECT id, count(*) OVER () FROM stuck ORDER BY gravity, submitted_at, file LIMIT $most",
        given | {"most": most},
    )
    ids = [row[0] for row in found]
    return Stuck(found[0][1] if found else 0, told(ask, known, ids))


def told(ask: Ask, known: Mapping[str, StepHistory], ids: Sequence[str]) -> list[StuckFile]:
    """Return some stuck files with their reasons, in the order of their ids as given."""
    if not ids:
        return []
    rows = ask.snapshot.rows(STUCK + PLACES, stuck_parameters(ask.scope, known) | {"ids": " ".join(ids)})
    places = {id_: list(group) for id_, group in groupby(map(_place, rows), key=lambda place: place.id)}
    return [_stuck_file(places[id_], known, ask.scope) for id_ in ids]


def _place(row: tuple[Any, ...]) -> _Place:
    return _Place(*row)


def _stuck_file(places: Sequence[_Place], known: Mapping[str, StepHistory], scope: Scope) -> StuckFile:
    """Tell each kind of reason once, the gravest first."""
    file = places[0]
    due_at = None if file.due_on is None else end_of_day(file.due_on, scope.city.zone)
    all_reasons = chain.from_iterable(
        why_stuck(
            OpenFile(
                place.party,
                place.party_since_at,
                place.opened_at,
                place.claimed,
                due_at=due_at,
                paid_at=place.paid_at,
            ),
            known.get(place.step),
            scope.now,
        )
        for place in places
    )
    first = {reason.code: reason for reason in reversed(list(all_reasons))}
    reasons = tuple(sorted(first.values(), key=lambda reason: GRAVITY.index(reason.severity)))
    return StuckFile(file.id, file.party, file.due_on, tuple(place.step for place in places), reasons)
