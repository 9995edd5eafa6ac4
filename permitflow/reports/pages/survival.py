"""How many are still open after so many days: at each step, and whole files with how they ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.analytics.survival import Curve, share_ended_by
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.page import Ask, Choice, Listing, Page, Statement
from permitflow.reports.stay_curves import (
    OF_A_STEP,
    OUTCOMES,
    Span,
    ends_of_files,
    file_curves,
    incidence,
    share_open,
    step_curves,
)

TABLE_DAYS = (7, 14, 30, 60, 90, 180)
CURVE_DAYS = (*range(15), *range(15, 60, 3), *range(60, 184, 4))
FEW = Phrase("Of fewer than {n} only the counts are shown: a share would name single files.", {"n": ENOUGH})
BEGAN = Phrase(
    "Counted are those that began in the period, followed up to now. Open ones count as far as they have come."
)
DAY = Column("day", Phrase("Days"), "number")
OUTCOME_TITLES = {
    "issued": Phrase("Issued"),
    "denied": Phrase("Denied"),
    "withdrawn": Phrase("Withdrawn"),
    "expired": Phrase("Expired or abandoned"),
}


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    began = _began(ask)
    steps = step_curves(ask.snapshot, began)
    ends = ends_of_files(ask, began)
    titles = {step: ask.workflows.step_title(step) for step in steps}
    one = _chosen_step(ask, steps)
    band = [_band(titles[one], steps[one])] if one else []
    files = _table("files", Phrase("Files not decided yet"), file_curves(ends), ask.workflows.titles)
    shown = {name: counts for name, counts in ends.items() if sum(n for _, _, n in counts) >= ENOUGH}
    outcomes = [_outcomes(ask, workflow, counts) for workflow, counts in shown.items()]
    return [
        _table("steps", Phrase("Still at the step"), steps, titles),
        _curves(steps, titles),
        *band,
        files,
        *outcomes,
    ]


def _began(ask: Ask) -> Span:
    return ask.scope.start_at, ask.scope.end_at


def _chosen_step(ask: Ask, steps: Mapping[str, Curve]) -> str:
    """The step asked for, else the one with the most stays; none with too few."""
    asked = ask.word("step")
    found = asked if asked in steps else max(steps, key=lambda step: steps[step].n, default="")
    return found if found and steps[found].n >= ENOUGH else ""


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _table(kind: str, title: Phrase, curves: Mapping[str, Curve], titles: Mapping[str, str]) -> Figure:
    """One row for each curve: how many, the median, and the share still open after some days."""
    columns = (
        Column("what", Phrase("Step") if kind == "steps" else Phrase("Kind of application")),
        Column("began", Phrase("Began"), "count"),
        Column("open", Phrase("Still open"), "count"),
        Column("half", Phrase("Half were done within"), "duration"),
        *(
            Column(f"day_{day}", Phrase("Open after {day} days, %", {"day": day}), "percent")
            for day in TABLE_DAYS
        ),
    )
    rows: list[list[Cell]] = []
    for name, curve in curves.items():
        shares = [_percent(share_open(curve, day * DAY_US)) for day in TABLE_DAYS]
        still = Linked(curve.n - curve.events, f"{kind}_open", {"of": name})
        rows.append(
            [
                Phrase(titles.get(name, name)),
                Linked(curve.n, f"{kind}_began", {"of": name}),
                still,
                _half(curve),
                *shares,
            ]
        )
    few = any(curve.n < ENOUGH for curve in curves.values())
    return Figure(
        kind,
        title,
        "survival",
        columns,
        rows,
        lead=_lead(curves, titles),
        notes=(BEGAN, FEW) if few else (BEGAN,),
        n=sum(curve.n for curve in curves.values()),
        public=True,
    )


def _half(curve: Curve) -> int | None:
    """The time within which half have ended."""
    if curve.n < ENOUGH:
        return None
    return curve.quantile(0.5)


def _lead(curves: Mapping[str, Curve], titles: Mapping[str, str]) -> tuple[Phrase, ...]:
    """The line of which the most are still open after 30 days."""
    shares = {name: share_open(curve, 30 * DAY_US) for name, curve in curves.items()}
    known = {name: share for name, share in shares.items() if share is not None}
    if not known:
        return ()
    slowest = max(known, key=lambda name: known[name])
    said = {"place": titles.get(slowest, slowest), "percent": round(100 * known[slowest])}
    return (Phrase("Slowest is {place}: after 30 days {percent} of 100 are still open.", said),)


def _curves(steps: Mapping[str, Curve], titles: Mapping[str, str]) -> Figure:
    shown = {step: curve for step, curve in steps.items() if curve.n >= ENOUGH}
    rows: list[list[Cell]] = [
        [day, *(_percent(share_open(curve, day * DAY_US)) for curve in shown.values())]
        for day in CURVE_DAYS
        if shown
    ]
    return Figure(
        "curves",
        Phrase("Share still at the step, day by day"),
        "survival",
        (DAY, *(Column(step, Phrase(titles[step]), "percent") for step in shown)),
        rows,
        chart=Chart("steps", "day", tuple(shown), Phrase("Share still at the step, in percent")),
        n=sum(curve.n for curve in shown.values()),
        public=True,
    )


def _band(title: str, curve: Curve) -> Figure:
    """One curve with the range in which the true one lies."""
    rows: list[list[Cell]] = []
    for day in CURVE_DAYS:
        share = share_open(curve, day * DAY_US)
        if share is None:
            break
        before = [point for point in curve.points if point.t <= day * DAY_US]
        low, high = (before[-1].low, before[-1].high) if before else (1.0, 1.0)
        rows.append([day, 100 * share, 100 * low, 100 * high])
    return Figure(
        "band",
        Phrase("One step with its range: {place}", {"place": title}),
        "survival",
        (
            DAY,
            Column("open", Phrase("Still open, %"), "percent"),
            Column("low", Phrase("Not below, %"), "percent"),
            Column("high", Phrase("Not above, %"), "percent"),
        ),
        rows,
        lead=(
            Phrase(
                "The true share lies between the two outer lines in 95 of 100 cases. Stays: {n}, ended: {ended}.",
                {"n": curve.n, "ended": curve.events},
            ),
        ),
        chart=Chart("band", "day", ("open", "low", "high"), Phrase("Share still at the step, in percent")),
        n=curve.n,
        public=True,
    )


def _outcomes(ask: Ask, workflow: str, counts: Sequence[tuple[int, str | None, int]]) -> Figure:
    """By each day, which share of the files of one workflow has ended in which way."""
    found, longest = incidence(counts), max(t for t, _, _ in counts)
    rows: list[list[Cell]] = [
        [day, *(100 * share_ended_by(found, outcome, day * DAY_US) for outcome in OUTCOMES)]
        for day in CURVE_DAYS
        if day * DAY_US <= longest or (found and found[-1].still_open <= 0)
    ]
    ended = {one: sum(n for _, ending, n in counts if ending == one) for one in OUTCOMES}
    still = sum(n for _, ending, n in counts if ending is None)
    return Figure(
        f"ends-{workflow}",
        Phrase("How files ended: {workflow}", {"workflow": ask.workflows.titles.get(workflow, workflow)}),
        "survival",
        (DAY, *(Column(one, OUTCOME_TITLES[one], "percent") for one in OUTCOMES)),
        rows,
        lead=(
            Phrase(
                "Issued: {issued}. Denied: {denied}. Withdrawn: {withdrawn}. Expired or abandoned: {expired}. "
                "Still open: {still}.",
                {**ended, "still": still},
            ),
        ),
        chart=Chart("area", "day", OUTCOMES, Phrase("Share of files by how they ended, in percent")),
        notes=(
            Phrase("Shown is the first decision. The rest up to 100 is still open."),
            BEGAN,
        ),
        n=sum(n for _, _, n in counts),
        public=True,
    )


def _stays(condition: str) -> Listing:
    def lines(ask: Ask) -> Statement:
        return Statement(
            f"SELECT file, opened_at, closed_at, step FROM stays "
            f"WHERE {OF_A_STEP} AND in_period(opened_at) AND step = $of{condition}",
            {"of": ask.word("of")},
        )

    return Listing(lambda ask: Phrase("{place}: stays that began in the period", _place(ask)), lines)


def _files(condition: str) -> Listing:
    def lines(ask: Ask) -> Statement:
        return Statement(
            f"SELECT file, submitted_at, decided_at, state FROM chosen "
            f"WHERE in_period(submitted_at) AND workflow = $of{condition}",
            {"of": ask.word("of")},
        )

    return Listing(lambda ask: Phrase("{place}: files submitted in the period", _kind(ask)), lines)


def _place(ask: Ask) -> dict[str, str]:
    return {"place": ask.workflows.step_title(ask.word("of"))}


def _kind(ask: Ask) -> dict[str, str]:
    return {"place": ask.workflows.titles.get(ask.word("of"), ask.word("of"))}


def _steps(ask: Ask) -> list[tuple[str, Phrase | str]]:
    found = ask.snapshot.rows(
        f"SELECT DISTINCT step FROM stays WHERE {OF_A_STEP} AND in_period(opened_at) ORDER BY step"
    )
    usual: list[tuple[str, Phrase | str]] = [("", Phrase("The step with the most stays"))]
    return [*usual, *((step, Phrase(ask.workflows.step_title(step))) for step in chain.from_iterable(found))]


PAGE = Page(
    "survival",
    Phrase("How long until it is done"),
    Phrase("The share still open after so many days; open files are counted, not dropped."),
    figures,
    {
        "steps_began": _stays(""),
        "steps_open": _stays(" AND closed_at IS NULL"),
        "files_began": _files(""),
        "files_open": _files(" AND decided_at IS NULL"),
    },
    (Choice("step", Phrase("Step with its range"), _steps),),
)
