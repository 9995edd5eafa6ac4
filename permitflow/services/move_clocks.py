"""What becomes of a file's running clocks when it moves to another version.

A clock that the law sets against the city never gets a later date by a move: where the new length would give one,
the clock keeps the length it was started with. Where the new length is shorter than what is used up already, the
clock runs out today, not in the past: nobody could have known before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from permitflow.engine.clock_rule import Pause
from permitflow.engine.conditions import compute_integer
from permitflow.engine.definition import Definition
from permitflow.engine.move_plan import ClockMove, counts_alike, is_statutory
from permitflow.models import Clock
from permitflow.prepared import as_text, updating
from permitflow.services import clockwork, ladder, runs
from permitflow.services import statements as sql
from permitflow.services.files import ClockRow, File
from permitflow.services.runs import Run, rule_of

CARRY = updating(
    Clock.__table__, "clock", "unit", "length", "verified", "holder", "due_on", "next_warning_on", "lapsed_at"
)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What became of one clock: its titles and due dates before and after, and a word about it."""

    clock: str
    title: str
    before: date | None
    after: date | None
    how: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What clocks are moved by: the moves of the plan, both definitions, the facts, the day and the instant."""

    moves: Mapping[str, ClockMove]
    old: Definition
    new: Definition
    facts: Mapping[str, Any]
    on: date
    at: int


def carry(file: File, held: Mapping[str, Run], setting: Setting) -> tuple[list[ClockChange], list[str]]:
    """Carry each running clock over; return what changed, and why some clock cannot be carried.

    `held` are the runs as the old version reads them; the file works under the new version already.
    """
    changes, problems = [], []
    running, file.clocks = dict(file.clocks), {}
    for name, clock in running.items():
        move = setting.moves[name]
        try:
            changes.append(_carry(file, clock, held[name], move, setting))
        except ValueError as unfit:
            problems.append(str(unfit))
    file.columns["due_on"] = clockwork.earliest_due(file)
    return changes, problems


def _carry(file: File, clock: ClockRow, run: Run, move: ClockMove, setting: Setting) -> ClockChange:
    old, before = setting.old.clocks[clock.clock], clock.due_on
    if move.to is None:
        _stop(file, clock, setting)
        return ClockChange(clock.clock, old.title, before, None, "dropped")
    spec, how = setting.new.clocks[move.to], move.policy
    if move.policy == "restart":
        _stop(file, clock, setting)
        rule = rule_of(move.to, spec, compute_integer(spec.length, setting.facts))
        clock = clockwork.begin(file, Run(spec, rule, setting.on, file.calendar), setting.at)
        return ClockChange(move.to, spec.title, before, clock.due_on, "restart")
    late = before is not None and before < setting.on
    length = clock.length
    if move.policy == "keep_consumed" and not late:
        length, how = _length(clock, run, move.to, setting)
    carried = replace(run, spec=spec, rule=rule_of(move.to, spec, length))
    due = before if length == clock.length and counts_alike(old, spec) else carried.due_on()
    due = before if late else due
    _refuse_worse(run, carried, clock, setting)
    clock.clock, clock.length, clock.due_on = move.to, length, due
    file.clocks[move.to] = clock
    _write(file, clock, carried, keep_answer=due == before)
    return ClockChange(move.to, spec.title, before, due, how)


def _length(clock: ClockRow, run: Run, to: str, setting: Setting) -> tuple[int, Any]:
    """Return the length under the new version, and how it came about."""
    old, spec = setting.old.clocks[clock.clock], setting.new.clocks[to]
    wanted = compute_integer(spec.length, setting.facts)
    if not counts_alike(old, spec):
        return wanted, "keep_consumed"
    later = wanted > clock.length
    if later and (is_statutory(old) or is_statutory(spec)):
        return clock.length, "keep_due"
    for length in range(wanted, max(wanted, clock.length) + 1):
        due = _reckoned(replace(run, rule=rule_of(to, spec, length)), setting.on)
        if due >= setting.on:
            return length, "keep_consumed"
    return clock.length, "keep_due"


def _refuse_worse(run: Run, carried: Run, clock: ClockRow, setting: Setting) -> None:
    """Raise ValueError when a legal clock would end later, end in the past, or lose used time."""
    if not (is_statutory(run.spec) or is_statutory(carried.spec)):
        return
    title = setting.old.clocks[clock.clock].title
    before, after = _reckoned(run, setting.on), _reckoned(carried, setting.on)
    if after > before:
        raise ValueError(
            f"“{title}” would end on {after} instead of {before}: the law's date may not move back."
        )
    if after < setting.on <= before:
        raise ValueError(f"“{title}” would have ended on {after} already.")
    if run.unit == carried.unit and carried.counted(setting.on) < min(
        run.counted(setting.on), carried.span()
    ):
        raise ValueError(f"“{title}” would lose days that are used up already.")


def _reckoned(run: Run, on: date) -> date:
    """Return the due date, for a clock that stands still as if it went on today."""
    stands = [
        replace(stand, pause=Pause(stand.pause.paused_on, max(on, stand.pause.paused_on), stand.pause.reason))
        if stand.lasts
        else stand
        for stand in run.standstills
    ]
    due = run.paused_by(stands).due_on()
    assert due is not None
    return due


def _stop(file: File, clock: ClockRow, setting: Setting) -> None:
    file.channel.write(
        sql.WRITE_CLOCK,
        {
            "key": clock.id,
            "new_state": "stopped",
            "new_due_on": as_text(clock.due_on),
            "new_stopped_at": setting.at,
            "new_stopped_on": as_text(setting.on),
            "new_calendar_version_id": clock.calendar_version_id,
            "new_next_warning_on": None,
        },
    )


def _write(file: File, clock: ClockRow, run: Run, *, keep_answer: bool) -> None:
    values: dict[str, object] = {
        "key": clock.id,
        "new_clock": clock.clock,
        "new_unit": run.spec.unit,
        "new_length": clock.length,
        "new_verified": run.spec.verified,
        "new_holder": run.spec.holder,
        "new_due_on": as_text(clock.due_on),
        "new_next_warning_on": as_text(ladder.next_on(run)),
    }
    file.channel.write(_CARRY_WITH_ANSWER if keep_answer else CARRY, values | {"new_lapsed_at": None})


_CARRY_WITH_ANSWER = updating(
    Clock.__table__, "clock", "unit", "length", "verified", "holder", "due_on", "next_warning_on"
)


def runs_of(file: File) -> dict[str, Run]:
    """Return the runs of the file's clocks as its present version reads them."""
    return {name: runs.read(file, clock) for name, clock in file.clocks.items()}
