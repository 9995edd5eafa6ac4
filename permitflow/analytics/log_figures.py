"""The figures of durations inside a statement: which aggregates to ask for, and how the rows become records."""

from __future__ import annotations

from permitflow.analytics.durations import SECOND_US
from permitflow.analytics.log_table import LogTable

PLACES = {"p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
USUAL = ("n", "min", "p25", "median", "mean", "p75", "p90", "p95", "max", "sd")
WITH_SUM = ("n", "min", "p25", "median", "mean", "p75", "p90", "max", "sum")


def aggregates(value: str, names: tuple[str, ...] = USUAL, unit: int = SECOND_US) -> str:
    """The aggregates of a column as SQL, named as the figures; the column is divided by `unit`.

    Percentiles interpolate linearly between the closest ranks (definition 7 of Hyndman and Fan, 1996); `sd` is
    that of the sample. Sums are exact until the division.
    """
    plain = {
        "n": f"count({value})",
        "min": f"min({value}) / {unit}",
        "max": f"max({value}) / {unit}",
        "mean": f"sum({value}) / (count({value}) * {unit})",
        "sum": f"sum({value}) / {unit}",
        "sd": f"settled(stddev_samp({value}) / {unit})",
    }
    quantiles = {name: f"quantile_cont({value}, {place}) / {unit}" for name, place in PLACES.items()}
    known = plain | quantiles
    return ", ".join(f'{known[name]} AS "{name}"' for name in names)


def figures(
    table: LogTable, value: str, source: str, names: tuple[str, ...] = USUAL, unit: int = SECOND_US
) -> dict[str, float | None]:
    """The figures of one column of a table, for example of `duration` of `cases`."""
    return table.records(f"FROM {source} SELECT {aggregates(value, names, unit)}")[0]
