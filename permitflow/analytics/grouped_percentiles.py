"""Percentiles of many groups at once, computed by the snapshot from every value, with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from permitflow.analytics.percentiles import ENOUGH, SHOWN, Percentile, order_statistic_ranks
from permitflow.analytics.snapshot import Snapshot

ALL: tuple[str, str | None] = ("", None)
"""The key of all groups together."""
Key = tuple[str, str | None]
"""A grouping column and its value as text; None for rows that have none."""
Ranks = Mapping[int, tuple[int, int, int | None, int | None]]
"""Percent -> the rank at or below it, what is left above that rank in hundredths, and the ranks of its interval."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is measured: SQL whose columns are `groups` (texts) and `measures` (integers; NULL is not counted).

    `whole` says whether all rows together are asked for too.
    """

    sql: str
    groups: tuple[str, ...]
    measures: tuple[str, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of one group: how many values there are, and its percentiles by their percent."""

    n: int
    percentiles: Mapping[int, Percentile]

    def value(self, percent: int) -> int | None:
        """One percentile; None where under 20 values stand behind it."""
        return self.percentiles[percent].value


def percentiles_by(
    snapshot: Snapshot, source: Source, percents: Sequence[int] = SHOWN
) -> dict[Key, dict[str, Measured]]:
    """The percentiles of each measure for each value of each grouping column, those of all rows last, by two statements.

    They are those of `percentile_with_interval`, to the microsecond: the first statement counts, so that the ranks
    are known whose values the second one takes.

    Args:
        snapshot: what is read.
        source: the values and their groups; each grouping stands by itself.
        percents: 1 to 99.
    """
    counts = _asked(snapshot, source, [f"count({measure})" for measure in source.measures])
    ranks = {n: _ranks(n, percents) for group in counts.values() for n in group if n >= ENOUGH}
    wanted = [
        sorted({rank for n in column if n in ranks for rank in _fractions(ranks[n], n)})
        for column in zip(*counts.values(), strict=True)
    ] or [[] for _ in source.measures]
    values = _asked(
        snapshot,
        source,
        [
            f"quantile_disc({measure}, {fractions or [0.5]})"
            for measure, fractions in zip(source.measures, wanted, strict=True)
        ],
    )
    return {
        key: {
            measure: _measured(n, ranks.get(n), dict(zip(fractions, found or (), strict=False)), percents)
            for measure, n, fractions, found in zip(
                source.measures, counts[key], wanted, values[key], strict=True
            )
        }
        for key in counts
    }


def _asked(snapshot: Snapshot, source: Source, aggregates: Sequence[str]) -> dict[Key, tuple[Any, ...]]:
    """The aggregates of each group in the order of its value, those of all rows last."""
    groups = source.groups
    sets = ", ".join([*(f"({group})" for group in groups), *(["()"] if source.whole else [])])
    told = ", ".join(f"grouping({group}), {group}::VARCHAR" for group in groups) + (", " if groups else "")
    found: dict[Key, tuple[Any, ...]] = {}
    order = f" ORDER BY {', '.join(f'grouping({group}), {group}' for group in groups)}" if groups else ""
    selected = f"SELECT {told}{', '.join(aggregates)}"
    statement = f"{selected} FROM ({source.sql}) GROUP BY GROUPING SETS ({sets}){order}"
    for row in snapshot.rows(statement):
        head, values = row[: 2 * len(groups)], row[2 * len(groups) :]
        pairs = zip(groups, head[::2], head[1::2], strict=True)
        found[next(((group, value) for group, folded, value in pairs if not folded), ALL)] = values
    return found


def _ranks(n: int, percents: Iterable[int]) -> Ranks:
    return {
        percent: (*divmod(percent * (n - 1), 100), *order_statistic_ranks(n, percent)) for percent in percents
    }


def _fractions(ranks: Ranks, n: int) -> Iterable[float]:
    for below, rest, low, high in ranks.values():
        yield _fraction(below + 1, n)
        if rest:
            yield _fraction(below + 2, n)
        yield from (_fraction(rank, n) for rank in (low, high) if rank is not None)


def _fraction(rank: int, n: int) -> float:
    """Where quantile_disc finds the value of a rank (from 1): in the middle of its step, far from rounding."""
    return (rank - 0.5) / n


def _measured(n: int, ranks: Ranks | None, values: Mapping[float, int], percents: Iterable[int]) -> Measured:
    if ranks is None:
        return Measured(n, {percent: Percentile(percent, n, None, None, None) for percent in percents})
    found = {}
    for percent, (below, rest, low, high) in ranks.items():
        value = values[_fraction(below + 1, n)]
        if rest:
            value += ((values[_fraction(below + 2, n)] - value) * rest + 50) // 100
        low_value = None if low is None else values[_fraction(low, n)]
        found[percent] = Percentile(
            percent, n, value, low_value, None if high is None else values[_fraction(high, n)]
        )
    return Measured(n, found)
