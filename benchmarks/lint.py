"""How long a large workflow takes to read, to check and to compile.

A made-up definition with 60 phases: half of them with the agency, each with a way on, a way back and a withdrawal, a
review of six lanes every tenth phase, and twenty clocks. The best of several rounds counts.
Run: .venv/bin/python -m benchmarks.lint [--phases 60] [--rounds 5]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from permitflow.engine.lint import lint
from permitflow.engine.loader import load_text
from permitflow.engine.machine import compile_machine
from tests.engine.large_workflow import large_workflow


def best(rounds: int, work: Callable[[int], object]) -> float:
    """The shortest time of a piece of work, in milliseconds; it is told the number of the round."""
    times = []
    for turn in range(rounds):
        begun = time.perf_counter()
        work(turn)
        times.append(time.perf_counter() - begun)
    return 1000 * min(times)


def main() -> None:
    """Print the three figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--phases", type=int, default=60)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    text = large_workflow(chosen.phases)
    loaded = load_text(text, "large.yaml")
    definition = loaded.definition
    parts = (
        f"{len(definition.phases)} phases, {len(definition.actions)} actions, {len(definition.clocks)} clocks"
    )
    print(f"{parts}, {len(text) // 1024} KiB")
    print(f"read:    {best(chosen.rounds, lambda _: load_text(text, 'large.yaml')):8.1f} ms")
    print(f"lint:    {best(chosen.rounds, lambda _: lint(loaded)):8.1f} ms   (less than 1000)")
    compiled = best(chosen.rounds, lambda turn: compile_machine(f"{loaded.hash}{turn}", definition))
    print(f"compile: {compiled:8.1f} ms   (less than 50)")


if __name__ == "__main__":
    main()
