"""The clock statement as a PDF that people and screen readers can read."""

from __future__ import annotations

import io
from datetime import date, timedelta

from pypdf import PdfReader

from permitflow.interchange.clock_statement_pdf import counted_words, length_words, render
from permitflow.queries.clock_statement import Statement, Stretch
from tests.factories import MONDAY

MARCH = date(2026, 3, 2)


def text(pdf: bytes) -> str:
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_it_tells_the_pauses_the_extensions_and_every_day(shown: Statement) -> None:
    words = text(render(shown, MONDAY))
    assert "Flood" in words
    assert "by 2 business days" in words
    assert "Due at the start" in words
    for day in shown.clocks[0].days:
        assert day.on.isoformat() in words
    assert "Saturday, closed every week" in words


def test_it_claims_to_be_readable_by_machines(shown: Statement) -> None:
    reader = PdfReader(io.BytesIO(render(shown, MONDAY)))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"].value
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()


def test_the_same_statement_gives_the_same_bytes(shown: Statement) -> None:
    assert render(shown, MONDAY) == render(shown, MONDAY)


def test_a_title_in_letters_without_a_font_does_not_stop_it(shown: Statement) -> None:
    shown.application.title = "\u10a0\U000118a0"
    assert "Clock statement" in text(render(shown, MONDAY))


def test_stretches_and_lengths_are_told_in_words() -> None:
    counted = Stretch(MARCH, MARCH + timedelta(days=6), "", 5, 2, ahead=False)
    assert counted_words(counted) == "5 counted, 2 closed every week"
    assert counted_words(Stretch(MARCH, MARCH, "", 1, 0, ahead=True)) == "1 counted (still to come)"
    assert counted_words(Stretch(MARCH, MARCH, "Flood", 0, 0, ahead=False)) == "Flood"
    assert (length_words(1, "month"), length_words(20, "business_day")) == ("1 month", "20 business days")
