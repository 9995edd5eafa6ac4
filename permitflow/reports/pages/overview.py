"""The overview: what a council member understands in half a minute, in a sentence, a few numbers and one chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.changes import change_of_count, change_of_percent, change_of_time
from permitflow.reports.figures import Cell, Chart, Column, Figure, Kind, Linked, Value, plain
from permitflow.reports.headline import DUE_SOON, OVERDUE, SOON_DAYS, Headline, headline
from permitflow.reports.months import months, values
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.scope import PERIOD_DAYS

FEW = Phrase("Times and shares that fewer than {n} files stand behind are not shown.", {"n": ENOUGH})
NO_BEFORE = Phrase(
    "The record does not reach back over the whole period before this one, so nothing is compared with it."
)
BARS = Phrase("Bars are files decided in the month.")
NONE_DECIDED = Phrase("The city decided no file in these months.")
BARS_AND_LINE = Phrase("Bars are files decided in the month, the line is the time half of them took.")

_TREND = """WITH all_months AS (SELECT * FROM {months}),
    came AS (SELECT month, count(*) AS submitted FROM chosen ASOF JOIN all_months ON submitted_at >= start_at
        WHERE in_period(submitted_at) GROUP BY month),
    went AS (SELECT month, count(*) AS decided, quantile_cont(decided_at - submitted_at, [0.5, 0.85]) AS took
        FROM chosen ASOF JOIN all_months ON decided_at >= start_at
        WHERE by_city AND in_period(decided_at) GROUP BY month)
    SELECT month, coalesce(submitted, 0), coalesce(decided, 0), took FROM all_months
    LEFT JOIN came USING (month) LEFT JOIN went USING (month) ORDER BY month"""


@dataclass(frozen=True, slots=True)
class Card:
    """One big number: what it says, its kind, the change against the period before in words, and its page."""

    id: str
    title: Phrase
    value: Linked
    kind: Kind
    before: Value
    change: Phrase | None
    page: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The sentences on top, the cards, and the figures that files, mails and programs get."""

    told: tuple[Phrase, ...]
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]


def overview(ask: Ask) -> Overview:
    """Return everything the page shows; nothing of it needs a request."""
    found = headline(ask)
    told, cards = _told(ask, found), _cards(found)
    return Overview(told, cards, (cards_figure(cards, told, found), trend(ask)))


def days_of(duration_us: int) -> int | float:
    """Return microseconds as days: whole ones from ten on, else with one decimal."""
    days = duration_us / DAY_US
    return round(days) if days >= 10 or round(days, 1).is_integer() else round(days, 1)


def _told(ask: Ask, found: Headline) -> tuple[Phrase, ...]:
    return tuple(filter(None, (_pace(ask, found), _law(found), _overdue(found), _wait(ask, found))))


def _pace(ask: Ask, found: Headline) -> Phrase:
    scope, flow = ask.scope, found.flow
    length = (scope.to_on - scope.from_on).days + 1
    said: dict[str, object] = {"n": flow.decided, "first": scope.from_on, "last": scope.to_on}
    usual = scope.to_on == scope.today and length in (PERIOD_DAYS, PERIOD_DAYS + 1)
    if flow.p50 is None:
        if usual:
            return Phrase("Applications that the city decided in the last 12 months: {n}.", said)
        return Phrase("Applications that the city decided from {first} to {last}: {n}.", said)
    said["days"] = days_of(flow.p50)
    if usual:
        return Phrase(
            "In the last 12 months the city decided {n} applications, half of them within {days} days.", said
        )
    return Phrase(
        "From {first} to {last} the city decided {n} applications, half of them within {days} days.", said
    )


def _law(found: Headline) -> Phrase | None:
    terms = found.flow.terms
    if terms.percent is None:
        return None
    return Phrase(
        "Of {due} legal terms that came due {kept} were kept; overdue ones that are still open count as missed.",
        {"due": terms.due, "kept": terms.met},
    )


