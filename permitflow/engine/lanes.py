"""Parallel reviews: which lanes a file needs, their states, and when the round is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
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
    "waived",
]
LANE_STATES: tuple[LaneStanding, ...] = get_args(LaneStanding)
OPEN_STATES = frozenset({"waiting", "in_review"})
_NO_HOLD_POINTS: Mapping[str, tuple[str, ...]] = MappingProxyType({})

LaneVerb = Literal[
    "start_review",
    "release",
    "approve",
    "approve_with_conditions",
    "request_corrections",
    "mark_not_applicable",
    "waive",
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

    @property
    def counts(self) -> bool:
        """Whether the round and later lanes wait for this one."""
        return self.required and not self.informational

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do: answered, and not by a request for corrections."""
        return not self.is_open and self.state != "corrections_requested"


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


def reopen(
    needs: Iterable[LaneNeed],
    lanes: Mapping[str, LaneState],
    which: Literal["none", "asked", "all"],
    round_: int,
) -> dict[str, LaneState]:
    """Return the lanes of a review round: of the first one when there are none yet, or after a resubmission.

    'asked' opens the lanes that requested corrections, 'all' every required one. A lane that the changed facts
    newly require opens in either case; one that is not opened keeps its answer and its round.
    """
    return {need.lane: _reopened(need, lanes.get(need.lane), which, round_) for need in needs}


def _opened(need: LaneNeed, round_: int) -> LaneState:
    standing: LaneStanding = "waiting" if need.required else "not_applicable"
    return LaneState(need.lane, need.required, need.informational, standing, round_)


def _reopened(need: LaneNeed, lane: LaneState | None, which: str, round_: int) -> LaneState:
    if lane is None or (need.required and not lane.required):
        return _opened(need, round_)
    asked = lane.state == "corrections_requested"
    if (which == "all" and need.required) or (which == "asked" and asked):
        return replace(lane, state="waiting", round=round_)
    return lane


def waits_for(after: Iterable[str], lanes: Mapping[str, LaneState]) -> tuple[str, ...]:
    """Return the hold points of a lane that are not done yet; one that does not count never holds another."""
    return tuple(name for name in after if name in lanes and lanes[name].counts and not lanes[name].is_done)


def join(
    lanes: Mapping[str, LaneState],
    collect: Literal["all", "first"] = "all",
    after: Mapping[str, tuple[str, ...]] = _NO_HOLD_POINTS,
) -> Joined:
    """Return whether the round is complete, and how.

    Only required lanes count; an informational lane never holds the file. While one lane is open the round is
    'open', so that all requests leave as one notice; with `collect` = 'first' the first request ends it. `after`
    names the hold points of lanes: a lane held by one that asks for corrections cannot be answered in this round,
    so it is not waited for. Without any required lane the round stays 'open': nothing was reviewed, and an
    unreviewed file is never approved by itself.
    """
    counting = [lane for lane in lanes.values() if lane.counts]
    asked = any(lane.state == "corrections_requested" for lane in counting)
    if asked and collect == "first":
        return "corrections"
    waited_for = [lane for lane in counting if lane.is_open]
    if asked and after:
        waited_for = [lane for lane in waited_for if not waits_for(after.get(lane.lane, ()), lanes)]
    if not counting or waited_for:
        return "open"
    return "corrections" if asked else "approved"
