"""How often the bottleneck finder names the step and the cause that were planted in seeded offices.

Run: `python -m benchmarks.finder [--seeds 3] [--first 1000]`. Seeds below 1000 were used while the rules were written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from benchmarks.offices import PLANTS, Plant, planted, visits_of
from permitflow.analytics.finder import Finding, find_bottlenecks


def main() -> None:
    """Print one line for each office, then how many were right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="offices of each kind")
    parser.add_argument("--healthy", type=int, default=5, help="offices without a bottleneck")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    chosen = parser.parse_args()
    sick = well = offices = 0
    for name, seed in _seeds(chosen.seeds, chosen.healthy, chosen.first):
        plant, found = examine(name, seed)
        right = is_right(plant, found)
        sick += right and plant.step is not None
        well += right and plant.step is None
        offices += plant.step is not None
        told = ", ".join(f"{one.step}/{one.cause} {one.share:.0%}" for one in found[:3]) or "none"
        print(
            f"{'right' if right else 'WRONG':6} {name:22} {seed:5} {plant.step or '-':12} {plant.cause or '-':24} {told}"
        )
    print(
        f"step and cause named in {sick} of {offices}; none said of {well} of {chosen.healthy} healthy offices"
    )


def _seeds(sick: int, well: int, first: int) -> Iterator[tuple[str, int]]:
    for name in PLANTS:
        for seed in range(first, first + (sick if name != "healthy" else well)):
            yield name, seed


def examine(name: str, seed: int) -> tuple[Plant, list[Finding]]:
    """What was planted in an office, and what the finder says of its visits."""
    house, plant = planted(name, seed)
    return plant, find_bottlenecks(visits_of(house, seed))


def is_right(plant: Plant, found: Sequence[Finding]) -> bool:
    """Whether the greatest finding is the planted one; none for a healthy office."""
    if plant.step is None:
        return not found
    return bool(found) and (found[0].step, found[0].cause) == (plant.step, plant.cause)


if __name__ == "__main__":
    main()
