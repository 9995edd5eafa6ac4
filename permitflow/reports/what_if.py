"""What if: the record of a city as the simulation reads it, the changes that are tried, and what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from statistics import median
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from permitflow.analytics.changes import Change, Unit
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.visits import AGENCY, StepVisit
from permitflow.analytics.whatif import (
    AS_IT_IS,
    LEAST_FILES,
    QUARTER_US,
    RUNS,
    Backtest,
    Bands,
    Declared,
    Runs,
    TooLittleHistory,
    backtest,
    what_if,
)
from permitflow.instants import local_date
from permitflow.models import Delegation
from permitflow.reports.page import Ask
from permitflow.reports.scope import end_of_day, start_of_day
from permitflow.services.actors import SYSTEM

KIND = "what_if"
HORIZON_US = QUARTER_US
MOST_VISITS = 50_000
YEAR_US, HALF_A_YEAR_US = 365 * DAY_US, 2 * QUARTER_US
HOUSE = "house"
"""The party of the city's steps that nobody takes files at: time passes there without a reviewer."""
MOST_PEOPLE, MOST_DAYS = 5, 365
SEED = 1

_SPAN = """SELECT count(*), count(*) FILTER (closed_at IS NULL OR closed_at >= now_us() - $half) FROM stays
    WHERE before_decision AND (closed_at IS NULL OR closed_at >= now_us() - $year)"""
_VISITS = """SELECT id, step, opened_at, first_claimed_at, closed_at, coalesce(claimed_by, closed_by), v.round, v.party,
    v.due_on FROM stays v JOIN chosen USING (file) WHERE before_decision AND opened_at <= now_us() AND file IN
    (SELECT file FROM stays WHERE before_decision GROUP BY file
    HAVING bool_or(closed_at IS NULL) OR max(closed_at) >= now_us() - $span) ORDER BY opened_at, file, step"""
_CLOCKS = """SELECT v.step, c.unit, c.length FROM stays v JOIN chosen USING (file)
    JOIN clocks c ON c.file = v.file AND c.due_on = v.due_on
    WHERE v.before_decision AND v.party = 'agency' AND c.holder = 'agency' AND v.opened_at >= now_us() - $year
    GROUP BY 1, 2, 3 ORDER BY v.step, count(*), c.unit, c.length"""
_UNITS: Mapping[str, Unit] = {"business_day": "business", "calendar_day": "calendar"}
_DAY_STARTS = "SELECT on_day, end_at FROM days"


class TooManyVisits(Exception):
    """Half a year of the chosen files has more visits than one simulation may hold."""


@dataclass(frozen=True, slots=True)
class StepClock:
    """The legal clock by which most files of a step are due: its length in days, and which days count."""

    days: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class StepNow:
    """A step as it is today: files open there, people who took files of it in the last quarter (0: nobody does), for
    steps outside the city the median stay in days, and the legal clock of its files where there is one."""

    step: str
    title: str
    party: str
    open_now: int
    people: int
    usual_days: int | None
    clock: StepClock | None = None

    @property
    def has_people(self) -> bool:
        """Say whether more or fewer people would make a difference."""
        return self.party == AGENCY and self.people > 0


def load_visits(ask: Ask) -> list[StepVisit]:
    """Return the visits of files that are open or finished within the newest year, of half a year when that is too much.

    Raises:
        TooManyVisits: even half a year has more than 50,000.
    """
    year, half = ask.snapshot.row(_SPAN, {"half": HALF_A_YEAR_US, "year": YEAR_US})
    if half > MOST_VISITS:
        raise TooManyVisits(f"{half} visits in half a year; a simulation holds {MOST_VISITS}.")
    ends = dict(ask.snapshot.rows(_DAY_STARTS))
    rows = ask.snapshot.rows(_VISITS, {"span": YEAR_US if year <= MOST_VISITS else HALF_A_YEAR_US})
    visits = [
        StepVisit(file, step, opened, claimed, closed, _person(person), round_, party, None, ends.get(due))
        for file, step, opened, claimed, closed, person, round_, party, due in rows
    ]
    return unattended(visits)


def clocks_of(ask: Ask) -> dict[str, StepClock]:
    """Return for each step of the city the legal clock that set most due dates of the last year there.

    Clocks of months and years are left out: nobody thinks of them as days.
    """
    rows = ask.snapshot.rows(_CLOCKS, {"year": YEAR_US})
    return {step: StepClock(length, _UNITS[unit]) for step, unit, length in rows if unit in _UNITS}


def declared(ask: Ask) -> list[Declared]:
    """Return who of the city will be away in the coming quarter, and who acts for them, as roles were lent."""
    zone, now = ask.scope.city.zone, ask.scope.now
    today, last = local_date(now, zone), local_date(now + HORIZON_US, zone)
    loans = ask.session.scalars(
        select(Delegation)
        .where(
            Delegation.jurisdiction_id == ask.scope.city.id,
            Delegation.ended_at.is_(None),
            Delegation.until_on >= today,
            Delegation.from_on <= last,
        )
        .order_by(Delegation.from_on, Delegation.id)
    )
    return [
        Declared(
            loan.from_user,
            (start_of_day(loan.from_on, zone), end_of_day(loan.until_on, zone)),
            loan.to_user,
        )
        for loan in loans
    ]


def _person(who: str | None) -> str | None:
    return None if who == SYSTEM.id else who


