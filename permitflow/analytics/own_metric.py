"""A city's own metric: a stretch of time or the cycles of ownership of each case, in days, as its file defines them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.log_table import LogTable
from permitflow.analytics.percentiles import percentiles_shown

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Activities = Annotated[tuple[Text, ...], Field(min_length=1)]
DayCount = Callable[[date, date], int]
"""Counts the days d of a unit with start < d <= end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WANTED = """
SELECT name, t, day_only, activity::VARCHAR FROM events JOIN cases USING (case_id)
WHERE list_contains($1, activity::VARCHAR) ORDER BY name, pos
"""


class _Part(BaseModel):
    """A piece of a metric's file: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Stated(_Part):
    """What the file of every metric says. Dates are those of `zone`, an IANA name."""

    metric: Name
    title: Text
    definition: Text
    unit: Literal["calendar_day", "business_day"]
    zone: Text
    open_ones: Literal["aged_to_today", "left_out"] = Field(alias="open")
    source: Text
    as_of: Annotated[date, Field(strict=False)]
    verified: bool

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise PydanticCustomError("zone", "the time zone '{zone}' is not known", {"zone": zone}) from None
        return zone


class Start(_Part):
    """Where a span begins: at the first or the last entry of a case in one of some activities."""

    entry: Literal["first", "last"]
    of: Activities


class SpanMetric(_Stated):
    """One row per case: from an entry to the first of some activities after it."""

    kind: Literal["span"]
    start: Start = Field(alias="from")
    to: Activities

    def activities(self) -> tuple[str, ...]:
        """Every activity that the metric looks at."""
        return (*self.start.of, *self.to)


class OwnershipMetric(_Stated):
    """One row per cycle of ownership: each activity of an owner hands the case to it, one of `ends` to nobody."""

    kind: Literal["ownership"]
    owners: dict[Name, Activities]
    ends: tuple[Text, ...] = ()

    @field_validator("owners")
    @classmethod
    def _are_apart(cls, owners: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if len(owners) < 2:
            raise PydanticCustomError("one_owner", "a case changes hands between two owners at least")
        _refuse_twice([activity for named in owners.values() for activity in named])
        return owners

    @field_validator("ends")
    @classmethod
    def _end_ownership(cls, ends: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        owners: dict[str, tuple[str, ...]] = told.data.get("owners", {})
        _refuse_twice([*ends, *(activity for named in owners.values() for activity in named)])
        return ends

    def activities(self) -> tuple[str, ...]:
        """Every activity that the metric looks at."""
        return (*(activity for named in self.owners.values() for activity in named), *self.ends)


Metric = SpanMetric | OwnershipMetric


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity of a case on a local date; entries come by case, and within a case in the order they happened."""

    case: str
    on: date
    activity: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One stretch of one case. `to_on` is None while it is open, and `days` then run to the day of the report."""

    case: str
    cycle: int
    owner: str | None
    from_on: date
    to_on: date | None
    days: int

    @property
    def open(self) -> bool:
        """Whether the stretch has not ended yet."""
        return self.to_on is None


@dataclass(frozen=True, slots=True)
class MetricFigures:
    """The figures of rows in days; percentiles are None when fewer than 20 rows stand behind them.

    `n` counts the rows behind the percentiles, `open` the open ones, also where the metric leaves them out.
    """

    n: int
    open: int
    median: float | None
    p85: float | None
    p90: float | None


def entries_of(table: LogTable, metric: Metric) -> list[Entry]:
    """The events of a log that a metric looks at, with the metric's local dates; ties keep the order of the file."""
    zone = ZoneInfo(metric.zone)
    wanted = table.rows(_WANTED, [list(metric.activities())])
    return [Entry(case, _day(at_us, day_only, zone), activity) for case, at_us, day_only, activity in wanted]


def absent_activities(table: LogTable, metric: Metric) -> list[str]:
    """The activities that a metric names and a log never has: a word spelt otherwise would leave files open."""
    return table.absent(sorted(set(metric.activities())))


