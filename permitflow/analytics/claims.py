"""When work on files likely began, at steps where the record says only when it ended."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from permitflow.analytics.durations import DAY_US, percentile
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.visits import StepVisit

LEAST_ALONE = 8
"""Files that found a step empty, from which on their stays tell how long work takes."""
LONGEST_WORK = 4
"""How many times the usual work one file may take: an exponential service stays below it 15 times in 16."""
BUNCHED = 0.6
"""The part of the days expected to see an end below which ends come in batches."""
SHARED_STAY, EVEN_STAYS = 0.3, 1.5
"""The serial correlation and the squared coefficient of variation up to which stays are delays of their own."""


def who(visit: StepVisit) -> str:
    """The person of a visit; where nobody is named, the step itself stands for all its people."""
    return visit.person or f"somebody at {visit.step}"


def without_starts(visits: Sequence[StepVisit]) -> bool:
    """Whether the record mostly does not say when work on the files of a step began."""
    return sum(v.claimed_us is None and v.finished_us is not None for v in visits) * 2 > len(visits)


def with_claims(visits: Sequence[StepVisit], hours: OfficeHours) -> list[StepVisit]:
    """Visits of one step in which a finished one without a claim is given the likely instant of it.

    Work began when the file was there and a person had ended the one before, but no longer before its end than a few
    times what work usually takes: whoever ended nothing for weeks was away, not at one file. Open visits stay
    unclaimed.

    Args:
        visits: of one step, in any order.
        hours: of the office.
    """
    ended = sorted(
        (visit.finished_us, visit)
        for visit in visits
        if visit.claimed_us is None and visit.finished_us is not None
    )
    if not ended:
        return list(visits)
    work, people = _work_and_people([visit for _, visit in ended], hours)
    ends: defaultdict[str, list[int]] = defaultdict(list)
    at_once = Counter((who(visit), end) for end, visit in ended)
    found = [visit for visit in visits if visit.claimed_us is not None or visit.finished_us is None]
    for end, visit in ended:
        before = ends[who(visit)]
        side = people if visit.person is None else 1
        free = before[-side] if len(before) >= side else visit.arrived_us
        likely = hours.before(end, max(LONGEST_WORK, at_once[who(visit), end]) * work)
        found.append(visit._replace(claimed_us=min(max(visit.arrived_us, free, likely), end)))
        before.append(end)
    return found


def _work_and_people(visits: Sequence[StepVisit], hours: OfficeHours) -> tuple[int, int]:
    """The usual work on a file in working microseconds, and how many files without a person are worked on at a time.

    A file that finds its step empty waits for nobody, so its stay is work; unless ends come in batches, where it
    waits for the day. Otherwise, in a queue, work is what lies between two ends of one person while the second file
    was already there. Of several people, each end comes sooner by their number. Where ends are dates, so that many
    fall together, they share the day.
    """
    ends = [visit.finished_us or 0 for visit in visits]
    shared = hours.day_us * len({at // DAY_US for at in ends}) // len(ends)
    pace = _pace(visits, hours) or shared
    alone = sorted(_stays_alone(visits, hours))
    if len(alone) < LEAST_ALONE or bunched(ends, hours):
        return pace, 1
    work = percentile(alone, 50) or shared
    return work, max(round(work / max(pace, 1)), 1)


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


def _stays_alone(visits: Iterable[StepVisit], hours: OfficeHours) -> Iterable[int]:
    """The stays, in working time, of the files that found nobody else's file at the step."""
    until = -math.inf
    for visit in sorted(visits, key=lambda visit: visit.arrived_us):
        end = visit.finished_us or 0
        if visit.arrived_us >= until:
            yield hours.worked(end) - hours.worked(visit.arrived_us)
        until = max(until, end)


def bunched(ends_us: Sequence[int], hours: OfficeHours) -> bool:
    """Whether ends come in batches: on far fewer working days than as many ends at random would fall on.

    n ends on d days leave d exp(-n / d) of them empty, when they come one by one (Poisson).

    Args:
        ends_us: of the visits of one step, in UTC microseconds.
        hours: of the office.
    """
    if not ends_us:
        return False
    seen = {at // DAY_US for at in ends_us}
    days = sum(hours.is_open_day(day) for day in range(min(seen), max(seen) + 1)) or 1
    return len(seen) < BUNCHED * days * (1 - math.exp(-len(ends_us) / days))


def is_pure_delay(visits: Sequence[StepVisit], hours: OfficeHours) -> bool:
    """Whether files stay at a step each for a time of its own, as with somebody who has no queue.

    In a queue two files that follow each other wait behind the same files, so their stays are alike (Lindley's
    recursion); where newer or easier files go first, most stays are short and a few very long. A delay is neither.

    Args:
        visits: of one step, in any order; the finished ones count.
        hours: of the office.
    """
    done = sorted((v.arrived_us, v.finished_us) for v in visits if v.finished_us is not None)
    stays = [end - arrived for arrived, end in done]
    mean = sum(stays) / len(stays) if stays else 0
    spread = sum((stay - mean) ** 2 for stay in stays)
    if not spread or bunched([end for _, end in done], hours):
        return False
    together = sum((one - mean) * (other - mean) for one, other in pairwise(stays))
    return together < SHARED_STAY * spread and spread < EVEN_STAYS * len(stays) * mean**2
