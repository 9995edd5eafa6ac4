"""Where files wait: what holds them up, in whose court the ball is, each step, and what does not move or is late.

The tables as a reader sees them, for mails and programs; a spreadsheet gets more columns of each (reports/tables.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from permitflow.analytics.courts import PARTIES
from permitflow.queries.sentence import Phrase
from permitflow.reports import definitions
from permitflow.reports.bottlenecks import Bottlenecks, bottlenecks
from permitflow.reports.causes import Causes, HeldUp, causes_of
from permitflow.reports.contributions import Contributions, contributions_of
from permitflow.reports.courts import Courts
from permitflow.reports.deadlines import DueLine
from permitflow.reports.decisions import DecisionLine
from permitflow.reports.figures import Cell, Column, Figure, Linked
from permitflow.reports.file_lists import Name, names
from permitflow.reports.held_by_month import TITLES as COURTS
from permitflow.reports.intervals import shown
from permitflow.reports.page import Ask, Choice, Page
from permitflow.reports.pages.contribution import causes_figure, parts_figure, waits_figure
from permitflow.reports.permits import OWN, IssuedLine
from permitflow.reports.steps import StepLine
from permitflow.reports.wording import in_english

STEP = Column("step", Phrase("Step"))
OPEN = (
    Column("open_now", Phrase("Open now"), "count"),
    Column("oldest_open", Phrase("Oldest open"), "duration"),
)
CLOSED = Column("closed", Phrase("Closed (n)"), "count")


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    report, split = bottlenecks(ask), contributions_of(ask)
    return [
        causes_table(causes_of(ask), report, split),
        _courts(report.courts),
        _steps(report),
        waits_figure(report.steps),
        parts_figure(split),
        _stuck(report, names(ask.session, [one.application_id for one in report.stuck.first])),
        _clocks(report.due_lines),
        _outside(report.outside_steps),
        _decisions(report.decisions),
        _weeks(report, report.line(ask.word("step"))),
        _permits(report.issued),
    ]


def causes_table(causes: Causes, report: Bottlenecks, split: Contributions) -> Figure:
    """Return what holds files up: the finder's sentences, what a faster step would save, and the size of each."""
    return Figure(
        "causes",
        Phrase("What holds files up"),
        "waiting_causes",
        (
            STEP,
            Column("cause", Phrase("Cause")),
            Column("files", Phrase("Files held up"), "count"),
            Column("days_lost", Phrase("Days lost"), "number"),
            Column("share", Phrase("Share of lead time"), "percent"),
            Column("open_now", Phrase("There now"), "count"),
            Column("closed", Phrase("Ended (n)"), "count"),
        ),
        [_held_up(one, report.line(one.finding.step)) for one in causes.found],
        lead=tuple(_told(causes, split)),
        notes=causes_figure(causes, report.scope.now).notes,
        empty=Phrase(
            "Nothing holds files up: at no step do they wait long enough, or for a large enough part of their time, to be "
            "called a bottleneck."
        )
        if causes.enough
        else Phrase(
            "Once a step has had 20 visits, this says where files are held up, why, and what it would take."
        ),
        n=causes.looked_at,
        meaning=definitions.CAUSES,
    )


def _told(causes: Causes, split: Contributions) -> Iterator[Phrase]:
    faster = {part.step: part.say() for part in split.parts}
    for one in causes.foremost:
        yield Phrase("{told}", {"told": one.say()})
        saved = faster.get(one.finding.step)
        if saved is not None:
            yield saved


def _held_up(one: HeldUp, line: StepLine | None) -> tuple[Cell, ...]:
    found = one.finding
    there = (line.figures.open_now, line.figures.closed) if line else (0, 0)
    return (_name(one.title), one.cause, found.files, round(found.days_lost), one.percent, *there)


