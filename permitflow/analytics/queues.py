"""Queues: for how long files wait at a step, and what its people were doing in the meantime."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from permitflow.analytics.claims import who
from permitflow.analytics.efficiency import Interval, merged
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.visits import StepVisit

GAP_DAYS = 2
"""Working days without any work at a step, with files waiting, that are a gap and no pause."""
ABSENCE_DAYS = 3
"""Working days without any work of a person after which she counts as absent."""
FULLEST = 0.9
"""The load up to which a step works off what a gap has left; a fuller one is too full without it."""
DEAD_GAPS = 20
"""How many times the mean time between two events the whole office must be silent to count as shut."""


class Stretch(NamedTuple):
    """A stretch of working time in which nothing changed at a step: files waiting, people busy and present."""

    start: int
    end: int
    waiting: int
    busy: int
    present: int

    @property
    def weight(self) -> int:
        """The file-time that was spent waiting in it, in working microseconds."""
        return (self.end - self.start) * self.waiting


class Gap(NamedTuple):
    """A stretch in which nobody worked while files waited, up to where the queue was as short again as before.

    `level` is the queue as it began, `weight` the file-time that it cost: all of it until work was resumed, then what
    the queue was longer than before. A gap may begin in the backlog of another.
    """

    start: int
    resumed: int
    end: int
    weight: int
    level: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the file-time spent waiting at a step divides, in working microseconds.

    `gap_us` was lost to gaps and their backlogs; the rest in part while people were busy (`busy_us`) and in part
    while somebody present was free (`idle_us`). `present` is the mean number of people there while files waited
    in queue, `in_company` the part of all time in which two or more were there, `overtaking` the share of waiting
    files that were older than the one taken: 0 is first in first out, 1 is last in first out.
    """

    total_us: int
    gap_us: int
    busy_us: int
    idle_us: int
    gaps: tuple[Gap, ...]
    present: float
    in_company: float
    overtaking: float


Works = Mapping[str, Sequence[Interval]]
"""For each person the disjoint stretches she worked, in working microseconds, at any step."""


def works_of(visits: Iterable[StepVisit], hours: OfficeHours, now_us: int) -> dict[str, list[Interval]]:
    """When each person worked, as disjoint stretches of working time.

    Args:
        visits: of the whole office, with claims.
        hours: of the office.
        now_us: the end of work that is still under way, in UTC microseconds.
    """
    found: defaultdict[str, list[Interval]] = defaultdict(list)
    for visit in visits:
        if visit.claimed_us is not None:
            end = now_us if visit.finished_us is None else visit.finished_us
            found[who(visit)].append((hours.worked(visit.claimed_us), hours.worked(end)))
    silent = _silences([at for spans in found.values() for span in spans for at in span], hours)
    return {person: _without(merged(spans), silent) for person, spans in found.items()}


