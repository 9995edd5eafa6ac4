"""The clock statement as a PDF that people and screen readers can read, and as JSON."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import insert

from permitflow.db import Database, new_id
from permitflow.interchange.clock_statement_json import document
from permitflow.interchange.clock_statement_pdf import counted_words, length_words, render
from permitflow.models import Clock, ClockExtension, ClockPause, PermitApplication
from permitflow.queries.clock_statement import Statement, Stretch, statement
from tests import factories
from tests.factories import MONDAY

MARCH = date(2026, 3, 2)


@pytest.fixture
def shown(sqlite_url: str) -> Statement:
    """A statement with a pause and an extension."""
    database = Database(sqlite_url)
    city = factories.city(database)
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    with database.transaction() as session:
        clock = session.query(Clock).filter_by(clock="completeness").one()
        row = {"id": new_id(), "jurisdiction_id": city.id, "clock_id": clock.id}
        pause = {"paused_on": MARCH, "resumed_on": MARCH + timedelta(days=1), "reason": "Flood"}
        session.execute(insert(ClockPause), row | pause)
        session.execute(insert(ClockExtension), row | {"extended_on": MARCH, "length": 2, "event": "extend"})
        clock.due_on = date(2026, 3, 12)
    with database.reading() as session:
        told = statement(session, session.get_one(PermitApplication, application_id), MONDAY)
    database.dispose()
    return told


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


def test_the_json_document_has_every_day_and_survives_a_round_trip(shown: Statement) -> None:
    told = document(shown)
    assert json.loads(json.dumps(told)) == told
    (clock,) = [one for one in told["clocks"] if one["name"] == "completeness"]
    assert (clock["starts_on"], clock["due_on"]) == ("2026-03-02", "2026-03-12")
    assert clock["days"][0] == {
        "on": "2026-03-02",
        "counted": False,
        "number": None,
        "why": "start day is not counted",
    }
    assert clock["days"][-1]["counted"]
    assert clock["pauses"][0]["resumed_on"] == "2026-03-03"
    assert clock["extensions"][0]["length"] == 2
    assert clock["started_by"]["entry"] == "Submitted"


def test_stretches_and_lengths_are_told_in_words() -> None:
    counted = Stretch(MARCH, MARCH + timedelta(days=6), "", 5, 2, ahead=False)
    assert counted_words(counted) == "5 counted, 2 closed every week"
    assert counted_words(Stretch(MARCH, MARCH, "", 1, 0, ahead=True)) == "1 counted (still to come)"
    assert counted_words(Stretch(MARCH, MARCH, "Flood", 0, 0, ahead=False)) == "Flood"
    assert (length_words(1, "month"), length_words(20, "business_day")) == ("1 month", "20 business days")
