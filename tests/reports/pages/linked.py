"""Every number of a report page leads to a list of exactly as many lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from permitflow.reports.asking import lines
from permitflow.reports.figures import Figure, Linked
from permitflow.reports.page import Ask, Page


def wrong_links(ask: Ask, page: Page, figures: Iterable[Figure]) -> list[str]:
    """Return the counts whose list has another length, as sentences; at least one count has to be linked."""
    found, seen = [], 0
    for figure in figures:
        for row in figure.rows:
            for column, cell in zip(figure.columns, row, strict=True):
                if not isinstance(cell, Linked) or not cell.listing or cell.page not in ("", page.id):
                    continue
                asked = replace(ask, words=dict(ask.words) | dict(cell.parameters))
                listing = page.listings[cell.listing]
                count, _different, _lines = lines(asked, listing.lines(asked))
                assert listing.title(asked).say()
                if column.kind == "count":
                    seen += 1
                    if count != cell.value:
                        found.append(f"{figure.id}.{column.id} {cell}: the list has {count}")
    assert seen, "no number leads to a list"
    return found
