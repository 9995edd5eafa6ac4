"""Flow: what came, what left and what lies where, week by week, and whether the people keep up with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from permitflow.analytics.courts import PARTIES
from permitflow.analytics.daily_flow import LEAST_WEEKS, observed_load, over_spans, whole_weeks
from permitflow.analytics.flow_counts import StepFlow, days_of_work_on_hand, throughput_per_day
from permitflow.queries.sentence import Phrase
from permitflow.reports.daily_flow import Kind, Moves, Span, moves, spans, until
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.flow_listings import LISTINGS
from permitflow.reports.held_by_month import TITLES
from permitflow.reports.littles import littles_law
from permitflow.reports.page import Ask, Choice, Page
from permitflow.reports.queue_ages import queue_ages
from permitflow.reports.stay_curves import OF_A_STEP

ALL_FILES = Phrase("All files")
NONE = Moves(0, ())
_END = Column("end_on", Phrase("End of"), "date")
_COUNTS = (
    Column("came", Phrase("Came"), "count"),
    Column("left", Phrase("Left"), "count"),
    Column("net", Phrase("Came less left"), "count"),
    Column("present", Phrase("Present at the end"), "count"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What moved in the period and how its days are put together; `steps` are in the order of their titles."""

    ask: Ask
    moved: Mapping[tuple[Kind, str], Moves]
    spans: Sequence[Span]
    steps: Sequence[str]
    working_days: int

    def flow(self, kind: Kind, name: str) -> StepFlow:
        """Return one flow over the spans."""
        found = self.moved.get((kind, name), NONE)
        return over_spans(name, found.before, found.days, [span.first for span in self.spans])

    def of(self, step: str) -> StepFlow:
        """Return the flow of a step; of whole files when none is named."""
        return self.flow("step", step) if step else self.flow("files", "")

    def title(self, step: str) -> Phrase:
        """Return what a step is called."""
        return Phrase(self.ask.workflows.step_title(step)) if step else ALL_FILES


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    found, parts = moves(ask), spans(ask.scope)
    known = sorted((ask.workflows.step_title(name), name) for kind, name in found if kind == "step")
    (working_days,) = ask.snapshot.row(
        "SELECT count(*) FROM days WHERE open AND start_at >= from_us() AND start_at < $until",
        {"until": until(ask.scope)},
    )
    seen = Seen(
        ask, found if parts else {}, parts, [name for _, name in known] if parts else [], working_days
    )
    step = ask.word("step") if ask.word("step") in seen.steps else ""
    return [
        _cumulative(seen),
        _steps(seen),
        _weeks(seen, step),
        _present(seen),
        littles_law(ask),
        queue_ages(ask, step),
    ]


def _cumulative(seen: Seen) -> Figure:
    files, courts = seen.of(""), {party: seen.flow("court", party) for party in PARTIES}
    closed = list(accumulate(files.departures))
    rows: list[list[Cell]] = [
        [
            span.last,
            Linked(
                done, "left", {"step": "", "since": str(seen.spans[0].start_at), "before": str(span.end_at)}
            ),
            *(
                Linked(courts[party].present[place], "turn", {"party": party, "at": str(span.end_at)})
                for party in PARTIES
            ),
        ]
        for place, (span, done) in enumerate(zip(seen.spans, closed, strict=True))
    ]
    held = [sum(flow.present[place] for flow in courts.values()) for place in range(len(seen.spans))]
    odd = any(present != sum_ for present, sum_ in zip(files.present, held, strict=True))
    told = Phrase(
        "Files that came: {came}, that left: {left}; open went from {start} to {end}.",
        {
            "came": sum(files.arrivals),
            "left": sum(files.departures),
            "start": files.present_before,
            "end": files.present[-1] if files.present else 0,
        },
    )
    return Figure(
        "cumulative",
        Phrase("Cumulative flow: files decided so far, and whose turn it was with the others"),
        "flow",
        (
            _END,
            Column("closed", Phrase("Decided or given up so far"), "count"),
            *(Column(party, TITLES[party], "count") for party in PARTIES),
        ),
        rows if any(files.present) or any(closed) else [],
        lead=(told,) if any(files.present) or any(closed) else (),
        chart=Chart("area", "end_on", ("closed", *PARTIES), Phrase("Files")),
        notes=(Phrase("Some files have a record of turns with a gap: the parts are not all of them."),)
        if odd
        else (),
        n=files.present_before + sum(files.arrivals),
        public=True,
    )


def _steps(seen: Seen) -> Figure:
    names = ["", *seen.steps] if seen.moved else []
    rows = [_step_row(seen, name) for name in names]
    return Figure(
        "steps",
        Phrase("Came, left, present and load of each step in the period"),
        "throughput_and_load",
        (
            Column("step", Phrase("Step")),
            Column("before", Phrase("Present at the start"), "count"),
            *_COUNTS,
            Column("per_day", Phrase("Left a business day"), "number"),
            Column("on_hand", Phrase("Business days of work present"), "number"),
            Column("load", Phrase("Load"), "percent"),
        ),
        rows,
        lead=_steps_lead(seen, rows),
        chart=Chart("bars", "step", ("came", "left"), Phrase("Files")),
        notes=(
            Phrase(
                "Load: the work that came over the work the people of the step can do. What they can do is observed, not"
                " planned: the claimed time they finished in a busy week, one that 9 of 10 weeks do not exceed."
            ),
            Phrase("Load needs {n} whole weeks in the period.", {"n": LEAST_WEEKS}),
        ),
        n=sum(seen.of("").arrivals) if seen.spans else 0,
        public=True,
    )


