"""What the clocks of a pack do when nobody acts but the clocks themselves, or only as the given events say.

Events happen in the order of their dates; on one day the given ones come before the lapses, because a clock
lapses only as its due date ends. A clock that runs out makes its `on_expiry` event happen on its due date;
such an event starts clocks, but none that still runs anew: an application that is complete does not become so
by silence again. Here that is plain arithmetic, and done for numbers that nobody verified too; in a real file
only a verified clock acts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from permitflow.engine import clocks
from permitflow.engine.calendars import Calendar
from permitflow.engine.clock_def import ClockDef
from permitflow.engine.clock_pack import ClockPack
from permitflow.engine.clocks import ClockRule, CountedDay, Extension, Pause
from permitflow.engine.conditions import compute_integer
from permitflow.engine.receipt import received_on

SUBMITTED = "submitted"
MOST_RUNS = 200


@dataclass(slots=True)
class Run:
    """One run of a clock: from the event that started it to its lapse, to an event that stopped it, or still on."""

    name: str
    spec: ClockDef
    rule: ClockRule
    started_on: date
    started_by: str
    calendar: Calendar
    pauses: list[Pause] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    stopped_on: date | None = None
    stopped_by: str = ""
    lapsed: bool = False

    @property
    def due_on(self) -> date | None:
        """The local date at whose end the clock lapses or would have; None while a pause leaves it unknown."""
        return clocks.due_on(self.rule, self.started_on, self.calendar, self.pauses, self.extensions)

    @property
    def runs_on(self) -> bool:
        """Whether events still turn it: a clock that ran out stops for good only when something follows from it."""
        return self.stopped_on is None and not (self.lapsed and self.spec.on_expiry is not None)

    @property
    def length(self) -> int:
        """The length with its extensions, in the clock's unit."""
        return self.rule.length + sum(extension.length for extension in self.extensions)

    def used(self, on: date) -> int:
        """The days that are used at the end of a date: at most the length in time, past it when it is late."""
        due = self.due_on
        if due is not None and on > due:
            return clocks.used(self.rule, self.started_on, self.calendar, self.pauses, on)
        return clocks.consumed(self.rule, self.started_on, self.calendar, self.pauses, on, self.extensions)

    def days(self, until: date) -> list[CountedDay]:
        """The arithmetic from the start to the local date `until`, day by day."""
        return clocks.ledger(self.rule, self.started_on, self.calendar, self.pauses, until, self.extensions)


@dataclass(frozen=True, slots=True)
class Projection:
    """Every run of every clock in the order of their starts, and the day on which the submission was received."""

    received_on: date
    runs: tuple[Run, ...]
    ended_on: date
    """The date of the last event or lapse."""


def project(
    pack: ClockPack,
    calendar: Calendar,
    facts: Mapping[str, object],
    submitted_at: datetime,
    events: Sequence[tuple[str, date]] = (),
) -> Projection:
    """Let the clocks of a pack run on a calendar from a submission to the last lapse.

    `submitted_at` is the city's local date and time; `facts` is nested by the parts of the dotted names; `events`
    are further events with their local dates, in the order in which they happened on one day.
    Raises ValueError, with a sentence, for an event that is unknown or before the submission, for an extension that
    is too late or one too many; UnknownFacts when a length cannot be computed.
    """
    for name, on in events:
        if name not in pack.events() or name == SUBMITTED:
            known = ", ".join(sorted(pack.events() - {SUBMITTED}))
            raise ValueError(f"There is no event {name!r} to give; there are {known}.")
        if on < submitted_at.date():
            raise ValueError(f"The event {name} on {on} is before the submission on {submitted_at.date()}.")
    course = _Course(pack, calendar, facts)
    course.happen(SUBMITTED, submitted_at)
    waiting = sorted(events, key=lambda event: event[1])
    while waiting or course.next_lapse() is not None:
        run = course.next_lapse()
        if waiting and (run is None or waiting[0][1] <= _due(run)):
            name, on = waiting.pop(0)
            course.happen(name, datetime.combine(on, time(12)))
        elif run is not None:
            course.lapse(run)
    return Projection(received_on(submitted_at, calendar, pack.receipt), tuple(course.runs), course.latest)


@dataclass(slots=True)
class _Course:
    """The course of one imagined application."""

    pack: ClockPack
    calendar: Calendar
    facts: Mapping[str, object]
    runs: list[Run] = field(default_factory=list)
    latest: date = date.min

    def happen(self, event: str, at_local: datetime, by_lapse: bool = False) -> None:
        """Stop, pause, resume, extend and start the clocks that name an event."""
        on = at_local.date()
        self.latest = max(self.latest, on)
        kept = {run.name for run in self.runs if by_lapse and run.runs_on and event in run.spec.starts}
        for run in self.runs:
            if run.runs_on and run.name not in kept:
                self._turn(run, event, on)
        self._refuse_unheard_extension(event, on)
        for name, spec in self.pack.clocks.items():
            if event in spec.starts and name not in kept:
                first = received_on(at_local, self.calendar, self.pack.receipt) if spec.received else on
                if len(self.runs) >= MOST_RUNS:
                    raise ValueError(f"The clocks start each other without end, {name} again on {on}.")
                rule = clocks.rule_of(name, spec, self.facts)
                self.runs.append(Run(name, spec, rule, first, event, self.calendar))

    def _turn(self, run: Run, event: str, on: date) -> None:
        spec = run.spec
        if event in spec.stops or event in spec.starts:
            run.stopped_on, run.stopped_by = on, event
        elif event in spec.pauses and not _paused(run):
            run.pauses.append(Pause(on, None, event))
        elif event in spec.resumes and _paused(run):
            run.pauses[-1] = replace(run.pauses[-1], resumed_on=on)
        elif event in spec.extended_by:
            self._extend(run, event, on)

    def _extend(self, run: Run, event: str, on: date) -> None:
        more = run.spec.extended_by[event]
        if len(run.extensions) >= more.at_most:
            raise ValueError(f"The clock {run.name} can be extended {more.at_most} times, not on {on} again.")
        run.extensions.append(Extension(on, compute_integer(more.length, self.facts)))
        _ = run.due_on  # Refuses an extension that comes too late.

    def _refuse_unheard_extension(self, event: str, on: date) -> None:
        heard = [run for run in self.runs if event in run.spec.extended_by]
        ended = [run for run in heard if run.lapsed]
        if ended and not any(run.runs_on for run in heard):
            late = ended[-1]
            raise ValueError(
                f"The clock {late.name} cannot be extended on {on}: it ran out on {late.due_on}."
            )

    def next_lapse(self) -> Run | None:
        """Return the running clock that lapses first, the one named first in the pack on the same day."""
        due = [run for run in self.runs if run.runs_on and not run.lapsed and run.due_on]
        order = list(self.pack.clocks)
        return min(due, key=lambda run: (_due(run), order.index(run.name)), default=None)

    def lapse(self, run: Run) -> None:
        """Let a clock run out, with the event that follows from it."""
        run.lapsed = True
        self.latest = max(self.latest, _due(run))
        if run.spec.on_expiry is not None:
            self.happen(run.spec.on_expiry, datetime.combine(_due(run), time(12)), by_lapse=True)


def _due(run: Run) -> date:
    due = run.due_on
    if due is None:
        raise ValueError(f"The clock {run.name} is paused and has no due date.")
    return due


def _paused(run: Run) -> bool:
    return bool(run.pauses) and run.pauses[-1].resumed_on is None
