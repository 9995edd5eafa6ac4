"""Seeded offices: a healthy permit office, and the same one with a single bottleneck planted at a known step."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office import Desk, Filing, Lane, Office, Reviewer, Stage, Task, simulate
from permitflow.analytics.office_hours import HOUR_US, OfficeHours
from permitflow.analytics.visits import StepVisit

START = 20_094 * DAY_US
"""Monday 2025-01-06, 00:00 UTC."""
LANES = ("zoning", "electrical", "fire")
STEPS = ("intake", *LANES, "issue")
OUTSIDE = {"corrections": "applicant", "utility": "utility"}


@dataclass(frozen=True)
class Step:
    """One step of the house: how many people, how full they are, and how its files behave."""

    people: int
    load: float = 0.6
    spread: float = 0.6
    rework: float = 0.12
    lies: float = 0.0
    lies_days: float = 0.0


@dataclass(frozen=True)
class House:
    """Everything a seeded office is drawn from; `surge` is (first day, last day, factor)."""

    steps: dict[str, Step]
    per_day: float
    days: int = 300
    surge: tuple[int, int, float] = (0, 0, 1.0)
    corrections_days: float = 3.0
    utility_days: float = 2.0
    utility_share: float = 0.2
    desks: dict[str, Desk] = field(default_factory=dict)
    away: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    closed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plant:
    """What was planted: the step and cause that should be found; None and None for a healthy office."""

    name: str
    step: str | None
    cause: str | None


def healthy(rng: Random) -> House:
    """A house with slack everywhere: two thirds full at most, one to three people at a step."""
    steps = {
        name: Step(
            rng.choice((2, 3)) if name in LANES else rng.choice((1, 2)),
            rng.uniform(0.45, 0.68),
            rng.uniform(0.4, 0.8),
            rng.uniform(0.05, 0.15) if name in LANES else 0.0,
        )
        for name in STEPS
    }
    return House(
        steps,
        rng.uniform(5, 9),
        corrections_days=rng.uniform(2, 4),
        utility_days=rng.uniform(1.5, 3),
        utility_share=rng.uniform(0.1, 0.3),
    )


def planted(name: str, seed: int) -> tuple[House, Plant]:
    """The house of a seed with one bottleneck of a kind planted in it."""
    rng = Random(f"{name} {seed}")
    house = healthy(rng)
    return PLANTS[name](house, rng)


def _set(house: House, step: str, **changes: Any) -> House:
    return replace(house, steps={**house.steps, step: replace(house.steps[step], **changes)})


def _away(house: House, step: str, who: range, days: tuple[int, int]) -> House:
    return replace(house, away={**house.away, **{f"{step} {n}": (days,) for n in who}})


def _none(house: House, _rng: Random) -> tuple[House, Plant]:
    return house, Plant("healthy", None, None)


def _capacity_loss(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    house = _set(house, step, people=5, load=rng.uniform(0.7, 0.78))
    house = _away(house, step, range(3, 5), (rng.randint(80, 160), 9_999))
    return house, Plant("capacity loss", step, "arrivals_exceed_service")


def _surge(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    for name in STEPS:
        house = _set(house, name, load=rng.uniform(0.3, 0.4))
    house = _set(house, step, people=rng.choice((2, 3)), load=0.72)
    start = rng.randint(80, 140)
    house = replace(house, surge=(start, start + 110, rng.uniform(1.6, 1.9)))
    return house, Plant("arrivals surge", step, "arrivals_exceed_service")


def _slower_work(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    house = _set(house, step, people=rng.choice((2, 3, 4)), load=rng.uniform(1.08, 1.2))
    return house, Plant("more work than people", step, "arrivals_exceed_service")


def _fridays(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(STEPS)
    house = _set(house, step, load=min(house.steps[step].load, 0.6) / 5)
    return replace(house, desks={step: Desk(weekdays=frozenset({4}))}), Plant("Fridays", step, "batching")


def _two_days(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    house = _set(house, step, load=0.1)
    return replace(house, desks={step: Desk(weekdays=frozenset({1}))}), Plant("Tuesdays", step, "batching")


def _newest(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    house = _set(house, step, load=rng.uniform(0.97, 1.03))
    return replace(house, desks={step: Desk("newest")}), Plant("newest first", step, "newer_files_first")


def _easiest(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    house = _set(house, step, load=rng.uniform(1.0, 1.06), spread=0.9)
    return replace(house, desks={step: Desk("shortest")}), Plant("easiest first", step, "newer_files_first")


def _rework(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    house = _set(house, step, rework=rng.uniform(0.5, 0.62), load=0.32)
    return replace(house, corrections_days=rng.uniform(4, 8)), Plant("rework", step, "rework_loop")


def _absent(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(STEPS)
    house = _set(house, step, people=1, load=rng.uniform(0.6, 0.75))
    start = rng.randint(60, 160)
    return _away(house, step, range(1), (start, start + rng.randint(28, 42))), Plant(
        "absent", step, "one_role"
    )


def _one_role(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(STEPS)
    house = _set(house, step, people=1, load=rng.uniform(1.02, 1.15))
    return house, Plant("one role only", step, "one_role")


def _utility(house: House, rng: Random) -> tuple[House, Plant]:
    house = replace(house, utility_days=rng.uniform(18, 35), utility_share=rng.uniform(0.6, 1.0))
    return house, Plant("slow utility", "utility", "outside_wait")


def _applicant(house: House, rng: Random) -> tuple[House, Plant]:
    house = replace(house, corrections_days=rng.uniform(25, 45))
    return house, Plant("slow applicants", "corrections", "outside_wait")


def _unassigned(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(STEPS)
    house = _set(house, step, lies=rng.uniform(0.25, 0.45), lies_days=rng.uniform(15, 30))
    return house, Plant("unassigned pile", step, "unassigned")


def _closure(house: House, rng: Random) -> tuple[House, Plant]:
    step = rng.choice(LANES)
    start = rng.randint(60, 180)
    house = _set(house, step, people=rng.choice((2, 3)))
    house = _away(house, step, range(3), (start, start + rng.randint(24, 35)))
    return house, Plant("a department closed", step, "calendar")


def _shut(house: House, rng: Random) -> tuple[House, Plant]:
    start = START // DAY_US + rng.randint(60, 180)
    house = replace(house, closed=tuple(range(start, start + rng.randint(24, 35))))
    return house, Plant("the house closed", "intake", "calendar")


PLANTS = {
    "healthy": _none,
    "capacity loss": _capacity_loss,
    "arrivals surge": _surge,
    "more work than people": _slower_work,
    "Fridays": _fridays,
    "Tuesdays": _two_days,
    "newest first": _newest,
    "easiest first": _easiest,
    "rework": _rework,
    "absent reviewer": _absent,
    "one role only": _one_role,
    "slow utility": _utility,
    "slow applicants": _applicant,
    "unassigned pile": _unassigned,
    "a department closed": _closure,
    "the house closed": _shut,
}


def visits_of(house: House, seed: int) -> list[StepVisit]:
    """Runs a house and returns its visits; the same seed gives the same visits."""
    rng = Random(f"files {seed}")
    hours = OfficeHours(closed_days=house.closed)
    office = Office(tuple(_people(house)), hours, house.desks)
    return simulate(office, list(_filings(house, rng)), START, START + house.days * DAY_US)


def _people(house: House) -> Iterator[Reviewer]:
    for step, kept in house.steps.items():
        for n in range(kept.people):
            away = tuple(
                (START + a * DAY_US, START + b * DAY_US) for a, b in house.away.get(f"{step} {n}", ())
            )
            yield Reviewer(f"{step} {n}", frozenset({step}), away)


def _filings(house: House, rng: Random) -> Iterator[Filing]:
    for day in range(house.days):
        if (START // DAY_US + day + 3) % 7 > 4:
            continue
        first, last, factor = house.surge
        rate = house.per_day * (factor if first <= day < last else 1.0)
        at = START + day * DAY_US + 8 * HOUR_US
        end = at + 9 * HOUR_US
        while (at := at + int(rng.expovariate(rate) * 9 * HOUR_US)) < end:
            yield Filing(f"{day:03}-{at % DAY_US // 1_000_000}", at, _route(house, rng))


def _route(house: House, rng: Random) -> tuple[Stage, ...]:
    lanes = tuple(_lane(house, step, rng) for step in LANES)
    stages: list[Stage] = [(_lane(house, "intake", rng),), lanes]
    if rng.random() < house.utility_share:
        stages.append(((Task("utility", _days(rng, house.utility_days), "utility"),),))
    return (*stages, (_lane(house, "issue", rng),))


def _lane(house: House, step: str, rng: Random) -> Lane:
    kept = house.steps[step]
    tasks = [_task(house, step, rng, 1)]
    while rng.random() < kept.rework and len(tasks) < 9:
        again = len(tasks) // 2 + 1
        tasks.append(Task("corrections", _days(rng, house.corrections_days), "applicant", round=again))
        tasks.append(_task(house, step, rng, again + 1))
    return tuple(tasks)


def _task(house: House, step: str, rng: Random, round_: int) -> Task:
    kept = house.steps[step]
    # The load counts the first round: rework comes on top, as it does in life.
    mean = kept.load * kept.people * 9 * HOUR_US / house.per_day
    work = rng.lognormvariate(math.log(mean) - kept.spread**2 / 2, kept.spread)
    lies = _days(rng, kept.lies_days) if rng.random() < kept.lies else 0
    return Task(step, max(int(work), 60_000_000), lies_us=lies, round=round_)


def _days(rng: Random, mean: float) -> int:
    return int(rng.lognormvariate(math.log(mean) - 0.125, 0.5) * DAY_US)
