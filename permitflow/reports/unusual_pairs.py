"""Pairs of a reviewer and a firm that meet, or overtake the queue, more often than chance explains."""

from __future__ import annotations

from permitflow.analytics.chance import at_least, q_values
from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports import people_named
from permitflow.reports.figures import Column, Figure, Linked
from permitflow.reports.page import Ask, Statement
from permitflow.reports.suspicions import FALSE_ALARM, gather

FEWEST = 5
"""Files of a pair below which it is not looked at."""
MOST_PAIRS, MOST_LINES = 1_000, 50
_PAIRS = """firsts AS (
        SELECT file, step, company, person, first.began_at, closed_at, (closed_at - from_us()) // 2592000000000 AS month
        FROM answers JOIN (SELECT arg_min(rowid, closed_at) AS answer, min(began_at) AS began_at FROM answers
            GROUP BY file, step) AS first ON answers.rowid = first.answer)"""


_MEETING = f"""WITH {_PAIRS},
        met AS (SELECT step, month, person, company, count(*) AS n FROM firsts GROUP BY ALL),
        cells AS (SELECT step, month, sum(n)::BIGINT AS n FROM met GROUP BY ALL),
        of_person AS (SELECT step, month, person, sum(n)::BIGINT AS n FROM met GROUP BY ALL),
        of_firm AS (SELECT step, month, company, sum(n)::BIGINT AS n FROM met GROUP BY ALL),
        expected AS (SELECT person, company, sum(p.n * f.n / c.n) AS mean FROM of_person p
    JOIN of_firm f USING (step, month) JOIN cells c USING (step, month) GROUP BY person, company),
        observed AS (SELECT person, company, sum(n)::BIGINT AS n FROM met GROUP BY person, company)
        SELECT person, company, n, mean, looks FROM (SELECT count(*) AS looks FROM expected) LEFT JOIN (
    SELECT person, company, observed.n, mean FROM observed JOIN expected USING (person, company)) AS pairs
        ON pairs.n >= {FEWEST} AND pairs.n >= mean + 1 ORDER BY (n - mean) / sqrt(mean) DESC, person, company LIMIT {MOST_PAIRS}"""


