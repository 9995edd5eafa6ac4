"""One run of a clock with all that its arithmetic rests on: its rule, its calendar, its pauses and extensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from permitflow.engine import clocks as engine_clocks
from permitflow.engine.calendars import Calendar
from permitflow.engine.clock_def import ClockDef
from permitflow.engine.clock_rule import ClockRule, Extension, Pause
from permitflow.engine.clocks import ClockStatus
from permitflow.prepared import Row, as_date
from permitflow.services import statements as sql
from permitflow.services.calendars import calendar_for
from permitflow.services.files import ClockRow, File


@dataclass(frozen=True, slots=True)
class Standstill:
    """A pause as it is stored; `hold_id` names the declared hold that caused it, if one did."""

    id: str
    pause: Pause
    hold_id: str | None

    @property
    def lasts(self) -> bool:
        """Say whether the clock still stands."""
        return self.pause.resumed_on is None


@dataclass(frozen=True)
class Run:
    """A run of a clock; `extended` pairs each extension with its event, `warned` names the rungs given."""

    spec: ClockDef
    rule: ClockRule
    started_on: date
    calendar: Calendar
    standstills: tuple[Standstill, ...] = ()
    extended: tuple[tuple[str, Extension], ...] = ()
    warned: frozenset[str] = frozenset()

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """The pauses, oldest first."""
        return tuple(stand.pause for stand in self.standstills)

    @cached_property
    def extensions(self) -> tuple[Extension, ...]:
        """The extensions, oldest first."""
        return tuple(extension for _event, extension in self.extended)

    @property
    def stands(self) -> bool:
        """Say whether a pause lasts."""
        return any(stand.lasts for stand in self.standstills)

    @property
    def unit(self) -> str:
        """The unit in which days are counted: months and years are counted in calendar days."""
        return "business_day" if self.rule.unit == "business_day" else "calendar_day"

    def due_on(self) -> date | None:
        """Return the date at whose end the clock runs out; None while a pause leaves it unknown."""
        return engine_clocks.due_on(self.rule, self.started_on, self.calendar, self.pauses, self.extensions)

    def status(self, on: date) -> ClockStatus:
        """Say how the clock stood at the end of `on`, by what was known that day."""
        return engine_clocks.status(
            self.rule, self.started_on, self.calendar, self.pauses, on, self.extensions
        )

    def counted(self, on: date) -> int:
        """Count the days used at the end of `on`, at most the length."""
        return engine_clocks.consumed(
            self.rule, self.started_on, self.calendar, self.pauses, on, self.extensions
        )

    def span(self) -> int:
        """Return the whole length in days of `unit`, with the extensions."""
        return engine_clocks.consumed(
            self.rule, self.started_on, self.calendar, (), date.max, self.extensions
        )

    def used(self, on: date) -> int:
        """Count the days used at the end of `on`, also those beyond the length."""
        return engine_clocks.used(self.rule, self.started_on, self.calendar, self.pauses, on)

    def paused_by(self, stands: Sequence[Standstill]) -> Run:
        """Return the same run with other pauses."""
        return replace(self, standstills=tuple(stands))


def rule_of(name: str, spec: ClockDef, length: int) -> ClockRule:
    """Return the engine's rule for one run of a defined clock; `length` in the clock's unit."""
    return ClockRule(
        id=name,
        title=spec.title,
        unit=spec.unit,
        length=length,
        roll=spec.roll,
        count_from=spec.count_from,
        authority=spec.authority,
        outcome=spec.outcome,
        verified=spec.verified,
        warn_at=spec.warn_at,
    )


def read(file: File, clock: ClockRow, calendar_version_id: str | None = None) -> Run:
    """Read a run of a file's clock; it is counted on the calendar it started with unless another is named."""
    spec = file.machine.definition.clocks[clock.clock]
    (rows,) = file.channel.read((sql.READ_RUN, {"clock_id": clock.id}))
    # A clock keeps the calendar it started with: a later version re-projects it by a recorded act of its own.
    calendar = calendar_for(file.channel.connection, calendar_version_id or clock.calendar_version_id)
    return Run(
        spec,
        rule_of(clock.clock, spec, clock.length),
        clock.started_on,
        calendar,
        tuple(_standstill(row) for row in rows if row[0] == "pause"),
        tuple((row[4], Extension(_day(row[2]), row[6])) for row in rows if row[0] == "extension"),
        frozenset(row[4] for row in rows if row[0] == "warning"),
    )


def _standstill(row: Row) -> Standstill:
    _part, id_, paused_on, resumed_on, reason, hold_id, _ = row
    return Standstill(id_, Pause(_day(paused_on), as_date(resumed_on), reason), hold_id)


def _day(value: object) -> date:
    day = as_date(value)
    assert day is not None
    return day
