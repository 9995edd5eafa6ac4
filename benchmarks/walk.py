"""A long random walk: every shipped workflow, everybody, at any hour; nothing may happen without its event.

Each world is a fresh copy of a small database in memory, walked for some thousand attempts; see tests/proof. Prints
the attempts, how many were accepted, which actions were taken, and every violation; exit status 1 when there is any.
Run: .venv/bin/python -m benchmarks.walk [--steps 1000000] [--seed 1]
"""

from __future__ import annotations

import argparse
import itertools
import logging
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.proof import rooms
from tests.proof.walk import Walker
from tests.proof.world import shipped

STEPS_PER_WORLD = 8_000
MOST_SHOWN = 20


@dataclass
class Tally:
    """What all worlds came to."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    covered: Counter[tuple[str, str]] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def steps(self) -> int:
        """The attempts so far."""
        return self.counts["steps"]

    def add(self, walker: Walker, heard: list[str]) -> None:
        """Take over one world and print what is wrong in it."""
        self.counts += walker.counts
        self.refusals += walker.refusals
        self.covered += walker.covered
        for sentence in [*walker.violations, *heard]:
            self.violations.append(sentence)
            if len(self.violations) <= MOST_SHOWN:
                print(sentence, flush=True)

    def line(self) -> str:
        """How far it is."""
        rate = self.steps / (time.monotonic() - self.began)
        return f"{self.steps:,} steps, {rate:,.0f}/s, {len(self.violations)} violations"

    def report(self) -> None:
        """Print everything at the end."""
        print(f"{self.line()}; {time.process_time():.0f} s of processor time; {dict(self.counts)}")
        print(f"refusals {dict(self.refusals.most_common(30))}")
        known = [
            (name, action)
            for settings in shipped().values()
            for name, setting in settings.items()
            for action in setting.loaded.definition.actions
        ]
        missing = sorted(set(known) - set(self.covered))
        workflows = len({name for name, _action in known})
        print(f"actions taken {len(known) - len(missing)} of {len(known)} in {workflows} workflows")
        for name, action in missing:
            print(f"  never taken: {name}: {action}")


def main() -> int:
    """Walk as the command line says; return the exit status."""
    parser = argparse.ArgumentParser(description="Walk at random through every shipped workflow.")
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tally, alarms = Tally(), rooms.Alarms()
    logging.getLogger("permitflow").addHandler(alarms)
    with rooms.room() as room:
        for number in itertools.count(1):
            with room.world(verified=number % 2 == 0) as world:
                walker = Walker(world, random.Random(f"{arguments.seed} {number}"))
                _walk(walker, min(STEPS_PER_WORLD, arguments.steps - tally.steps))
            tally.add(walker, alarms.taken())
            print(tally.line(), file=sys.stderr, flush=True)
            if tally.steps >= arguments.steps:
                break
    tally.report()
    return 1 if tally.violations else 0


def _walk(walker: Walker, steps: int) -> None:
    while walker.counts["steps"] < steps and len(walker.violations) < MOST_SHOWN:
        walker.step()


if __name__ == "__main__":
    sys.exit(main())
