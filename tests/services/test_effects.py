"""What becomes of a permit after it was issued, and of a file that gets none."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from permitflow.db import Database
from permitflow.engine.errors import MissingInput, WrongRole
from permitflow.instants import DAY
from permitflow.models import Fee, Permit
from permitflow.services import transitions
from permitflow.services.timers import fire_due
from permitflow.services.transitions import Note
from tests import factories
from tests.factories import MONDAY, City

HOME = "us-ca-residential-instant"
REASON = {"reason": "Issued on wrong information"}


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def paid(city: City, application: str) -> None:
    def pay(file: transitions.File) -> None:
        file.columns["fees_paid_cents"] = file.columns["fees_due_cents"]

    with city.database.transaction() as session:
        noted = Note(application, "receive", "Payment received", "x", "cashier", MONDAY, change=pay)
        transitions.note(session.connection(), noted)


def issued(city: City) -> str:
    application = city.draft(HOME, stations=1, occupancy="one_family", in_setback=False)
    city.act(application, "submit", "applicant")
    assert city.file(application).state == "fees_due"
    paid(city, application)
    city.act(application, "record_payment", "cashier")
    return application


def permit(city: City) -> Permit:
    with city.database.reading() as session:
        return session.scalars(select(Permit)).one()


def test_an_issued_permit_says_until_when(city: City) -> None:
    issued(city)
    found = permit(city)
    assert (found.status, found.issued_on) == ("valid", date(2026, 3, 2))
    assert found.expires_on == date(2027, 3, 2), "the day on which its clock runs out"
    assert found.check_code is not None
    assert len(found.check_code) >= 16


def test_the_official_revokes_with_a_reason_and_nobody_else(city: City) -> None:
    application = issued(city)
    with pytest.raises(MissingInput):
        city.act(application, "revoke", "building_official")
    with pytest.raises(WrongRole):
        city.act(application, "revoke", "electrical_examiner", inputs=REASON)
    city.act(application, "revoke", "building_official", inputs=REASON)
    assert permit(city).status == "revoked"
    assert (city.file(application).state, city.file(application).outcome) == ("revoked", "revoked")


def test_a_permit_that_lapses_expires_once_and_can_be_extended(city: City) -> None:
    application = issued(city)
    first = permit(city).expires_on
    assert fire_due(city.database, MONDAY + 400 * DAY) == 1
    assert fire_due(city.database, MONDAY + 401 * DAY) == 0
    assert permit(city).status == "expired"
    city.act(
        application, "extend", "building_official", MONDAY + 402 * DAY, inputs={"reason": "Panel was late"}
    )
    extended = permit(city)
    assert extended.status == "valid"
    assert first is not None
    assert extended.expires_on is not None
    assert extended.expires_on > first


def test_the_last_inspection_finals_the_permit(city: City) -> None:
    application = issued(city)
    ask = city.words_for(application, "request_inspection")
    city.act(application, "request_inspection", "applicant", MONDAY + DAY, inputs=ask)
    city.act(application, "pass_final_inspection", "inspector", MONDAY + 2 * DAY)
    assert permit(city).status == "finaled"
    assert city.file(application).decided_at == MONDAY, "the decision was the issue, not the inspection"


def test_fees_are_charged_once(city: City) -> None:
    issued(city)
    with city.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Fee)) == 1


def test_a_denial_needs_every_finding(city: City) -> None:
    application = city.draft(HOME, stations=3, occupancy="one_family", in_setback=False)
    city.act(application, "submit", "applicant")
    assert city.file(application).state == "counter_review"
    with pytest.raises(MissingInput) as refused:
        city.act(application, "deny", "building_official")
    needed = [refusal.where for refusal in refused.value.refusals]
    assert len(needed) >= 3
    city.act(application, "deny", "building_official", inputs=dict.fromkeys(needed, "As found on site"))
    assert city.file(application).outcome == "denied"
    with city.database.reading() as session:
        assert session.scalars(select(Permit)).all() == []
