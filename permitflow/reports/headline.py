"""The numbers that stand first: what came in, what was decided and how fast, and whether the law was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from permitflow.analytics.percentiles import ENOUGH
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope
from permitflow.reports.small_numbers import kept_percent

SOON_DAYS = 5
"""Business days before its legal date from which a file is due soon."""
HORIZON = f"""coalesce((SELECT on_day FROM days WHERE open AND on_day > today() ORDER BY on_day LIMIT 1
    OFFSET {SOON_DAYS - 1}), today())"""
OVERDUE = "decided_at IS NULL AND due_on < today()"
DUE_SOON = f"decided_at IS NULL AND due_on BETWEEN today() AND {HORIZON}"
TERM = """legal_clocks.holder = 'agency' AND verified AND legal_clocks.due_on IS NOT NULL
    AND (decided_at IS NULL OR by_city)"""
"""The legal terms of the city whose number is verified; those of files that the applicant gave up are left out."""
MET = "stopped_on <= legal_clocks.due_on AND legal_clocks.state <> 'expired'"
LATE = (
    "stopped_on IS NOT NULL AND NOT (stopped_on <= legal_clocks.due_on AND legal_clocks.state <> 'expired')"
)
TERM_OPEN = (
    "stopped_on IS NULL AND legal_clocks.due_on < today() AND legal_clocks.state IN ('running', 'expired')"
)
_MEASURES = """count(*) FILTER (submitted_at >= $start AND submitted_at < $end),
    count(*) FILTER (by_city AND decided_at >= $start AND decided_at < $end),
    quantile_cont(decided_at - submitted_at, [0.5, 0.85]) FILTER (by_city AND decided_at >= $start AND decided_at < $end)"""
_FILES = f"SELECT {_MEASURES} FROM chosen"
_NOW = f"""SELECT count(*) FILTER (decided_at IS NULL), count(*) FILTER ({OVERDUE}), count(*) FILTER ({DUE_SOON}),
    count(*) FILTER (submitted_at < from_us() AND (decided_at IS NULL OR decided_at >= from_us())) FROM chosen"""
_TERMS = f"""SELECT count(*) FILTER ({MET}), count(*) FILTER ({LATE}), count(*) FILTER ({TERM_OPEN})
    FROM legal_clocks JOIN chosen USING (file)
    WHERE {TERM} AND legal_clocks.due_on BETWEEN $first::DATE AND $last::DATE"""
_UNVERIFIED = """SELECT count(*) FROM legal_clocks WHERE holder = 'agency' AND NOT verified
    AND due_on BETWEEN $first::DATE AND $last::DATE"""
_UNCHECKED = f"""SELECT count(*) FROM (SELECT file FROM legal_clocks WHERE file IN (SELECT file FROM chosen WHERE {OVERDUE})
    AND holder = 'agency' AND {TERM_OPEN} GROUP BY file HAVING NOT bool_or(verified))"""
HELD = """SELECT courts.party, sum(least(coalesce(ended_at, decided_at), decided_at) - greatest(started_at, submitted_at)) AS held,
    count(DISTINCT file) AS files FROM courts JOIN chosen USING (file)
    WHERE by_city AND decided_at >= $start AND decided_at < $end AND started_at < decided_at GROUP BY courts.party"""
"""Parties with the time they held the files decided in a period, until the decision."""
_WAITS = """SELECT step, quantile_cont(closed_at - opened_at - worked_us, 0.5) AS wait, count(*) AS n FROM stays
    WHERE party = 'agency' AND before_decision AND in_period(closed_at)
    GROUP BY step HAVING n >= $enough ORDER BY wait DESC, step LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Terms:
    """Legal terms whose last day lies in a period: kept, ended late, and overdue and still open."""

    met: int
    late: int
    overdue: int

    @property
    def due(self) -> int:
        """Return all of them."""
        return self.met + self.late + self.overdue

    @property
    def percent(self) -> float | None:
        """Return the part that was kept, rounded down to a tenth so that nothing missed reads as 100; None below 20."""
        return kept_percent(self.met, self.due)


@dataclass(frozen=True, slots=True)
class Flow:
    """What happened in a period; times in microseconds, None where fewer than 20 files stand behind them."""

    submitted: int
    decided: int
    p50: int | None
    p85: int | None
    terms: Terms
    held: Mapping[str, int]

    @property
    def city_percent(self) -> float | None:
        """Return the part of the time to the decision in which the city had the files."""
        whole = sum(self.held.values())
        enough = whole and self.decided >= ENOUGH
        return round(100 * self.held.get("agency", 0) / whole, 1) if enough else None


@dataclass(frozen=True, slots=True)
class Headline:
    """The period, the one before it of the same length (None when the record does not reach so far), and now.

    `unchecked` of the `overdue` files are past no legal date but one whose number nobody has checked. `wait` is the step of
    the city with the longest median wait: (step, microseconds, visits).
    """

    flow: Flow
    before: Flow | None
    open_now: int
    open_at_start: int
    overdue: int
    unchecked: int
    due_soon: int
    unverified: int
    wait: tuple[str, int, int] | None


def headline(ask: Ask) -> Headline:
    """Return the numbers of a report's scope."""
    read = ask.snapshot.row
    scope = ask.scope
    (first,) = read("SELECT min(submitted_at) FROM chosen")
    earlier = _before(scope)
    reaches = first is not None and first <= earlier.start_at
    waits = ask.snapshot.rows(_WAITS, {"enough": ENOUGH})
    open_now, overdue, due_soon, open_at_start = read(_NOW)
    return Headline(
        _flow(ask, scope),
        _flow(ask, earlier) if reaches else None,
        open_now,
        open_at_start,
        overdue,
        read(_UNCHECKED)[0],
        due_soon,
        read(_UNVERIFIED, _dates(scope))[0],
        (waits[0][0], round(waits[0][1]), waits[0][2]) if waits else None,
    )


def _flow(ask: Ask, scope: Scope) -> Flow:
    span = {"start": scope.start_at, "end": scope.end_at}
    submitted, decided, times = ask.snapshot.row(_FILES, span)
    p50, p85 = map(round, times) if decided >= ENOUGH else (None, None)
    terms = Terms(*ask.snapshot.row(_TERMS, _dates(scope)))
    held = {party: int(time) for party, time, _files in ask.snapshot.rows(HELD, span)}
    return Flow(submitted, decided, p50, p85, terms, held)


def _before(scope: Scope) -> Scope:
    """Return the scope of as many days just before the period."""
    length = scope.to_on - scope.from_on + timedelta(days=1)
    last = scope.from_on - timedelta(days=1)
    return Scope(scope.city, scope.from_on - length, last, scope.workflow, scope.now)


def _dates(scope: Scope) -> dict[str, str]:
    return {"first": scope.from_on.isoformat(), "last": scope.to_on.isoformat()}
