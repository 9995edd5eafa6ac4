"""The business days of one jurisdiction: which days its office is open, and where its local days begin and end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import holidays

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_CLOSURE = 366
ONE_DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The open days of one jurisdiction, as one numbered version of its data.

    `zone` is an IANA name, `weekdays` the working weekdays (0 = Monday), `closures` the closed dates with the name
    of each closure, `opens` and `closes` the office hours in local time. Instants are integer microseconds since
    1970-01-01T00:00:00Z; dates are local to `zone`. Raises ValueError when the data cannot describe an office.
    """

    id: str
    version: int
    zone: str
    weekdays: frozenset[int]
    closures: Mapping[date, str] = field(hash=False)
    opens: time
    closes: time
    _closed_ordinals: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _refuse_bad_calendar(self)
        # A private copy: a calendar version must not change after a due date was computed from it.
        object.__setattr__(self, "closures", MappingProxyType(dict(self.closures)))
        closed = sorted(on.toordinal() for on in self.closures if on.weekday() in self.weekdays)
        object.__setattr__(self, "_closed_ordinals", tuple(closed))

    def is_open(self, on: date) -> bool:
        """Say whether `on` is a business day: a working weekday without a closure."""
        return on.weekday() in self.weekdays and on not in self.closures

    def why_closed(self, on: date) -> str | None:
        """Name the closure, or else the weekday, that keeps the office shut on `on`; None when it is open."""
        if on in self.closures:
            return self.closures[on]
        return None if on.weekday() in self.weekdays else WEEKDAYS[on.weekday()]

    def next_open(self, on: date) -> date:
        """Return `on` if it is a business day, else the next one.

        Raises ValueError when the calendar stays closed for more than 366 days from `on`.
        """
        return self._nearest_open(on, ONE_DAY)

    def previous_open(self, on: date) -> date:
        """Return `on` if it is a business day, else the one before.

        Raises ValueError when the calendar was closed for more than 366 days up to `on`.
        """
        return self._nearest_open(on, -ONE_DAY)

    def local_date(self, instant_us: int) -> date:
        """Return the jurisdiction's date at an instant (microseconds since 1970, UTC)."""
        return self._local(instant_us).date()

    def received_on(self, instant_us: int, after_hours_next_day: bool) -> date:
        """Return the date on which something sent at `instant_us` (microseconds since 1970, UTC) is received.

        Without `after_hours_next_day` it is the local date, on a closed day too: an electronic counter never shuts.
        With it, what arrives on a closed day or later than the closing time is received on the next business day;
        the closing time itself is still in time, and what arrives before opening is received that day.
        """
        local = self._local(instant_us)
        return self.taken_in_on(local) if after_hours_next_day else local.date()

    def taken_in_on(self, local: datetime) -> date:
        """Return the business day on which the office takes in what arrives at a local date and time.

        The day itself up to and including the closing time, also before opening; else the next business day.
        Raises ValueError when the calendar stays closed for more than 366 days.
        """
        late = local.time() > self.closes
        return self.next_open(local.date() + ONE_DAY if late else local.date())

    def start_of_day_us(self, on: date) -> int:
        """Return the first instant of the local day `on`, in microseconds since 1970, UTC.

        Where daylight saving skips midnight, the day starts at the instant of the skip; where it repeats midnight,
        at the first of the two.
        """
        midnight = datetime.combine(on, time.min, tzinfo=ZoneInfo(self.zone))
        return (midnight - EPOCH) // MICROSECOND

    def end_of_day_us(self, on: date) -> int:
        """Return the exclusive end of the local day `on`: the first instant of the day after, in microseconds."""
        return self.start_of_day_us(on + ONE_DAY)

    def business_days_between(self, start: date, end: date) -> int:
        """Count the business days d with start < d <= end; 0 when `end` is not after `start`."""
        if end <= start:
            return 0
        return self._open_until(end.toordinal()) - self._open_until(start.toordinal())

    def _local(self, instant_us: int) -> datetime:
        return (EPOCH + timedelta(microseconds=instant_us)).astimezone(ZoneInfo(self.zone))

    def _nearest_open(self, on: date, step: timedelta) -> date:
        day = on
        for _ in range(LONGEST_CLOSURE + 1):
            if self.is_open(day):
                return day
            day += step
        raise ValueError(
            f"Calendar {self.id} version {self.version} is closed for more than {LONGEST_CLOSURE} days around {on}."
        )

    def _open_until(self, ordinal: int) -> int:
        # Ordinal 1 is a Monday, so whole weeks and one remainder count the working weekdays without a loop over days.
        weeks, rest = divmod(ordinal, 7)
        working = weeks * len(self.weekdays) + sum(weekday < rest for weekday in self.weekdays)
        return working - bisect_right(self._closed_ordinals, ordinal)


