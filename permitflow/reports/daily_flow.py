"""What came and went in a period, day by day: whole files, files at each step, files in each party's court."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from permitflow.analytics.daily_flow import Day
from permitflow.instants import local_date
from permitflow.reports.months import months
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope, start_of_day
from permitflow.reports.stay_curves import OF_A_STEP

QUARTER_US = 900_000_000
"""The days of every zone begin at a full quarter of an hour of UTC: by its quarter an instant finds its day."""
QUARTERS = f"""quarters AS (
    SELECT unnest(range(start_at // {QUARTER_US}, end_at // {QUARTER_US})) AS quarter, on_day, open FROM days
    WHERE start_at < $until AND end_at > {{since}}
)"""
DAYS_UP_TO, DAYS_BY_WEEK = 31, 371
"""Periods up to so many days are told by days, or by weeks; longer ones by months."""
ONE_DAY = timedelta(days=1)
Kind = Literal["files", "step", "court"]

TURNS = """SELECT file, courts.party, greatest(started_at, submitted_at) AS began,
        CASE WHEN decided_at IS NULL THEN ended_at ELSE least(coalesce(ended_at, decided_at), decided_at) END AS ended
    FROM courts JOIN chosen USING (file)
    WHERE started_at < coalesce(decided_at, $until) AND (ended_at IS NULL OR ended_at > submitted_at)
        AND (ended_at IS NULL OR ended_at >= from_us()) AND (decided_at IS NULL OR decided_at >= from_us())"""
"""The spells of files, cut to the time from submission to decision; what ended before the period is left out."""
_LIVES = {
    "files": ("''", "submitted_at", "decided_at", "0", "chosen", "TRUE"),
    "step": ("step", "opened_at", "closed_at", "worked_us", "stays", OF_A_STEP),
    "court": ("party", "began", "ended", "0", "turns", "TRUE"),
}
_MOVES = " UNION ALL ".join(
    f"""SELECT '{kind}' AS kind, {name} AS name, {began} AS moved_at, 1 AS came, 0 AS went, 0 AS worked FROM {source}
        WHERE {only} AND {began} < $until AND ({ended} IS NULL OR {ended} >= from_us())
    UNION ALL SELECT '{kind}', {name}, {ended}, 0, 1, {worked} FROM {source}
        WHERE {only} AND {ended} >= from_us() AND {ended} < $until"""
    for kind, (name, began, ended, worked, source, only) in _LIVES.items()
)
_DAILY = f"""WITH {QUARTERS.format(since="from_us()")}, turns AS MATERIALIZED ({TURNS}), moves AS ({_MOVES})
SELECT kind, name, on_day, sum(came), sum(went), sum(worked) FROM moves
LEFT JOIN quarters ON quarter = CASE WHEN moved_at >= from_us() THEN moved_at // {QUARTER_US} END GROUP BY ALL ORDER BY ALL"""


@dataclass(frozen=True, slots=True)
class Moves:
    """How many were there as the period began, and what moved on each day of it."""

    before: int
    days: Sequence[Day]


@dataclass(frozen=True, slots=True)
class Span:
    """Some days of the period in a row, the last one included: half-open [start_at, end_at) in microseconds."""

    first: date
    last: date
    start_at: int
    end_at: int


def until(scope: Scope) -> int:
    """Return where the period ends, or just after now when it has not ended yet, in microseconds."""
    return min(scope.end_at, scope.now + 1)


def spans(scope: Scope) -> list[Span]:
    """Return the days, weeks (from Monday) or months of the period so far; together they are it exactly."""
    last = min(scope.to_on, local_date(scope.now, scope.city.zone))
    length = (last - scope.from_on).days + 1
    if length > DAYS_BY_WEEK:
        zone = scope.city.zone
        firsts = [local_date(month.start_at, zone) for month in months(scope)]
        firsts = [first for first in firsts if first <= last]
    else:
        days = [scope.from_on + ONE_DAY * place for place in range(max(length, 0))]
        firsts = [on for on in days if length <= DAYS_UP_TO or on.weekday() == 0 or on == scope.from_on]
    lasts = [*(first - ONE_DAY for first in firsts[1:]), last]
    starts = [start_of_day(first, scope.city.zone) for first in firsts]
    ends = [*starts[1:], until(scope)]
    return [Span(*span) for span in zip(firsts, lasts, starts, ends, strict=False)]


def moves(ask: Ask) -> Mapping[tuple[Kind, str], Moves]:
    """Return what moved in the period, by one statement; the name of whole files is empty."""
    before: defaultdict[tuple[Kind, str], int] = defaultdict(int)
    days: defaultdict[tuple[Kind, str], list[Day]] = defaultdict(list)
    for kind, name, on, came, went, worked in ask.snapshot.rows(_DAILY, {"until": until(ask.scope)}):
        before[kind, name] += came - went if on is None else 0
        if on is not None:
            days[kind, name].append(Day(on, int(came), int(went), int(worked)))
    return {key: Moves(int(before[key]), days[key]) for key in {**before, **days}}