def pairs(ask: Ask) -> Figure:
    """Return the pairs that meet more often than if files had been shared out blindly."""
    found = ask.snapshot.rows(_MEETING)
    looks, found = found[0][-1], [row for row in found if row[0] is not None]
    qs = q_values([at_least(n, mean) for _, _, n, mean, _ in found], looks)
    shown = sorted(zip(qs, found, strict=True), key=lambda one: (one[0], -one[1][2]))[:MOST_LINES]
    people = people_named.people(ask.session, (row[0] for _, row in shown))
    firms = people_named.companies(ask.session, (row[1] for _, row in shown))
    sure = sum(q < 0.05 for q in qs)
    return Figure(
        "pairs",
        Phrase("The same reviewer for the same firm"),
        "data_quality",
        (
            Column("person", Phrase("Person")),
            Column("firm", Phrase("Firm")),
            Column("observed", Phrase("Reviews"), "count"),
            Column("expected", Phrase("By chance about"), "number"),
            Column("q", Phrase("False alarm, of a hundred"), "percent"),
        ),
        [
            (people[person], firms[firm], Linked(n, "pair", {"person": person, "firm": firm}), mean, 100 * q)
            for q, (person, firm, n, mean, _) in shown
        ],
        lead=(
            Phrase(
                "Pairs looked at: {looks}. More often together than chance explains: {sure}; of these up to {false} by chance.",
                {"looks": looks, "sure": sure, "false": -(-sure // 20)},
            ),
        ),
        notes=(
            Phrase(
                "By chance: if the files of each step and month had been shared out blindly among those who worked there. "
                "Only the first review of a file at a step counts, and pairs with at least {n}.",
                {"n": FEWEST},
            ),
            FALSE_ALARM,
        ),
        empty=Phrase("No pair stands out."),
        n=looks,
    )


_OVERTAKING = f"""WITH pairs AS (SELECT person, company, count(*) AS taken, count(*) FILTER (jumped) AS early
        FROM claims GROUP BY person, company),
    shares AS (SELECT *, sum(taken) OVER mine - taken AS other_taken, sum(early) OVER mine - early AS other_early
        FROM pairs WINDOW mine AS (PARTITION BY person)),
    usual AS (SELECT median(early / taken) AS share FROM (
        SELECT sum(taken) AS taken, sum(early) AS early FROM pairs GROUP BY person HAVING sum(taken) >= {ENOUGH})),
    compared AS (SELECT person, company, taken, early,
        taken * greatest(share, (other_early + 1) / (other_taken + 1)) AS mean FROM shares, usual)
    SELECT person, company, taken, early, mean, looks FROM (SELECT count(*) AS looks FROM pairs) LEFT JOIN (
        SELECT * FROM compared) AS met ON early >= {FEWEST} AND early >= mean + 1
    ORDER BY (early - mean) / sqrt(mean) DESC, person, company LIMIT {MOST_PAIRS}"""


def jumps(ask: Ask) -> Figure:
    """Return the pairs in which newer files were taken first more often than usual."""
    found = ask.snapshot.rows(_OVERTAKING)
    looks, found = found[0][-1], [row for row in found if row[0] is not None]
    qs = q_values([at_least(early, mean) for _, _, _, early, mean, _ in found], looks)
    shown = sorted(zip(qs, found, strict=True), key=lambda one: (one[0], -one[1][3]))[:MOST_LINES]
    people = people_named.people(ask.session, (row[0] for _, row in shown))
    firms = people_named.companies(ask.session, (row[1] for _, row in shown))
    return Figure(
        "jumps",
        Phrase("Whose newer files were taken first"),
        "workload",
        (
            Column("person", Phrase("Person")),
            Column("firm", Phrase("Firm")),
            Column("claims", Phrase("Files taken"), "count"),
            Column("jumps", Phrase("Before an older one"), "count"),
            Column("expected", Phrase("At the usual rate"), "number"),
            Column("q", Phrase("False alarm, of a hundred"), "percent"),
        ),
        [
            (
                people[person],
                firms[firm],
                claims,
                Linked(jumps, "jump", {"person": person, "firm": firm}),
                mean,
                100 * q,
            )
            for q, (person, firm, claims, jumps, mean, _) in shown
        ],
        notes=(
            Phrase(
                "The usual rate: as often as the person in the middle did it, or as this person did it for other firms, whichever is more."
            ),
            Phrase(
                "One older file that is stuck makes every file after it look as if it was taken too early."
            ),
            FALSE_ALARM,
        ),
        empty=Phrase("Nobody took the newer files of one firm first more often than usual."),
        n=looks,
    )


def pair_lines(ask: Ask) -> Statement:
    """Return the first reviews of one person for one firm."""
    gather(ask, ["answers"])
    return Statement(
        f"""WITH {_PAIRS} SELECT file, began_at, closed_at, step FROM firsts WHERE person = $person AND company = $firm""",
        {"person": ask.word("person"), "firm": ask.word("firm")},
    )


def jump_lines(ask: Ask) -> Statement:
    """Return the files of one firm that one person took before an older one."""
    gather(ask, ["claims"])
    return Statement(
        """SELECT file, opened_at, first_claimed_at, step FROM claims
            WHERE jumped AND person = $person AND company = $firm""",
        {"person": ask.word("person"), "firm": ask.word("firm")},
    )


def pair_title(ask: Ask) -> Phrase:
    """Return the names of the person and the firm of a list."""
    person, firm = ask.word("person"), ask.word("firm")
    names = {
        "person": people_named.people(ask.session, [person])[person],
        "firm": people_named.companies(ask.session, [firm])[firm],
    }
    return Phrase("{person} and {firm}", names)
