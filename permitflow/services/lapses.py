"""What a lapsed clock does to its file: the step that the law names, the applicant's right, or a line in the record.

The sweeper comes here for every clock that ran out, and so does whoever acts on a file before the sweeper has come:
the law's own step is older than theirs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from permitflow.engine.clock_def import ClockDef
from permitflow.engine.errors import NotAllowed, Refusal
from permitflow.engine.machine import fire
from permitflow.prepared import Channel
from permitflow.services import clockwork, files, record, runs, steps
from permitflow.services import statements as sql
from permitflow.services.actors import SYSTEM
from permitflow.services.acts import Act, Applied
from permitflow.services.files import ClockRow, File
from permitflow.services.record import Datum, Entry

UNVERIFIED = "Time ran out; the number is not verified, so nothing was decided"
WITHOUT_EFFECT = "Time ran out without effect"
REMEDY = "Time ran out; the applicant has a right to a remedy"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lapse:
    """A clock whose last day is over and that nobody has answered yet."""

    application_id: str
    clock_id: str
    clock: str
    due_on: date
    jurisdiction_id: str


def first(file: File, on: date) -> Lapse | None:
    """Return the clock of a locked file that ran out first before the legal date `on` and waits for its answer."""
    ended = [
        (clock.due_on, clock.id, name)
        for name, clock in file.clocks.items()
        if clock.due_on is not None and clock.due_on < on and clock.lapsed_at is None
    ]
    if not ended:
        return None
    due_on, clock_id, name = min(ended)
    return Lapse(file.id, clock_id, name, due_on, file.jurisdiction_id)


def answer(connection: Connection, lapse: Lapse, now: int) -> Applied | None:
    """Answer one lapsed clock as of its due date; return the step taken, None when none was.

    `now` is the instant in microseconds at which it is written down. Does nothing when somebody else answered it
    meanwhile, or when the clock stopped or moved.
    """
    file = files.load(Channel(connection), lapse.application_id)
    clock = _unanswered(file, lapse)
    if clock is None:
        return None
    spec = file.machine.definition.clocks[clock.clock]
    applied = None
    if not spec.verified:
        if spec.outcome != "none":
            _tell_of(file, clock, _Line("time_ran_out", UNVERIFIED), lapse, now)
    else:
        if spec.remedy is not None:
            _tell_of(file, clock, _remedy_line(spec), lapse, now)
        if spec.on_expiry is not None:
            applied = _step(connection, lapse, spec.on_expiry, now)
    channel = Channel(connection)
    channel.write(sql.ANSWER_LAPSE, {"key": lapse.clock_id, "new_lapsed_at": now})
    channel.flush()
    return applied


def told(file: File, lapse: Lapse) -> Refusal:
    """Say in a sentence what a lapse has made of its file, for somebody whose act came after it."""
    definition = file.machine.definition
    clock = definition.clocks[lapse.clock]
    params = {
        "clock": clock.title,
        "due": lapse.due_on.isoformat(),
        "phase": definition.phases[file.phase].title,
    }
    return Refusal(
        "time_ran_out",
        "The time for “{clock}” ran out on {due}; the application now stands at “{phase}”.",
        params,
        citation=clock.authority,
    )


def _unanswered(file: File, lapse: Lapse) -> ClockRow | None:
    """Return the lapsed clock if it still waits for its answer, now that the file is locked."""
    clock = file.clocks.get(lapse.clock)
    if clock is None or clock.id != lapse.clock_id or clock.due_on != lapse.due_on:
        return None
    return clock if clock.lapsed_at is None else None


def _step(connection: Connection, lapse: Lapse, action: str, now: int) -> Applied | None:
    try:
        with connection.begin_nested():
            return _take(
                connection, Act(lapse.application_id, action, SYSTEM, now, effective_on=lapse.due_on)
            )
    except NotAllowed as refused:
        reasons = str(refused)
    log.info("clock %s of %s lapsed without effect: %s", lapse.clock, lapse.application_id, reasons)
    file = files.load(Channel(connection), lapse.application_id)
    line = _Line("time_ran_out", WITHOUT_EFFECT, {"reasons": reasons}, ("managers",))
    _tell_of(file, file.clocks[lapse.clock], line, lapse, now)
    return None


def _take(connection: Connection, act: Act) -> Applied:
    """Take the system's step and every automatic one that follows; raises NotAllowed."""
    file = files.load(Channel(connection), act.application_id)
    act = replace(act, at=record.no_earlier(file, act.at))
    steps.legal_day(file, act)
    step = fire(file.machine, act.action, SYSTEM, file.situation(), {}, int(file.columns["draft_items"]))
    steps.take(file, step, act)
    seq: int = file.columns["event_seq"]
    steps.settle(file, act)
    files.save(file, act.at)
    return Applied(file.id, seq, file.columns["version"], file.phase, act.action)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the record about a clock's end, and who is told of it."""

    action: str
    entry: str
    data: dict[str, Datum] | None = None
    told: tuple[str, ...] = ()


def _remedy_line(spec: ClockDef) -> _Line:
    assert spec.remedy is not None
    data: dict[str, Datum] = {"remedy": spec.remedy.text, "citation": spec.remedy.citation}
    return _Line("remedy_due", REMEDY, data, ("applicant", "managers"))


def _tell_of(file: File, clock: ClockRow, line: _Line, lapse: Lapse, now: int) -> None:
    """Record what became of a clock's end without moving the file."""
    phase, data = file.phase, clockwork.arithmetic(clock, runs.read(file, clock)) | (line.data or {})
    legal_on = lapse.due_on.isoformat()
    entry = Entry(
        line.action, line.entry, SYSTEM.id, "system", phase, phase, now, data=data, legal_on=legal_on
    )
    record.append(file, entry)
    for receiver in line.told:
        record.tell(file, line.action, receiver, now)
    files.save(file, now)