def _silences(instants: Sequence[int], hours: OfficeHours) -> list[Interval]:
    """Stretches of working days in which the whole office began and ended nothing: it was shut."""
    ordered = sorted(instants)
    least = (
        max(GAP_DAYS * hours.day_us, DEAD_GAPS * (ordered[-1] - ordered[0]) // len(ordered)) if ordered else 0
    )
    return [(before, after) for before, after in pairwise(ordered) if after - before >= least]


def _without(spans: Sequence[Interval], removed: Sequence[Interval]) -> list[Interval]:
    """Disjoint stretches less others, for work that was begun before the office shut and ended after."""
    found = list(spans)
    for start, end in removed:
        found = [
            part for a, b in found for part in ((a, min(b, start)), (max(a, end), b)) if part[0] < part[1]
        ]
    return found


def waiting_at(visits: Sequence[StepVisit], works: Works, hours: OfficeHours, now_us: int) -> Waiting:
    """Divides the waiting time of one step by what its people were doing.

    Args:
        visits: of one step, with claims (see `with_claims`), at least one.
        works: when the people of the office worked.
        hours: of the office.
        now_us: until when an unclaimed visit has waited, in UTC microseconds.
    """
    waits = [_wait(visit, hours, now_us) for visit in visits]
    team = {who(visit) for visit in visits if visit.claimed_us is not None}
    stretches = _stretches(waits, [works[person] for person in sorted(team) if person in works], hours)
    gaps = tuple(_gaps(stretches, GAP_DAYS * hours.day_us))
    outside = _without_gaps(stretches, gaps)
    total = sum(stretch.weight for stretch in stretches)
    rest = sum(stretch.weight for stretch in outside)
    idle = sum(s.weight * max(s.present - s.busy, 0) // max(s.present, 1) for s in outside)
    shown = sum(stretch.weight * max(stretch.present, stretch.busy) for stretch in outside)
    present = shown / rest if rest else 0.0
    return Waiting(
        total, total - rest, rest - idle, idle, gaps, present, _in_company(stretches), overtaking(visits)
    )


def _in_company(stretches: Sequence[Stretch]) -> float:
    length = sum(stretch.end - stretch.start for stretch in stretches)
    return sum(s.end - s.start for s in stretches if s.present > 1) / length if length else 0.0


def _wait(visit: StepVisit, hours: OfficeHours, now_us: int) -> Interval:
    end = visit.claimed_us if visit.claimed_us is not None else visit.finished_us
    return hours.worked(visit.arrived_us), hours.worked(now_us if end is None else end)


def _stretches(
    waits: Iterable[Interval], team: Sequence[Sequence[Interval]], hours: OfficeHours
) -> list[Stretch]:
    """Cuts working time wherever the queue, the number of busy or the number of present people changes."""
    changes: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for spans, which in ((waits, 0), *((works, 1) for works in team)):
        _mark(changes, spans, which)
    for works in team:
        _mark(changes, _presence(works, ABSENCE_DAYS * hours.day_us), 2)
    found, state, before = [], [0, 0, 0], None
    for at in sorted(changes):
        if before is not None:
            found.append(Stretch(before, at, *state))
        state = [value + change for value, change in zip(state, changes[at], strict=True)]
        before = at
    return found


def _mark(changes: defaultdict[int, list[int]], spans: Iterable[Interval], which: int) -> None:
    for start, end in spans:
        changes[start][which] += 1
        changes[end][which] -= 1


def _presence(works: Sequence[Interval], absence_us: int) -> list[Interval]:
    """From the first to the last work of a person, without the long stretches in between."""
    found = list(works[:1])
    for start, end in works[1:]:
        if start - found[-1][1] < absence_us:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _gaps(stretches: Sequence[Stretch], least_us: int) -> Iterator[Gap]:
    """Finds the gaps, each with the backlog that it left behind."""
    place = 0
    while place < len(stretches):
        first = place
        while place < len(stretches) and stretches[place].waiting and not stretches[place].busy:
            place += 1
        if place == first:
            place += 1
            continue
        start, resumed = stretches[first].start, stretches[place - 1].end
        if resumed - start < least_us:
            continue
        level = stretches[first].waiting
        last = _worked_off(stretches, place, level, resumed - start)
        caused = sum(s.weight for s in stretches[first:place])
        caused += sum(s._replace(waiting=s.waiting - level).weight for s in stretches[place:last])
        yield Gap(start, resumed, stretches[last - 1].end, caused, level)


def _worked_off(stretches: Sequence[Stretch], place: int, level: int, gap_us: int) -> int:
    """Where the queue is first no longer than it was when the gap began, or where other reasons keep it long.

    What came in during a gap takes load / (1 - load) of its length to work off. Where that takes longer than it would
    at a load of `FULLEST`, the step could not have kept up without the gap either.
    """
    latest = stretches[place - 1].end + FULLEST / (1 - FULLEST) * gap_us
    while place < len(stretches) and stretches[place].waiting > level and stretches[place].start < latest:
        place += 1
    return place


def _without_gaps(stretches: Iterable[Stretch], gaps: Sequence[Gap]) -> list[Stretch]:
    """The waiting that no gap caused: none during a gap, and in its backlog the queue that was there before."""
    found, behind, place = [], [], 0
    for stretch in stretches:
        while place < len(gaps) and gaps[place].start <= stretch.start:
            behind.append(gaps[place])
            place += 1
        behind = [gap for gap in behind if stretch.start < gap.end]
        if any(stretch.start < gap.resumed for gap in behind):
            continue
        left = min((gap.level for gap in behind), default=stretch.waiting)
        if min(left, stretch.waiting):
            found.append(stretch._replace(waiting=min(left, stretch.waiting)))
    return found


def overtaking(
    visits: Sequence[StepVisit], first: Callable[[StepVisit], int] = lambda visit: visit.arrived_us
) -> float:
    """Of the files that waited when another was taken, the share that was older: 0 first come, 1 last come.

    Args:
        visits: of one step, in any order.
        first: what files are ordered by; the share is of those that come before the one taken.
    """
    claims = sorted((v.claimed_us, v.arrived_us, first(v)) for v in visits if v.claimed_us is not None)
    left_behind = [(v.arrived_us, first(v)) for v in visits if v.claimed_us is None and v.finished_us is None]
    arrivals = sorted([(arrived, key) for _, arrived, key in claims] + left_behind)
    queue: list[int] = []
    place = older = others = 0
    for claimed, _, key in claims:
        while place < len(arrivals) and arrivals[place][0] <= claimed:
            insort(queue, arrivals[place][1])
            place += 1
        rank = bisect_left(queue, key)
        older += rank
        others += len(queue) - 1
        queue.pop(rank)
    return older / others if others else 0.0
