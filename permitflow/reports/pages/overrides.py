"""What people set aside: reviews, clocks, decisions and versions; how often, who, and in which files."""

from __future__ import annotations

from typing import Any

from permitflow.queries.sentence import Phrase
from permitflow.reports import months, people_named
from permitflow.reports.figures import Chart, Column, Figure, Linked
from permitflow.reports.legal_terms import titled
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.set_aside import KINDS, SET_ASIDE, detail_words, kinds_of

MOST_ACTS = 200
ALLOWED = Phrase("All of these acts are allowed to those who did them. What is written here is no judgement.")
NONE = Phrase("Nothing was set aside in the period.")


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    return [_kinds(ask), _by_person(ask), _by_month(ask), _acts(ask)]


def _rows(ask: Ask, statement: str) -> list[tuple[Any, ...]]:
    return ask.snapshot.rows(f"WITH {SET_ASIDE} {statement}", {**kinds_of(ask.workflows)})


def _kinds(ask: Ask) -> Figure:
    found = _rows(
        ask,
        "SELECT kind, count(*), count(DISTINCT file), count(DISTINCT person) FROM aside GROUP BY kind ORDER BY 2 DESC, 1",
    )
    rows = [
        (KINDS[kind], Linked(acts, "acts", {"kind": kind}), files, persons)
        for kind, acts, files, persons in found
    ]
    total = sum(acts for _, acts, _, _ in found)
    return Figure(
        "kinds",
        Phrase("What was set aside"),
        "overrides",
        (
            Column("kind", Phrase("What")),
            Column("acts", Phrase("Acts"), "count"),
            Column("files", Phrase("Files"), "count"),
            Column("people", Phrase("People"), "count"),
        ),
        rows,
        lead=(Phrase("Acts of the period that set something aside: {n}.", {"n": total}),),
        notes=(
            ALLOWED,
            Phrase("Reviews waived by a step of the system are not counted: nobody chose to waive them."),
        ),
        empty=NONE,
        n=total,
    )


def _by_person(ask: Ask) -> Figure:
    found = _rows(
        ask,
        "SELECT person, kind, count(*), count(DISTINCT file) FROM aside GROUP BY ALL ORDER BY 3 DESC, 1, 2 LIMIT 100",
    )
    names = people_named.people(ask.session, (person for person, *_ in found))
    return Figure(
        "by_person",
        Phrase("By whom"),
        "overrides",
        (
            Column("person", Phrase("Person")),
            Column("kind", Phrase("What")),
            Column("acts", Phrase("Acts"), "count"),
            Column("files", Phrase("Files"), "count"),
        ),
        [
            (names[person], KINDS[kind], Linked(acts, "acts", {"kind": kind, "person": person or "-"}), files)
            for person, kind, acts, files in found
        ],
        notes=(Phrase("Who has the authority for an act also does it most often."),),
        empty=NONE,
    )


def _by_month(ask: Ask) -> Figure:
    found = _rows(
        ask,
        f"""SELECT month, kind, count(*) FROM aside JOIN {months.values(months.months(ask.scope))}
            ON happened_at >= start_at AND happened_at < end_at GROUP BY ALL ORDER BY month, kind""",
    )
    return Figure(
        "by_month",
        Phrase("By month"),
        "overrides",
        (
            Column("month", Phrase("Month")),
            Column("kind", Phrase("What")),
            Column("acts", Phrase("Acts"), "count"),
        ),
        [
            (month, KINDS[kind], Linked(acts, "acts", {"kind": kind, "month": month}))
            for month, kind, acts in found
        ],
        chart=Chart("stacked", "month", ("acts",), Phrase("Acts by month"), series="kind"),
        empty=NONE,
        n=sum(acts for _, _, acts in found),
    )


def _acts(ask: Ask) -> Figure:
    found = _rows(
        ask,
        f"""SELECT id, happened_at, kind, detail, person FROM aside JOIN chosen USING (file)
            ORDER BY happened_at DESC, id, kind LIMIT {MOST_ACTS}""",
    )
    names = people_named.people(ask.session, (person for *_, person in found))
    details = detail_words(ask.workflows)
    return Figure(
        "acts",
        Phrase("The newest acts"),
        "overrides",
        (
            Column("at", Phrase("When"), "instant"),
            Column("kind", Phrase("What")),
            Column("detail", Phrase("Step or reason")),
            Column("person", Phrase("Person")),
        ),
        [
            (Linked(at, file=id_), KINDS[kind], details.get(detail, detail), names[person])
            for id_, at, kind, detail, person in found
        ],
        notes=(
            Phrase(
                "The day leads to the file. At most {n} acts are shown here; the numbers above lead to all.",
                {"n": MOST_ACTS},
            ),
        ),
        empty=NONE,
        n=len(found),
    )


def _lines(ask: Ask) -> Statement:
    place, titles = titled(
        "detail", {name: words.message for name, words in detail_words(ask.workflows).items()}
    )
    month = next((one for one in months.months(ask.scope) if one.name == ask.word("month")), None)
    span = (month.start_at, month.end_at) if month else (ask.scope.start_at, ask.scope.end_at)
    wanted = {"kind": ask.word("kind"), "person": ask.word("person"), "from": span[0], "to": span[1]}
    return Statement(
        f"""WITH {SET_ASIDE} SELECT file, happened_at, happened_at, {place} FROM aside
            WHERE kind = $kind AND $person IN ('', coalesce(person, '-')) AND happened_at >= $from AND happened_at < $to""",
        {**kinds_of(ask.workflows), **wanted, **titles},
    )


def _title(ask: Ask) -> Phrase:
    return KINDS.get(ask.word("kind"), Phrase("Acts that set something aside"))


PAGE = Page(
    "overrides",
    Phrase("Overrides, waivers and clock edits"),
    Phrase("Acts by which somebody set a rule, a review, a clock or a decision aside."),
    figures,
    {"acts": Listing(_title, _lines)},
)
