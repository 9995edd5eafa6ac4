"""Queues: for how long files wait at a step, and what its people were doing in the meantime."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from permitflow.analytics.durations import percentile
from permitflow.analytics.efficiency import Interval, merged
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.visits import StepVisit

GAP_DAYS = 2
"""Working days without any work at a step, with files waiting, that are a gap and no pause."""
ABSENCE_DAYS = 3
"""Working days without any work of a person after which she counts as absent."""
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
    """A stretch in which nobody worked while files waited, up to where the queue was as short again as before."""

    start: int
    resumed: int
    end: int
    weight: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the file-time spent waiting at a step divides, in working microseconds.

    `gap_us` was lost to gaps and their backlogs; the rest in part while people were busy (`busy_us`) and in part
    while somebody present was free (`idle_us`). `present` is the mean number of people there while files waited
    in queue, `overtaking` the share of waiting files that were older than the one taken: 0 is first in first out,
    1 is last in first out.
    """

    total_us: int
    gap_us: int
    busy_us: int
    idle_us: int
    gaps: tuple[Gap, ...]
    present: float
    overtaking: float


def who(visit: StepVisit) -> str:
    """The person of a visit; where nobody is named, the step itself stands for all its people."""
    return visit.person or f"somebody at {visit.step}"


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


def with_claims(visits: Sequence[StepVisit], hours: OfficeHours) -> list[StepVisit]:
    """Visits of one step in which a finished one without a claim is given the likely instant of it.

    Where nobody recorded when work began, it is taken to have lasted as long as the middle time between two ends
    of one person while the second file was already waiting, both in working time, and never longer than the visit.
    Open visits stay unclaimed.

    Args:
        visits: of one step, in any order.
        hours: of the office.
    """
    if not any(visit.claimed_us is None and visit.finished_us is not None for visit in visits):
        return list(visits)
    pace = _pace(visits, hours)
    found = []
    for visit in visits:
        if visit.claimed_us is None and visit.finished_us is not None:
            likely = hours.before(visit.finished_us, pace)
            found.append(visit._replace(claimed_us=max(visit.arrived_us, likely)))
        else:
            found.append(visit)
    return found


def _pace(visits: Iterable[StepVisit], hours: OfficeHours) -> int:
    by_person: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for visit in visits:
        if visit.finished_us is not None:
            by_person[who(visit)].append((visit.finished_us, visit.arrived_us))
    between = []
    for ends in by_person.values():
        ends.sort()
        for (before, _), (end, arrived) in pairwise(ends):
            if arrived <= before:
                between.append(hours.worked(end) - hours.worked(before))
    return percentile(sorted(between), 50) if between else 0


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
    outside = [s for s in stretches if s.waiting and not _inside(gaps, s.start)]
    total = sum(stretch.weight for stretch in stretches)
    rest = sum(stretch.weight for stretch in outside)
    idle = sum(s.weight * max(s.present - s.busy, 0) // max(s.present, 1) for s in outside)
    shown = sum(stretch.weight * max(stretch.present, stretch.busy) for stretch in outside)
    return Waiting(
        total, total - rest, rest - idle, idle, gaps, shown / rest if rest else 0.0, overtaking(visits)
    )


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
        last = _worked_off(stretches, place, stretches[first].waiting)
        yield Gap(start, resumed, stretches[last - 1].end, sum(s.weight for s in stretches[first:last]))
        place = last


def _worked_off(stretches: Sequence[Stretch], place: int, level: int) -> int:
    """Where the queue is first no longer than it was when the gap began."""
    while place < len(stretches) and stretches[place].waiting > level:
        place += 1
    return place


def _inside(gaps: Sequence[Gap], at: int) -> bool:
    place = bisect_left(gaps, at + 1, key=lambda gap: gap.start)
    return place > 0 and at < gaps[place - 1].end


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
