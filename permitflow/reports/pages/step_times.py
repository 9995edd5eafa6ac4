"""How long files stay, wait and are worked on at each step, and how much of their life nobody worked on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from permitflow.analytics.grouped_percentiles import Measured, Source, percentiles_by
from permitflow.queries.sentence import Phrase
from permitflow.reports.decided_files import LISTINGS
from permitflow.reports.figures import Cell, Chart, Column, Figure, Kind, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.percentile_cells import (
    INTERVALS,
    percentile_cells,
    percentile_columns,
    too_few,
)
from permitflow.reports.stay_curves import OF_A_STEP
from permitflow.reports.wording import elapsed, in_business_days
from permitflow.reports.worked_lives import worked_figures

_ENDED = f"{OF_A_STEP} AND in_period(closed_at)"
_OPEN = f"{OF_A_STEP} AND closed_at IS NULL"
_IN_CITY = "party NOT IN ('applicant', 'payment')"
"""Where the applicant or a payment is waited for nobody claims a file: only the stay counts there."""
_B_WORK = """CASE WHEN worked_us = 0 THEN 0 WHEN worked_us = closed_at - first_claimed_at THEN b_closed - b_claimed
    ELSE ((b_closed - b_claimed)::DOUBLE * worked_us / (closed_at - first_claimed_at))::BIGINT END"""
STAYS = Source(
    f"""SELECT step, closed_at - opened_at AS stay, b_closed - b_opened AS b_stay,
            CASE WHEN {_IN_CITY} THEN closed_at - opened_at - worked_us END AS wait,
            CASE WHEN {_IN_CITY} THEN b_closed - b_opened - ({_B_WORK}) END AS b_wait,
            CASE WHEN {_IN_CITY} AND worked_us > 0 THEN worked_us END AS work,
            CASE WHEN {_IN_CITY} AND worked_us > 0 THEN {_B_WORK} END AS b_work
        FROM stays WHERE {_ENDED}""",
    ("step",),
    ("stay", "b_stay", "wait", "b_wait", "work", "b_work"),
    whole=False,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure of steps: its measure of STAYS, the list behind its n, and its words."""

    measure: str
    kind: Kind
    listing: str
    title: Phrase
    label: Phrase
    note: Phrase


_STAY = Phrase("Only stays that ended are measured; those that still last stand beside them.")
_WAIT = Phrase("Waiting is the stay less the time in which somebody had claimed the file.")
_WORK = Phrase(
    "Work is claimed time, nights included. Stays that nobody claimed are not in it: no work was recorded."
)
_PART = Phrase(
    "Where a file was given back in between, its work is spread evenly over business and closed days."
)
SHOWN = (
    Shown(
        "stay",
        "duration",
        "ended",
        Phrase("Stay at a step, calendar time"),
        Phrase("Days at the step"),
        _STAY,
    ),
    Shown(
        "b_stay",
        "business",
        "ended",
        Phrase("Stay at a step, business time"),
        Phrase("Business days at the step"),
        _STAY,
    ),
    Shown(
        "wait",
        "duration",
        "waited",
        Phrase("Waiting at a step, calendar time"),
        Phrase("Days unclaimed"),
        _WAIT,
    ),
    Shown(
        "b_wait",
        "business",
        "waited",
        Phrase("Waiting at a step, business time"),
        Phrase("Business days unclaimed"),
        _PART,
    ),
    Shown(
        "work", "duration", "worked", Phrase("Work at a step, calendar time"), Phrase("Days claimed"), _WORK
    ),
    Shown(
        "b_work",
        "business",
        "worked",
        Phrase("Work at a step, business time"),
        Phrase("Business days claimed"),
        _PART,
    ),
)
Found = Mapping[str, Mapping[str, Measured]]


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    grouped = percentiles_by(ask.snapshot, STAYS)
    found = {step: measured for (_, step), measured in grouped.items() if step is not None}
    still = dict(ask.snapshot.rows(f"SELECT step, count(*) FROM stays WHERE {_OPEN} GROUP BY step"))
    return [*(_steps(ask, shown, found, still) for shown in SHOWN), *worked_figures(ask)]


def _steps(ask: Ask, shown: Shown, found: Found, still: Mapping[str, int]) -> Figure:
    known = {step: measured[shown.measure] for step, measured in found.items() if measured[shown.measure].n}
    order = sorted(known, key=lambda step: (-(known[step].value(50) or 0), step))
    return Figure(
        shown.measure,
        shown.title,
        "step_times",
        (
            Column("step", Phrase("Step")),
            Column("open", Phrase("Open now"), "count"),
            Column("n", Phrase("Stays (n)"), "count"),
            *percentile_columns(shown.kind),
        ),
        [_row(ask, shown, step, known[step], still.get(step, 0)) for step in order],
        lead=_lead(ask, shown, known, order),
        chart=Chart("bars", "step", ("p50", "p85"), shown.label),
        notes=(shown.note, INTERVALS, *too_few(*(one.n for one in known.values()))),
        n=sum(one.n for one in known.values()),
        public=True,
    )


def _row(ask: Ask, shown: Shown, step: str, measured: Measured, still: int) -> list[Cell]:
    return [
        Phrase(ask.workflows.step_title(step)),
        Linked(still, "open_stays", {"step": step}),
        Linked(measured.n, shown.listing, {"step": step}),
        *percentile_cells(measured),
    ]


def _lead(ask: Ask, shown: Shown, known: Mapping[str, Measured], order: list[str]) -> tuple[Phrase, ...]:
    if not order or (half := known[order[0]].value(50)) is None:
        return ()
    place, n = ask.workflows.step_title(order[0]), known[order[0]].n
    length = in_business_days(half) if shown.kind == "business" else elapsed(half)
    told = {"place": place, "n": n, "half": length}
    return (Phrase("Longest at {place}: half of {n} stays within {half}.", told),)


def _listed(condition: str) -> Listing:
    def lines(ask: Ask) -> Statement:
        sql = f"SELECT file, opened_at, closed_at, step FROM stays WHERE step = $step AND {condition}"
        return Statement(sql, {"step": ask.word("step")})

    return Listing(_title, lines)


def _title(ask: Ask) -> Phrase:
    return Phrase("Stays at {place}", {"place": ask.workflows.step_title(ask.word("step"))})


PAGE = Page(
    "step-times",
    Phrase("How long each step takes"),
    Phrase("Stay, waiting and work at each step, and the time in which nobody worked on a file."),
    figures,
    {
        "open_stays": _listed(_OPEN),
        "ended": _listed(_ENDED),
        "waited": _listed(f"{_IN_CITY} AND {_ENDED}"),
        "worked": _listed(f"{_IN_CITY} AND worked_us > 0 AND {_ENDED}"),
        "lives": LISTINGS["lives"],
    },
)
