"""Flow from counts by day: what came and went at a step over spans of days, and how much of its capacity that took."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from permitflow.analytics.durations import percentile
from permitflow.analytics.flow_counts import StepFlow, load

LEAST_WEEKS = 8
"""Whole weeks below which the capacity of a step has not been observed."""
BUSY = 90
"""The percentile of the weeks that shows what the people of a step can do in a week."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """What happened at a step on one local day: files that came and left, and the claimed time of those that left."""

    on: date
    came: int
    went: int
    worked_us: int


def over_spans(step: str, before: int, days: Iterable[Day], starts: Sequence[date]) -> StepFlow:
    """Arrivals, departures and what is present at the end of consecutive spans of days.

    Args:
        step: whose days they are.
        before: how many were present as the first span began.
        days: in any order; each counts in the span it falls into.
        starts: the first day of each span, ascending; the last span is open.
    """
    came, went = [0] * len(starts), [0] * len(starts)
    for one in days:
        place = max(bisect_right(starts, one.on) - 1, 0)
        came[place] += one.came
        went[place] += one.went
    changes = (more - less for more, less in zip(came, went, strict=True))
    present = list(accumulate(changes, initial=before))[1:]
    return StepFlow(step, before, tuple(came), tuple(went), tuple(present))


def whole_weeks(first: date, last: date) -> list[date]:
    """The Mondays of the weeks that lie wholly between two days, both included."""
    monday = first + timedelta(days=-first.weekday() % 7)
    count = max((last - monday + timedelta(days=1)) // WEEK, 0)
    return [monday + WEEK * place for place in range(count)]


def observed_load(days: Sequence[Day], mondays: Sequence[date]) -> float | None:
    """The load rho of a step over whole weeks: work that arrived over the work its people can do.

    What they can do is observed and not planned: the claimed time they brought to an end in a busy week, one that
    9 of 10 weeks do not exceed. rho = arrivals x mean claimed time / (weeks x busy week).

    Args:
        days: of one step, in any order; days outside the weeks are left out.
        mondays: the first days of consecutive whole weeks.

    Returns:
        1.0 for arrivals that need all of it; None below 8 weeks, or when nobody claimed anything.
    """
    if len(mondays) < LEAST_WEEKS:
        return None
    weekly: Mapping[date, list[int]] = {monday: [0, 0, 0] for monday in mondays}
    for one in days:
        counted = weekly.get(one.on - timedelta(days=one.on.weekday()))
        if counted is not None:
            for place, value in enumerate((one.came, one.went, one.worked_us)):
                counted[place] += value
    came, went, worked = (sum(column) for column in zip(*weekly.values(), strict=True))
    busy = percentile(sorted(work for _, _, work in weekly.values()), BUSY)
    return load(came, worked / went, busy * len(mondays)) if went and busy else None
