"""How a file stands by its record alone: the events are played again, and nothing else is looked at.

From body version 2 on every event names the lanes and clocks it changed. A record with older events tells the phase
and the round, but not all of the rest; its standing is then not `whole`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Kind = TypeVar("Kind")
TELLS_ALL = 2
"""The first body version whose events say everything that they change."""


@dataclass(frozen=True, slots=True)
class LaneStanding:
    """How a review stands: its state, whether the file needs it, and the round of its last opening."""

    state: str
    required: bool
    round: int


@dataclass(frozen=True, slots=True)
class ClockStanding:
    """How a clock that has not ended stands; days as ISO dates, `due_on` None while a pause leaves it unknown."""

    state: str
    started_on: str
    due_on: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A file by its record; `whole` says that lanes, clocks and outcome are all told."""

    phase: str = ""
    round: int = 1
    outcome: str | None = None
    definition_hash: str = ""
    seq: int = 0
    version: int = 0
    lanes: Mapping[str, LaneStanding] = field(default_factory=dict)
    clocks: Mapping[str, ClockStanding] = field(default_factory=dict)
    whole: bool = True


def replay(events: Iterable[Mapping[str, Any]]) -> Standing:
    """Return how a file stands after its events, given as bodies in their order.

    Raises ValueError when an event does not begin where the one before it ended.
    """
    standing = Standing()
    for body in events:
        standing = after(standing, body)
    return standing


def after(standing: Standing, body: Mapping[str, Any]) -> Standing:
    """Return how a file stands after one more event. Raises ValueError when the event does not follow."""
    seq, source = body["seq"], body["from"]
    if seq != standing.seq + 1:
        raise ValueError(f"Event {seq} stands where event {standing.seq + 1} belongs.")
    # An event in a lane tells of the lane's own states, and the file stays where it is.
    in_lane = bool(body["lane"])
    if not in_lane and source != standing.phase:
        raise ValueError(f"Event {seq} leaves “{source}”, but the file stands at “{standing.phase}”.")
    return Standing(
        standing.phase if in_lane else body["to"],
        body["round"],
        body.get("outcome", standing.outcome),
        body["definition_hash"],
        seq,
        body["version"],
        _taken_over(standing.lanes, body.get("lanes", {}), LaneStanding),
        _taken_over(standing.clocks, body.get("clocks", {}), ClockStanding),
        standing.whole and body["v"] >= TELLS_ALL,
    )


def differences(by_record: Standing, on_file: Standing) -> Iterator[tuple[str, object, object]]:
    """Yield what the record and the file say differently: the name, what the record says, what the file says.

    Of a record that is not whole only the phase, the round, the workflow and the numbers are compared.
    """
    names = ["phase", "round", "definition_hash", "seq", "version"]
    for name in [*names, *(("outcome", "lanes", "clocks") if by_record.whole else ())]:
        told, found = getattr(by_record, name), getattr(on_file, name)
        if told != found:
            yield name, told, found


def _taken_over(
    known: Mapping[str, Kind], changes: Mapping[str, Mapping[str, Any] | None], kind: type[Kind]
) -> Mapping[str, Kind]:
    """Return what is known with the changes of an event; what became None is gone."""
    if not changes:
        return known
    kept = {name: standing for name, standing in known.items() if name not in changes}
    return kept | {name: kind(**change) for name, change in changes.items() if change is not None}
