"""A missed deadline with a remedy: told when the time runs out, counted in money when the city decides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import PermitApplication, Refund
from permitflow.queries.application_page import application_page
from permitflow.services.lapses import REMEDY, UNVERIFIED
from permitflow.services.payments import PaymentRecord, record_payment
from permitflow.services.timers import fire_due
from tests.factories import MONDAY
from tests.services.clock_lab import Lab, lab, workflow

WASHINGTON = {
    "unit": "calendar_day",
    "length": "170",
    "roll": "none",
    "outcome": "remedy",
    "remedy": {
        "text": "A tenth of the permit fee is owed back, a fifth when the decision is a fifth late.",
        "citation": "RCW 36.70B.080",
        "fees": ["permit"],
        "refund": [
            {"late_percent": 0, "refund_percent": 10},
            {"late_percent": 20, "refund_percent": 20},
        ],
    },
}


def paid(here: Lab) -> str:
    """An accepted application whose fees, $2,000 and $500, were paid."""
    application = here.accepted()
    with here.database.transaction() as session:
        row = session.get_one(PermitApplication, application)
        assert row.fees_due_cents == 250_000
        row.fees_paid_cents = 250_000
    return application


def refunds(here: Lab) -> list[Refund]:
    with here.database.reading() as session:
        return list(session.scalars(select(Refund)))


def test_the_right_is_told_once_when_the_time_runs_out(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = paid(here)
    assert fire_due(database, MONDAY + 172 * DAY) == 0
    assert fire_due(database, MONDAY + 173 * DAY) == 0
    assert here.city.file(application).state == "ready", "no outcome, but a right"
    (event,) = here.events(application, "remedy_due")
    assert event["entry"] == REMEDY
    assert event["data"]["citation"] == "RCW 36.70B.080"
    assert event["legal_on"] == (date(2026, 3, 2) + timedelta(170)).isoformat()
    assert sorted(here.news("remedy_due")) == ["applicant", "managers"]


@pytest.mark.parametrize(("day", "cents"), [(170, 0), (171, 20_000), (203, 20_000), (204, 40_000)])
def test_a_late_decision_owes_a_share_of_the_fee(database: Database, day: int, cents: int) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = paid(here)
    fire_due(database, MONDAY + day * DAY)
    here.official(application, "approve", MONDAY + day * DAY)
    assert [refund.amount_cents for refund in refunds(here)] == ([cents] if cents else [])
    (event,) = here.events(application, "approve")
    assert event["data"].get("refund_cents", 0) == cents


def test_the_fees_page_shows_what_is_owed(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = paid(here)
    here.official(application, "approve", MONDAY + 204 * DAY)
    with database.reading() as session:
        row = session.get_one(PermitApplication, application)
        page = application_page(session, row, here.city.installer_id, MONDAY + 205 * DAY)
    assert [refund.amount_cents for refund in page.money.refunds] == [40_000]


def test_the_days_of_a_pause_are_nobody_s_lateness(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON | {"pauses": ["ask"], "resumes": ["answer"]}))
    application = paid(here)
    here.official(application, "ask", MONDAY + 100 * DAY)
    here.city.act(application, "answer", "applicant", MONDAY + 140 * DAY)
    here.official(application, "approve", MONDAY + 211 * DAY)
    (refund,) = refunds(here)
    assert refund.amount_cents == 20_000
    assert refund.basis.startswith("Decision: 171 calendar days used of 170; computed from $2,000.00 paid.")


def test_who_withdraws_is_owed_nothing(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = paid(here)
    here.city.act(application, "withdraw", "applicant", MONDAY + 300 * DAY)
    assert refunds(here) == []


def test_a_number_that_nobody_checked_owes_nothing(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON | {"verified": False}))
    application = paid(here)
    fire_due(database, MONDAY + 172 * DAY)
    here.official(application, "approve", MONDAY + 300 * DAY)
    assert refunds(here) == []
    assert [event["entry"] for event in here.events(application, "time_ran_out")] == [UNVERIFIED]


def charged_late(here: Lab) -> str:
    """An application that was decided 204 days after a part of its fees was paid: nothing, so far."""
    application = here.accepted()
    here.official(application, "approve", MONDAY + 204 * DAY)
    assert refunds(here) == []
    return application


def pay(here: Lab, application: str, cents: int, reference: str) -> None:
    with here.database.transaction() as session:
        seen = session.get_one(PermitApplication, application).version
        who = here.city.actor("cashier")
        at = MONDAY + 210 * DAY
        record = PaymentRecord(application, cents, reference, who, "cashier", at, seen)
        record_payment(session, record)


def test_fees_paid_after_a_late_decision_give_the_refund_too(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = charged_late(here)
    pay(here, application, 50_000, "a")
    assert [one.amount_cents for one in refunds(here)] == [10_000]
    pay(here, application, 200_000, "b")
    (refund,) = refunds(here)
    assert (refund.amount_cents, refund.clock_id) == (40_000, here.clock(application).id)
    assert refund.basis == (
        "Decision: 204 calendar days used of 170; computed from $2,000.00 paid. RCW 36.70B.080"
    )
    assert [event["data"]["refund_cents"] for event in here.events(application, "record_payment")] == [
        10_000,
        40_000,
    ]


def test_fees_paid_after_a_decision_in_time_give_nothing(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = here.accepted()
    here.official(application, "approve", MONDAY + 170 * DAY)
    pay(here, application, 250_000, "a")
    assert refunds(here) == []
    assert "refund_cents" not in here.events(application, "record_payment")[0]["data"]


def test_a_payment_before_the_decision_owes_nothing_yet(database: Database) -> None:
    here = lab(database, workflow(decision=WASHINGTON))
    application = here.accepted()
    pay(here, application, 250_000, "a")
    assert refunds(here) == []
