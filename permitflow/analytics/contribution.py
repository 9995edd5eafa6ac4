"""Contribution: how much of a file's lead time each step answers for, and what a faster step would save."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from permitflow.analytics.efficiency import Interval

BETWEEN = ""
"""The name under which time is booked in which no step was open."""


class Span(NamedTuple):
    """One open stretch of a step of a file, half-open [start, end) in UTC microseconds."""

    step: str
    start: int
    end: int


def equal_split(lead: Interval, spans: Iterable[Span]) -> dict[str, int]:
    """Splits a lead time among steps: each elementary interval goes in equal parts to the steps open in it.

    The parts are whole microseconds and add up to the lead time exactly; a remainder goes to the first steps in
    the order of their names. Time in which nothing was open is booked under "".

    Args:
        lead: submitted and decided (or now), in UTC microseconds.
        spans: the open stretches, in any order; what lies outside the lead time is cut off.
    """
    inside = _cut(lead, spans)
    marks: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for span in inside:
        marks[span.start].append((span.step, 1))
        marks[span.end].append((span.step, -1))
    shares: defaultdict[str, int] = defaultdict(int)
    active: defaultdict[str, int] = defaultdict(int)
    before = lead[0]
    for at in (*sorted(marks), lead[1]):
        _share_out(shares, sorted(active) or [BETWEEN], at - before)
        for step, change in marks.get(at, ()):
            active[step] += change
            if not active[step]:
                del active[step]
        before = at
    return dict(shares)


def _cut(lead: Interval, spans: Iterable[Span]) -> list[Span]:
    inside = (Span(span.step, max(lead[0], span.start), min(lead[1], span.end)) for span in spans)
    return [span for span in inside if span.end > span.start]


def _share_out(shares: defaultdict[str, int], steps: Sequence[str], length: int) -> None:
    part, rest = divmod(length, len(steps))
    for place, step in enumerate(steps):
        if part or place < rest:
            shares[step] += part + (place < rest)


def critical_lane(lead: Interval, spans: Iterable[Span]) -> dict[str, int]:
    """Gives each instant of a lead time to the one step that the file was waiting for: the lane that released it.

    From the end backwards: the open step that ends last is critical back to its start, then the one that ends
    last before that, and so on; the longer one where two end together. Parts add up to the lead time exactly.

    Args:
        lead: submitted and decided (or now), in UTC microseconds.
        spans: the open stretches, in any order.
    """
    inside = sorted(_cut(lead, spans), key=lambda span: (-span.end, span.start, span.step))
    shares: defaultdict[str, int] = defaultdict(int)
    at = lead[1]
    while at > lead[0]:
        ahead = [span for span in inside if span.start < at]
        if not ahead:
            break
        last = min(ahead, key=lambda span: (-min(span.end, at), span.start, span.step))
        shares[BETWEEN] += at - min(last.end, at)
        shares[last.step] += min(last.end, at) - last.start
        at = last.start
    shares[BETWEEN] += at - lead[0]
    return {step: part for step, part in shares.items() if part}


def saved_if_faster(spans: Iterable[Span], step: str, faster_us: int) -> int:
    """What a file would have gained, in microseconds, had one step been that much faster each time.

    Steps that are open at once form a group which is released by its last; the gain of a group is its release
    less the later of the other steps' last end and the faster step's. With `faster_us` beyond its duration this is
    the removal effect: its finish minus the second-latest finish.

    Args:
        spans: the open stretches of one file, in any order.
        step: the step that becomes faster.
        faster_us: by how much, in microseconds; never more than it lasted.
    """
    lasting = (span for span in spans if span.end > span.start)
    return sum(_saved(group, step, faster_us) for group in _groups(lasting))


def _groups(spans: Iterable[Span]) -> list[list[Span]]:
    """Spans that overlap, directly or through others; one that begins where another ends comes after it."""
    groups: list[list[Span]] = []
    until = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if not groups or span.start >= until:
            groups.append([])
        groups[-1].append(span)
        until = max(until, span.end) if len(groups[-1]) > 1 else span.end
    return groups


def _saved(group: Sequence[Span], step: str, faster_us: int) -> int:
    release = max(span.end for span in group)
    without = [
        span.end - min(faster_us, span.end - span.start) if span.step == step else span.end for span in group
    ]
    return release - max(without)
