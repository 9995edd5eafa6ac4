"""Why legal clocks stood still, and for how many days of the files."""

from __future__ import annotations

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Column, Figure, Linked
from permitflow.reports.legal_terms import clock_titles, period, titled
from permitflow.reports.page import Ask, Statement

PAUSES = """pauses AS (
    SELECT file, clock, reason, declared, resumed_on IS NULL AS lasts, greatest(paused_on, $from_on::DATE) AS began,
        least(coalesce(resumed_on, today()), $to_on::DATE + 1) AS ended
    FROM stops WHERE paused_on <= $to_on AND paused_on <= today() AND coalesce(resumed_on, today() + 1) > $from_on)"""
_SUMS = f"""WITH {PAUSES}, ordered AS (
            SELECT *, began > max(ended) OVER (PARTITION BY file, reason, declared ORDER BY began, ended
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS apart FROM pauses),
        islands AS (SELECT *, sum(coalesce(apart, true)::INTEGER) OVER (PARTITION BY file, reason, declared
            ORDER BY began, ended ROWS UNBOUNDED PRECEDING) AS island FROM ordered),
        spans AS (SELECT file, reason, declared, date_diff('day', min(began), max(ended)) AS length,
            count(*) AS pauses, count(*) FILTER (lasts) AS lasting FROM islands GROUP BY file, reason, declared, island),
        stood AS (SELECT reason, declared, file, sum(length) AS length, sum(pauses) AS pauses, sum(lasting) AS lasting
            FROM spans GROUP BY ALL)
        SELECT reason, declared, sum(pauses)::BIGINT, count(*), sum(lasting)::BIGINT, sum(length)::BIGINT,
            CASE WHEN count(*) >= {ENOUGH} THEN quantile_cont(length, 0.5) END FROM stood GROUP BY ALL ORDER BY 6 DESC, 1"""


def pauses(ask: Ask) -> Figure:
    """Return how many days clocks stood still, by the reason."""
    found = ask.snapshot.rows(_SUMS, period(ask))
    rows = [
        (
            reason,
            Phrase("declared") if declared else Phrase("by a step"),
            Linked(pauses, "pauses", {"reason": reason, "declared": "yes" if declared else "no"}),
            files,
            lasting,
            length * DAY_US,
            None if half is None else half * DAY_US,
        )
        for reason, declared, pauses, files, lasting, length, half in found
    ]
    return Figure(
        "pauses",
        Phrase("Why clocks stood still"),
        "on_time",
        (
            Column("reason", Phrase("Reason")),
            Column("how", Phrase("How")),
            Column("pauses", Phrase("Pauses"), "count"),
            Column("files", Phrase("Files"), "count"),
            Column("lasting", Phrase("Still lasting"), "count"),
            Column("days", Phrase("Days of all files"), "duration"),
            Column("half", Phrase("Half of the files no longer than"), "duration"),
        ),
        rows,
        notes=(
            Phrase(
                "Calendar days within the period. Two clocks of a file that stand still on one day count it once."
            ),
        ),
        empty=Phrase("No clock stood still in the period."),
        n=sum(files for _, _, _, files, *_ in found),
    )


def pause_lines(ask: Ask) -> Statement:
    """Return the pauses of one reason."""
    place, titles = titled("pauses.clock", clock_titles(ask.workflows))
    wanted = {"reason": ask.word("reason"), "declared": ask.word("declared") == "yes"}
    return Statement(
        f"""WITH {PAUSES} SELECT file, start_at, CASE WHEN lasts THEN NULL ELSE ends END, {place} FROM (
                SELECT pauses.*, first.start_at, last.start_at AS ends FROM pauses
                LEFT JOIN days first ON first.on_day = began LEFT JOIN days last ON last.on_day = ended) AS pauses
            WHERE reason = $reason AND declared = $declared""",
        {**period(ask), **titles, **wanted},
    )
