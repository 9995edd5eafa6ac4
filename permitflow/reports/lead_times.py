"""SQL of lead time, gross and net, and of the time in which files were worked on, over the snapshot's views."""

from __future__ import annotations

from permitflow.analytics.snapshot import Snapshot

HELD = """holds AS (
    SELECT file, greatest(coalesce(began.b_start, 0), b_submitted) AS b_from,
        least(coalesce(ended.b_start, b_now()), b_decided) AS b_to
    FROM stops JOIN chosen USING (file) LEFT JOIN days AS began ON began.on_day = paused_on
    LEFT JOIN days AS ended ON ended.on_day = resumed_on
    WHERE declared AND by_city AND in_period(decided_at)
), held AS (
    SELECT file, sum(greatest(b_to - greatest(b_from, coalesce(reached, b_from)), 0))::BIGINT AS held_us FROM (
        SELECT file, b_from, b_to, max(b_to) OVER (PARTITION BY file ORDER BY b_from, b_to
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM holds
    ) GROUP BY file
)"""
"""`held`: the business time of the declared holds of each file until its decision, those of several clocks at once counted
once. A hold counts the days whose evening it covers: from the day of the pause up to, and not with, that of the resumption."""
_FINISHED = f"""CREATE OR REPLACE TEMP TABLE finished AS WITH {HELD}
SELECT file, level, project_type, public_land, workflow, pathway, submitted_at, decided_at, month,
    decided_at - submitted_at AS gross, b_decided - b_submitted - coalesce(held_us, 0) AS net
FROM chosen LEFT JOIN held USING (file) JOIN {{months}} ON decided_at >= start_at AND decided_at < end_at
WHERE by_city AND in_period(decided_at)"""


def gather_finished(snapshot: Snapshot, months: str) -> None:
    """Gather the table `finished`: the files that the city decided in the period, each once.

    It has the month of the decision, `gross` (calendar time) and `net` (business time less holds), in microseconds.

    Args:
        snapshot: narrowed to what the report covers.
        months: rows (month, start_at, end_at) that cover the period exactly, as SQL for FROM.
    """
    snapshot.rows(_FINISHED.format(months=months))


SAMPLE = 50_000
"""So many files at most are taken where the claims of each file are laid over each other; more are sampled."""
TAKEN = f"""by_city AND in_period(decided_at) AND hash(file) % (
    SELECT greatest(ceil(count(*) / {SAMPLE}), 1)::UBIGINT FROM chosen WHERE by_city AND in_period(decided_at)) = 0"""
"""The files taken: all that the city decided in the period, or one of every so many by the hash of their number."""
BASIS = 10_000
"""The efficiency of a file is kept as a whole number of this part of its lead time."""
_LIVES = f"""CREATE OR REPLACE TEMP TABLE lives AS WITH taken AS (
    SELECT file, level, project_type, public_land, workflow, pathway, submitted_at, decided_at FROM chosen WHERE {TAKEN}
), claims AS (
    SELECT file, greatest(closed_at - worked_us, submitted_at) AS a, least(closed_at, decided_at) AS b
    FROM stays JOIN taken USING (file) WHERE worked_us > 0 AND opened_at < decided_at AND closed_at IS NOT NULL
), unions AS (
    SELECT file, sum(greatest(b - greatest(a, coalesce(reached, a)), 0))::BIGINT AS claimed FROM (
        SELECT file, a, b, max(b) OVER (PARTITION BY file ORDER BY a, b
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM claims
    ) GROUP BY file
)
SELECT taken.*, decided_at - submitted_at AS lead, coalesce(claimed, 0) AS worked,
    decided_at - submitted_at - coalesce(claimed, 0) AS idle,
    CASE WHEN decided_at > submitted_at THEN coalesce(claimed, 0) * {BASIS} // (decided_at - submitted_at) END AS efficiency
FROM taken LEFT JOIN unions USING (file)"""


def gather_lives(snapshot: Snapshot) -> None:
    """Gather the table `lives`: decided files with their lead time, the union of their claims, and the idle rest.

    The claimed time of a visit is put right before its end: when in between it lay unclaimed is not known, only for how
    long. Times are in microseconds, `efficiency` is worked over lead in ten-thousandths.

    Args:
        snapshot: narrowed to what the report covers.
    """
    snapshot.rows(_LIVES)