def _overdue(found: Headline) -> Phrase:
    if not found.overdue:
        return Phrase("No open file is past its legal date.")
    if not found.unchecked:
        return Phrase("Open files past their legal date: {n}.", {"n": found.overdue})
    return Phrase(
        "Open files past their legal date: {n}, {unchecked} of them by a date whose number nobody has checked yet.",
        {"n": found.overdue, "unchecked": found.unchecked},
    )


def _wait(ask: Ask, found: Headline) -> Phrase | None:
    if found.wait is None:
        return None
    step, wait, _visits = found.wait
    return Phrase(
        "The longest wait is at {step}: half of the files that go there wait {days} days or more.",
        {"step": ask.workflows.step_title(step), "days": days_of(wait)},
    )


class _Was(NamedTuple):
    """The period before, as far as it is known."""

    submitted: int | None = None
    decided: int | None = None
    p50: int | None = None
    p85: int | None = None


def _cards(found: Headline) -> tuple[Card, ...]:
    flow, before = found.flow, found.before
    at_start = found.open_at_start if before else None
    was = _Was() if before is None else _Was(before.submitted, before.decided, before.p50, before.p85)
    kept, city = (before.terms.percent, before.city_percent) if before else (None, None)
    return (
        _count("submitted", Phrase("Submitted"), flow.submitted, was.submitted, "flow"),
        _count("decided", Phrase("Decided by the city"), flow.decided, was.decided, "finished"),
        Card(
            "open",
            Phrase("Open now"),
            Linked(found.open_now, "open"),
            "count",
            at_start,
            change_of_count(found.open_now, at_start, since_start=True),
            "ageing",
        ),
        _time("p50", Phrase("Half decided within"), flow.p50, was.p50),
        _time("p85", Phrase("85 of 100 decided within"), flow.p85, was.p85),
        _share("kept", Phrase("Legal terms kept"), flow.terms.percent, kept, "clocks"),
        _share(
            "city",
            Phrase("Of the time with the city"),
            flow.city_percent,
            city,
            "finished",
        ),
        Card(
            "overdue", Phrase("Overdue now"), Linked(found.overdue, "overdue"), "count", None, None, "worst"
        ),
        Card(
            "due_soon",
            Phrase("Due within {n} business days", {"n": SOON_DAYS}),
            Linked(found.due_soon, "due_soon"),
            "count",
            None,
            None,
            "promises",
        ),
    )


def _count(id_: str, title: Phrase, value: int, before: int | None, page: str) -> Card:
    return Card(id_, title, Linked(value, id_), "count", before, change_of_count(value, before), page)


def _time(id_: str, title: Phrase, value: int | None, before: int | None) -> Card:
    shown = Linked(value, "decided")
    return Card(id_, title, shown, "duration", before, change_of_time(value, before), "finished")


def _share(id_: str, title: Phrase, value: float | None, before: float | None, page: str) -> Card:
    return Card(id_, title, Linked(value), "percent", before, change_of_percent(value, before), page)


def cards_figure(cards: Sequence[Card], told: tuple[Phrase, ...], found: Headline) -> Figure:
    """Return the cards as a table: each number stands in the column of its kind."""
    kinds: tuple[Kind, ...] = ("count", "percent", "duration")
    return Figure(
        "cards",
        Phrase("The period in numbers"),
        "lead_time",
        (
            Column("measure", Phrase("Measure")),
            Column("files", Phrase("Files"), "count"),
            Column("percent", Phrase("Share"), "percent"),
            Column("time", Phrase("Time"), "duration"),
            Column("files_before", Phrase("Files before"), "count"),
            Column("percent_before", Phrase("Share before"), "percent"),
            Column("time_before", Phrase("Time before"), "duration"),
            Column("change", Phrase("Against the period before")),
        ),
        [
            (
                card.title,
                *(card.value if card.kind == kind else None for kind in kinds),
                *(card.before if card.kind == kind else None for kind in kinds),
                card.change,
            )
            for card in cards
        ],
        lead=told,
        notes=_notes(cards, found),
        n=found.flow.decided,
        public=True,
    )


