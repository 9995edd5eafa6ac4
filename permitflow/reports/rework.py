"""Rework: how many cycles files needed, and which steps they came back to, to the same person or to another."""

from __future__ import annotations

from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Chart, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Statement
from permitflow.reports.small_numbers import hidden, percent

MOST_CYCLES = 6
"""Files with so many cycles or more stand in one line."""

DONE = """done AS (SELECT file, step, round, opened_at, closed_at, closed_by FROM stays
    WHERE party = 'agency' AND closed_by IS NOT NULL AND in_period(closed_at)),
several AS (SELECT file, step FROM stays SEMI JOIN done USING (file, step)
    WHERE party = 'agency' AND closed_by IS NOT NULL AND closed_at < to_us() GROUP BY file, step
    HAVING count(*) > 1 AND max(closed_at) >= from_us()),
known AS (SELECT file, step, opened_at, closed_at, closed_by FROM stays SEMI JOIN several USING (file, step)
    WHERE party = 'agency' AND closed_by IS NOT NULL AND closed_at < to_us()),
again AS (SELECT * FROM (
        SELECT *, lag(closed_by) OVER (PARTITION BY file, step ORDER BY opened_at, closed_at) AS before FROM known)
    WHERE before IS NOT NULL AND closed_at >= from_us())"""
"""Visits that people of the city ended in the period (`done`), and those of them to a step where the file had been."""

_BY_STEP = f"""WITH {DONE}, counted AS (SELECT step, count(*) AS n, coalesce(sum(closed_at - opened_at) FILTER (round > 1), 0)::BIGINT AS later
        FROM done GROUP BY step),
    back AS (SELECT step, count(*) AS n, count(*) FILTER (before = closed_by) AS same FROM again GROUP BY step)
SELECT step, c.n, coalesce(b.n, 0), coalesce(b.same, 0), c.later FROM counted AS c LEFT JOIN back AS b USING (step)
ORDER BY 3 DESC, step"""
"""Step, visits, those to where the file had been, those by the same person, and the time in later cycles."""


def cycles(ask: Ask) -> Figure:
    """Return how many cycles the files took that the city decided in the period."""
    counted = ask.snapshot.rows(
        "SELECT least(round, $most), count(*) FROM chosen WHERE by_city AND in_period(decided_at) GROUP BY 1 ORDER BY 1",
        {"most": MOST_CYCLES},
    )
    n = sum(files for _, files in counted)
    return Figure(
        "cycles",
        Phrase("Cycles to the decision"),
        "rework",
        (
            Column("cycles", Phrase("Cycles")),
            Column("files", Phrase("Files decided"), "count"),
            Column("share", Phrase("Share"), "percent"),
        ),
        [
            (
                Phrase("{n} or more", {"n": MOST_CYCLES}) if number == MOST_CYCLES else str(number),
                Linked(files, "cycles", {"cycles": str(number)}),
                percent(files, n),
            )
            for number, files in counted
        ],
        chart=Chart("bars", "cycles", ("files",), Phrase("Files")),
        notes=hidden(n),
        n=n,
        public=True,
    )


def by_step(ask: Ask) -> Figure:
    """Return the visits to steps where the file had been before."""
    found = ask.snapshot.rows(_BY_STEP)
    again = sum(row[2] for row in found)
    return Figure(
        "rework_steps",
        Phrase("Steps that files came back to"),
        "rework",
        (
            Column("step", Phrase("Step")),
            Column("visits", Phrase("Visits ended"), "count"),
            Column("again", Phrase("Been there before"), "count"),
            Column("again_share", Phrase("Share"), "percent"),
            Column("repeats", Phrase("Same person again"), "count"),
            Column("redos", Phrase("Another person"), "count"),
            Column("later", Phrase("Time there in later cycles"), "duration"),
        ),
        [
            (
                Phrase(ask.workflows.step_title(step)),
                Linked(n, "visits_ended", {"step": step}),
                Linked(back, "again", {"step": step}),
                percent(back, n),
                Linked(same, "repeats", {"step": step}),
                Linked(back - same, "redos", {"step": step}),
                later,
            )
            for step, n, back, same, later in found
        ],
        lead=(Phrase("Visits to a step where the file had been before: {n}.", {"n": again}),),
        chart=Chart("stacked", "step", ("repeats", "redos"), Phrase("Visits")),
        notes=(
            Phrase("Time of steps that are open side by side is counted at each of them."),
            *hidden(*(row[1] for row in found)),
        ),
        n=sum(row[1] for row in found),
    )


def _cycle_lines(ask: Ask) -> Statement:
    word = ask.word("cycles")
    number = int(word) if word.isdecimal() and len(word) < 4 else 0
    return Statement(
        "SELECT file, submitted_at, decided_at, state FROM chosen "
        "WHERE by_city AND in_period(decided_at) AND least(round, $most) = $cycles",
        {"most": MOST_CYCLES, "cycles": number},
    )


def _again_lines(ask: Ask, condition: str) -> Statement:
    return Statement(
        f"WITH {DONE} SELECT file, opened_at, closed_at, step FROM again WHERE step = $step AND {condition}",
        {"step": ask.word("step")},
    )


def _done_lines(ask: Ask) -> Statement:
    return Statement(
        f"WITH {DONE} SELECT file, opened_at, closed_at, step FROM done WHERE step = $step",
        {"step": ask.word("step")},
    )


LISTINGS = {
    "cycles": Listing(
        lambda ask: Phrase("Files decided after so many cycles: {n}", {"n": ask.word("cycles")}), _cycle_lines
    ),
    "visits_ended": Listing(lambda _ask: Phrase("Visits that people ended in the period"), _done_lines),
    "again": Listing(
        lambda _ask: Phrase("Visits to a step where the file had been"), lambda ask: _again_lines(ask, "true")
    ),
    "repeats": Listing(
        lambda _ask: Phrase("Visits that came back to the same person"),
        lambda ask: _again_lines(ask, "before = closed_by"),
    ),
    "redos": Listing(
        lambda _ask: Phrase("Visits that came back to another person"),
        lambda ask: _again_lines(ask, "before <> closed_by"),
    ),
}
