"""Figures are kept as JSON and come back as they were."""

from __future__ import annotations

import json
from datetime import date

from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Chart, Column, Figure, Linked
from permitflow.reports.kept_figures import packed, unpacked
from permitflow.reports.pages.overview import Card

FIGURE = Figure(
    "months",
    Phrase("Months"),
    "throughput",
    (Column("month", Phrase("Month"), "date"), Column("files", Phrase("Files"), "count")),
    ((date(2026, 2, 1), Linked(3, "files", {"month": "2026-02"})), (Phrase("Later {n}", {"n": 2}), None)),
    lead=(Phrase("Since {day}", {"day": date(2026, 1, 1)}),),
    chart=Chart("bars", "month", ("files",), Phrase("Files"), lines=((Phrase("Half"), 1.5),)),
    n=3,
    public=True,
)
CARD = Card("files", Phrase("Files"), Linked(None), "count", 2.5, None, "finished")


def test_what_is_packed_is_json_and_comes_back_the_same() -> None:
    kept = json.loads(json.dumps(packed([FIGURE, CARD])))
    assert unpacked(kept) == (FIGURE, CARD)
