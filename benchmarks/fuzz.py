"""A long fuzzing of everything that reads texts: workflow files, overlays, scenarios, clock packs and conditions.

Each input is read inside a cage that refuses imports, files, sockets and programs; only the declared errors may come
out, and no evaluation of a condition may take more than 10 ms of processor time. Exit status 1 when something did.
Run: .venv/bin/python -m benchmarks.fuzz [--inputs 1000000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.proof.fuzzing import Fuzzer, corpus

MOST_SHOWN = 30


def main() -> int:
    """Fuzz as the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        description="Read mutated workflows, scenarios, clock packs and conditions."
    )
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    fuzzer, began = Fuzzer(arguments.seed, corpus()), time.monotonic()
    shown = 0

    def tell(done: int) -> None:
        nonlocal shown
        for fault in fuzzer.found.faults[shown:MOST_SHOWN]:
            print(fault, flush=True)
        shown = len(fuzzer.found.faults)
        if done % 50_000 == 0:
            print(f"{done:,} inputs, {shown} faults", file=sys.stderr, flush=True)

    found = fuzzer.run(arguments.inputs, tell)
    tell(arguments.inputs)
    seconds = time.monotonic() - began
    print(
        f"inputs {sum(found.inputs.values()):,}; seed {arguments.seed}; {arguments.inputs / seconds:,.0f}/s"
    )
    for kind, number in sorted(found.inputs.items()):
        slowest, given = found.slowest_ms[kind]
        print(f"  {kind}: {number:,}, read {found.accepted[kind]:,}; slowest {slowest:.2f} ms: {given}")
    evaluated, decided = found.accepted["evaluated"], found.accepted["decided"]
    print(f"conditions evaluated {evaluated:,}, with a value {decided:,}")
    slowest, given = found.slowest_ms["evaluation"]
    print(f"slowest evaluation {slowest:.3f} ms: {given}")
    print(f"faults {len(found.faults)}")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
