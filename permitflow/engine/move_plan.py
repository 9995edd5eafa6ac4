"""How open files of one version become files of another, and why a plan for that is refused.

A plan says for every phase, review and clock of the old version what becomes of it. It may never cost the applicant
a legal deadline: a clock that the law sets against the city keeps its used time, and its date never moves back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from permitflow.engine.clock_def import ClockDef
from permitflow.engine.definition import Definition
from permitflow.engine.parts import FieldPath, Id, Part, Slug
from permitflow.engine.paths import reached, steps
from permitflow.engine.version_diff import Renames, suggest_renames

LanePolicy = Literal["keep", "reset", "waive", "drop"]
ClockPolicy = Literal["keep_due", "keep_consumed", "restart", "drop"]


class LaneMove(Part):
    """What becomes of a review: its answer is kept, asked for anew, waived, or the review goes away."""

    to: Id | None = None
    policy: LanePolicy = "keep"


class ClockMove(Part):
    """What becomes of a clock that runs: its date, its used time under the new length, a new start, or nothing."""

    to: Id | None = None
    policy: ClockPolicy = "keep_due"


class FactMoves(Part):
    """What becomes of the application's data: fields with another name, and values where none is known."""

    renames: dict[FieldPath, FieldPath] = Field(default_factory=dict)
    defaults: dict[FieldPath, bool | int | str] = Field(default_factory=dict)


class MovePlan(Part):
    """Everything a move needs to know; the maps go from old ids to new ones."""

    workflow: Slug
    from_hash: str
    to_hash: str
    phases: dict[Id, Id]
    lanes: dict[Id, LaneMove] = Field(default_factory=dict)
    clocks: dict[Id, ClockMove] = Field(default_factory=dict)
    actions: dict[Id, Id] = Field(default_factory=dict)
    """Actions with another name: a file counts what was done under the old one."""
    facts: FactMoves = Field(default_factory=FactMoves)
    notice: str = Field(default="", max_length=2000)
    """One or two sentences for the applicant; without them nobody is written to."""
    reason: str = Field(default="", max_length=2000)
    override: str = Field(default="", max_length=2000)
    """Why files may go to a phase that the new version's own actions never reach."""

    def body(self) -> str:
        """Return the one JSON text of the plan."""
        return json.dumps(
            self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )

    def hash(self) -> str:
        """Return the SHA-256 (hex) of the plan's text."""
        return hashlib.sha256(self.body().encode()).hexdigest()

    def lane_names(self) -> dict[str, str]:
        """Return what each review that goes on is called now: old -> new."""
        return {
            old: move.to for old, move in self.lanes.items() if move.to is not None and move.policy != "drop"
        }

    def step_aliases(self) -> dict[str, str]:
        """Return the steps (phases and reviews) that have another name now: old -> new."""
        return {old: new for old, new in (self.phases | self.lane_names()).items() if old != new}