def _courts(courts: Courts) -> Figure:
    rows: list[tuple[Cell, ...]] = [
        (
            COURTS[party],
            courts.share(party) / 10,
            courts.held_us[party],
            courts.touched[party],
            courts.now_with[party],
        )
        for party in PARTIES
    ]
    whole = 100.0 if courts.elapsed_us else None
    total = (Phrase("All"), whole, courts.elapsed_us, courts.files, sum(courts.now_with.values()))
    gap = Phrase("Files left out, because their record of courts has a gap: {n}.", {"n": courts.unexplained})
    return Figure(
        "courts",
        Phrase("Whose court the ball was in"),
        "ball_in_court",
        (
            Column("court", Phrase("Court")),
            Column("percent", Phrase("Share"), "percent"),
            Column("held", Phrase("Time in all"), "duration"),
            Column("files", Phrase("Files held at some time"), "count"),
            Column("open_now", Phrase("Open files held now"), "count"),
        ),
        [*rows, total],
        notes=(gap,) if courts.unexplained else (),
        n=courts.files,
        meaning=definitions.COURTS,
    )


def _steps(report: Bottlenecks) -> Figure:
    return Figure(
        "steps",
        Phrase("Steps of the city, the longest wait first"),
        "step_times",
        (
            *(STEP, *OPEN),
            Column("waiting_p50", Phrase("Waiting, median"), "duration"),
            Column("waiting_p90", Phrase("Waiting, p90"), "duration"),
            Column("working_p50", Phrase("Working, median"), "duration"),
            Column("working_p90", Phrase("Working, p90"), "duration"),
            CLOSED,
            Column("arrived_12_weeks", Phrase("Arrived, 12 weeks"), "count"),
            Column("left_12_weeks", Phrase("Left, 12 weeks"), "count"),
        ),
        [_step(line) for line in report.city_steps],
        lead=_slowest(report.slowest),
        empty=Phrase("No step of the city was visited in this period."),
        meaning=definitions.STEPS,
    )


def _step(line: StepLine) -> tuple[Cell, ...]:
    one = line.figures
    waits = (one.waiting_p50, one.waiting_p90, one.working_p50, one.working_p90)
    times = (shown(value, one.closed) for value in waits)
    return (_name(line.title), one.open_now, one.oldest_open_us, *times, one.closed, line.arrived, line.left)


def _slowest(line: StepLine | None) -> tuple[Phrase, ...]:
    if line is None:
        return ()
    told = {"step": line.title, "n": line.figures.closed, "time": in_english(line.figures.waiting_p50)}
    message = "{step}: half of {n} visits waited more than {time} before anyone took the file."
    return (Phrase(message, told),)


def _stuck(report: Bottlenecks, called: Mapping[str, Name]) -> Figure:
    counts = {"overdue": report.overdue, "stuck": report.stuck.count}
    told = Phrase(
        "Past a due date of the city: {overdue}. Not moving, for this or another reason: {stuck}.", counts
    )
    return Figure(
        "stuck",
        Phrase("Files that do not move"),
        "ageing",
        (
            Column("number", Phrase("File")),
            Column("title", Phrase("What")),
            Column("court", Phrase("Court")),
            Column("steps", STEP.title),
            Column("reasons", Phrase("Why")),
        ),
        [
            (
                Linked(called[one.application_id].number, file=one.application_id),
                called[one.application_id].title,
                COURTS.get(one.party, one.party),
                ", ".join(map(report.workflows.step_title, one.steps)),
                " ".join(reason.template % reason.params for reason in one.reasons),
            )
            for one in report.stuck.first
        ],
        lead=(told,) if report.overdue or report.stuck.count else (),
        empty=Phrase(
            "Every open file moves. A file appears here when it is past a due date, or waits longer than nine in ten "
            "before it."
        ),
        n=report.stuck.count,
        meaning=definitions.STUCK,
    )


def _clocks(lines: Sequence[DueLine]) -> Figure:
    return Figure(
        "clocks",
        Phrase("Due dates the city kept"),
        "on_time",
        (
            Column("clock", Phrase("Clock")),
            Column("percent_in_time", Phrase("Share in time"), "percent"),
            Column("n", Phrase("Due (n)"), "count"),
            Column("in_time", Phrase("In time"), "count"),
            Column("late", Phrase("Late"), "count"),
            Column("overdue", Phrase("Overdue and open"), "count"),
        ),
        [(_name(line.title), line.share, line.n, line.in_time, line.late, line.overdue) for line in lines],
        empty=Phrase("No clock of the city came to its end in this period."),
        n=sum(line.n for line in lines),
        meaning=definitions.CLOCKS,
    )


