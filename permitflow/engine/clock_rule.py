"""What a legal clock is counted from: its rule, its pauses and its extensions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Unit = Literal["business_day", "calendar_day", "month", "year"]
Roll = Literal["none", "next", "previous"]
CountFrom = Literal["exclude_first", "receipt_day_counts"]
Outcome = Literal["deemed_complete", "deemed_approved", "deemed_denied", "void", "expired", "remedy", "none"]

LONGEST = 3660


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One deadline set by law or policy: how long, how it is counted, and what follows when it lapses.

    `length` counts `unit`s. `roll` moves a deadline that falls on a closed day. `count_from` says whether the day
    that starts the clock is day 1. `authority` cites the source, `verified` says that someone checked the numbers
    against it, `warn_at` lists the percentages of the length at which people are warned.
    Raises ValueError, with a sentence, for a rule that cannot be counted.
    """

    id: str
    title: str
    unit: Unit
    length: int
    roll: Roll
    count_from: CountFrom
    authority: str
    outcome: Outcome
    verified: bool
    warn_at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("id", "title", "authority"):
            if not getattr(self, name).strip():
                raise ValueError(f"Clock {self.id or 'without an id'} has no {name}.")
        for name, kind in (("unit", Unit), ("roll", Roll), ("count_from", CountFrom), ("outcome", Outcome)):
            if getattr(self, name) not in get_args(kind):
                allowed = ", ".join(get_args(kind))
                raise ValueError(
                    f"Clock {self.id}: {name} is {getattr(self, name)!r}, but must be one of {allowed}."
                )
        if not 1 <= self.length <= LONGEST:
            raise ValueError(
                f"Clock {self.id}: the length is {self.length}, but must be from 1 to {LONGEST}."
            )
        if list(self.warn_at) != sorted({percent for percent in self.warn_at if 0 < percent <= 100}):
            raise ValueError(f"Clock {self.id}: warn_at holds rising percentages from 1 to 100.")

    @property
    def acts_alone(self) -> bool:
        """Say whether a lapse may cause its outcome without a person: only numbers checked against the law may."""
        return self.verified and self.outcome != "none"


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stands still, from the evening of one local date to the evening of another.

    `resumed_on` is None while the pause lasts. Raises ValueError when the resumption precedes the pause.
    """

    paused_on: date
    resumed_on: date | None
    reason: str

    def __post_init__(self) -> None:
        if self.resumed_on is not None and self.resumed_on < self.paused_on:
            raise ValueError(f"A clock paused on {self.paused_on} cannot be resumed on {self.resumed_on}.")

    def holds_overnight(self, evening: date) -> bool:
        """Say whether the clock stands still in the night after the local date `evening`."""
        return self.paused_on <= evening and (self.resumed_on is None or evening < self.resumed_on)


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted on a local date: `length` further units of the clock.

    Raises ValueError for a length below 1.
    """

    on: date
    length: int

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"An extension by {self.length} is none: the length must be at least 1.")
