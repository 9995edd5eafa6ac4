"""The permit as a PDF: what it says, in which language, and where its code leads."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pypdf
import pytest
import segno

from permitflow.interchange import permit_pdf
from permitflow.interchange.permit_pdf import PermitSheet, render

URL = "http://localhost/p/abcDEF123"
SHEET = PermitSheet(
    number="TV-P-2026-00001",
    title="Permit for charging stations",
    status="valid",
    city="Testville",
    address="1250 Mission Rd, Testville",
    holder="Volt & Sons #1 *x* $y$",
    description="12 chargers in a lot",
    issued_on=date(2026, 8, 12),
    issued_at=1_786_500_000_123_456,
    expires_on=date(2027, 8, 12),
    application_number="TV-A-2026-00007",
    equipment=[
        {"manufacturer": "Ohm", "model": "W48", "listing": "UL E1", "quantity": 12, "amps": 48, "volts": 240}
    ],
    conditions=["Keep the sidewalk clear."],
    inspections=["Rough wiring", "Final"],
    check_url=URL,
    record="event 14, abc",
)


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def test_it_says_everything_the_site_needs() -> None:
    shown = text(render(SHEET))
    for words in (
        "TV-P-2026-00001",
        "Valid",
        "1250 Mission Rd, Testville",
        "Volt & Sons #1 *x* $y$",
        "Wed 12 Aug 2026",
        "Thu 12 Aug 2027",
        "Ohm W48 (UL E1)",
        "48 A, 240 V",
        "1. Keep the sidewalk clear.",
        "2. Final",
        URL,
        "event 14, abc",
    ):
        assert words in shown


def test_it_is_made_for_screen_readers() -> None:
    pdf = read(render(SHEET))
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Permit for charging stations TV-P-2026-00001"
    catalogue = pdf.trailer["/Root"]
    assert catalogue["/Lang"] == "en"
    assert catalogue["/MarkInfo"]["/Marked"].value
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()


def test_the_code_and_the_link_lead_to_the_check() -> None:
    links = [note.get_object()["/A"]["/URI"] for note in read(render(SHEET)).pages[0]["/Annots"]]
    assert links == [URL]
    drawn = io.BytesIO()
    segno.make(URL, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    assert permit_pdf._qr(URL) == drawn.getvalue().decode()
    assert permit_pdf._qr(URL) != permit_pdf._qr(URL + "x")


@pytest.mark.parametrize("status", ["expired", "revoked", "cancelled"])
def test_a_permit_that_is_over_says_so(status: str) -> None:
    shown = text(render(replace(SHEET, status=status)))
    assert f"{status.upper()}: no work may be done under this permit" in shown
    assert "Completed" in text(render(replace(SHEET, status="finaled")))


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert render(SHEET) == render(SHEET) != render(replace(SHEET, number="TV-P-2026-00002"))


def test_a_bare_permit_still_prints() -> None:
    shown = text(
        render(replace(SHEET, equipment=[{}], conditions=[], inspections=[], expires_on=None, holder=""))
    )
    assert "Conditions" not in shown
    assert "Expires" not in shown
    assert "See the approved plans" in text(render(replace(SHEET, equipment=[])))


def test_a_name_in_letters_without_a_font_does_not_stop_the_permit() -> None:
    pdf = render(replace(SHEET, holder="\u10a0\U000118a0 Volt"))
    assert "TV-P-2026-00001" in text(pdf)