def unattended(visits: Sequence[StepVisit]) -> list[StepVisit]:
    """Return visits with the city's steps at which fewer than half are ever taken by a person given to the house."""
    ended = Counter(v.step for v in visits if v.party == AGENCY and v.finished_us is not None)
    taken = Counter(
        v.step for v in visits if v.party == AGENCY and v.finished_us is not None and v.claimed_us is not None
    )
    alone = {step for step, count in ended.items() if 2 * taken[step] < count}
    return [v._replace(party=HOUSE) if v.party == AGENCY and v.step in alone else v for v in visits]


def steps_now(
    visits: Sequence[StepVisit],
    now: int,
    title: Callable[[str], str],
    clocks: Mapping[str, StepClock] = MappingProxyType({}),
) -> list[StepNow]:
    """Return the steps of the last year with what may be changed at them, those with the most open files first."""
    by_step: dict[str, list[StepVisit]] = {}
    for visit in visits:
        by_step.setdefault(visit.step, []).append(visit)
    found = [
        replace(_step_now(step, here, now, title), clock=clocks.get(step)) for step, here in by_step.items()
    ]
    return sorted(found, key=lambda one: (-one.open_now, one.title))


def _step_now(step: str, visits: Sequence[StepVisit], now: int, title: Callable[[str], str]) -> StepNow:
    recent = [v for v in visits if v.claimed_us is not None and v.claimed_us >= now - QUARTER_US]
    people = {v.person for v in recent if v.person}
    stays = [v.finished_us - v.arrived_us for v in visits if v.finished_us is not None]
    party = Counter(v.party for v in visits).most_common(1)[0][0]
    outside = party not in (AGENCY, HOUSE)
    usual = round(median(stays) / DAY_US) if outside and stays else None
    open_now = sum(v.finished_us is None for v in visits)
    return StepNow(step, title(step), party, open_now, len(people), usual)


def question_of(narrowed: Mapping[str, str], changes: Sequence[Change]) -> dict[str, Any]:
    """Return what is asked as JSON without fractions: workflow, pathway and class, and returns avoided in percent."""
    said = [asdict(one) | {"fewer_returns": round(100 * one.fewer_returns)} for one in changes]
    return {**narrowed, "changes": said}


def changes_of(question: Mapping[str, Any]) -> list[Change]:
    """Return the changes of a question."""
    return [Change(**(one | {"fewer_returns": one["fewer_returns"] / 100})) for one in question["changes"]]


def answer(
    visits: Sequence[StepVisit],
    now: int,
    changes: Sequence[Change],
    progress: Callable[[int, int], None],
    away: Sequence[Declared] = (),
) -> dict[str, Any]:
    """Return what came out as JSON: the last quarter again, the coming quarter as it is, and with the changes.

    Args:
        visits: of `load_visits`.
        now: the instant of the record, in microseconds.
        changes: tried together.
        progress: told after each simulation how many of how many are done.
        away: of `declared`.

    Raises:
        TooLittleHistory: there is too little to learn from; the sentence says how much there is.
    """
    parts = 3 if changes else 2

    def runs(part: int) -> Runs:
        return Runs(RUNS, lambda done: progress(part * RUNS + done, parts * RUNS), away)

    past = backtest(visits, now, _draws(), runs(0))
    ahead = (now, now + HORIZON_US)
    today = what_if(visits, ahead, AS_IT_IS, _draws(), runs(1))
    changed = what_if(visits, ahead, changes, _draws(), runs(2)) if changes else None
    return {
        "now": now,
        "visits": len(visits),
        "declared": len(away),
        **compared(past),
        "today": _bands(today),
        "changed": None if changed is None else _bands(changed),
        "before": _office_in(visits, now - 2 * QUARTER_US, now - QUARTER_US),
        "lately": _office_in(visits, now - QUARTER_US, now),
    }


def compared(past: Backtest) -> dict[str, Any]:
    """Return the last quarter as it was and again, and how far apart the two may lie by chance."""
    was, again = past.was, past.simulated
    return {
        "was": {
            "finished": was.finished,
            "open_at_end": was.open_at_end,
            "lead": was.median_lead_us,
            "late": was.late,
        },
        "again": _bands(again),
        "chance": dict(past.chance),
    }


def _draws() -> Random:
    """The same draws for what is compared, and the same result for the same question."""
    return Random(SEED)  # noqa: S311  # Repeatable, not secret.


def _bands(found: Bands) -> dict[str, Any]:
    queues = {step: asdict(band) for step, band in found.queues.items()}
    lead = None if found.median_lead_us is None else asdict(found.median_lead_us)
    return {
        "finished": asdict(found.finished),
        "open_at_end": asdict(found.open_at_end),
        "lead": lead,
        "late": asdict(found.late),
        "queues": queues,
    }


def _office_in(visits: Sequence[StepVisit], start: int, end: int) -> dict[str, int]:
    """What the simulation takes as unchanged: files that came in, and people who took files."""
    first: dict[str, int] = {}
    for visit in visits:
        first[visit.file] = min(first.get(visit.file, visit.arrived_us), visit.arrived_us)
    taken = {v.person for v in visits if v.person and start <= (v.claimed_us or -1) < end}
    return {"came": sum(start <= at < end for at in first.values()), "people": len(taken)}


__all__ = ["KIND", "LEAST_FILES", "TooLittleHistory", "TooManyVisits", "answer", "load_visits", "steps_now"]
