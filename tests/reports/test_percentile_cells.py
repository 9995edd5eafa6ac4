"""The nine cells of percentiles and their intervals."""

from __future__ import annotations

from permitflow.analytics.grouped_percentiles import ALL, Source, percentiles_by
from permitflow.analytics.snapshot import Snapshot
from permitflow.reports.percentile_cells import (
    TOO_FEW,
    class_columns,
    percentile_cells,
    percentile_columns,
    too_few,
)


def cells_of(count: int) -> tuple[int | None, ...]:
    snapshot = Snapshot.of_rows({}, 0)
    found = percentiles_by(snapshot, Source(f"SELECT range AS took FROM range({count})", (), ("took",)))
    snapshot.close()
    return percentile_cells(found[ALL]["took"])


def test_cells_stand_in_their_columns() -> None:
    names = [column.id for column in percentile_columns("duration")]
    assert names[:4] == ["p50", "p50_low", "p50_high", "p85"]
    found = dict(zip(names, cells_of(101), strict=True))
    assert (found["p50"], found["p85"], found["p90"]) == (50, 85, 90)
    for name in ("p50", "p85", "p90"):
        low, value, high = found[f"{name}_low"], found[name], found[f"{name}_high"]
        assert low is not None
        assert value is not None
        assert high is not None
        assert low < value < high
    assert {column.kind for column in percentile_columns("percent")} == {"percent"}
    assert [column.id for column in class_columns()] == ["by", "class", "files"]


def test_under_twenty_every_cell_is_empty() -> None:
    assert cells_of(19) == (None,) * 9


def test_the_warning_stands_when_a_line_is_small() -> None:
    assert too_few(400, 19) == too_few(1) == (TOO_FEW,)
    assert too_few(0, 20) == too_few() == ()
