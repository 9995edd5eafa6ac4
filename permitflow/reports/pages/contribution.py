"""Why files wait: the causes at each step, what each step adds to the time to the decision, and how waits changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from permitflow.analytics.contribution import BETWEEN
from permitflow.analytics.durations import DAY_US
from permitflow.queries.sentence import Phrase
from permitflow.reports.causes import CAUSES, FOREMOST, Causes, causes_of, held_up_ids
from permitflow.reports.contributions import (
    FASTER_DAYS,
    MOST_FILES,
    Contributions,
    StepPart,
    contributions_of,
)
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.intervals import shown
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.steps import StepFigures, StepLine, before_at, city_steps, step_lines
from permitflow.reports.wording import MINUTE

NO_STEP = Phrase("No step open")
LONGER, SHORTER = Phrase("▲ longer than before"), Phrase("▼ shorter than before")
SAME, UNKNOWN = Phrase("= no clear change"), Phrase("too few to tell")


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    causes = causes_figure(causes_of(ask), ask.snapshot.as_of)
    return [causes, parts_figure(contributions_of(ask)), waits_figure(step_lines(ask))]


def causes_figure(causes: Causes, now: int) -> Figure:
    """Return the bottlenecks with what their people did while files waited."""
    return Figure(
        "waiting-causes",
        Phrase("Why files wait"),
        "waiting_causes",
        (
            Column("step", Phrase("Step")),
            Column("cause", Phrase("Cause")),
            Column("files", Phrase("Files held up"), "count"),
            Column("days_lost", Phrase("Days lost"), "number"),
            Column("share", Phrase("Share of lead time"), "percent"),
            Column("vacant", Phrase("Waiting while nobody worked there"), "percent"),
            Column("free", Phrase("Waiting while somebody was free"), "percent"),
            Column("busy", Phrase("Waiting while all were busy"), "percent"),
        ),
        [_cause(one.title, one.finding.step, causes, place) for place, one in enumerate(causes.found)],
        lead=_lead(causes),
        notes=tuple(_notes(causes, now)),
        empty=Phrase("Nothing holds files up, as far as the record tells."),
        n=causes.looked_at,
    )


def _cause(title: str, step: str, causes: Causes, place: int) -> tuple[Cell, ...]:
    found = causes.found[place].finding
    spent = (found.facts.get(name) for name in ("vacant", "free", "busy"))
    return (
        Phrase("{step}", {"step": title}),
        CAUSES[found.cause],
        Linked(found.files, "held_up", {"step": step}),
        found.days_lost,
        causes.found[place].percent,
        *(value if isinstance(value, int) else None for value in spent),
    )


def _lead(causes: Causes) -> tuple[Phrase, ...]:
    if not causes.found:
        return ()
    most = causes.found[0]
    return (
        Phrase(
            "Most time is lost at {step}: {files} files lost {days} days there, {share} % of all lead time.",
            {
                "step": most.title,
                "files": most.finding.files,
                "days": most.finding.facts["days"],
                "share": most.finding.facts["share"],
            },
        ),
    )


def _notes(causes: Causes, now: int) -> Iterator[Phrase]:
    if causes.found:
        yield ALL_FILES
    if causes.cut:
        counts = {"n": causes.looked_at, "all": causes.visits}
        yield Phrase("Only the newest {n} of {all} visits of the period were looked at.", counts)
    if now - causes.as_of >= MINUTE:
        minutes = {"n": (now - causes.as_of) // MINUTE}
        yield Phrase("Worked out in advance; minutes ago: {n}.", minutes)


ALL_FILES = Phrase(
    "Days lost are those of all files, open and abandoned ones up to now; the parts of the time to the decision below are "
    "those of decided files alone."
)


def parts_figure(split: Contributions) -> Figure:
    """Return what each step adds to the time to the decision, and what a faster step would save."""
    return Figure(
        "contribution",
        Phrase("What each step adds to the time to the decision"),
        "step_contribution",
        (
            Column("step", Phrase("Step")),
            Column("files", Phrase("Files (n)"), "count"),
            Column("equal", Phrase("Time, shared by steps open at once"), "duration"),
            Column("equal_share", Phrase("Share"), "percent"),
            Column("critical", Phrase("Time, of the step that ended last"), "duration"),
            Column("critical_share", Phrase("Share of it"), "percent"),
            Column(
                "saved",
                Phrase("Saved for a file, {days} days faster each time", {"days": FASTER_DAYS}),
                "duration",
            ),
            Column("removed", Phrase("Saved for a file, without the step"), "duration"),
        ),
        [_part(part, split) for part in split.parts],
        lead=_told(split),
        chart=Chart("bars", "step", ("equal", "critical"), Phrase("Days of the files together"))
        if split.files
        else None,
        notes=_sampled(split),
        empty=Phrase("The city decided no file in this period."),
        n=split.files,
        public=True,
    )


def _part(part: StepPart, split: Contributions) -> tuple[Cell, ...]:
    title = NO_STEP if part.step == BETWEEN else Phrase("{step}", {"step": part.title})
    whole = split.lead_us or 1
    return (
        title,
        Linked(part.files, "passed", {"step": part.step}) if part.step else None,
        part.equal_us,
        100 * part.equal_us / whole,
        part.critical_us,
        100 * part.critical_us / whole,
        shown(part.mean_saved, part.files),
        shown(part.mean_removed, part.files),
    )


def _told(split: Contributions) -> tuple[Phrase, ...]:
    if not split.files:
        return ()
    counts = {"n": split.files, "days": f"{split.lead_us / DAY_US:.0f}"}
    whole = Phrase(
        "Time to the decision, divided among the steps: {days} d (files: {n}). The parts add up exactly.",
        counts,
    )
    effects = filter(None, [part.say() for part in split.parts])
    return (whole, *islice(effects, FOREMOST))


def _sampled(split: Contributions) -> tuple[Phrase, ...]:
    if split.files == split.decided:
        return ()
    counts = {"n": split.files, "all": split.decided}
    return (Phrase("From {n} files drawn at random from the {all} decided in the period.", counts),)


def waits_figure(lines: Sequence[StepLine]) -> Figure:
    """Return the waits of the city's steps with their range, in business time, and against the period before."""
    return Figure(
        "waits",
        Phrase("How sure the waits are, and whether they changed"),
        "step_times",
        (
            Column("step", Phrase("Step")),
            Column("closed", Phrase("Ended (n)"), "count"),
            Column("waiting_p50", Phrase("Waiting, median"), "duration"),
            Column("low", Phrase("At least"), "duration"),
            Column("high", Phrase("At most"), "duration"),
            Column("business_p50", Phrase("Median, business time"), "business"),
            Column("business_p90", Phrase("p90, business time"), "business"),
            Column("before", Phrase("Median of the period before"), "duration"),
            Column("closed_before", Phrase("Ended before (n)"), "count"),
            Column("change", Phrase("Change")),
        ),
        [_wait(line) for line in city_steps(lines)],
        notes=(
            Phrase(
                "Between 'at least' and 'at most' the true median lies with 95 % confidence. A change is named only "
                "when the median of the period before lies outside."
            ),
        ),
        empty=Phrase("No step of the city was visited in this period."),
        public=True,
    )