def metric_rows(
    metric: Metric, entries: Iterable[Entry], today: date, business_days: DayCount | None = None
) -> list[MetricRow]:
    """The rows of a metric as they stood at the end of a day, open ones included.

    A calendar day is a change of the local date, so that a day of 23 or 25 hours is one day; a business day is one
    that `business_days` counts. What happened after `today` had not happened yet and is left aside.

    Args:
        metric: what to measure.
        entries: by case, and within a case in order.
        today: the local date of the report; open rows are aged to it.
        business_days: of the city's calendar; without it, Monday to Friday.
    """
    count = _calendar_days if metric.unit == "calendar_day" else business_days or monday_to_friday
    known = (entry for entry in entries if entry.on <= today)
    rows = []
    for case, group in groupby(known, key=lambda entry: entry.case):
        of_case = list(group)
        found = _span(metric, of_case) if isinstance(metric, SpanMetric) else _cycles(metric, of_case)
        for cycle, (owner, from_on, to_on) in enumerate(found, start=1):
            rows.append(MetricRow(case, cycle, owner, from_on, to_on, count(from_on, to_on or today)))
    return rows


def counted_rows(metric: Metric, rows: Iterable[MetricRow]) -> list[MetricRow]:
    """The rows that stand behind the figures: without the open ones where the metric leaves them out."""
    return [row for row in rows if metric.open_ones == "aged_to_today" or not row.open]


def metric_figures(metric: Metric, rows: Sequence[MetricRow]) -> MetricFigures:
    """The median, p85 and p90 of rows, by linear interpolation, suppressed where fewer than 20 are counted."""
    counted = counted_rows(metric, rows)
    shown = [found.value for found in percentiles_shown(row.days * DAY_US for row in counted)]
    median, p85, p90 = (None if value is None else value / DAY_US for value in shown)
    return MetricFigures(len(counted), sum(row.open for row in rows), median, p85, p90)


def monday_to_friday(start: date, end: date) -> int:
    """The weekdays from Monday to Friday after `start` up to and including `end`; 0 when `end` is not after it."""
    weeks, rest = divmod(_calendar_days(start, end), 7)
    return 5 * weeks + sum((start + timedelta(days=ahead)).weekday() < 5 for ahead in range(1, rest + 1))


def _calendar_days(start: date, end: date) -> int:
    # A bare date beside a timed event of the evening before can seem to lie a day later than what followed it.
    return max((end - start).days, 0)


def _span(metric: SpanMetric, entries: Sequence[Entry]) -> Iterator[tuple[None, date, date | None]]:
    starts = [place for place, entry in enumerate(entries) if entry.activity in metric.start.of]
    if starts:
        place = starts[0 if metric.start.entry == "first" else -1]
        ended = (entry.on for entry in entries[place + 1 :] if entry.activity in metric.to)
        yield None, entries[place].on, next(ended, None)


def _cycles(metric: OwnershipMetric, entries: Sequence[Entry]) -> Iterator[tuple[str, date, date | None]]:
    takers = {activity: owner for owner, named in metric.owners.items() for activity in named}
    owner, since = None, date.min
    for entry in entries:
        taker = takers.get(entry.activity)
        if taker == owner:
            continue
        if owner is not None:
            yield owner, since, entry.on
        owner, since = taker, entry.on
    if owner is not None:
        yield owner, since, None


def _day(at_us: int, day_only: bool, zone: ZoneInfo) -> date:
    moment = _EPOCH + timedelta(microseconds=at_us)
    # A date without a time and a zone stands at midnight UTC, which further west is the evening before.
    written_as_day = day_only and at_us % DAY_US == 0
    # The first and the last day of the calendar have no neighbour in another zone.
    at_the_edge = moment.date() in {date.min, date.max}
    return moment.date() if written_as_day or at_the_edge else moment.astimezone(zone).date()


def _refuse_twice(activities: Sequence[str]) -> None:
    twice = sorted({name for name in activities if activities.count(name) > 1})
    if twice:
        raise PydanticCustomError(
            "twice",
            "'{name}' is named twice; an activity hands the case to one owner, or to nobody",
            {"name": twice[0]},
        )
