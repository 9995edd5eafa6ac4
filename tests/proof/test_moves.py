"""Files walk at random through the old version, move at any point, and walk on through the new one to their end."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from permitflow.db import Database
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.move_plan import ClockMove, LaneMove, MovePlan
from tests import factories
from tests.moving import NEW, OLD, changed, plan_for, publish
from tests.proof.walking import MOST_STEPS, Walker, reviewed

WALKS = 30
PHASES = ("draft", "intake", "in_review", "corrections", "ready", "fees_due")
# The phase of the reviews has another name, one review is split, another renamed, and the clock is shorter.
TARGET = changed(("fire", "fire_safety"), text=NEW)


@pytest.mark.parametrize("policy", ["keep_due", "keep_consumed"])
def test_nothing_is_lost_wherever_a_file_is_moved(database: Database, policy: str) -> None:
    city = factories.city(database)
    old, new = publish(city, OLD), publish(city, TARGET, factories.MONDAY - 1)
    plan = plan_for(old, new)
    plan = plan.model_copy(
        update={
            "lanes": plan.lanes | {"fire": LaneMove(to="fire_safety")},
            "clocks": plan.clocks | {"decision": ClockMove(to="decision", policy=policy)},
        }
    )
    publish(city, OLD, factories.MONDAY)
    seen: Counter[str] = Counter()
    for seed in range(WALKS if database.embedded else 6):
        seen += walk(Walker(city, random.Random(f"{policy} {seed}")), PHASES[seed % len(PHASES)], plan, new)
    if database.embedded:
        assert {*PHASES} <= {*seen}
        assert seen["issued"] >= WALKS // 4
        assert seen["moved"] > seen["stays"] > 0


def walk(walker: Walker, wanted: str, plan: MovePlan, new: LoadedDefinition) -> Counter[str]:
    """Walk to a phase and some steps into it, move, walk on; return where the file was moved and how it ended."""
    walker.begin()
    while walker.phase != wanted:
        if walker.done():
            walker.begin()
        walker.step()
    for _ in range(walker.rng.randrange(4) if wanted == "in_review" else 0):
        if walker.phase == wanted:
            walker.step()
    if walker.done():
        return Counter()
    seen = Counter([walker.phase])
    moved = walker.move(plan)
    seen["moved" if moved else "stays"] += 1
    for _ in range(MOST_STEPS):
        if walker.done():
            break
        walker.step()
    if walker.phase == "issued":
        assert not moved or reviewed(walker.city, walker.file, new), walker.trace
    seen[walker.phase] += 1
    return seen
