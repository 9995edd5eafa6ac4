"""What a scenario expects, compared with what is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.clean_site import fact_at
from permitflow.engine.lanes import LaneAnswer
from permitflow.engine.machine import why_not
from permitflow.engine.review import why_not_lane
from permitflow.engine.scenario import Expectation
from permitflow.models import Clock
from permitflow.prepared import Channel
from permitflow.services.files import File, load
from permitflow.services.rehearsal_stage import Stage
from permitflow.services.rehearsal_steps import StepFailed


def check(stage: Stage, expected: Expectation) -> None:
    """Compare a file with what is expected of it. Raises StepFailed with every difference."""
    with stage.database.transaction() as session:
        file = load(Channel(session.connection()), stage.application)
        clocks = _newest_clocks(session, stage.application)
        found = [
            *_standing(file, expected),
            *_clocks(clocks, expected),
            *_steps(session, stage, file, expected),
        ]
    if found:
        raise StepFailed("; ".join(found))


def _newest_clocks(session: Session, application: str) -> dict[str, Clock]:
    runs = session.scalars(
        select(Clock).where(Clock.application_id == application).order_by(Clock.started_at, Clock.id)
    )
    return {run.clock: run for run in runs}


def _standing(file: File, expected: Expectation) -> Iterator[str]:
    outcome = file.machine.definition.phases[file.phase].outcome or "none"
    for name, wanted, found in (
        ("phase", expected.phase, file.phase),
        ("outcome", expected.outcome, outcome),
        ("round", expected.round, file.columns["round"]),
    ):
        if wanted is not None:
            yield from _differs(name, wanted, found)
    lanes = {name: lane.state.state for name, lane in file.lanes.items()}
    for lane, state in expected.lanes.items():
        yield from _differs(f"lane {lane}", state, lanes.get(lane, "absent"))
    for name, value in expected.facts.items():
        yield from _differs(name, value, fact_at(file.facts(), name))


def _clocks(clocks: Mapping[str, Clock], expected: Expectation) -> Iterator[str]:
    for name, due_on in expected.due.items():
        run = clocks.get(name)
        yield from _differs(f"clock {name} due", str(due_on), str(run.due_on) if run else "never started")
    for name, state in expected.clocks.items():
        run = clocks.get(name)
        yield from _differs(f"clock {name}", state, run.state if run else "never started")


def _steps(session: Session, stage: Stage, file: File, expected: Expectation) -> Iterator[str]:
    for who, events in expected.can.items():
        for event in events:
            reasons = _refusals(session, stage, file, (who, event))
            if reasons:
                yield f"{who} should be able to take {event}, but: {', '.join(reasons)}"
    for who, events in expected.cannot.items():
        for event in events:
            if not _refusals(session, stage, file, (who, event)):
                yield f"{who} should not be able to take {event}, but can"


def _refusals(session: Session, stage: Stage, file: File, asked: tuple[str, str]) -> list[str]:
    who, event = asked
    machine, situation = file.machine, file.situation()
    actor = stage.actor(session, who)
    lane, _, verb = event.rpartition(".")
    if lane:
        answer = LaneAnswer(lane, verb, conditions=1, reason="As found.")
        refusals = why_not_lane(machine, answer, actor, situation)
    else:
        refusals = why_not(machine, event, actor, situation)
    return [refusal.code for refusal in refusals]


def _differs(name: str, wanted: object, found: object) -> Iterator[str]:
    if wanted != found or isinstance(wanted, bool) != isinstance(found, bool):
        yield f"expected {name} {wanted!r}, but it is {found!r}"
