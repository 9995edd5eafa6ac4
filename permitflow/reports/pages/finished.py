"""How long finished files took: each as a point, by class before the total, by month, and in whose hands."""

from __future__ import annotations

from collections.abc import Mapping

from permitflow.analytics.grouped_percentiles import ALL, Key, Measured, Source, percentiles_by
from permitflow.queries.sentence import Phrase
from permitflow.reports.class_words import GROUPS, value_words
from permitflow.reports.decided_files import GIVEN_UP, LISTINGS, MOST_WEEKS, OPEN, WEEKS
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.held_by_month import held_by_month
from permitflow.reports.lead_times import gather_finished
from permitflow.reports.months import months, values
from permitflow.reports.page import Ask, Page
from permitflow.reports.percentile_cells import (
    INTERVALS,
    class_columns,
    percentile_cells,
    percentile_columns,
    too_few,
)
from permitflow.reports.wording import elapsed

MOST_POINTS = 500
PERCENTS = (50, 85, 90, 95)
DRAWN = (50, 85, 95)
CLASSES = tuple(group for group in GROUPS if group)
"""Classes stand first and the total last: it may move against all of them when their mix changes."""
PERCENTILES = Source("SELECT * FROM finished", (*CLASSES, "month"), ("gross", "net"))
_POINTS = f"""SELECT id, finished.decided_at, gross FROM (
        SELECT file, decided_at, gross FROM finished ORDER BY hash(file), file LIMIT {MOST_POINTS}
    ) AS finished JOIN files USING (file) ORDER BY finished.decided_at, file"""
Percentiles = Mapping[Key, Mapping[str, Measured]]


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    gather_finished(ask.snapshot, values(months(ask.scope)))
    found = percentiles_by(ask.snapshot, PERCENTILES, PERCENTS)
    return [
        _scatter(ask, found[ALL]["gross"]),
        _counted(ask),
        _gross(ask, found),
        _net(ask, found),
        _weeks(ask),
        _trend(ask, found),
        held_by_month(ask),
    ]


def _scatter(ask: Ask, whole: Measured) -> Figure:
    levels = [
        (Phrase("{percent} of 100 files", {"percent": percent}), whole.value(percent)) for percent in DRAWN
    ]
    drawn = Phrase("Drawn are {n} files, chosen by chance; percentiles are from all.", {"n": MOST_POINTS})
    return Figure(
        "scatter",
        Phrase("Each file by the day of its decision"),
        "lead_time",
        (
            Column("decided_at", Phrase("Decided"), "instant"),
            Column("took", Phrase("Time to the decision"), "duration"),
        ),
        [(at, Linked(took, file=id_)) for id_, at, took in ask.snapshot.rows(_POINTS)],
        lead=_lead(whole),
        chart=Chart(
            "scatter",
            "decided_at",
            ("took",),
            Phrase("Days to the decision"),
            lines=tuple((label, value) for label, value in levels if value is not None),
        ),
        notes=(*((drawn,) if whole.n > MOST_POINTS else ()), *too_few(whole.n)),
        n=whole.n,
    )


def _lead(whole: Measured) -> tuple[Phrase, ...]:
    half, most = whole.value(50), whole.value(85)
    if half is None or most is None:
        return ()
    told = {"n": whole.n, "half": elapsed(half), "most": elapsed(most)}
    return (Phrase("Half of {n} files were decided within {half}, 85 of 100 within {most}.", told),)


def _counted(ask: Ask) -> Figure:
    decided, given_up, open_ = ask.snapshot.row(
        f"""SELECT count(*) FILTER (by_city AND in_period(decided_at)), count(*) FILTER ({GIVEN_UP}),
            count(*) FILTER ({OPEN}) FROM chosen"""
    )
    return Figure(
        "counted",
        Phrase("What is counted here, and what is not"),
        "lead_time",
        (Column("what", Phrase("Files")), Column("files", Phrase("Number"), "count")),
        [
            [Phrase("Decided by the city: counted"), Linked(decided, "decided")],
            [Phrase("Given up by the applicant: no decision, left out"), Linked(given_up, "given_up")],
            [Phrase("Open at the end of the period: not known yet, left out"), Linked(open_, "open")],
        ],
        notes=(Phrase("Slow files are decided last. While many are open, these times are too short."),)
        if open_ > decided
        else (),
        n=decided,
        public=True,
    )


