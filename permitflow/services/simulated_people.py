"""Made-up applicants and reviewers for a simulated year: what each does depends on the seed and the file alone.

Every choice is drawn from the seed, the file, the step and the round, never from what happened before. Two versions
of a workflow therefore meet the same people: who is slow in one is slow in the other.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from permitflow.engine.definition import ActionDef, Definition, PhaseDef
from permitflow.engine.scenario import Fact, Step

_GIVES_UP = 0.05
_WRONG_FIRST, _WRONG_LATER = 0.28, 0.08
_INCOMPLETE = 0.22
_DAYS = {"review": 4.0, "inspection": 2.0, "external": 15.0, "phase": 2.0, "applicant": 9.0, "payment": 3.0}
_SPREAD = 0.8


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody will do, after so many days, in these steps one after the other."""

    after_days: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file stands: its phase, its round, how often it was there, and the lanes that wait for an answer."""

    phase: str
    round: int
    times: int
    waiting: tuple[str, ...]
    open_items: int
    on: date


@dataclass(frozen=True, slots=True)
class People:
    """The people of one file."""

    definition: Definition
    seed: int
    number: int

    def starts(self, year: int) -> str:
        """Return when the application is sent: a weekday of the year, in office hours or somewhat later."""
        rng = self._rng("start")
        day = date(year, 1, 1) + timedelta(days=rng.randrange(365))
        day -= timedelta(days=max(0, day.weekday() - 4))
        return f"{day.isoformat()}T{rng.randrange(8, 20):02d}:{rng.randrange(60):02d}"

    def facts(self) -> dict[str, Fact]:
        """Return what makes this site different from a clean one."""
        rng = self._rng("site")
        home = self.definition.project_types[0] == "residential"
        stations = 1 if home else rng.choice((2, 4, 6, 8, 12, 16, 30))
        found: dict[str, Fact] = {
            "equipment.station_count": stations,
            "equipment.port_count": stations,
            "site.flood_zone": rng.random() < 0.06,
            "site.historic_district": rng.random() < 0.06,
            "site.in_right_of_way": rng.random() < 0.05,
            "electrical.service_upgrade": rng.random() < 0.2,
            "rules.load_ok": rng.random() > 0.15,
            "rules.breaker_ok": rng.random() > 0.08,
        }
        fast = rng.random() < 0.3
        if not home:
            found["equipment.level"] = "DC" if fast else "L2"
            found["project.includes_storage"] = rng.random() < 0.08
            found["project.procedure"] = rng.choice(("administrative", "notice", "hearing"))
        return found

    def next(self, place: Place) -> Plan | None:
        """Return what happens next at a place; None when nobody will ever do anything there."""
        phase = self.definition.phases[place.phase]
        if place.waiting:
            return min(
                (self._review(place, lane) for lane in place.waiting), key=lambda plan: plan.after_days
            )
        if phase.party in ("applicant", "payment"):
            return self._applicant(place, phase)
        return self._office(place, phase)

    def _review(self, place: Place, lane: str) -> Plan:
        spec = self.definition.lanes[lane]
        rng = self._rng(lane, place.round)
        approval = Step(do="approve", lane=lane, who=spec.role)
        days = self._delay(rng, spec.kind)
        wrong = rng.random() < (_WRONG_FIRST if place.round == 1 else _WRONG_LATER)
        if wrong and spec.kind == "review" and not spec.informational and place.round < 4:
            item = Step(item=lane, who=spec.role)
            # Where the law allows no new item after the notice, the reviewer approves after all.
            return Plan(days, (item, Step(do="request_corrections", lane=lane, who=spec.role), approval))
        return Plan(days, (approval,))

    def _applicant(self, place: Place, phase: PhaseDef) -> Plan | None:
        rng = self._rng(place.phase, place.times)
        days = self._delay(rng, phase.party)
        if not phase.initial and rng.random() < _GIVES_UP:
            return None
        if phase.party == "payment":
            return Plan(days, (Step(pay="all"),))
        steps = [Step(answer="all")] if place.open_items else []
        steps += [self._acts(name, "applicant", place) for name in self._forward(place.phase, "applicant")]
        return Plan(days, tuple(steps)) if steps else None

    def _office(self, place: Place, phase: PhaseDef) -> Plan | None:
        rng = self._rng(place.phase, place.times)
        days = self._delay(rng, "external" if phase.party == "external" else "phase")
        role = phase.role
        sends = [name for name, spec in self._from(place.phase) if role in spec.by and spec.needs_items]
        if role and sends and phase.checklist and place.times == 1 and rng.random() < _INCOMPLETE:
            return Plan(days, (Step(item=place.phase, who=role), self._acts(sends[0], role, place)))
        steps = []
        for name, spec in self._from(place.phase):
            staff = [each for each in spec.by if self.definition.roles[each].kind == "staff"]
            if staff and spec.to is not None and not spec.needs_items and spec.tone != "danger":
                steps.append((spec.tone != "primary", self._acts(name, staff[0], place)))
        ordered = [step for _, step in sorted(steps, key=lambda found: found[0])]
        return Plan(days, tuple(ordered)) if ordered else None

    def _forward(self, phase: str, role: str) -> Iterator[str]:
        """The steps of a role that lead on, the most usual first."""
        actions = [
            (name, spec) for name, spec in self._from(phase) if role in spec.by and spec.to is not None
        ]
        yield from (name for name, spec in actions if spec.tone == "primary")
        yield from (name for name, spec in actions if spec.tone == "plain")

    def _from(self, phase: str) -> Iterator[tuple[str, ActionDef]]:
        return ((name, spec) for name, spec in self.definition.actions.items() if phase in spec.from_)

    def _acts(self, name: str, role: str, place: Place) -> Step:
        spec = self.definition.actions[name]
        inputs: dict[str, Any] = {
            key: _value(given.type, place.on + timedelta(days=given.days_ahead or 0))
            for key, given in spec.inputs.items()
            if given.required and given.type != "text"
        }
        if spec.vote is not None:
            carried = spec.vote.needed if spec.vote.carried else max(spec.vote.needed - 1, 0)
            against = max(spec.vote.quorum - carried, 0)
            inputs |= {"held_on": place.on.isoformat(), "votes_for": str(carried)}
            inputs |= {"votes_against": str(against), "votes_abstained": "0"}
        return Step(do=name, who=f"{role}#2" if spec.not_same_actor_as else role, inputs=inputs)

    def _delay(self, rng: random.Random, kind: str) -> float:
        """Days until somebody acts: most soon, a few very late."""
        return rng.lognormvariate(math.log(_DAYS[kind]), _SPREAD)

    def _rng(self, *parts: object) -> random.Random:
        key = "/".join(map(str, (self.seed, self.number, *parts)))
        return random.Random(key)  # noqa: S311  # Repeatable, not secret.


def _value(kind: str, on: date) -> str:
    return on.isoformat() if kind == "date" else "1"