def _load(seen: Seen, step: str) -> float | None:
    days = list(seen.moved.get(("step", step), NONE).days)
    return observed_load(days, whole_weeks(seen.spans[0].first, seen.spans[-1].last))


def _step_row(seen: Seen, step: str) -> list[Cell]:
    flow = seen.of(step)
    came, left, present = sum(flow.arrivals), sum(flow.departures), flow.present[-1]
    rho = _load(seen, step) if step else None
    whole = {"step": step, "since": str(seen.spans[0].start_at), "before": str(seen.spans[-1].end_at)}
    return [
        seen.title(step),
        Linked(flow.present_before, "present", {"step": step, "at": whole["since"]}),
        Linked(came, "came", whole),
        Linked(left, "left", whole),
        came - left,
        Linked(present, "present", {"step": step, "at": whole["before"]}),
        throughput_per_day(left, seen.working_days),
        days_of_work_on_hand(present, left, seen.working_days),
        None if rho is None else 100 * rho,
    ]


def _steps_lead(seen: Seen, rows: Sequence[Sequence[Cell]]) -> tuple[Phrase, ...]:
    places = list(zip(rows, ["", *seen.steps], strict=False))[1:]
    return (*_grown(seen, places), *_loaded(seen, places))


def _grown(seen: Seen, places: Sequence[tuple[Sequence[Cell], str]]) -> tuple[Phrase, ...]:
    """Where the queue grew most; the net flow is the fifth cell of a row."""
    net, step = max(((int(str(row[4])), step) for row, step in places), default=(0, ""))
    if net <= 0:
        return ()
    told = {"place": seen.ask.workflows.step_title(step), "net": net}
    return (Phrase("The queue grew most at {place}: came less left is {net}.", told),)


def _loaded(seen: Seen, places: Sequence[tuple[Sequence[Cell], str]]) -> tuple[Phrase, ...]:
    known = [(row[-1], step) for row, step in places if isinstance(row[-1], float)]
    if not known:
        return ()
    load, step = max(known)
    told = {"place": seen.ask.workflows.step_title(step), "load": round(load)}
    if load >= 100:
        return (Phrase("More comes to {place} than its people can do: load {load} %.", told),)
    return (Phrase("The highest load is at {place}: {load} %.", told),)


def _weeks(seen: Seen, step: str) -> Figure:
    flow = seen.of(step)
    came, left = list(accumulate(flow.arrivals)), list(accumulate(flow.departures))
    rows: list[list[Cell]] = []
    for place, span in enumerate(seen.spans):
        within = {"step": step, "since": str(span.start_at), "before": str(span.end_at)}
        rows.append(
            [
                span.last,
                Linked(flow.arrivals[place], "came", within),
                Linked(flow.departures[place], "left", within),
                flow.net[place],
                Linked(flow.present[place], "present", {"step": step, "at": within["before"]}),
                flow.present_before + came[place],
                left[place],
            ]
        )
    return Figure(
        "weeks",
        Phrase("What came and what left, summed up over time"),
        "flow",
        (
            _END,
            *_COUNTS,
            Column("came_sum", Phrase("Came so far"), "count"),
            Column("left_sum", Phrase("Left so far"), "count"),
        ),
        rows if any(came) or flow.present_before else [],
        lead=(
            Phrase(
                "Shown is: {place}. The gap between the lines is what is present.",
                {"place": _called(seen, step)},
            ),
        ),
        chart=Chart("lines", "end_on", ("came_sum", "left_sum"), Phrase("Files")),
        notes=(Phrase("What was present at the start counts as come."),),
        n=sum(flow.arrivals),
        public=True,
    )


def _called(seen: Seen, step: str) -> str:
    return seen.ask.workflows.step_title(step) if step else ALL_FILES.message


def _present(seen: Seen) -> Figure:
    flows = {step: seen.of(step) for step in seen.steps}
    return Figure(
        "present",
        Phrase("Files at each step over time"),
        "flow",
        (_END, Column("step", Phrase("Step")), Column("present", Phrase("Present at the end"), "count")),
        [
            [
                span.last,
                seen.title(step),
                Linked(flow.present[place], "present", {"step": step, "at": str(span.end_at)}),
            ]
            for step, flow in flows.items()
            if any(flow.present)
            for place, span in enumerate(seen.spans)
        ],
        chart=Chart("heat", "end_on", ("present",), Phrase("Files present"), series="step"),
        n=sum(flow.present[-1] for flow in flows.values()),
        public=True,
    )


def _choices(ask: Ask) -> list[tuple[str, Phrase | str]]:
    found = ask.snapshot.rows(f"SELECT DISTINCT step FROM stays WHERE {OF_A_STEP} ORDER BY 1")
    return [("", ALL_FILES), *((step, Phrase(ask.workflows.step_title(step))) for (step,) in found)]


PAGE = Page(
    "flow",
    Phrase("What comes, leaves and lies where"),
    Phrase("Arrivals, departures and work in progress, and whether the people keep up."),
    figures,
    LISTINGS,
    (Choice("step", Phrase("Step"), _choices),),
)
