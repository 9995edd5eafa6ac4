"""Clock packs: the legal clocks of one statute, with the days its offices are closed, apart from any workflow.

A pack is a file `workflows/clocks/<pack>.yaml`. Its clocks name plain events instead of actions, so that they can be
computed without an application and compared with the clocks of any workflow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from permitflow.engine import strict_yaml
from permitflow.engine.calendars import Calendar, seed_closures
from permitflow.engine.clock_def import ClockDef, ReceiptDef
from permitflow.engine.conditions import UnreadableExpression, check_readable
from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.parts import Id, Part, Text
from permitflow.engine.wording import problems_of

EVENTS = frozenset(
    {
        "submitted",
        "completed",
        "deemed_complete",
        "notice_sent",
        "resubmitted",
        "decided",
        "deemed_approved",
        "deemed_denied",
        "paid",
        "suspended",
        "resumed",
        "extended",
        "withdrawn",
        "issued",
        "work_started",
        "inspection_passed",
        "certificate_issued",
        "voided",
        "expired",
    }
)
"""What can happen to an application as far as a statute is concerned."""

Procedure = Literal["administrative", "notice", "hearing"]
PROCEDURES: Mapping[str, Procedure] = MappingProxyType(
    {
        "administrative": "administrative",
        "no_notice": "administrative",
        "notice": "notice",
        "hearing": "hearing",
    }
)
"""Words for the procedure of a decision, and the value of the fact `project.procedure` that each means."""

PackName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9.-]*$", max_length=63)]
SUFFIX = ".yaml"


class CalendarDef(Part):
    """Whose days are counted: the public holidays of a place (ISO 3166), Monday to Friday, with office hours."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    holidays: tuple[Text, ...] = ()
    """The only holidays on which the offices close; every public holiday of the place when none is named."""
    closures: dict[Annotated[date, Field(strict=False)], Text] = Field(default_factory=dict)
    """Further closed days, each with its name."""
    opens: Annotated[time, Field(strict=False)] = time(8)
    closes: Annotated[time, Field(strict=False)] = time(17)

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> CalendarDef:
        if self.opens >= self.closes:
            raise ValueError("the offices open before they close")
        return self

    @property
    def place(self) -> str:
        """The place in one word, e.g. US-CA."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country

    def closed_days(self, years: range) -> dict[date, str]:
        """Return the closed days of these years, each with its name; raises ValueError for an unknown place."""
        return seed_closures(self.country, self.subdivision, years, self.holidays or None) | self.closures

    def calendar(self, years: range, closures: Mapping[date, str]) -> Calendar:
        """Return the calendar of this place for these years, closed on the days of `closures`."""
        name = f"{self.place} {years[0]}-{years[-1]}" if len(years) > 1 else f"{self.place} {years[0]}"
        return Calendar(name, 1, "UTC", frozenset(range(5)), closures, self.opens, self.closes)


class ClockPack(Part):
    """The clocks of one statute. Each says in `source`, `as_of` and `verified` where its numbers come from."""

    pack: PackName
    title: Text
    calendar: CalendarDef
    receipt: ReceiptDef
    clocks: Annotated[dict[Id, ClockDef], Field(min_length=1)]

    def events(self) -> frozenset[str]:
        """Return every event that the clocks of this pack may name."""
        return EVENTS.union(clock.on_expiry for clock in self.clocks.values() if clock.on_expiry)


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names of the packs in a folder, sorted."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}")))


def find(name: str, folder: Path) -> ClockPack:
    """Return the pack with a name from a folder.

    Raises DefinitionError when its file is wrong, LookupError with a sentence when there is none of that name.
    """
    names = names_in(folder)
    if name not in names:
        raise LookupError(f"There is no clock pack {name!r}; there are {', '.join(names) or 'none'}.")
    return load_file(folder / f"{name}{SUFFIX}")


def load_file(path: Path) -> ClockPack:
    """Read one clock pack. Raises DefinitionError with file and line of every problem."""
    return load_text(strict_yaml.read_text(path), str(path), path.name.removesuffix(SUFFIX))


def load_text(text: str, file: str, name: str) -> ClockPack:
    """Read the text of the clock pack that is called `name`; `file` stands in messages. Raises DefinitionError."""
    document = strict_yaml.read(text, file)
    try:
        pack = ClockPack.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        problems = problems_of(error, ClockPack, "the clock pack", file, document.lines)
        raise DefinitionError(file, problems[0].line, problems[0].message, problems) from error
    found = [(document.lines.get(place), message) for place, message in _quarrels(pack, name)]
    if found:
        problems = tuple(Problem("L004", "error", file, line, message) for line, message in found)
        raise DefinitionError(file, *found[0], problems)
    return pack


def _quarrels(pack: ClockPack, name: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the sentence of everything in a pack that does not fit together."""
    if pack.pack != name:
        yield "pack", f"the pack is called '{pack.pack}', but its file '{name}{SUFFIX}'"
    known = pack.events()
    for clock_id, clock in pack.clocks.items():
        place = f"clocks.{clock_id}"
        for key, event in _events_of(clock):
            if event not in known:
                yield f"{place}.{key}", f"'{event}' is no event; known are {', '.join(sorted(known))}"
        for key, expression in _expressions_of(clock):
            try:
                check_readable(expression)
            except UnreadableExpression as error:
                yield f"{place}.{key}", f"the length cannot be read: {error}"
        yield from ((f"{place}{key}", message) for key, message in _halves(clock))


def _events_of(clock: ClockDef) -> Iterator[tuple[str, str]]:
    yield from (("starts", event) for event in clock.starts)
    yield from (("stops", event) for event in clock.stops)
    yield from (("pauses", event) for event in clock.pauses)
    yield from (("resumes", event) for event in clock.resumes)
    yield from ((f"extended_by.{event}", event) for event in clock.extended_by)


def _expressions_of(clock: ClockDef) -> Iterator[tuple[str, str]]:
    yield "length", clock.length
    yield from ((f"extended_by.{event}.length", more.length) for event, more in clock.extended_by.items())


def _halves(clock: ClockDef) -> Iterator[tuple[str, str]]:
    """Yield what one key of a clock says and another one leaves out."""
    if clock.law:
        yield ".law", "a clock of a pack is the law itself and follows no other"
    if bool(clock.pauses) != bool(clock.resumes):
        yield "", "a clock that can be paused needs events that resume it, and the other way round"
    if (clock.outcome in ("remedy", "none")) != (clock.on_expiry is None):
        yield "", f"the outcome '{clock.outcome}' and 'on_expiry' do not fit together"
    if (clock.outcome == "remedy") != (clock.remedy is not None):
        yield "", f"the outcome '{clock.outcome}' and 'remedy' do not fit together"