@dataclass(frozen=True, slots=True)
class Active:
    """How many open files stand in each phase, review and clock of the old version."""

    phases: Mapping[str, int]
    lanes: Mapping[str, int]
    clocks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Why a plan cannot be used: the dotted path in the plan, and the sentence."""

    code: str
    path: str
    message: str


def propose(
    old: Definition, new: Definition, hashes: tuple[str, str], renames: Renames | None = None
) -> MovePlan:
    """Return the plan that suggests itself: equal ids stay, parts that were renamed follow their new name.

    What went away without a successor is left out, so that `problems` asks for it. `hashes` are old and new.
    """
    names = renames or suggest_renames(old, new)
    # Several phases may become one, so two parts that suggest the same successor are both right.
    phases = {name: names.phases.get(name, name) for name, spec in old.phases.items() if not spec.final}
    lanes = {name: names.lanes.get(name, name) for name in old.lanes}
    clocks = {name: names.clocks.get(name, name) for name in old.clocks}
    return MovePlan(
        workflow=new.workflow,
        from_hash=hashes[0],
        to_hash=hashes[1],
        phases={name: to for name, to in phases.items() if to in new.phases},
        lanes={name: LaneMove(to=to) for name, to in lanes.items() if to in new.lanes},
        clocks={
            name: ClockMove(to=to, policy=_usual_policy(old.clocks[name], new.clocks[to]))
            for name, to in clocks.items()
            if to in new.clocks
        },
        actions=dict(names.actions),
    )


def _usual_policy(old: ClockDef, new: ClockDef) -> ClockPolicy:
    return "keep_due" if counts_alike(old, new) else "keep_consumed"


def counts_alike(old: ClockDef, new: ClockDef) -> bool:
    """Say whether two clocks count days in the same way, so that a date of one can stand in the other."""
    return (old.unit, old.roll, old.count_from) == (new.unit, new.roll, new.count_from)


def is_statutory(spec: ClockDef) -> bool:
    """Say whether the law sets this clock against the city: no plan may make it later."""
    return spec.level == "state" and spec.holder == "agency"


def problems(
    plan: MovePlan, old: Definition, new: Definition, active: Active | None = None
) -> tuple[PlanProblem, ...]:
    """Return why the plan is refused; empty when it can be used.

    With `active` only phases, reviews and clocks that open files stand in have to be mapped; without it, all.
    """
    everything = Active(
        {name: 1 for name, spec in old.phases.items() if not spec.final},
        dict.fromkeys(old.lanes, 1),
        dict.fromkeys(old.clocks, 1),
    )
    counted = active or everything
    found = [
        *_unknown(plan, old, new),
        *_unmapped(plan, old, counted),
    ]
    if not any(problem.code == "unknown" for problem in found):
        found += [*_phases(plan, old, new), *_lanes(plan, new), *_clocks(plan, old, new), *_reused(plan)]
    if plan.workflow != old.workflow or old.workflow != new.workflow:
        found.append(PlanProblem("workflow", "workflow", "The two versions are of different workflows."))
    return tuple(found)


def _unknown(plan: MovePlan, old: Definition, new: Definition) -> Iterator[PlanProblem]:
    lanes = {name: move.to for name, move in plan.lanes.items()}
    clocks = {name: move.to for name, move in plan.clocks.items()}
    maps: Iterable[tuple[str, str, Mapping[str, str | None], Mapping[str, object], Mapping[str, object]]] = (
        ("phases", "phase", plan.phases, old.phases, new.phases),
        ("lanes", "review", lanes, old.lanes, new.lanes),
        ("clocks", "clock", clocks, old.clocks, new.clocks),
        ("actions", "action", plan.actions, old.actions, new.actions),
    )
    for section, word, moves, before, after in maps:
        for name, to in moves.items():
            path = f"{section}.{name}"
            if name not in before:
                yield PlanProblem("unknown", path, f"The old version has no {word} '{name}'.")
            if to is not None and to not in after:
                yield PlanProblem("unknown", path, f"The new version has no {word} '{to}'.")
    for section, kept in (("lanes", plan.lanes), ("clocks", plan.clocks)):
        for name, move in kept.items():
            if move.to is None and move.policy != "drop":
                message = f"'{name}' is kept, but the plan does not say as what."
                yield PlanProblem("unknown", f"{section}.{name}", message)
    yield from _merged(plan)


def _merged(plan: MovePlan) -> Iterator[PlanProblem]:
    """Parts that would become one although each has something of its own to keep."""
    sections: Iterable[tuple[str, str, Iterable[str | None]]] = (
        ("lanes", "reviews", [move.to for move in plan.lanes.values()]),
        ("clocks", "clocks", [move.to for move in plan.clocks.values()]),
        ("facts.renames", "fields", plan.facts.renames.values()),
    )
    for path, words, names in sections:
        for to in _twice(names):
            yield PlanProblem("unknown", path, f"Two {words} cannot both become '{to}'; drop one of them.")


def _reused(plan: MovePlan) -> Iterator[PlanProblem]:
    lanes = {name: None if move.policy == "drop" else move.to for name, move in plan.lanes.items()}
    moves: Mapping[str, str | None] = plan.phases | lanes
    for name, to in plan.step_aliases().items():
        if moves.get(to, to) != to:
            yield reused(plan, name, to)


def reused(plan: MovePlan, name: str, to: str) -> PlanProblem:
    """Return why a step may not take the name of another: reports know what is over by its name alone."""
    message = (
        f"'{name}' cannot become '{to}', which was the name of another step: reports would count the two as one. "
        "Give it an id of its own in the new version."
    )
    return PlanProblem("reused", f"{'lanes' if name in plan.lanes else 'phases'}.{name}", message)


def _twice(names: Iterable[str | None]) -> list[str]:
    seen: list[str] = [name for name in names if name is not None]
    return sorted({name for name in seen if seen.count(name) > 1})


def _unmapped(plan: MovePlan, old: Definition, active: Active) -> Iterator[PlanProblem]:
    sections = (
        ("phases", "phase", active.phases, plan.phases, old.phases),
        ("lanes", "review", active.lanes, plan.lanes, old.lanes),
        ("clocks", "clock", active.clocks, plan.clocks, old.clocks),
    )
    for section, word, counts, mapped, parts in sections:
        for name, count in counts.items():
            if count and name not in mapped:
                part = parts.get(name)
                title = part.title if part else name
                files = "1 open file stands" if count == 1 else f"{count} open files stand"
                message = f"The plan does not say what becomes of the {word} “{title}”, where {files}."
                yield PlanProblem("unmapped", f"{section}.{name}", message)


def _phases(plan: MovePlan, old: Definition, new: Definition) -> Iterator[PlanProblem]:
    reachable = reached_from(new, new.initial())
    for name, to in plan.phases.items():
        before, after, path = old.phases[name], new.phases[to], f"phases.{name}"
        if before.final or after.final or after.outcome != before.outcome:
            message = f"“{before.title}” cannot become “{after.title}”: a move decides nothing and undoes no decision."
            yield PlanProblem("decision", path, message)
        if before.lanes and not after.lanes:
            message = (
                f"“{before.title}” has reviews and “{after.title}” has none, so open reviews would be lost."
            )
            yield PlanProblem("kind", path, message)
        if before.initial != after.initial:
            message = f"“{before.title}” cannot become “{after.title}”: only a draft stays a draft."
            yield PlanProblem("kind", path, message)
        if to not in reachable and not plan.override.strip():
            message = f"No action of the new version leads to “{after.title}”; say why files may stand there."
            yield PlanProblem("unreachable", path, message)


def _lanes(plan: MovePlan, new: Definition) -> Iterator[PlanProblem]:
    for name, move in plan.lanes.items():
        spec = new.lanes.get(move.to or name)
        needed = spec is not None and not spec.informational
        if move.policy in ("drop", "waive") and needed and spec is not None and spec.waived_by is None:
            message = f"The new version asks for the review “{spec.title}”, so no plan can take it away."
            yield PlanProblem("lost_lane", f"lanes.{name}", message)


def _clocks(plan: MovePlan, old: Definition, new: Definition) -> Iterator[PlanProblem]:
    for name, move in plan.clocks.items():
        before, path = old.clocks[name], f"clocks.{name}"
        after = new.clocks[move.to] if move.to is not None else None
        if after is not None and after.holder != before.holder:
            message = f"“{before.title}” and “{after.title}” run against different people."
            yield PlanProblem("holder", path, message)
        if move.policy in ("drop", "restart") and (is_statutory(before) or (after and is_statutory(after))):
            message = f"“{before.title}” is set by law: its date and its used time have to be kept."
            yield PlanProblem("lost_time", path, message)
        if move.policy == "keep_due" and after is not None and not counts_alike(before, after):
            message = f"“{after.title}” counts days in another way, so the date alone cannot be kept."
            yield PlanProblem("counts", path, message)


def reached_from(definition: Definition, phase: str, without: str | None = None) -> frozenset[str]:
    """Return every phase that actions lead to from a phase, itself included; `without` closes one phase."""
    if phase == without:
        return frozenset()
    ways = {source: targets - {without} for source, targets in steps(definition.actions.values()).items()}
    return frozenset(reached(ways, [phase]))
