"""What let a file arrive at a step, where a log does not say: the last end before it that is not a parallel one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, islice

SAMPLE = 2_000
"""Cases that are looked at: enough to tell which activities run side by side."""
EITHER_ORDER = 0.03
LEAST_CASES = 5

Pairs = frozenset[tuple[str, str]]


def side_by_side(cases: Iterable[Sequence[str]]) -> Pairs:
    """Pairs of activities that run in parallel: their first ends come now in one order, now in the other.

    Both orders have to be seen in three of a hundred cases that have both, and in five. First ends alone are
    compared, so that a loop, which repeats its activities, is not taken for parallel work.

    Args:
        cases: for each case the activities in the order in which they ended.
    """
    before: Counter[tuple[str, str]] = Counter()
    for activities in islice(cases, SAMPLE):
        before.update(combinations(dict.fromkeys(activities), 2))
    found = set()
    for (one, other), count in before.items():
        turned = before.get((other, one), 0)
        if min(count, turned) >= max(LEAST_CASES, EITHER_ORDER * (count + turned)):
            found.add((one, other))
    return frozenset(found)


def enabled_at(activity: str, ended: Collection[tuple[str, int]], parallel: Pairs, otherwise: int) -> int:
    """When a case could arrive at an activity: the last end of one that does not run beside it.

    Args:
        activity: where the case arrives.
        ended: the activities that ended before, in order, each with its instant in UTC microseconds.
        parallel: pairs that run side by side.
        otherwise: the start of the case, in UTC microseconds.
    """
    for other, at in reversed(list(ended)):
        if (activity, other) not in parallel:
            return at
    return otherwise
