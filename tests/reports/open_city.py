"""A seeded city with files at every point of their way: stays, clocks and outcomes drawn at random, and brute-force arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, plain
from permitflow.reports.scope import Scope, start_of_day
from tests.reports.history import ZONE, History, day

NOW = 100.3
FIRST = -250
STEPS = (("intake", "technician", 4.0), ("fire", "fire_reviewer", 9.0), ("building", "examiner", 6.0))


@dataclass
class Told:
    """One stay as it was told: instants in microseconds, None while open."""

    file: str
    step: str
    opened_at: int
    closed_at: int | None


@dataclass
class Filed:
    """One file as it was told."""

    id: str
    workflow: str
    submitted_at: int
    decided_at: int | None
    outcome: str | None
    started_at: int = 0
    due_on: date | None = None
    stopped_at: int | None = None


@dataclass
class OpenCity:
    """The city and everything that was told of it."""

    scope: Scope
    stays: list[Told] = field(default_factory=list)
    files: list[Filed] = field(default_factory=list)


def open_city(database: Database, files: int = 200, seed: int = 7) -> OpenCity:
    """Write a random history of so many files, a fourth of them of the last weeks; the last 365 days are its scope."""
    rng = Random(seed)
    with database.transaction() as session:
        history = History(session)
        city = OpenCity(history.scope(NOW - 364, NOW, NOW))
        for number in range(files):
            _file(history, city, number, rng)
    return city


def _file(history: History, city: OpenCity, number: int, rng: Random) -> None:
    submitted = rng.uniform(NOW - 25 if number % 4 == 1 else FIRST, NOW - 0.5)
    at: float | None = submitted
    stays: list[tuple[str, str, float, float | None]] = []
    for step, role, mean in STEPS:
        opened = at
        assert opened is not None
        end = opened + rng.expovariate(1 / mean)
        at = end if end < NOW else None
        stays.append((step, role, opened, at))
        if at is None or (step == "fire" and rng.random() < 0.1):
            break
    outcome = rng.choice(("issued", "issued", "issued", "denied", "withdrawn", "abandoned")) if at else None
    values = {
        "outcome": outcome,
        "state": outcome or "in_review",
        "workflow": "v" if number % 4 == 0 else "w",
    }
    id_ = history.file(f"A-{number}", submitted, at, **values)
    for step, role, opened, closed in stays:
        claimed = opened if rng.random() < 0.5 else None
        history.stay(id_, step, opened, closed, claimed, role=role)
        city.stays.append(Told(id_, step, day(opened), None if closed is None else day(closed)))
    filed = Filed(id_, values["workflow"] or "", day(submitted), None if at is None else day(at), outcome)
    _clock(history, filed, rng)
    city.files.append(filed)


def _clock(history: History, filed: Filed, rng: Random) -> None:
    filed.started_at, filed.stopped_at = filed.submitted_at, filed.decided_at
    filed.due_on = local_date(filed.submitted_at, ZONE) + timedelta(days=rng.choice((10, 20, 40)))
    stopped_on = None if filed.stopped_at is None else local_date(filed.stopped_at, ZONE)
    history.clock(
        filed.id, filed.due_on, stopped_on, started_at=filed.started_at, stopped_at=filed.stopped_at
    )


def business(start: int, end: int) -> int:
    """Business time between two instants, day by day: Monday to Friday count in full."""
    on, last, total = local_date(start, ZONE), local_date(end, ZONE), 0
    while on <= last:
        if on.weekday() < 5:
            opens, closes = start_of_day(on, ZONE), start_of_day(on + timedelta(days=1), ZONE)
            total += max(min(end, closes) - max(start, opens), 0)
        on += timedelta(days=1)
    return total


def quantile(values: list[int], share: float) -> float:
    """The quantile by linear interpolation between ranks."""
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)


def said(cell: Cell) -> str:
    """A cell in words."""
    value = plain(cell)
    return value.say() if isinstance(value, Phrase) else str(value)
