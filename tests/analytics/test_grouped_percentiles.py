"""Percentiles that the snapshot takes are those of the values in a list, to the microsecond."""

from __future__ import annotations

from random import Random

import pytest

from permitflow.analytics.grouped_percentiles import ALL, Source, percentiles_by
from permitflow.analytics.percentiles import ENOUGH, percentile_with_interval
from permitflow.analytics.snapshot import Snapshot

PERCENTS = (1, 50, 85, 90, 95, 99)
Row = tuple[str | None, str | None, int, int | None]


def rows(seed: int) -> list[Row]:
    """Groups of very different sizes, with ties, empty measures and rows without a group."""
    rng = Random(seed)
    many: list[Row] = [
        (
            rng.choice("abcd"),
            rng.choice((None, "x", "y")),
            rng.randrange(10**13),
            rng.choice((None, rng.randrange(50))),
        )
        for _ in range(3000)
    ]
    few: list[Row] = [("few", "y", place, place) for place in range(ENOUGH - 1)]
    enough: list[Row] = [("enough", "y", place, None) for place in range(ENOUGH)]
    return [*many, *few, *enough]


def source(told: list[Row], **values: bool) -> Source:
    literals = ", ".join(
        f"({', '.join('NULL' if value is None else repr(value) for value in row)})" for row in told
    )
    return Source(f"SELECT * FROM (VALUES {literals}) AS told(g, h, a, b)", ("g", "h"), ("a", "b"), **values)


@pytest.mark.parametrize("seed", [1, 2])
def test_each_group_equals_its_values_in_a_list(seed: int) -> None:
    told = rows(seed)
    found = percentiles_by(Snapshot.of_rows({}, 0), source(told), PERCENTS)
    assert list(found)[-1] == ALL
    assert ("h", None) in found
    for (group, value), measured in found.items():
        place = {"g": 0, "h": 1}.get(group)
        own = [row for row in told if place is None or row[place] == value]
        for measure, column in (("a", 2), ("b", 3)):
            values = [row[column] for row in own if row[column] is not None]
            assert measured[measure].n == len(values)
            for percent in PERCENTS:
                expected = percentile_with_interval(values, percent)  # type: ignore[arg-type]
                assert measured[measure].percentiles[percent] == expected, (group, value, measure)


def test_small_groups_have_a_count_and_no_percentile() -> None:
    found = percentiles_by(Snapshot.of_rows({}, 0), source(rows(1)))
    assert found["g", "few"]["a"].n == ENOUGH - 1
    assert found["g", "few"]["a"].value(50) is None
    assert found["g", "enough"]["a"].value(50) is not None
    assert found["g", "enough"]["b"].n == 0


def test_the_whole_may_be_left_out_and_nothing_may_be_there() -> None:
    snapshot = Snapshot.of_rows({}, 0)
    assert ALL not in percentiles_by(snapshot, source(rows(1), whole=False))
    none = Source("SELECT 'g' AS g, 1 AS a WHERE FALSE", ("g",), ("a",))
    assert percentiles_by(snapshot, none)[ALL]["a"].n == 0
    assert percentiles_by(snapshot, Source(none.sql, none.groups, none.measures, whole=False)) == {}
