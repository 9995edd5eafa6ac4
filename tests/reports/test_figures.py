"""Cells with and without links, and what a figure is unless it says more."""

from __future__ import annotations

from typing import cast

import pytest

from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import NOTHING, Column, Figure, Linked, plain


@pytest.mark.parametrize("value", [0, 1.5, "word", None, False, Phrase("All files")])
def test_a_link_leaves_the_value_as_it_is(value: int | float | str | Phrase | None) -> None:
    assert plain(value) is value
    assert plain(Linked(value, "files", {"step": "fire"}, page="flow")) is value


def test_links_share_nothing() -> None:
    one, other = Linked(1), Linked(1)
    assert one == other
    with pytest.raises(TypeError):
        cast(dict[str, str], one.parameters)["step"] = "fire"


def test_a_figure_is_private_and_empty_unless_it_says_otherwise() -> None:
    figure = Figure("id", Phrase("Title"), "metric", (Column("a", Phrase("A")),), [])
    assert (figure.public, figure.chart, figure.n, figure.empty) == (False, None, None, NOTHING)
    assert figure.columns[0].kind == "text"
