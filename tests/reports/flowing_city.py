"""A seeded city whose files flow through lanes, claims, corrections and holds, kept as plain rows beside the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from permitflow.analytics.efficiency import Interval
from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.models import Clock, ClockPause, Hold
from permitflow.reports.scope import Scope, start_of_day
from tests.reports.history import ZONE, History, day

NOW = 180.4
"""The instant of the report: 24 November 2026, after the clocks went back on the 1st."""
FIRST, LAST = 40, 175
ONE_DAY = timedelta(days=1)
LANES = ("fire", "building")
LEVELS = ("L2", "L2", "DC", None)
OUTCOMES = ("issued", "issued", "issued", "issued", "denied", "withdrawn", "abandoned")


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit in microseconds."""

    step: str
    party: str
    opened: int
    claimed: int | None
    closed: int | None
    worked: int


@dataclass
class File:
    """A file in microseconds."""

    id: str
    level: str | None
    workflow: str
    submitted: int
    decided: int | None
    outcome: str | None
    spells: list[tuple[str, int, int | None]]
    stays: list[Stay] = field(default_factory=list)
    holds: list[tuple[date, date | None]] = field(default_factory=list)

    @property
    def by_city(self) -> bool:
        return self.decided is not None and self.outcome not in ("withdrawn", "abandoned")

    @property
    def life(self) -> Interval:
        assert self.decided is not None
        return self.submitted, self.decided


@dataclass
class FlowingCity:
    """What was told, and the scope in which it is looked at."""

    scope: Scope
    files: list[File] = field(default_factory=list)

    def stays(self) -> Iterator[Stay]:
        """Every visit that counts as one of a step."""
        return (stay for file in self.files for stay in file.stays)

    def finished(self) -> list[File]:
        """Files that the city decided in the period."""
        return [file for file in self.files if file.by_city and self.scope.covers(file.decided)]


def flowing_city(database: Database, seed: int = 5, count: int = 200) -> FlowingCity:
    """Write so many files; some begin, change hands or end on the very edges of the period."""
    rng = Random(seed)
    with database.transaction() as session:
        history = History(session)
        city = FlowingCity(history.scope(FIRST, LAST, NOW))
        edges = [(at - day(0)) / (day(1) - day(0)) for at in (city.scope.start_at, city.scope.end_at)]
        for number in range(count):
            city.files.append(_file(history, rng, number, edges[number % 2] if number % 25 < 2 else None))
    return city


def _file(history: History, rng: Random, number: int, edge: float | None) -> File:
    submitted = edge - 30 if edge and number % 3 else edge or rng.uniform(-60, NOW - 1)
    stays, spells, decided = _course(rng, submitted, edge if edge and number % 3 else None)
    level, workflow = LEVELS[number % 4], "v" if rng.random() < 0.3 else "w"
    outcome = None if decided is None else rng.choice(OUTCOMES)
    facts = {"equipment": {"level": level}} if level else {}
    decision = {"outcome": outcome} if outcome else {}
    id_ = history.file(f"F-{number}", submitted, decided, spells, workflow=workflow, facts=facts, **decision)
    file = File(id_, level, workflow, day(submitted), _at(decided), outcome, [])
    file.spells = [(party, day(start), _at(end)) for party, start, end in spells]
    for step, party, opened, claimed, closed in stays:
        gap = rng.uniform(0, closed - claimed) if closed and claimed and rng.random() < 0.3 else 0.0
        worked = day(closed - gap) - day(claimed) if closed and claimed else 0
        role = None if party == "applicant" else "examiner"
        values = {"worked_us": worked, "party": party, "role": role, "lane": step if step in LANES else None}
        history.stay(id_, step, opened, closed, claimed, **values)
        file.stays.append(Stay(step, party, day(opened), _at(claimed), _at(closed), worked))
    if rng.random() < 0.3:
        _holds(history, rng, file)
    return file


def _at(number: float | None) -> int | None:
    return None if number is None else day(number)


_Row = tuple[str, str, float, float | None, float | None]


def _course(
    rng: Random, at: float, fixed: float | None
) -> tuple[list[_Row], list[tuple[str, float, float | None]], float | None]:
    """Intake, then two lanes at once, perhaps corrections; visits, spells, and the decision."""
    rows: list[_Row] = []
    start, intake = at, _visit(rng, "intake", at, 3)
    rows.append(intake)
    spells: list[tuple[str, float, float | None]] = []
    if intake[4] is None:
        return rows, [("agency", start, None)], None
    lanes = [_visit(rng, lane, intake[4], 9) for lane in LANES]
    rows += lanes
    ends = [lane[4] for lane in lanes if lane[4] is not None]
    if len(ends) < 2:
        return rows, [("agency", start, None)], None
    joined = max(ends)
    spells.append(("agency", start, joined))
    end = fixed if fixed and fixed > joined else joined + rng.expovariate(1 / 8)
    known = end if end < NOW else None
    rows.append(("corrections", "applicant", joined, None, known))
    spells.append(("applicant", joined, known))
    return rows, spells, known


def _visit(rng: Random, step: str, opened: float, mean: float) -> _Row:
    waited = opened + rng.expovariate(1 / mean)
    claimed = waited if waited < NOW and rng.random() < 0.9 else None
    ended = waited + rng.expovariate(2 / mean)
    return step, "agency", opened, claimed, ended if ended < NOW else None


def _holds(history: History, rng: Random, file: File) -> None:
    """Up to three declared pauses, and one that is none, on each of two clocks."""
    for name in ("decision", "agency_total"):
        clock = history._insert(
            Clock,
            jurisdiction_id=history.city_id,
            application_id=file.id,
            clock=name,
            state="running",
            holder="agency",
            unit="business_day",
            length=20,
            round=1,
            verified=True,
            started_on=date(2026, 5, 28),
            started_at=day(0),
            calendar_version_id=history.calendar(),
        )
        for place in range(rng.randint(1, 3)):
            since = local_date(file.submitted, ZONE) + timedelta(days=rng.randint(-3, 30))
            ended = None if rng.random() < 0.1 else since + timedelta(days=rng.randint(0, 9))
            declared = place > 0 or name == "decision"
            _pause(history, clock, since, ended, declared)
            if declared:
                file.holds.append((since, ended))


def _pause(history: History, clock: str, since: date, ended: date | None, declared: bool) -> None:
    hold = None
    if declared:
        hold = history._insert(
            Hold, jurisdiction_id=history.city_id, reason="emergency", from_on=since, declared_at=day(0)
        )
    history._insert(
        ClockPause,
        jurisdiction_id=history.city_id,
        clock_id=clock,
        paused_on=since,
        resumed_on=ended,
        reason="hold",
        hold_id=hold,
    )


def business_days(start: int, end: int, without: list[tuple[date, date | None]]) -> int:
    """Business time of [start, end) less the days in `without` (from the first up to the second), day by day."""
    on, total = local_date(start, ZONE), 0
    while (opens := start_of_day(on, ZONE)) < end:
        held = any(since <= on and (until is None or on < until) for since, until in without)
        if on.weekday() < 5 and not held:
            total += max(min(end, start_of_day(on + ONE_DAY, ZONE)) - max(start, opens), 0)
        on += ONE_DAY
    return total
