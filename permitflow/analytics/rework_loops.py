"""Rework loops: at which step files are sent back, how many, and the time from their first end to their last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from permitflow.analytics.visits import StepVisit


@dataclass(frozen=True, slots=True)
class Loop:
    """The files of a step, those of them that it sent back, and the time these lost by it, in microseconds."""

    files: int
    again: int
    lost_us: int
    came_back: frozenset[str] = field(default=frozenset(), compare=False)


def loops(visits: Iterable[StepVisit], detours: Collection[str]) -> dict[str, Loop]:
    """The loops of a log, by the step that sends files back.

    A file comes back when it arrives at a step it has been at. The step that sent it is the one that it finished
    last before, detours such as a wait for the applicant left out. The time lost runs from the first end of the
    visits to the sending step to the last end.

    Args:
        visits: of the whole log, in any order.
        detours: steps that send nothing back themselves: those of other parties.
    """
    by_file: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in visits:
        by_file[visit.file].append(visit)
    detours = {*detours, *_rare_returns(by_file.values())}
    files: defaultdict[str, int] = defaultdict(int)
    lost: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for file, found in by_file.items():
        ends: defaultdict[str, list[int]] = defaultdict(list)
        for visit in found:
            if visit.step not in detours and visit.finished_us is not None:
                ends[visit.step].append(visit.finished_us)
        for step in ends:
            files[step] += 1
        for step in _senders(found, detours):
            lost[step][file] = max(ends[step]) - min(ends[step])
    return {
        step: Loop(files[step], len(times), sum(times.values()), frozenset(times))
        for step, times in lost.items()
    }


def _senders(visits: Sequence[StepVisit], detours: Collection[str]) -> set[str]:
    """The steps of one file that sent it back: to themselves, or to a step that it had met before them."""
    own = sorted((v for v in visits if v.step not in detours), key=lambda visit: visit.arrived_us)
    first: dict[str, int] = {}
    found: set[str] = set()
    for place, visit in enumerate(own):
        sender = _sender(own, visit) if visit.step in first else None
        if sender is not None and first.get(sender, place) >= first[visit.step]:
            found.add(sender)
        first.setdefault(visit.step, place)
    return found


def _sender(own: Sequence[StepVisit], again: StepVisit) -> str | None:
    """The step that ended last before a return, or the step itself when no other began and ended since its own end.

    A lane that is repeated on its own sends its files back itself, whatever ended beside it.
    """
    ended = [
        (v.finished_us, v) for v in own if v.finished_us is not None and v.finished_us <= again.arrived_us
    ]
    before = max((at for at, v in ended if v.step == again.step), default=None)
    if before is None:
        return None
    between = [(at, v.step) for at, v in ended if v.step != again.step and v.arrived_us >= before]
    return max(between)[1] if between else again.step


def _rare_returns(files: Collection[Sequence[StepVisit]]) -> set[str]:
    """Steps that few files see and nearly all of them twice around a return: a correction desk, not a sender."""
    through: defaultdict[str, int] = defaultdict(int)
    between: defaultdict[str, int] = defaultdict(int)
    for found in files:
        path = [visit.step for visit in sorted(found, key=lambda visit: visit.arrived_us)]
        for step in set(path):
            through[step] += 1
        seen: set[str] = set()
        back: set[str] = set()
        for here, after in pairwise(path):
            seen.add(here)
            if after in seen and after != here:
                back.add(here)
        for step in back:
            between[step] += 1
    most = max(through.values(), default=0)
    return {step for step, n in between.items() if n >= 0.8 * through[step] and through[step] <= 0.7 * most}
