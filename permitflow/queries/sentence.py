"""The sentence that stands first everywhere: whose court, since when, what comes next, and by when.

It is made of phrases, so that a page can say it in the reader's language and a mail or the API in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Protocol

from permitflow.engine.definition import Definition
from permitflow.instants import local_date

SEPARATOR = " · "
NO_DUE_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Phrase:
    """One part of a sentence: an English template and what fills its `{places}`, other phrases among it."""

    message: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def say(self, translate: Callable[[str], str] = str, day: Callable[[date], str] | None = None) -> str:
        """Return the phrase in one language; `translate` turns templates and `day` dates into words."""
        write = day or english_day

        def shown(value: object) -> object:
            if isinstance(value, Phrase):
                return value.say(translate, day)
            if isinstance(value, date):
                return write(value)
            return translate(value) if isinstance(value, str) else value

        return translate(self.message).format_map({name: shown(value) for name, value in self.params.items()})


@dataclass(frozen=True, slots=True)
class Count:
    """How far the legal clock is: days used of its length, and the unit they are counted in."""

    used: int
    length: int
    unit: str = "business_day"


class Standing(Protocol):
    """What a row must hold to be told about: an application, or a row of a list with the same columns."""

    @property
    def state(self) -> str: ...
    @property
    def party(self) -> str: ...
    @property
    def party_since_at(self) -> int: ...
    @property
    def due_on(self) -> date | None: ...


COURTS = MappingProxyType(
    {
        "agency": Phrase("With the city since {day}"),
        "applicant": Phrase("With the applicant since {day}"),
        "payment": Phrase("Waiting for payment since {day}"),
        "external": Phrase("With another agency since {day}"),
        "none": Phrase("Closed since {day}"),
    }
)
DUE = Phrase("due {day}")
DUE_BUSINESS = Phrase("due {day} ({used} of {length} business days used)")
DUE_CALENDAR = Phrase("due {day} ({used} of {length} calendar days used)")
OVERDUE = Phrase("was due {day}")


def sentence(
    file: Standing, definition: Definition, zone: str, *, today: date, count: Count | None = None
) -> tuple[Phrase, ...]:
    """Return where a file stands: whose court and since when, the step, by when, and what comes next.

    `zone` is the city's IANA zone and `today` the date there. `count` adds the arithmetic of the clock behind the
    due date. A file that is closed says only that, and since when.
    """
    phase = definition.phases[file.state]
    court = COURTS[file.party]
    parts = [
        Phrase(court.message, {"day": local_date(file.party_since_at, zone)}),
        Phrase(phase.title),
    ]
    if not phase.final:
        parts += _due(file.due_on, today, count)
    if phase.next:
        parts.append(Phrase(phase.next))
    return tuple(parts)


def _due(due_on: date | None, today: date, count: Count | None) -> list[Phrase]:
    if due_on is None or due_on.year == NO_DUE_YEAR:
        return []
    if due_on < today:
        return [Phrase(OVERDUE.message, {"day": due_on})]
    if count is None:
        return [Phrase(DUE.message, {"day": due_on})]
    message = DUE_BUSINESS if count.unit == "business_day" else DUE_CALENDAR
    return [Phrase(message.message, {"day": due_on, "used": count.used, "length": count.length})]


def in_english(phrases: tuple[Phrase, ...]) -> str:
    """Return the sentence in English, for mails and programs."""
    return SEPARATOR.join(phrase.say() for phrase in phrases)


def english_day(day: date) -> str:
    """Return a date as people write it: 'Tue 4 Aug 2026'."""
    return f"{day:%a} {day.day} {day:%b %Y}"
