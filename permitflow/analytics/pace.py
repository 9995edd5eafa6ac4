"""Pace: how much of her time a person gives a file she has in hand, and how long she lets the next one lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from permitflow.analytics.absences import Attendance
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.visits import StepVisit

LEAST_PAUSES = 20
"""Pauses from which on a person's own are drawn from; below, those of the whole office."""
Key = tuple[str, str, int]
"""A visit: its file, its step and its arrival."""


def key_of(visit: StepVisit) -> Key:
    """What tells a visit from all others."""
    return visit.file, visit.step, visit.arrived_us


def hours_of(attended: Attendance, hours: OfficeHours) -> OfficeHours:
    """The working time of one person: the hours of the house on her weekdays, without the days she was away."""
    closed = tuple(sorted({*hours.closed_days, *attended.away_days()}))
    return replace(hours, weekdays=attended.weekdays & hours.weekdays or hours.weekdays, closed_days=closed)


def pauses(
    visits: Iterable[StepVisit], attended: Mapping[str, Attendance], hours: OfficeHours
) -> dict[str, tuple[int, ...]]:
    """How long each person let a file lie that she could have begun, in working microseconds of hers, ascending.

    A pause runs from the later of the file's arrival and the end of all she had begun before, to her claim. It holds
    what the record does not show: other work, meetings, days without reviews. Who has fewer than 20 gets those of all.

    Args:
        visits: of the city's steps, with claims.
        attended: when people were there; the days they were away are no pause.
        hours: of the office.
    """
    found: dict[str, tuple[int, ...]] = {}
    for person, mine in _by_person(visits).items():
        own = hours_of(attended[person], hours) if person in attended else hours
        free, seen = 0, []
        for visit in mine:
            claimed = visit.claimed_us or 0
            seen.append(max(own.worked(claimed) - own.worked(max(visit.arrived_us, min(free, claimed))), 0))
            free = max(free, claimed if visit.finished_us is None else visit.finished_us)
        found[person] = tuple(sorted(seen))
    everybody = tuple(sorted(pause for seen in found.values() for pause in seen))
    return {person: seen if len(seen) >= LEAST_PAUSES else everybody for person, seen in found.items()}


def work_given(
    visits: Iterable[StepVisit], attended: Mapping[str, Attendance], hours: OfficeHours
) -> dict[Key, int]:
    """The working time each finished visit took of its person, in microseconds; files in hand together share it.

    The shares of a person's files add up to the time she had any in hand, so that nobody does the work of two.
    """
    found: dict[Key, int] = {}
    for person, mine in _by_person(visits).items():
        own = hours_of(attended[person], hours) if person in attended else hours
        done = [visit for visit in mine if visit.finished_us is not None]
        spans = [
            (own.worked(visit.claimed_us or 0), own.worked(visit.finished_us or 0), key_of(visit))
            for visit in done
        ]
        found |= _shared(spans)
    return found


def _by_person(visits: Iterable[StepVisit]) -> dict[str, list[StepVisit]]:
    found: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in visits:
        if visit.person is not None and visit.claimed_us is not None:
            found[visit.person].append(visit)
    for mine in found.values():
        mine.sort(key=lambda visit: (visit.claimed_us or 0, visit.arrived_us, visit.file))
    return dict(sorted(found.items()))


def _shared(spans: Sequence[tuple[int, int, Key]]) -> dict[Key, int]:
    """Each span's share of the time in which it was open, by one sweep over all beginnings and ends.

    `each` is what a span that was open from the first instant on would have been given so far.
    """
    found: dict[Key, int] = {key: 0 for start, end, key in spans if start == end}
    lasting = [span for span in spans if span[0] < span[1]]
    marks = sorted(
        [(start, 1, key) for start, _, key in lasting] + [(end, 0, key) for _, end, key in lasting]
    )
    each, before, open_now = 0.0, 0, 0
    begun: dict[Key, float] = {}
    for at, begins, key in marks:
        if open_now:
            each += (at - before) / open_now
        before = at
        if begins:
            begun[key] = each
            open_now += 1
        else:
            found[key] = round(each - begun.pop(key))
            open_now -= 1
    return found
