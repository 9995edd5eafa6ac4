"""How far the figures can be trusted: what is missing in the record, what was entered late, what cannot be right."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, or_, select

from permitflow.analytics.percentiles import ENOUGH
from permitflow.models import CalendarVersion, ClockAnomaly
from permitflow.queries.sentence import Phrase
from permitflow.reports.defects import DEFECTS, HASTY, HASTY_LINES, HASTY_US
from permitflow.reports.figures import Cell, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.small_numbers import hidden, percent

KNOWN_DAYS = 366
"""So many days after its last version a calendar is taken to be still right."""


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    return [_defects(ask), _machine(ask), _hasty(ask)]


def _count(ask: Ask) -> dict[str, tuple[int, int]]:
    count, row = "SELECT count(*) FROM", ask.snapshot.row
    return {
        name: (row(f"{count} ({defect.lines})")[0], row(defect.among)[0]) for name, defect in DEFECTS.items()
    }


def _defects(ask: Ask) -> Figure:
    counted = _count(ask)
    found = sum(count > 0 for count, _ in counted.values())
    return Figure(
        "defects",
        Phrase("What is wrong with the record"),
        "data_quality",
        (
            Column("defect", Phrase("Defect")),
            Column("count", Phrase("Found"), "count"),
            Column("among", Phrase("Among"), "count"),
            Column("share", Phrase("Share"), "percent"),
        ),
        [
            (DEFECTS[name].title, Linked(count, name), among, percent(count, among))
            for name, (count, among) in counted.items()
        ],
        lead=(
            Phrase(
                "Kinds of defects looked for: {all}. Kinds found in the period: {found}.",
                {"all": len(counted), "found": found},
            ),
        ),
        notes=hidden(*(among for _, among in counted.values())),
        n=counted["courts"][1],
        public=True,
    )


def _machine(ask: Ask) -> Figure:
    """What is not about single files: the machine's clock, and days that no calendar told of."""
    scope = ask.scope
    seen = ask.session.execute(
        select(ClockAnomaly.kind, func.count().label("n"))
        .where(or_(ClockAnomaly.jurisdiction_id.is_(None), ClockAnomaly.jurisdiction_id == scope.city.id))
        .where(ClockAnomaly.noticed_at >= scope.start_at, ClockAnomaly.noticed_at < scope.end_at)
        .group_by(ClockAnomaly.kind)
    )
    leaps = {row.kind: row.n for row in seen}
    days, unknown = (scope.to_on - scope.from_on).days + 1, _unknown_days(ask)
    rows: list[tuple[Cell, ...]] = [
        (Phrase("Times the machine's clock went back"), leaps.get("regression", 0), None),
        (Phrase("Times the machine's clock leapt ahead"), leaps.get("jump", 0), None),
        (
            Phrase("Days of the period for which the city has published no calendar"),
            unknown,
            100 * unknown / days,
        ),
    ]
    return Figure(
        "machine",
        Phrase("Clock and calendar"),
        "data_quality",
        (
            Column("defect", Phrase("Defect")),
            Column("count", Phrase("Found"), "count"),
            Column("share", Phrase("Share of the days"), "percent"),
        ),
        rows,
        notes=(
            Phrase(
                "Without a calendar Monday to Friday count as business days. A calendar is taken to know the days up "
                "to {days} days after its last version.",
                {"days": KNOWN_DAYS},
            ),
        ),
        n=days,
        public=True,
    )


def _unknown_days(ask: Ask) -> int:
    """Days of the period that no version of the calendar can have known."""
    scope = ask.scope
    last = ask.session.scalar(
        select(func.max(CalendarVersion.published_at)).where(CalendarVersion.jurisdiction_id == scope.city.id)
    )
    if last is None:
        return (scope.to_on - scope.from_on).days + 1
    known_to = date(1970, 1, 1) + timedelta(microseconds=last) + timedelta(days=KNOWN_DAYS)
    first = max(scope.from_on, known_to + timedelta(days=1))
    return max((scope.to_on - first).days + 1, 0)


def _hasty(ask: Ask) -> Figure:
    found = ask.snapshot.rows(HASTY)
    bad = [step for step, n, median, _ in found if n >= ENOUGH and median < HASTY_US]
    return Figure(
        "hasty",
        Phrase("Steps whose times cannot be trusted"),
        "data_quality",
        (
            Column("step", Phrase("Step")),
            Column("reviews", Phrase("Reviews ended"), "count"),
            Column("median", Phrase("Half took at most"), "duration"),
            Column("hasty", Phrase("Under a minute"), "count"),
            Column("share", Phrase("Share"), "percent"),
            Column("verdict", Phrase("Times of this step")),
        ),
        [
            (
                Phrase(ask.workflows.step_title(step)),
                n,
                median if n >= ENOUGH else None,
                Linked(hasty, "hasty", {"step": step}),
                percent(hasty, n),
                _verdict(n, median),
            )
            for step, n, median, hasty in found
        ],
        lead=(
            Phrase(
                "Steps where half of the reviews took under a minute, so that their times say nothing: {n}.",
                {"n": len(bad)},
            ),
        ),
        notes=hidden(*(n for _, n, _, _ in found)),
        n=sum(n for _, n, _, _ in found),
        public=True,
    )


def _verdict(n: int, median: int) -> Phrase:
    if n < ENOUGH:
        return Phrase("Too few to say")
    return Phrase("Not trustworthy") if median < HASTY_US else Phrase("Plausible")


def _listing(name: str) -> Listing:
    defect = DEFECTS[name]
    return Listing(lambda _ask: defect.title, lambda _ask: Statement(defect.lines))


PAGE = Page(
    "data-quality",
    Phrase("How far the figures can be trusted"),
    Phrase("What is missing in the record, what was entered late, and what cannot be right."),
    figures,
    {
        **{name: _listing(name) for name in DEFECTS},
        "hasty": Listing(
            lambda _ask: Phrase("Reviews that took less than a minute"),
            lambda ask: Statement(HASTY_LINES, {"step": ask.word("step")}),
        ),
    },
)