def _outside(lines: Sequence[StepLine]) -> Figure:
    return Figure(
        "outside",
        Phrase("Waiting for applicants"),
        "step_times",
        (
            STEP,
            Column("court", Phrase("Court")),
            *OPEN,
            Column("stay_p50", Phrase("Stay, median"), "duration"),
            Column("stay_p90", Phrase("Stay, p90"), "duration"),
            CLOSED,
        ),
        [_stay(line) for line in lines],
        empty=Phrase("No file waited for its applicant in this period."),
        meaning=definitions.OUTSIDE,
    )


def _stay(line: StepLine) -> tuple[Cell, ...]:
    one = line.figures
    times = (shown(value, one.closed) for value in (one.sojourn_p50, one.sojourn_p90))
    court = COURTS.get(line.party, line.party)
    return (_name(line.title), court, one.open_now, one.oldest_open_us, *times, one.closed)


def _decisions(lines: Sequence[DecisionLine]) -> Figure:
    return Figure(
        "decisions",
        Phrase("From submission to decision"),
        "lead_time",
        (
            Column("workflow", Phrase("Kind")),
            Column("median", Phrase("Median"), "duration"),
            Column("p90", Phrase("p90"), "duration"),
            Column("decided", Phrase("Decided (n)"), "count"),
            Column("given_up", Phrase("Withdrawn or abandoned"), "count"),
            Column("open_now", Phrase("Not decided yet"), "count"),
        ),
        [
            (
                _name(line.title),
                shown(line.median_us, line.decided),
                shown(line.p90_us, line.decided),
                *(line.decided, line.given_up, line.open_now),
            )
            for line in lines
        ],
        n=sum(line.decided for line in lines),
        meaning=definitions.DECISIONS,
    )


def _weeks(report: Bottlenecks, step: StepLine | None) -> Figure:
    title = (
        Phrase("Arrivals and departures each week: {step}", {"step": step.title})
        if step
        else Phrase("Arrivals and departures each week: all files")
    )
    return Figure(
        "weeks",
        title,
        "flow",
        (
            Column("week_from", Phrase("Week from"), "date"),
            Column("arrived", Phrase("Arrived"), "count"),
            Column("left", Phrase("Left"), "count"),
        ),
        [
            (count.week.starts_on, count.arrived, count.left)
            for count in (step.weeks if step else report.weeks)
        ],
        meaning=definitions.WEEKS,
    )


def _permits(lines: Sequence[IssuedLine]) -> Figure:
    return Figure(
        "permits",
        Phrase("Permits issued"),
        "flow",
        (
            Column("period", Phrase("Month")),
            Column("source", Phrase("Source")),
            Column("permits", Phrase("Permits"), "count"),
            Column("stations", Phrase("Stations"), "count"),
            Column("permits_with_stations", Phrase("Permits that state stations"), "count"),
        ),
        [
            (
                line.period,
                Phrase("This system") if line.source == OWN else line.source,
                *(line.permits, line.stations, line.with_stations),
            )
            for line in lines
        ],
        empty=Phrase(
            "No permit was issued in this period. Permits appear here on the day they are issued or imported."
        ),
        n=sum(line.permits for line in lines),
        meaning=definitions.PERMITS,
    )


def _name(title: str) -> Phrase:
    """What a city calls a step, a clock or a kind of application, in the reader's words where they are known."""
    return Phrase("{step}", {"step": title})


def _choices(ask: Ask) -> list[tuple[str, Phrase | str]]:
    found = ask.snapshot.rows("SELECT DISTINCT step FROM stays ORDER BY 1")
    usual: list[tuple[str, Phrase | str]] = [("", Phrase("All files"))]
    return [*usual, *((step, Phrase(ask.workflows.step_title(step))) for (step,) in found)]


PAGE = Page(
    "bottlenecks",
    Phrase("Where files wait"),
    Phrase("What holds files up, in whose court they are, and which do not move."),
    figures,
    choices=(Choice("step", Phrase("Weeks of"), _choices),),
)