def _notes(cards: Sequence[Card], found: Headline) -> tuple[Phrase, ...]:
    notes = []
    if found.before is None:
        notes.append(NO_BEFORE)
    if any(plain(card.value) is None for card in cards):
        notes.append(FEW)
    if found.unverified:
        notes.append(
            Phrase(
                "Legal terms left out because their number is not verified yet: {n}.",
                {"n": found.unverified},
            )
        )
    return tuple(notes)


def trend(ask: Ask) -> Figure:
    """Return what came in and what was decided in each month, and how long half of the decided took."""
    found = ask.snapshot.rows(_TREND.format(months=values(months(ask.scope))))
    decided, lined = sum(row[2] for row in found), any(row[2] >= ENOUGH for row in found)
    return Figure(
        "trend",
        Phrase("Month by month"),
        "percentiles",
        (
            Column("month", Phrase("Month")),
            Column("submitted", Phrase("Submitted"), "count"),
            Column("decided", Phrase("Decided by the city"), "count"),
            Column("p50", Phrase("Half decided within"), "duration"),
            Column("p85", Phrase("85 of 100 decided within"), "duration"),
        ),
        [_month(*row) for row in found],
        lead=(BARS_AND_LINE if lined else BARS if decided else NONE_DECIDED,),
        chart=Chart("bars", "month", ("decided", "p50"), Phrase("Files decided in each month")),
        notes=(Phrase("The period may cut its first and its last month."), FEW),
        n=decided,
        public=True,
    )


def _month(month: str, submitted: int, decided: int, took: list[float] | None) -> tuple[Cell, ...]:
    enough = took is not None and decided >= ENOUGH
    times = [round(value) for value in took or ()] if enough else [None, None]
    return (
        month,
        Linked(submitted, "submitted", {"month": month}),
        Linked(decided, "decided", {"month": month}),
        *times,
    )


def _span(ask: Ask) -> dict[str, object]:
    """The month that the address asks for, or the whole period."""
    wanted = next((month for month in months(ask.scope) if month.name == ask.word("month")), None)
    if wanted is None:
        return {"start": ask.scope.start_at, "end": ask.scope.end_at}
    return {"start": wanted.start_at, "end": wanted.end_at}


def _submitted(ask: Ask) -> Statement:
    sql = "SELECT file, submitted_at, decided_at, state FROM chosen WHERE submitted_at >= $start AND submitted_at < $end"
    return Statement(sql, _span(ask))


def _decided(ask: Ask) -> Statement:
    sql = "SELECT file, submitted_at, decided_at, state FROM chosen WHERE by_city AND decided_at >= $start AND decided_at < $end"
    return Statement(sql, _span(ask))


def _open(condition: str) -> Statement:
    return Statement(f"SELECT file, submitted_at, NULL, state FROM chosen WHERE {condition}")


PAGE = Page(
    "overview",
    Phrase("Overview"),
    Phrase("What came in, what was decided, and whether the law was kept."),
    lambda ask: overview(ask).figures,
    {
        "submitted": Listing(lambda _ask: Phrase("Files submitted in the period"), _submitted),
        "decided": Listing(lambda _ask: Phrase("Files the city decided in the period"), _decided),
        "open": Listing(
            lambda _ask: Phrase("Files that are open now"), lambda _ask: _open("decided_at IS NULL")
        ),
        "overdue": Listing(
            lambda _ask: Phrase("Open files past their legal date"), lambda _ask: _open(OVERDUE)
        ),
        "due_soon": Listing(
            lambda _ask: Phrase("Open files due within {n} business days", {"n": SOON_DAYS}),
            lambda _ask: _open(DUE_SOON),
        ),
    },
)
