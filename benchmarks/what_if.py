"""How often the what-if reproduces the last quarter: of steady offices it should, of offices that changed it should not.

Run: `python -m benchmarks.what_if [--seeds 1] [--first 1000] [--visits 50000]`. An office is steady when nothing about
it changes over its 300 days; the others change in the last 75 of the 91 days that are simulated again. With `--visits`
the time of 60 runs of an office of that many visits is told instead.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from benchmarks.offices import LANES, START, STEPS, House, healthy, planted, visits_of
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.visits import StepVisit
from permitflow.analytics.whatif import AS_IT_IS, QUARTER_US, Backtest, Runs, backtest, what_if
from permitflow.reports.what_if import compared
from permitflow.reports.what_if_result import trust

STEADY = (
    "healthy",
    "Fridays",
    "Tuesdays",
    "newest first",
    "rework",
    "slow utility",
    "slow applicants",
    "unassigned pile",
    "one role only",
    "more work than people",
)
BREAK_DAY = 225
ALL_RUNS = 60
DAYS = 300
NOW = START + DAYS * DAY_US


def main() -> None:
    """Print a line for each office and how often the verdict was right, or how long an office of many visits takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="offices of each kind")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    parser.add_argument("--visits", type=int, default=0, help="time an office of so many visits")
    chosen = parser.parse_args()
    if chosen.visits:
        timed(chosen.visits, chosen.first)
        return
    seeds = range(chosen.first, chosen.first + chosen.seeds)
    steady = [_told(kind, seed, planted(kind, seed)[0]) for kind in STEADY for seed in seeds]
    broken = [_told(kind, seed, broken_house(kind, seed)) for kind in BREAKS for seed in seeds]
    print(
        f"reproduced: {sum(steady)} of {len(steady)} steady offices, {sum(broken)} of {len(broken)} that changed"
    )


def _told(kind: str, seed: int, house: House) -> bool:
    found = backtest(visits_of(house, seed), NOW, Random(seed), Runs(20))
    reproduced = reproduces(found)
    was, again = found.was, found.simulated
    print(
        f"{'reproduced' if reproduced else 'not':11} {kind:22} {seed:5}"
        f"  finished {was.finished} / {again.finished.p50}  open {was.open_at_end} / {again.open_at_end.p50}"
        f"  lead {(was.median_lead_us or 0) / DAY_US:.1f} / {again.median_lead_us.p50 / DAY_US:.1f} days"
        if again.median_lead_us
        else f"not         {kind:22} {seed:5}  nothing finished"
    )
    return reproduced


def reproduces(found: Backtest) -> bool:
    """Whether the page would call the simulation trustworthy."""
    same = {"came": 1, "people": 1}
    return trust(compared(found) | {"before": same, "lately": same}).enough


def _surge(house: House, rng: Random) -> House:
    return replace(house, surge=(BREAK_DAY, DAYS, rng.uniform(1.8, 2.4)))


def _lull(house: House, rng: Random) -> House:
    return replace(house, surge=(BREAK_DAY, DAYS, rng.uniform(0.3, 0.45)))


def _loss(house: House, rng: Random) -> House:
    step = rng.choice(LANES)
    house = replace(house, steps={**house.steps, step: replace(house.steps[step], people=4, load=0.75)})
    return replace(house, away={f"{step} {n}": ((BREAK_DAY, DAYS + 1),) for n in range(1, 4)})


def _standstill(house: House, rng: Random) -> House:
    step = rng.choice(STEPS)
    return replace(house, away={f"{step} {n}": ((BREAK_DAY, DAYS + 1),) for n in range(3)})


BREAKS: dict[str, Callable[[House, Random], House]] = {
    "twice the files": _surge,
    "a third of the files": _lull,
    "three of four leave": _loss,
    "a step stands still": _standstill,
}


def broken_house(kind: str, seed: int) -> House:
    """The house of a seed with a change in its last 75 days."""
    rng = Random(f"{kind} {seed}")
    return BREAKS[kind](healthy(rng), rng)


def big_office(visits: int, seed: int) -> list[StepVisit]:
    """The visits of a healthy house of about this size."""
    house = healthy(Random(seed))
    times = visits / 9_000
    steps = {name: replace(step, people=round(step.people * times)) for name, step in house.steps.items()}
    return visits_of(replace(house, per_day=house.per_day * times, steps=steps), seed)


def timed(visits: int, seed: int) -> None:
    """Print the processor time of one what-if as a page asks for it: three times 20 runs."""
    found = big_office(visits, seed)
    begun = time.process_time()
    for stretch in _stretches():
        what_if(found, stretch, AS_IT_IS, Random(1), Runs(ALL_RUNS // 3))
    print(f"{len(found)} visits, {ALL_RUNS} runs: {time.process_time() - begun:.1f} s of processor time")


def _stretches() -> Iterable[tuple[int, int]]:
    return (NOW - QUARTER_US, NOW), (NOW, NOW + QUARTER_US), (NOW, NOW + QUARTER_US)


if __name__ == "__main__":
    main()
