"""Parallel reviews: which lanes a file needs, their states, and when the round is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from permitflow.engine.conditions import holds
from permitflow.engine.definition import Definition

LaneStanding = Literal[
    "waiting",
    "in_review",
    "approved",
    "approved_with_conditions",
    "corrections_requested",
    "not_applicable",
]
LANE_STATES: tuple[LaneStanding, ...] = get_args(LaneStanding)
OPEN_STATES = frozenset({"waiting", "in_review"})

LaneVerb = Literal[
    "start_review",
    "release",
    "approve",
    "approve_with_conditions",
    "request_corrections",
    "mark_not_applicable",
]
Joined = Literal["open", "approved", "corrections"]


@dataclass(frozen=True, slots=True)
class LaneState:
    """How one discipline's review of one file stands; `round` is the round of its last opening."""

    lane: str
    required: bool
    informational: bool
    state: LaneStanding
    round: int

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class LaneNeed:
    """Whether a file needs a lane; `unknown` when missing facts forced the answer 'required'."""

    lane: str
    required: bool
    unknown: bool
    informational: bool


@dataclass(frozen=True, slots=True)
class LaneAnswer:
    """What a reviewer wants to do in a lane, with what was prepared for it.

    `open_items` counts the correction items drafted in this lane and round, `conditions` the conditions of
    approval written in it; `reason` is the reviewer's text.
    """

    lane: str
    action: str
    open_items: int = 0
    conditions: int = 0
    reason: str = ""


def lanes_for(definition: Definition, phase: str, facts: Mapping[str, object]) -> tuple[LaneNeed, ...]:
    """Return what each lane of a phase needs, in the order of the file.

    A condition that cannot be decided makes its lane required: a review too many can be marked as not
    applicable, a review too few lets an unreviewed permit out.
    """
    return tuple(_need(definition, lane, facts) for lane in definition.phases[phase].lanes)


def _need(definition: Definition, lane: str, facts: Mapping[str, object]) -> LaneNeed:
    spec = definition.lanes[lane]
    wanted = holds(spec.required_when, facts)
    return LaneNeed(lane, wanted is not False, wanted is None, spec.informational)


def open_lanes(needs: Iterable[LaneNeed], round_: int) -> dict[str, LaneState]:
    """Return the lanes of a file that enters its first review round; those not needed are not applicable."""
    return {need.lane: _opened(need, round_) for need in needs}


def _opened(need: LaneNeed, round_: int) -> LaneState:
    standing: LaneStanding = "waiting" if need.required else "not_applicable"
    return LaneState(need.lane, need.required, need.informational, standing, round_)


def reopen(
    needs: Iterable[LaneNeed],
    lanes: Mapping[str, LaneState],
    which: Literal["none", "asked", "all"],
    round_: int,
) -> dict[str, LaneState]:
    """Return the lanes after a resubmission.

    'asked' opens the lanes that requested corrections, 'all' every required one. A lane that the changed facts
    newly require opens in either case; one that is not opened keeps its answer and its round.
    """
    return {need.lane: _reopened(need, lanes.get(need.lane), which, round_) for need in needs}


def _reopened(need: LaneNeed, lane: LaneState | None, which: str, round_: int) -> LaneState:
    if lane is None or (need.required and not lane.required):
        return _opened(need, round_)
    asked = lane.state == "corrections_requested"
    if (which == "all" and need.required) or (which == "asked" and asked):
        return replace(lane, state="waiting", round=round_)
    return lane


def join(lanes: Mapping[str, LaneState]) -> Joined:
    """Return whether the round is complete, and how.

    Only required lanes count; an informational lane never holds the file. While one lane is open the round is
    'open', so that all requests leave as one notice. Without any required lane the round stays 'open': nothing
    was reviewed, and an unreviewed file is never approved by itself.
    """
    standings = [lane.state for lane in lanes.values() if lane.required and not lane.informational]
    if not standings or not OPEN_STATES.isdisjoint(standings):
        return "open"
    return "corrections" if "corrections_requested" in standings else "approved"