def _gross(ask: Ask, found: Percentiles) -> Figure:
    return Figure(
        "gross",
        Phrase("Time to the decision by class (gross: calendar time)"),
        "lead_time",
        (*class_columns(), *percentile_columns("duration")),
        _class_rows(ask, found, "gross"),
        chart=Chart("bars", "class", ("p50", "p85"), Phrase("Days to the decision")),
        notes=_class_notes(found),
        n=found[ALL]["gross"].n,
        public=True,
    )


def _net(ask: Ask, found: Percentiles) -> Figure:
    return Figure(
        "net",
        Phrase("Time to the decision by class (net: business time less holds)"),
        "lead_time",
        (*class_columns(), *percentile_columns("business")),
        _class_rows(ask, found, "net"),
        chart=Chart("bars", "class", ("p50", "p85"), Phrase("Business days to the decision")),
        notes=(
            Phrase(
                "Closed days and declared holds are left out. Time with the applicant and unpaid fees is in it."
            ),
            *_class_notes(found),
        ),
        n=found[ALL]["net"].n,
        public=True,
    )


def _class_rows(ask: Ask, found: Percentiles, measure: str) -> list[list[Cell]]:
    return [
        [
            GROUPS[group],
            value_words(ask.workflows, group, value),
            Linked(measured[measure].n, "decided", {"group": group, "value": value or ""} if group else {}),
            *percentile_cells(measured[measure]),
        ]
        for (group, value), measured in found.items()
        if group in GROUPS and (group or measured[measure].n)
    ]


def _class_notes(found: Percentiles) -> tuple[Phrase, ...]:
    return (INTERVALS, *too_few(*(one["gross"].n for (group, _), one in found.items() if group in GROUPS)))


def _weeks(ask: Ask) -> Figure:
    found = dict(ask.snapshot.rows(f"SELECT {WEEKS}, count(*) FROM finished GROUP BY 1"))
    rows: list[list[Cell]] = [
        [
            7 * week,
            7 * week + 7 if week < MOST_WEEKS else None,
            Linked(found.get(week, 0), "decided", {"weeks": str(week)}),
        ]
        for week in range(max(found, default=-1) + 1)
    ]
    return Figure(
        "weeks",
        Phrase("How many files took how many weeks"),
        "lead_time",
        (
            Column("from_day", Phrase("From day"), "count"),
            Column("before_day", Phrase("Before day"), "count"),
            Column("files", Phrase("Files"), "count"),
        ),
        rows,
        chart=Chart("bars", "from_day", ("files",), Phrase("Files by their days to the decision")),
        n=sum(found.values()),
        public=True,
    )


def _trend(ask: Ask, found: Percentiles) -> Figure:
    spans = [span.name for span in months(ask.scope)]
    known = {name: found["month", name]["gross"] for name in spans if ("month", name) in found}
    return Figure(
        "trend",
        Phrase("Time to the decision by month"),
        "percentiles",
        (
            Column("month", Phrase("Month")),
            Column("files", Phrase("Files"), "count"),
            *percentile_columns("duration"),
        ),
        [
            [name, Linked(one.n, "decided", {"month": name}), *percentile_cells(one)]
            for name, one in known.items()
        ],
        chart=Chart("lines", "month", ("p50", "p85"), Phrase("Days to the decision")),
        notes=(INTERVALS, *too_few(*(one.n for one in known.values()))),
        n=sum(one.n for one in known.values()),
        public=True,
    )


PAGE = Page(
    "finished",
    Phrase("How long finished files took"),
    Phrase("From submission to the city's decision."),
    figures,
    LISTINGS,
)
