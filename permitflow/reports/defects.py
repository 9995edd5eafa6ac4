"""What is wrong with a record: SQL that finds each kind of defect among the chosen files of a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from permitflow.analytics.durations import DAY_US
from permitflow.queries.sentence import Phrase

BULK = 10
"""Reviews that one person ended within BULK_US are a bulk closing."""
BULK_US = 5 * 60 * 1_000_000
DONE = "FROM stays WHERE party = 'agency' AND closed_by IS NOT NULL AND in_period(closed_at)"
_BURSTS = f"""WITH closings AS (SELECT visit, file, step, opened_at, closed_at, closed_by,
        closed_at - lag(closed_at, {BULK - 1}) OVER one_by_one <= {BULK_US} AS ends_burst
    FROM stays WHERE party = 'agency' AND closed_by IS NOT NULL
        AND closed_at >= from_us() - {BULK_US} AND closed_at < to_us() + {BULK_US}
    WINDOW one_by_one AS (PARTITION BY closed_by ORDER BY closed_at, visit)),
marked AS (SELECT *, bool_or(ends_burst) OVER (PARTITION BY closed_by ORDER BY closed_at, visit
        ROWS BETWEEN CURRENT ROW AND {BULK - 1} FOLLOWING) AS in_burst FROM closings)
SELECT file, opened_at, closed_at, step FROM marked WHERE in_burst AND in_period(closed_at)"""
_BACKWARDS = """SELECT file, happened_at, before_at, to_state FROM (
        SELECT file, happened_at, to_state, max(happened_at) OVER (PARTITION BY file ORDER BY seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_at FROM acts WHERE happened_at >= from_us())
    WHERE happened_at < before_at AND in_period(happened_at)"""
_HOLDS = """SELECT file, start_at, happened_at, 'hold_clocks' FROM (
        SELECT acts.file, happened_at, max(paused_on) AS since_on FROM acts JOIN stops ON stops.file = acts.file
        WHERE action = 'hold_clocks' AND declared AND in_period(happened_at)
            AND paused_on <= (SELECT max(on_day) FROM days WHERE start_at <= happened_at)
        GROUP BY acts.file, acts.seq, happened_at) JOIN days ON on_day = since_on WHERE end_at <= happened_at"""
_EARLY_CLOCKS = f"""SELECT legal_clocks.file, days.start_at, started_at, clock FROM legal_clocks JOIN days ON on_day = started_on
    WHERE in_period(started_at) AND started_at >= end_at + {DAY_US}"""
_COURTS = """WITH seen AS (SELECT file, submitted_at, state, decided_at, coalesce(decided_at, now_us()) AS until_at FROM chosen
    WHERE decided_at IS NULL OR in_period(decided_at)),
spells_of AS (SELECT file, started_at, least(coalesce(ended_at, until_at), until_at) AS ended_at,
        lag(coalesce(ended_at, until_at)) OVER (PARTITION BY file ORDER BY started_at, ended_at NULLS LAST) AS before_at
    FROM courts JOIN seen USING (file) WHERE started_at < until_at),
summed AS (SELECT file, sum(ended_at - started_at) AS told, min(started_at) AS first_at,
        bool_or(before_at IS NOT NULL AND before_at <> started_at OR ended_at < started_at) AS torn FROM spells_of GROUP BY file)
SELECT file, submitted_at, decided_at, state FROM seen LEFT JOIN summed USING (file)
WHERE coalesce(torn, false) OR coalesce(told, 0) <> until_at - submitted_at OR first_at <> submitted_at"""


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind of defect: `lines` selects what a list shows, `among` counts what could have had it."""

    title: Phrase
    lines: str
    among: str


_FILES = "SELECT count(*) FROM chosen WHERE decided_at IS NULL OR in_period(decided_at)"
_ACTS = "SELECT count(*) FROM acts WHERE in_period(happened_at)"
DEFECTS: Mapping[str, Defect] = MappingProxyType(
    {
        "unclaimed": Defect(
            Phrase("Reviews ended without having been taken"),
            f"SELECT file, opened_at, closed_at, step {DONE} AND first_claimed_at IS NULL",
            f"SELECT count(*) {DONE}",
        ),
        "bulk": Defect(
            Phrase("Reviews ended in bulk, 10 or more by one person within 5 minutes"),
            _BURSTS,
            f"SELECT count(*) {DONE}",
        ),
        "reversed": Defect(
            Phrase("Reviews that end before they begin, or were taken outside their time"),
            """SELECT file, opened_at, closed_at, step FROM stays WHERE party = 'agency' AND in_period(closed_at)
                AND (closed_at < opened_at OR first_claimed_at < opened_at OR first_claimed_at > closed_at)""",
            "SELECT count(*) FROM stays WHERE party = 'agency' AND in_period(closed_at)",
        ),
        "backwards": Defect(Phrase("Acts dated before the one they followed"), _BACKWARDS, _ACTS),
        "skewed": Defect(
            Phrase("Acts at which the machine's clock had gone back"),
            """SELECT file, happened_at, happened_at, to_state FROM acts
                WHERE in_period(happened_at) AND contains(data, 'clock_regression_us')""",
            _ACTS,
        ),
        "late_holds": Defect(
            Phrase("Holds declared after the day they began"),
            _HOLDS,
            "SELECT count(*) FROM acts WHERE action = 'hold_clocks' AND in_period(happened_at)",
        ),
        "early_clocks": Defect(
            Phrase("Clocks that began more than a day before they were written down"),
            _EARLY_CLOCKS,
            "SELECT count(*) FROM legal_clocks WHERE in_period(started_at)",
        ),
        "courts": Defect(
            Phrase("Files whose record of turns has a gap or an overlap"),
            _COURTS,
            _FILES,
        ),
    }
)
"""By the word of the address."""
HASTY_US = 60 * 1_000_000
HASTY = f"""SELECT step, count(*) AS n, median(closed_at - opened_at)::BIGINT AS median, count(*) FILTER (closed_at - opened_at < {HASTY_US}) AS hasty
    {DONE} GROUP BY step ORDER BY step"""
"""The steps by their median, and how many of their reviews took less than a minute."""
HASTY_LINES = (
    f"SELECT file, opened_at, closed_at, step {DONE} AND closed_at - opened_at < {HASTY_US} AND step = $step"
)
