"""What a controller asks for: patterns that may have a good reason, with their rule, their lists, and what chance gives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from permitflow.analytics.chance import at_least, q_values, within
from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports import conflicts, people_named, unusual_pairs
from permitflow.reports.figures import Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.prepared_page import Prepared
from permitflow.reports.suspicions import (
    BULK,
    BULK_SECONDS,
    FALSE_ALARM,
    FLAGS,
    NO_ACCUSATION,
    QUICK_SECONDS,
    gather,
    used,
)

MOST_LINES = 50
MINUTE_US, SECOND_US, OFFICE_DAY_US = 60_000_000, 1_000_000, 8 * 3_600_000_000


class Shares(NamedTuple):
    """Acts of one kind: of one person, and of all; (acts, of them flagged)."""

    person: str
    acts: int
    flagged: int


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    asked = _rules(ask)
    return [
        _flags(ask, asked),
        _people(ask, asked),
        unusual_pairs.pairs(ask),
        unusual_pairs.jumps(ask),
    ]


def _rules(ask: Ask) -> dict[str, object]:
    return gather(ask) | conflicts.conflicts(ask)


def _flags(ask: Ask, asked: Mapping[str, object]) -> Figure:
    rows = []
    for name, flag in FLAGS.items():
        count, files, people = ask.snapshot.row(
            f"SELECT count(*), count(DISTINCT file), count(DISTINCT person) FROM ({flag.sql}) AS lines(file, a, b, c, person)",
            used(flag.sql, asked),
        )
        rows.append(
            (
                flag.title,
                Linked(count, "flag", {"flag": name}),
                files,
                people,
                _expected(ask, asked, name),
                flag.rule,
            )
        )
    granted = conflicts.self_granted(ask)
    lead = Phrase(
        "Rules that found something: {n} of {all}.",
        {"n": sum(bool(row[1].value) for row in rows), "all": len(rows)},
    )
    return Figure(
        "flags",
        Phrase("Seven rules and what they found"),
        "data_quality",
        (
            Column("flag", Phrase("Pattern")),
            Column("count", Phrase("Found"), "count"),
            Column("files", Phrase("Files"), "count"),
            Column("people", Phrase("People"), "count"),
            Column("expected", Phrase("By chance about"), "number"),
            Column("rule", Phrase("Rule")),
        ),
        rows,
        lead=(NO_ACCUSATION, lead),
        notes=(CHANCE, Phrase("Roles that people gave to themselves: {n}.", {"n": granted})),
        n=len(rows),
    )


CHANCE = Phrase(
    "By chance: acts outside hours if work fell evenly on all hours of the period; quick approvals if the time of a review "
    "varied around its median like waiting for a bus; bulk closings if everyone's work came at random within eight hours "
    "of each open day; newer files first if everyone did it as often as the person in the middle. For the other rules no "
    "case is expected."
)


def _expected(ask: Ask, asked: Mapping[str, object], flag: str) -> float | None:
    known: Mapping[str, Callable[[Ask, Mapping[str, object]], float | None]] = {
        "quick": _expected_quick,
        "outside": _expected_outside,
        "bulk": _expected_bulk,
        "jumps": _expected_jumps,
    }
    return known[flag](ask, asked) if flag in known else 0.0


def _expected_quick(ask: Ask, asked: Mapping[str, object]) -> float | None:
    statement = """SELECT count(*), median(closed_at - began_at) FROM answers
        WHERE list_contains($approvals, closing_action)"""
    count, middle = ask.snapshot.row(statement, used(statement, asked))
    return count * within(QUICK_SECONDS * SECOND_US, middle) if count >= ENOUGH else None


def _expected_outside(ask: Ask, asked: Mapping[str, object]) -> float | None:
    statement = "SELECT count(*) FROM staff_acts"
    (count,) = ask.snapshot.row(statement, used(statement, asked))
    (share,) = ask.snapshot.row(
        """SELECT sum(CASE WHEN open THEN least(end_at - start_at, 7 * 3600000000 + (end_at - start_at - 86400000000))
                ELSE end_at - start_at END) / sum(end_at - start_at)
            FROM days WHERE start_at >= from_us() AND start_at < least(to_us(), now_us())"""
    )
    return None if share is None else float(count * share)


def _expected_bulk(ask: Ask, asked: Mapping[str, object]) -> float:
    statement = "SELECT person, count(*) FROM answers GROUP BY person"
    (days,) = ask.snapshot.row(
        "SELECT count(*) FROM days WHERE open AND start_at >= from_us() AND start_at < least(to_us(), now_us())"
    )
    window = BULK_SECONDS * SECOND_US / (max(days, 1) * OFFICE_DAY_US)
    closed = ask.snapshot.rows(statement, used(statement, asked))
    return math.fsum(count * at_least(BULK - 1, 2 * count * window) for _, count in closed)


def _expected_jumps(ask: Ask, _asked: Mapping[str, object]) -> float | None:
    found = _claims(ask)
    usual = _usual(found)
    return None if usual is None else usual * sum(one.acts for one in found)


def _claims(ask: Ask) -> list[Shares]:
    return [
        Shares(*row)
        for row in ask.snapshot.rows(
            "SELECT person, count(*), count(*) FILTER (jumped) FROM claims GROUP BY person"
        )
    ]


def _usual(found: Sequence[Shares]) -> float | None:
    """The share of the person in the middle, of those with enough claims."""
    shares = [one.flagged / one.acts for one in found if one.acts >= ENOUGH]
    return median(shares) if shares else None


def _people(ask: Ask, asked: Mapping[str, object]) -> Figure:
    lines = []
    for flag, statement in PER_PERSON.items():
        shares = [Shares(*row) for row in ask.snapshot.rows(statement, used(statement, asked))]
        lines += [
            (flag, one, expected)
            for one, expected in zip(shares, _by_others(shares), strict=True)
            if one.acts >= ENOUGH
        ]
    tested = [line for line in lines if line[2] is not None]
    qs = q_values([at_least(one.flagged, expected or 0.0) for _, one, expected in tested])
    shown = sorted(
        ((q, line) for q, line in zip(qs, tested, strict=True) if line[1].flagged > (line[2] or 0)),
        key=lambda found: (found[0], -found[1][1].flagged),
    )[:MOST_LINES]
    names = people_named.people(ask.session, (one.person for _, (_, one, _) in shown))
    return Figure(
        "people",
        Phrase("People with more than their colleagues' share"),
        "data_quality",
        (
            Column("person", Phrase("Person")),
            Column("flag", Phrase("Pattern")),
            Column("observed", Phrase("Found"), "count"),
            Column("acts", Phrase("Of so many acts"), "count"),
            Column("expected", Phrase("At the colleagues' rate"), "number"),
            Column("q", Phrase("False alarm, of a hundred"), "percent"),
        ),
        [
            (
                names[one.person],
                FLAGS[flag].title,
                Linked(one.flagged, "flag", {"flag": flag, "person": one.person}),
                one.acts,
                expected,
                100 * q,
            )
            for q, (flag, one, expected) in shown
        ],
        notes=(
            FALSE_ALARM,
            Phrase("People with fewer than {n} acts are not compared.", {"n": ENOUGH}),
        ),
        empty=Phrase("Nobody stands out."),
        n=len(tested),
    )


PER_PERSON = {
    "quick": f"""SELECT person, count(*), count(*) FILTER (closed_at - began_at < {QUICK_SECONDS} * 1000000)
        FROM answers WHERE list_contains($approvals, closing_action) GROUP BY person""",
    "outside": "SELECT person, count(*), count(*) FILTER (outside) FROM staff_acts GROUP BY person",
    "jumps": "SELECT person, count(*), count(*) FILTER (jumped) FROM claims GROUP BY person",
}
"""Flag -> each person with how many acts could have been flagged, and how many were."""


def _by_others(shares: Sequence[Shares]) -> list[float | None]:
    """How many flagged acts each would have at the share of all the others, with one more flagged act than they have.

    None where there are too few others. Without the one more, the first case ever would look certain.
    """
    acts, flagged = sum(one.acts for one in shares), sum(one.flagged for one in shares)
    return [
        one.acts * (flagged - one.flagged + 1) / (acts - one.acts + 1) if acts - one.acts >= ENOUGH else None
        for one in shares
    ]


def _flag_lines(ask: Ask) -> Statement:
    flag = FLAGS.get(ask.word("flag"))
    if flag is None:
        return Statement("SELECT file, submitted_at, decided_at, state FROM chosen WHERE false")
    asked = used(flag.sql, _rules(ask))
    statement = f"SELECT file, since_at, until_at, place FROM ({flag.sql}) AS lines(file, since_at, until_at, place, person)"
    return Statement(f"{statement} WHERE $person IN ('', person)", {**asked, "person": ask.word("person")})


def _flag_title(ask: Ask) -> Phrase:
    flag = FLAGS.get(ask.word("flag"))
    return flag.title if flag else Phrase("Files")


PAGE = Page(
    "red-flags",
    Phrase("Questions to the record"),
    Phrase(
        "Patterns a controller would ask about, each with its rule and what chance alone would give. No accusation."
    ),
    Prepared("red-flags", figures),
    {
        "flag": Listing(_flag_title, _flag_lines),
        "pair": Listing(unusual_pairs.pair_title, unusual_pairs.pair_lines),
        "jump": Listing(unusual_pairs.pair_title, unusual_pairs.jump_lines),
    },
)