def seed_closures(
    country: str, subdivision: str | None, years: range, names: tuple[str, ...] | None = None
) -> dict[date, str]:
    """Propose the closed dates of a jurisdiction, to be kept and corrected as its own data.

    `country` is an ISO 3166-1 code and `subdivision` the part after the dash of an ISO 3166-2 code. A subdivision
    gives its public holidays; a country alone also the days that close its national government. Observed days are
    included. `names` keeps only these holidays (with their observed days), for an office that closes on fewer days.
    Raises ValueError for an unknown place, an empty range of years, or a name that no holiday of these years bears.
    Source: the tables of the `holidays` library.
    """
    if not years:
        raise ValueError("The range of years is empty.")
    observed = _holidays_of(country, subdivision, years)
    named = {on: tuple(observed.get_list(on)) for on in sorted(observed)}
    if names is None:
        return {on: "; ".join(titles) for on, titles in named.items()}
    unknown = set(names) - {_plain(title) for titles in named.values() for title in titles}
    if unknown:
        raise ValueError(
            f"No holiday of {_place(country, subdivision)} is named {', '.join(sorted(unknown))}."
        )
    kept = {on: [title for title in titles if _plain(title) in names] for on, titles in named.items()}
    return {on: "; ".join(titles) for on, titles in kept.items() if titles}


def _holidays_of(country: str, subdivision: str | None, years: range) -> holidays.HolidayBase:
    try:
        public = holidays.country_holidays(country, subdiv=subdivision, years=years)
    except NotImplementedError:
        raise ValueError(f"No holidays are known for {_place(country, subdivision)}.") from None
    # A state's office follows the state's list: the national government's closures do not bind it.
    if subdivision or "government" not in public.supported_categories:
        return public
    return holidays.country_holidays(country, years=years, categories=("public", "government"))


def _place(country: str, subdivision: str | None) -> str:
    return f"{country}-{subdivision}" if subdivision else country


def _plain(title: str) -> str:
    """Return the name of the holiday behind "Christmas Day (observed)"."""
    return title.split(" (", 1)[0]


def _refuse_bad_calendar(calendar: Calendar) -> None:
    if not calendar.id:
        raise ValueError("A calendar needs an id.")
    if calendar.version < 1:
        raise ValueError(
            f"Calendar {calendar.id}: the version is {calendar.version}, but versions count from 1."
        )
    if not calendar.weekdays:
        raise ValueError(f"Calendar {calendar.id} has no working weekday.")
    if not calendar.weekdays <= set(range(7)):
        raise ValueError(f"Calendar {calendar.id}: weekdays are numbers from 0 (Monday) to 6 (Sunday).")
    if calendar.opens >= calendar.closes:
        raise ValueError(f"Calendar {calendar.id}: the office must open before it closes.")
    for on, name in calendar.closures.items():
        # A datetime is a date to Python but never equals one, so such a closure would silently be missed.
        if isinstance(on, datetime) or not name.strip():
            raise ValueError(f"Calendar {calendar.id}: the closure {on} needs a plain date and a name.")
    _refuse_unknown_zone(calendar)


def _refuse_unknown_zone(calendar: Calendar) -> None:
    try:
        ZoneInfo(calendar.zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"Calendar {calendar.id}: the time zone {calendar.zone!r} is not known.") from None
