"""The open files that lie with the city, the worst first: overdue, likely to miss their date, unusually old.

The ranking is one statement of the snapshot, so that pages and lists count the same files at any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.reports.page import Ask, Statement
from permitflow.reports.stay_curves import HOUR_US

YEAR_US = 365 * DAY_US
LIKELY = 0.5
"""From this chance on a file will rather miss its date than keep it."""
_CLOCKS = f"""lengths AS (
    SELECT workflow, clock, count(*) FILTER (legal_clocks.state = 'stopped') AS ended, count(*) AS files,
        (greatest(coalesce(stopped_at, now_us()) - started_at, 0) + {HOUR_US} - 1) // {HOUR_US} AS hours
    FROM legal_clocks JOIN chosen USING (file)
    WHERE holder = 'agency' AND started_at >= now_us() - {YEAR_US} GROUP BY ALL
), at_risk AS (
    SELECT *, sum(files) OVER (PARTITION BY workflow, clock ORDER BY hours DESC) AS n FROM lengths
), curve AS (
    SELECT workflow, clock, hours, exp(sum(CASE WHEN ended = n THEN '-infinity'::DOUBLE ELSE ln(1 - ended / n) END)
        OVER (PARTITION BY workflow, clock ORDER BY hours)) AS share
    FROM at_risk
), known AS (
    SELECT workflow, clock FROM lengths GROUP BY ALL HAVING sum(ended) >= {ENOUGH}
), running AS (
    SELECT file, workflow, ticking.clock, due_on, coalesce(end_at <= now_us(), false) AS overdue,
        (now_us() - started_at) // {HOUR_US} AS age, (end_at - started_at) // {HOUR_US} AS term
    FROM (SELECT * FROM legal_clocks WHERE state = 'running' AND holder = 'agency' AND due_on IS NOT NULL) AS ticking
    JOIN (SELECT file, workflow FROM chosen) AS theirs USING (file) LEFT JOIN days ON on_day = due_on
), risks AS (
    SELECT running.*, CASE WHEN overdue THEN 1 WHEN known.clock IS NOT NULL AND coalesce(reached.share, 1) > 0
        THEN coalesce(ending.share, 1) / coalesce(reached.share, 1) END AS risk
    FROM running
    ASOF LEFT JOIN curve reached ON running.workflow = reached.workflow AND running.clock = reached.clock
        AND running.age >= reached.hours
    ASOF LEFT JOIN curve ending ON running.workflow = ending.workflow AND running.clock = ending.clock
        AND running.term >= ending.hours
    LEFT JOIN known ON running.workflow = known.workflow AND running.clock = known.clock
), dates AS (
    SELECT file, risk, due_on AS legal_due_on, clock AS legal_clock, CASE WHEN overdue THEN today() - due_on END AS days_late
    FROM risks QUALIFY row_number() OVER (PARTITION BY file ORDER BY risk DESC NULLS LAST, due_on, clock) = 1
)"""
"""The chance that each running clock of the city is still running when its term ends: S(term) / S(age), from the
clocks of the same name that began in the last year, running ones censored; 1 once the term is over. `dates` keeps
the clock of each file that is most at risk, of overdue ones the one that is longest over."""
_PLACES = f"""limits AS (
    SELECT step, quantile_cont(b_closed - b_opened, 0.95) AS p95 FROM stays
    WHERE role IS NOT NULL AND party = 'agency' AND closed_at >= now_us() - {YEAR_US}
    GROUP BY step HAVING count(*) >= {ENOUGH}
), queues AS (
    SELECT visit, row_number() OVER (PARTITION BY step ORDER BY opened_at, file, visit) - 1 AS ahead
    FROM visits WHERE closed_at IS NULL AND role IS NOT NULL AND party = 'agency'
), places AS (
    SELECT stays.file, visit, step, role, claimed_by, opened_at, b_now() - b_opened AS age, p95, ahead
    FROM stays JOIN queues USING (visit) LEFT JOIN limits USING (step)
    QUALIFY row_number() OVER (PARTITION BY stays.file ORDER BY age / p95 DESC NULLS LAST, opened_at, visit) = 1
)"""
"""Where each file stands with the city; of several open stays the one that is unusually old."""
RANKED = f"""WITH {_CLOCKS}, {_PLACES}, ranked AS MATERIALIZED (
    SELECT chosen.file, id, workflow, submitted_at, legal_due_on, legal_clock, days_late, risk, visit, step, role,
        claimed_by, opened_at, age, p95, ahead, row_number() OVER (ORDER BY days_late DESC NULLS LAST,
            risk DESC NULLS LAST, age / p95 DESC NULLS LAST, submitted_at, chosen.file) AS place
    FROM chosen JOIN places USING (file) LEFT JOIN dates USING (file)
    WHERE decided_at IS NULL OR reopened_at IS NOT NULL
)"""
"""`ranked`: the open files with the city, `place` 1 being the worst."""
CONDITIONS = MappingProxyType(
    {
        "open": "true",
        "overdue": "days_late > 0",
        "likely": f"risk >= {LIKELY} AND days_late IS NULL",
        "bad": f"(days_late > 0 OR risk >= {LIKELY} OR age > p95)",
    }
)
"""Kinds of open files: all, overdue, likely to miss their date, and those in any bad state."""
KINDS = 5
"""The counts of a ranking."""
_COLUMNS = """id, workflow, submitted_at, legal_due_on, legal_clock, days_late, risk, visit, step, role, claimed_by,
    opened_at, age, p95, ahead"""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open file and where it stands with the city.

    `legal_due_on` is the due date of the city's running legal clock that is most at risk (`legal_clock`), `days_late`
    the calendar days since then (None while it may be kept), `risk` the chance of missing it (0 to 1; None where too
    few like it have ended). `age_us` is the net age of the stay in business microseconds, `p95_us` what 95 of 100 took
    there, `ahead` how many came to the step before.
    """

    id: str
    workflow: str
    submitted_at: int
    legal_due_on: date | None
    legal_clock: str | None
    days_late: int | None
    risk: float | None
    visit: str
    step: str
    role: str
    claimed_by: str | None
    opened_at: int
    age_us: int
    p95_us: float | None
    ahead: int

    @property
    def is_unusually_old(self) -> bool:
        """Say whether the stay has lasted longer than 95 of 100."""
        return self.p95_us is not None and self.age_us > self.p95_us


