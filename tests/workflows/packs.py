"""The shipped workflows, compiled, and a small player that moves a made-up file through them."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from permitflow.engine.lanes import LaneAnswer, LaneState, lanes_for, reopen
from permitflow.engine.loader import load_checked
from permitflow.engine.machine import Actor, Machine, Situation, automatic, compile_machine, fire, joined
from permitflow.engine.review import fire_lane

FOLDER = Path(__file__).resolve().parents[2] / "workflows"
COMMERCIAL = ("us-ca/commercial-ab970.yaml", "us-generic/commercial.yaml")
RESIDENTIAL = ("us-ca/residential-instant.yaml", "us-generic/residential-instant.yaml")
ALL = (*COMMERCIAL, *RESIDENTIAL)

OVERLAYS = ("flood_zone", "historic_district", "coastal_zone", "airport_influence")


@cache
def machine(file: str) -> Machine:
    """A shipped workflow, compiled."""
    loaded = load_checked(FOLDER / file)
    return compile_machine(loaded.hash, loaded.definition)


def facts(**changes: Mapping[str, object]) -> dict[str, Any]:
    """Facts with which nothing hinders: a small installation, complete and paid."""
    site = dict.fromkeys((*OVERLAYS, "in_right_of_way", "trench_in_public_way", "in_setback"), False)
    known: dict[str, Any] = {
        "site": {**site, "occupancy": "one_family"},
        "project": {"type": "residential", "includes_storage": False, "includes_canopy": False}
        | {"new_structure": False, "use_relation": "accessory"},
        "equipment": {"station_count": 2, "port_count": 2, "max_amps": 48, "max_watts": 11520}
        | {"total_watts": 23040, "level": "L2", "all_listed": True, "outdoor": False},
        "electrical": {"service_upgrade": False, "has_ems": False, "load_method": "measured_220_87"},
        "rules": {"breaker_ok": True, "load_ok": True, "listed_ok": True, "disconnect_ok": True},
        "attestations": {"signed": True, "owner_consent": True, "no_adverse_impact": True},
        "contractor": {"licence_valid": True},
        "documents": {"missing": 0},
        "fees": {"due_cents": 0, "paid_cents": 0, "balance_cents": 0},
        "lanes": {"open": 0, "corrections": 0},
        "corrections": {"draft": 0, "open": 0, "unanswered": 0},
    }
    for group, values in changes.items():
        known[group] = {**known[group], **values}
    return deepcopy(known)


@dataclass
class Play:
    """One file on its way; every step is checked by the engine as a real one would be."""

    file: str
    facts: dict[str, Any]
    phase: str = "draft"
    lanes: dict[str, LaneState] = field(default_factory=dict)
    round: int = 1
    effects: list[str] = field(default_factory=list)

    @property
    def situation(self) -> Situation:
        return Situation(self.phase, "volt", self.facts, self.lanes)

    def take(self, action: str, role: str, items: int = 0, **inputs: str) -> None:
        """Take an action and the system's steps that follow."""
        actor = Actor(role, frozenset({role}), frozenset({"volt"} if role == "applicant" else ()))
        step = fire(machine(self.file), action, actor, self.situation, inputs, items)
        self.phase, self.round = step.to_phase, self.round + step.next_round
        self.effects += step.effects
        needs = lanes_for(machine(self.file).definition, self.phase, self.facts)
        if needs:
            self.lanes = reopen(needs, self.lanes, step.reopen_lanes, self.round)  # type: ignore[arg-type] # one of three words
        self._settle(items)

    def answer(self, lane: str, action: str = "approve", items: int = 0, reason: str = "") -> None:
        """Answer in a lane, and take the system's steps that follow."""
        role = machine(self.file).definition.lanes[lane].role
        step = fire_lane(
            machine(self.file),
            LaneAnswer(lane, action, items, 0, reason),
            Actor(role, frozenset({role})),
            self.situation,
        )
        self.lanes[lane] = replace(self.lanes[lane], state=step.to_state)
        self._settle(items)

    def answer_all(self) -> None:
        """Approve in every lane that still waits and holds the file."""
        for name in list(self.lanes):
            if self.phase == "in_review" and self.lanes[name].is_open and not self.lanes[name].informational:
                self.answer(name)

    def _settle(self, items: int) -> None:
        action = joined(machine(self.file), self.situation) or automatic(machine(self.file), self.situation)
        if action is not None:
            self.take(action, "system", max(items, 1))
