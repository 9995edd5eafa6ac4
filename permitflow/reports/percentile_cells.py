"""Percentiles in the table of a figure: p50, p85 and p90, each with the range in which the true one lies."""

from __future__ import annotations

from permitflow.analytics.grouped_percentiles import Measured
from permitflow.analytics.percentiles import ENOUGH, SHOWN
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Column, Kind

TOO_FEW = Phrase("Percentiles of under {n} are not shown: they would tell of single files.", {"n": ENOUGH})
INTERVALS = Phrase("From and to: the true value lies between them with 95 % confidence.")


def class_columns() -> tuple[Column, ...]:
    """Return the columns that say which files a line is about, and how many they are."""
    return (
        Column("by", Phrase("By")),
        Column("class", Phrase("Class")),
        Column("files", Phrase("Files"), "count"),
    )


def percentile_columns(kind: Kind) -> tuple[Column, ...]:
    """Return the columns of p50, p85 and p90, each followed by the two ends of its interval."""
    return tuple(
        column
        for percent in SHOWN
        for column in (
            Column(f"p{percent}", Phrase("{percent} of 100 within", {"percent": percent}), kind),
            Column(f"p{percent}_low", Phrase("{percent} of 100: from", {"percent": percent}), kind),
            Column(f"p{percent}_high", Phrase("{percent} of 100: to", {"percent": percent}), kind),
        )
    )


def percentile_cells(measured: Measured) -> tuple[int | None, ...]:
    """Return what stands in those columns; None where under 20 stand behind it."""
    found = (measured.percentiles[percent] for percent in SHOWN)
    return tuple(cell for one in found for cell in (one.value, one.low, one.high))


def too_few(*counts: int) -> tuple[Phrase, ...]:
    """Return the warning that percentiles were left out, when one of the counts is too small."""
    return (TOO_FEW,) if any(0 < n < ENOUGH for n in counts) else ()