@dataclass(frozen=True, slots=True)
class Counts:
    """How many files are open with the city, overdue, likely to miss their date, in any bad state, and how many have
    a due date without a known chance."""

    open: int
    overdue: int
    likely: int
    bad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """A stretch of the ranking, the worst first, and the counts of all of it."""

    counts: Counts
    files: tuple[OpenFile, ...]


def ranking(ask: Ask, start: int, count: int, kind: str = "open") -> Ranking:
    """Return some open files of a kind (see CONDITIONS) and how many there are; `start` counts from 0."""
    kinds = ", ".join(
        f"count(*) FILTER ({CONDITIONS[kind]})" for kind in ("open", "overdue", "likely", "bad")
    )
    found = ask.snapshot.rows(
        f"""{RANKED}, totals AS (
            SELECT {kinds}, count(*) FILTER (risk IS NULL AND legal_due_on IS NOT NULL) FROM ranked
        ), stretch AS (
            SELECT {_COLUMNS}, place FROM ranked WHERE {CONDITIONS[kind]} ORDER BY place LIMIT $count OFFSET $start
        )
        SELECT * FROM totals LEFT JOIN stretch ON true ORDER BY place""",
        {"start": start, "count": count},
    )
    totals = found[0][:KINDS]
    return Ranking(Counts(*totals), tuple(OpenFile(*row[KINDS:-1]) for row in found if row[-1] is not None))


def open_count(ask: Ask) -> int:
    """Return how many open files lie with the city, without ranking them."""
    (count,) = ask.snapshot.row(
        """SELECT count(*) FROM chosen SEMI JOIN (
            SELECT file FROM stays WHERE closed_at IS NULL AND role IS NOT NULL AND party = 'agency') USING (file)
        WHERE decided_at IS NULL OR reopened_at IS NOT NULL"""
    )
    return int(count)


def listed(kind: str) -> Statement:
    """Return the lines of a list: the open files of the city of a kind."""
    return Statement(f"{RANKED} SELECT file, submitted_at, NULL, step FROM ranked WHERE {CONDITIONS[kind]}")
