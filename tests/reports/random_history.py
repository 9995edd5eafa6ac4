"""A city's past drawn at random from a seed, kept as plain rows beside the database, so that figures can be checked by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from permitflow.instants import local_date
from permitflow.reports.scope import Scope
from tests.reports.history import ZONE, History, Span, day

NOW = 180.0
"""The day of the report: 24 November 2026, three weeks after the clocks went back."""
FIRST, LAST = 90.0, 170.0
STEPS = (("intake", "agency"), ("fire", "agency"), ("building", "agency"), ("corrections", "applicant"))
OUTCOMES = ("issued", "issued", "denied", "withdrawn", "abandoned")


@dataclass(frozen=True, slots=True)
class ToldVisit:
    """A visit in microseconds."""

    file: int
    step: str
    party: str
    opened: int
    claimed: int | None
    closed: int | None
    worked: int


@dataclass(frozen=True, slots=True)
class ToldFile:
    """A file in microseconds; `spells` are (party, start, end or None)."""

    id: str
    workflow: str
    submitted: int
    decided: int | None
    outcome: str | None
    party: str
    party_since: int
    due_on: date | None
    spells: tuple[tuple[str, int, int | None], ...]


@dataclass(slots=True)
class Past:
    """What was drawn."""

    scope: Scope
    files: list[ToldFile] = field(default_factory=list)
    visits: list[ToldVisit] = field(default_factory=list)


def draw(history: History, seed: int, count: int = 200) -> Past:
    """Write so many files of a random past, some of them on the very edges of the period."""
    rng = random.Random(seed)
    scope = history.scope(FIRST, LAST, NOW)
    past = Past(scope)
    edges = [(at - day(0)) / (day(1) - day(0)) for at in (scope.start_at, scope.end_at)]
    for number in range(count):
        _file(history, past, rng, number, rng.choice(edges) if number % 20 == 0 else None)
    return past


def _file(history: History, past: Past, rng: random.Random, number: int, edge: float | None) -> None:
    submitted = rng.uniform(-100, NOW) if edge is None else edge - rng.uniform(1, 60)
    decided = submitted + rng.expovariate(1 / 25) if edge is None else edge
    known = decided if decided < NOW else None
    party = "none" if known is not None else rng.choice(["agency", "agency", "applicant", "payment"])
    since = rng.uniform(submitted, NOW)
    due_on = None if rng.random() < 0.3 else local_date(day(submitted + rng.uniform(0, 60)), ZONE)
    outcome = None if known is None else rng.choice(OUTCOMES)
    spells = _spells(rng, submitted, known, party)
    workflow = rng.choice(["v", "w"])
    file = history.file(
        f"R-{number}",
        submitted,
        known,
        spells,
        workflow=workflow,
        party=party,
        party_since_at=day(since),
        due_on=due_on,
        **({"outcome": outcome} if outcome else {}),
    )
    told_spells = tuple((who, day(start), None if end is None else day(end)) for who, start, end in spells)
    past.files.append(
        ToldFile(
            file,
            workflow,
            day(submitted),
            None if known is None else day(known),
            outcome,
            party,
            day(since),
            due_on,
            told_spells,
        )
    )
    _visits(history, past, rng, (number, file, submitted, known))


def _spells(rng: random.Random, start: float, decided: float | None, party: str) -> list[Span]:
    """A chain that covers the file's time; one in ten is broken."""
    cuts = sorted(rng.uniform(start, decided or NOW) for _ in range(rng.randrange(4)))
    if rng.random() < 0.2 and cuts:
        cuts.append(cuts[-1])
    ends: list[float | None] = [*cuts, decided]
    names = [rng.choice(["agency", "applicant", "external", "payment"]) for _ in cuts]
    names.append(party if decided is None else "agency")
    spells: list[Span] = list(zip(names, [start, *cuts], ends, strict=True))
    if rng.random() < 0.1:
        who, begun, ended = spells.pop(rng.randrange(len(spells)))
        if rng.random() < 0.5:
            spells.append((who, begun + 0.5, ended))
    return spells


def _visits(
    history: History, past: Past, rng: random.Random, file: tuple[int, str, float, float | None]
) -> None:
    number, id_, at, decided = file
    for step, party in STEPS:
        opened = at
        closed = opened + rng.expovariate(1 / 8)
        claimed = rng.choice([None, rng.uniform(opened, closed)])
        at = rng.choice([closed, opened])
        if opened >= (decided or NOW):
            return
        end = min(closed, decided) if decided is not None else closed if closed < NOW else None
        begun = claimed if claimed is not None and claimed < (end or NOW) else None
        history.stay(id_, step, opened, end, begun, party=party)
        worked = 0 if begun is None or end is None else day(end) - day(begun)
        told = ToldVisit(
            number,
            step,
            party,
            day(opened),
            None if begun is None else day(begun),
            None if end is None else day(end),
            worked,
        )
        past.visits.append(told)


def some_due(history: History, past: Past, seed: int) -> list[tuple[str, date, date | None, str]]:
    """Give some files clocks: (file, due, stopped or None, state) of each."""
    rng = random.Random(seed)
    told = []
    for file in rng.sample(past.files, 60):
        due = past.scope.from_on + timedelta(days=rng.randrange(-30, 120))
        stopped = rng.choice([None, due + timedelta(days=rng.randrange(-20, 20))])
        state = "running" if stopped is None else rng.choice(["stopped", "expired"])
        history.clock(file.id, due, stopped, state=state)
        told.append((file.id, due, stopped, state))
    return told
