"""The machine is the only door: whatever anybody tries at any hour, every change has its event and every event its right."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from permitflow.db import Database
from permitflow.engine import machine
from permitflow.engine.machine import Actor
from permitflow.ledger import replay
from permitflow.services import effects, record, steps
from tests.proof import attempts, rooms, world
from tests.proof.walk import Walker

STEPS = 800
INSTANT = ("us-ca-residential-instant", "us-generic-residential-instant")
REVIEWED = ("us-ca-commercial-ab970", "us-generic-commercial")


@pytest.fixture(scope="module")
def room() -> Iterator[rooms.Room]:
    with rooms.room() as room:
        yield room


@pytest.fixture
def alarms() -> Iterator[rooms.Alarms]:
    heard = rooms.Alarms()
    logging.getLogger("permitflow").addHandler(heard)
    yield heard
    logging.getLogger("permitflow").removeHandler(heard)


def walk(walker: Walker, steps: int) -> Walker:
    while walker.counts["steps"] < steps and not walker.violations:
        walker.step()
    return walker


@pytest.mark.slow
@pytest.mark.parametrize("verified", [False, True], ids=["as shipped", "all numbers verified"])
def test_a_random_walk_through_everything_that_ships(
    room: rooms.Room, alarms: rooms.Alarms, *, verified: bool
) -> None:
    with room.world(verified=verified) as copy:
        walker = walk(Walker(copy, random.Random(f"only door {verified}")), STEPS)
    assert not walker.violations, "\n".join(walker.violations[:3])
    assert not alarms.taken()
    assert walker.counts["accepted"] > STEPS // 6
    assert walker.counts["refused"] > STEPS // 6
    assert len({workflow for workflow, _action in walker.covered}) > 10


@pytest.mark.slow
def test_a_random_walk_on_postgresql(postgresql_url: str, alarms: rooms.Alarms) -> None:
    database = Database(postgresql_url, pool_size=2)
    walker = walk(Walker(world.found(database), random.Random("elephant")), 200)
    database.dispose()
    assert not walker.violations, "\n".join(walker.violations[:3])
    assert not alarms.taken()


@pytest.mark.slow
def test_hypothesis_finds_no_sequence_that_breaks_a_rule(room: rooms.Room) -> None:
    class Door(RuleBasedStateMachine):
        """A world of its own for each sequence of attempts; what fails is shrunk to the fewest."""

        def __init__(self) -> None:
            super().__init__()
            self._copy = room.world()
            self.walker = Walker(self._copy.__enter__(), random.Random(7))

        @rule(source=st.randoms(use_true_random=False))
        def begin(self, source: random.Random) -> None:
            self.walker.rng = source
            self.walker.begin()

        @precondition(lambda self: self.walker.files)
        @rule(source=st.randoms(use_true_random=False))
        def attempt(self, source: random.Random) -> None:
            self.walker.rng = source
            file = source.choice(self.walker.files)
            self.walker.run(file, attempts.choose(self.walker, file))

        @precondition(lambda self: self.walker.files)
        @rule(source=st.randoms(use_true_random=False))
        def time_passes(self, source: random.Random) -> None:
            self.walker.rng = source
            self.walker.jump()

        @invariant()
        def nothing_is_wrong(self) -> None:
            assert not self.walker.violations, "\n".join(self.walker.violations)

        def teardown(self) -> None:
            self._copy.__exit__(None, None, None)

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Door,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=checks,
        ),
    )


def no_join(patch: pytest.MonkeyPatch) -> None:
    """A review round ends as approved whatever its lanes say."""

    def joined(compiled: machine.Machine, situation: machine.Situation) -> str | None:
        rule = compiled.definition.phases[situation.phase].join
        return rule.approved if rule else None

    patch.setattr(steps, "joined", joined)


def no_conflict(patch: pytest.MonkeyPatch) -> None:
    """Somebody of the applying company may act for the city."""
    asked = machine.acting_role

    def acting_role(definition: Any, action: str, spec: Any, actor: Actor, situation: Any) -> str:
        return asked(definition, action, spec, replace(actor, company_ids=frozenset()), situation)

    patch.setattr(machine, "acting_role", acting_role)


def a_lost_event(patch: pytest.MonkeyPatch) -> None:
    """One kind of event is not written."""
    append = record.append
    patch.setattr(
        record, "append", lambda file, entry: 0 if entry.action == "withdraw" else append(file, entry)
    )


def issued_twice(patch: pytest.MonkeyPatch) -> None:
    """The step that issues the permit is taken twice."""
    take = steps.take

    def twice(file: Any, step: Any, act: Any) -> None:
        take(file, step, act)
        if "issue_permit" in step.effects:
            with pytest.MonkeyPatch.context() as once:
                once.setitem(effects.EFFECTS, "issue_permit", lambda *_: {"permit": "again"})
                take(file, step, act)

    patch.setattr(steps, "take", twice)


def a_wrong_replay(patch: pytest.MonkeyPatch) -> None:
    """What events say of lanes and clocks is not taken over."""
    patch.setattr(replay, "_taken_over", lambda known, *_: known)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "wanted", "told"),
    [
        (no_join, REVIEWED, "joins the reviews"),
        (no_conflict, REVIEWED, "a self-approval"),
        (a_lost_event, INSTANT, "changed without an event"),
        (issued_twice, INSTANT, "issues a second permit"),
        (a_wrong_replay, REVIEWED, "the record says clocks"),
    ],
)
def test_the_walk_finds_what_is_broken_on_purpose(
    room: rooms.Room,
    monkeypatch: pytest.MonkeyPatch,
    broken: Callable[[pytest.MonkeyPatch], None],
    wanted: tuple[str, ...],
    told: str,
) -> None:
    with room.world() as copy:
        walker = Walker(copy, random.Random("broken"), wanted=wanted)
        broken(monkeypatch)
        walk(walker, 4_000)
        monkeypatch.undo()
    assert told in "\n".join(walker.violations)
