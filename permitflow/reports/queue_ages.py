"""The queue at the start of each business day: how long, how old, and for how many days it holds work."""

from __future__ import annotations

from datetime import date
from typing import Any

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.daily_flow import QUARTER_US, until
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.page import Ask
from permitflow.reports.percentile_cells import too_few

RATE_DAYS = 20
"""Business days before a day from which the rate is taken at which the queue is worked off."""
AHEAD_US = 2 * RATE_DAYS * DAY_US
WAITING = "party = 'agency' AND role IS NOT NULL AND $step IN ('', step)"
TAKEN = "coalesce(first_claimed_at, closed_at)"
"""When a visit left the queue: as somebody claimed it first, or as it ended unclaimed."""
_AGES = f"""WITH quarters AS (
    SELECT unnest(range(start_at // {QUARTER_US}, end_at // {QUARTER_US})) AS quarter, on_day FROM days WHERE start_at < $until
), waits AS (
    SELECT came.on_day AS came, taken.on_day AS taken, count(*) AS n FROM stays
    JOIN quarters AS came ON came.quarter = opened_at // {QUARTER_US}
    LEFT JOIN quarters AS taken ON taken.quarter = {TAKEN} // {QUARTER_US}
    WHERE {WAITING} AND opened_at < $until AND ({TAKEN} IS NULL OR {TAKEN} >= from_us() - {AHEAD_US}) GROUP BY ALL
), mornings AS (
    SELECT on_day, start_at FROM days WHERE open AND start_at >= from_us() - {AHEAD_US} AND start_at < $until
), standing AS (
    SELECT on_day, came, sum(n)::BIGINT AS n FROM mornings JOIN waits ON came < on_day AND (taken IS NULL OR taken >= on_day)
    GROUP BY ALL
), ranked AS (
    SELECT *, sum(n) OVER (PARTITION BY on_day ORDER BY came DESC) AS younger, sum(n) OVER (PARTITION BY on_day) AS whole
    FROM standing
), ages AS (
    SELECT on_day, any_value(whole) AS n, min(on_day - came) FILTER (2 * younger >= whole) AS half,
        min(on_day - came) FILTER (100 * younger >= 85 * whole) AS most, max(on_day - came) AS oldest
    FROM ranked GROUP BY on_day
), rates AS (
    SELECT on_day, start_at, coalesce(sum(gone.n), 0) AS so_far FROM mornings
    LEFT JOIN (SELECT taken, sum(n) AS n FROM waits WHERE taken IS NOT NULL GROUP BY taken) AS gone ON taken < on_day
    GROUP BY ALL
)
SELECT on_day, start_at, n, half, most, oldest, rate FROM (
    SELECT *, so_far - lag(so_far, {RATE_DAYS}) OVER (ORDER BY on_day) AS rate FROM rates
) LEFT JOIN ages USING (on_day) WHERE start_at >= from_us() ORDER BY on_day"""
"""Each business morning: how many wait, their p50, p85 and highest age in days, and how many were taken before it."""


def queue_ages(ask: Ask, step: str) -> Figure:
    """Return the queue of a step, or of all steps when none is named, at the start of each business day of the period."""
    found = ask.snapshot.rows(_AGES, {"until": until(ask.scope), "step": step})
    rows = [_row(step, *row) for row in found]
    return Figure(
        "queue_age",
        Phrase("Age of the queue at the start of each business day"),
        "queue_age",
        (
            Column("on_day", Phrase("Day"), "date"),
            Column("waiting", Phrase("Waiting, not taken"), "count"),
            Column("half", Phrase("Half are no older than"), "duration"),
            Column("most", Phrase("85 of 100 are no older than"), "duration"),
            Column("oldest", Phrase("Oldest"), "duration"),
            Column("work_on_hand", Phrase("Business days of work"), "number"),
        ),
        rows,
        lead=_lead(found),
        chart=Chart("lines", "on_day", ("half", "most", "oldest"), Phrase("Age in days")),
        notes=(
            Phrase(
                "Ages are counted in dates: what came yesterday is one day old. Business days of work: the queue over the"
                " files taken a day in the {n} business days before.",
                {"n": RATE_DAYS},
            ),
            *too_few(*(row[2] or 0 for row in found)),
        ),
        n=sum(row[2] or 0 for row in found),
        public=True,
    )


def _row(step: str, on: date, start_at: int, *counted: Any) -> list[Cell]:
    n, half, most, oldest, rate = counted
    known = (n or 0) >= ENOUGH
    return [
        on,
        Linked(n or 0, "queue", {"step": step, "at": str(start_at)}),
        half * DAY_US if known else None,
        most * DAY_US if known else None,
        None if oldest is None else oldest * DAY_US,
        (n or 0) * RATE_DAYS / int(rate) if rate else None,
    ]


def _lead(found: list[tuple[Any, ...]]) -> tuple[Phrase, ...]:
    if not found or not found[-1][2]:
        return ()
    on, _, n, _, _, oldest, _ = found[-1]
    told = {"day": on, "n": n, "oldest": oldest}
    return (
        Phrase(
            "Reviews that waited for somebody to take them on {day}: {n}; the oldest for {oldest} d.", told
        ),
    )
