"""The engine's clocks against a second, naive implementation, case after random case.

Each case is a submission in a time zone, a rule of receipt, a clock with pauses and extensions on a calendar, and a
calendar change; the engine and the naive count must say the same about the day of receipt, the due date before and
after the change, and one more question. Prints the first difference in full; exit status 1 when there is any.
Run: .venv/bin/python -m benchmarks.clock_agreement [--cases 1000000] [--seed 1]
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.proof.clock_cases import cases, difference

REPORT_EVERY = 100_000


def main() -> int:
    """Run the cases of the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Compare the engine's clocks with a naive implementation.")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began, differences, first, done = time.monotonic(), 0, "", 0
    for done, asked in enumerate(cases(arguments.seed, arguments.cases), 1):
        words = difference(asked)
        differences += bool(words)
        first = first or words
        if done % REPORT_EVERY == 0:
            print(f"{done:,} cases, {differences} differences", file=sys.stderr, flush=True)
    rate = done / max(time.monotonic() - began, 0.001)
    print(f"cases {done:,}; differences {differences}; {rate:,.0f} cases/s; seed {arguments.seed}")
    if first:
        print(first)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