def _wait(line: StepLine) -> tuple[Cell, ...]:
    one = line.figures
    waits = (shown(value, one.closed) for value in (one.waiting_p50, one.waiting_low, one.waiting_high))
    business = (shown(value, one.closed) for value in (one.business_p50, one.business_p90))
    closed = Linked(one.closed, "closed", {"step": line.step})
    before = Linked(one.closed_before, "closed_before", {"step": line.step})
    median = shown(one.before, one.closed_before)
    title = Phrase("{step}", {"step": line.title})
    return (title, closed, *waits, *business, median, before, change(one))


def change(one: StepFigures) -> Phrase:
    """Return in words and with a sign whether a step's median wait differs from that of the period before."""
    before = shown(one.before, one.closed_before)
    if before is None or one.waiting_low is None or one.waiting_high is None:
        return UNKNOWN
    if one.waiting_low <= before <= one.waiting_high:
        return SAME
    return LONGER if before < one.waiting_low else SHORTER


def _held_up(ask: Ask) -> Statement:
    ids = sorted(held_up_ids(ask, ask.word("step")))
    return Statement(
        "SELECT file, submitted_at, decided_at, state FROM files WHERE list_contains($ids::VARCHAR[], id)",
        {"ids": ids},
    )


def _passed(ask: Ask) -> Statement:
    return Statement(
        """SELECT file, submitted_at, decided_at, state FROM (
            SELECT * FROM chosen WHERE by_city AND in_period(decided_at) ORDER BY hash(id), id LIMIT $most)
        WHERE $step = '' OR file IN (SELECT file FROM stays WHERE step = $step AND before_decision)""",
        {"most": MOST_FILES, "step": ask.word("step")},
    )


def _closed(condition: str) -> Listing:
    statement = f"SELECT file, opened_at, closed_at, step FROM stays WHERE step = $step AND {condition}"
    return Listing(
        lambda ask: Phrase("{step}: visits that ended", {"step": ask.workflows.step_title(ask.word("step"))}),
        lambda ask: Statement(statement, _closed_parameters(ask, condition)),
    )


def _closed_parameters(ask: Ask, condition: str) -> dict[str, object]:
    given: dict[str, object] = {"step": ask.word("step")}
    return given | ({"before": before_at(ask.scope)} if "$before" in condition else {})


PAGE = Page(
    "contribution",
    Phrase("Why files wait, and what would help"),
    Phrase(
        "The cause at each step, its part of the time to the decision, and what a faster step would save."
    ),
    figures,
    {
        "held_up": Listing(lambda _ask: Phrase("Files that a step held up"), _held_up),
        "passed": Listing(lambda _ask: Phrase("Decided files that were looked at"), _passed),
        "closed": _closed("in_period(closed_at)"),
        "closed_before": _closed("closed_at >= $before AND closed_at < from_us()"),
    },
)
