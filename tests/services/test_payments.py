"""Money is recorded once, never beyond what is due, and moves the file when nothing is left to pay."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.models import Company, Payment, Permit, PermitApplication
from permitflow.services import payments
from permitflow.services.errors import Stale
from permitflow.services.payments import (
    OfflineRecord,
    PaymentRecord,
    PaymentRefused,
    Received,
    record_payment,
)
from tests.scene import AT, MINUTE, Scene, scene, version


def due(city: Scene, session: Session, folder: Path) -> tuple[str, PaymentRecord]:
    """A file whose fee of 250 dollars is due, and the record that pays it."""
    application_id = city.draft(session)
    city.attach(session, folder, application_id, "cut_sheet")
    assert city.submit(session, application_id).state == "fees_due"
    olga = city.actor(session, city.olga)
    seen = version(session, application_id)
    return application_id, PaymentRecord(
        application_id, 25_000, "check 17", olga, "applicant", AT + 4 * MINUTE, seen
    )


def test_the_last_cent_issues_the_permit(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, record = due(city, session, tmp_path)
        part = record_payment(session, replace(record, amount_cents=24_999))
        assert part.state == "fees_due"
        rest = replace(record, amount_cents=1, reference="check 18", version=part.version)
        assert record_payment(session, rest).state == "issued"
        row = session.get_one(PermitApplication, application_id, populate_existing=True)
        assert row.fees_paid_cents == row.fees_due_cents == 25_000
        assert session.query(Permit).filter_by(application_id=application_id).one().status == "valid"
        stored = {payment.reference for payment in session.query(Payment)}
        assert stored == {"CHECK 17", "CHECK 18"}


def test_a_cashier_records_it_too(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        _id, record = due(city, session, tmp_path)
        cashier = city.actor(session, city.staff["cashier"])
        applied = record_payment(session, replace(record, actor=cashier, role="cashier"))
        assert (applied.state, applied.action) == ("issued", "record_payment")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"amount_cents": 0}, "amount", "above zero"),
        ({"amount_cents": -5}, "amount", "above zero"),
        ({"amount_cents": 25_001}, "amount", r"Only \$250.00 is due"),
        ({"reference": "  "}, "reference", "Enter the number"),
        ({"reference": "x" * 129}, "reference", "at most 128"),
    ],
)
def test_what_is_refused(
    changes: dict[str, object], field: str, words: str, database: Database, tmp_path: Path
) -> None:
    city = scene(database)
    with database.transaction() as session:
        _id, record = due(city, session, tmp_path)
        with pytest.raises(PaymentRefused, match=words) as refused:
            record_payment(session, replace(record, **changes))  # type: ignore[arg-type]  # Fields of the record.
        assert refused.value.field == field


def test_a_reference_counts_once_in_the_city(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        _id, record = due(city, session, tmp_path)
        record_payment(session, record)
        _other, again = due(city, session, tmp_path)
        with pytest.raises(PaymentRefused, match="recorded already"):
            record_payment(session, replace(again, reference=" Check  17 "))


def test_an_old_form_pays_nothing(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        _id, record = due(city, session, tmp_path)
        record_payment(session, replace(record, amount_cents=100))
        with pytest.raises(Stale):
            record_payment(session, replace(record, amount_cents=100, reference="check 19"))
        assert session.query(Payment).count() == 1


def test_nothing_is_taken_when_nothing_is_due(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id = city.draft(session)
        olga = city.actor(session, city.olga)
        record = PaymentRecord(
            application_id, 1, "a", olga, "applicant", AT, version(session, application_id)
        )
        with pytest.raises(PaymentRefused, match="Nothing is due"):
            record_payment(session, record)


def test_money_stays_recorded_when_the_permit_has_to_wait(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, record = due(city, session, tmp_path)
        session.get_one(Company, city.company_id).licence_expires_on = None
        session.flush()
        assert record_payment(session, record).state == "fees_due"
        row = session.get_one(PermitApplication, application_id, populate_existing=True)
        assert row.fees_paid_cents == 25_000


def test_two_desks_take_the_same_check_at_once(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        _first, one = due(city, session, tmp_path)
        _second, two = due(city, session, tmp_path)
    refused: list[str] = []

    def other_desk() -> None:
        try:
            with database.transaction() as session:
                record_payment(session, two)
        except PaymentRefused as error:
            refused.append(str(error))

    late = threading.Thread(target=other_desk)
    with database.transaction() as session:
        record_payment(session, one)
        late.start()
        late.join(0.3)
        assert late.is_alive(), "the second desk waits for the first"
    late.join(20)
    assert refused == ["A payment with this reference is recorded already. Check the number."]
    with database.reading() as session:
        assert session.query(Payment).count() == 1


def test_a_file_that_waits_for_a_role_nobody_here_has(database: Database, tmp_path: Path) -> None:
    city = scene(database)
    with database.transaction() as session:
        application_id, record = due(city, session, tmp_path)
        examiner = city.actor(session, city.staff["electrical_examiner"])
        applied = record_payment(session, replace(record, actor=examiner, role="electrical_examiner"))
        assert applied.state == "fees_due", "the money is there, the step is for the applicant or a cashier"
        row = session.get_one(PermitApplication, application_id, populate_existing=True)
        assert row.fees_paid_cents == row.fees_due_cents


def test_a_provider_says_what_arrived(database: Database, tmp_path: Path) -> None:
    class Bank:
        def receive(self, amount_cents: int, reference: str) -> Received:
            return Received("bank", f"tx-{reference}", amount_cents)

    city = scene(database)
    with database.transaction() as session:
        _id, record = due(city, session, tmp_path)
        record_payment(session, record, Bank())
        payment = session.query(Payment).one()
        assert (payment.provider, payment.reference) == ("bank", "tx-check 17")


def test_references_have_one_spelling() -> None:
    assert OfflineRecord().receive(5, " ab  12\tc ") == payments.Received("offline", "AB 12 C", 5)
