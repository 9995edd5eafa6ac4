"""What the tables of money refuse: a fee line or a receipt twice, and any change of what was paid."""

from __future__ import annotations

from sqlalchemy import delete, update

from permitflow.models import Fee, Jurisdiction, Payment, PermitApplication
from tests.rows import Rows


def test_a_fee_stands_once_on_a_file(rows: Rows) -> None:
    rows.add(Fee, fee="plan_review")
    assert rows.refusal(Fee, fee="plan_review") == "twice"
    assert rows.refusal(Fee, fee="permit") is None
    other = rows.add(PermitApplication)["id"]
    assert rows.refusal(Fee, fee="plan_review", application_id=other) is None


def test_a_receipt_is_entered_once_in_a_city(rows: Rows) -> None:
    rows.add(Payment, provider="offline", reference="check 1001")
    assert rows.refusal(Payment, provider="offline", reference="check 1001") == "twice"
    assert rows.refusal(Payment, provider="card", reference="check 1001") is None
    city = rows.add(Jurisdiction)["id"]
    assert rows.refusal(Payment, provider="offline", reference="check 1001", jurisdiction_id=city) is None


def test_a_receipt_of_another_file_of_the_city_is_refused_too(rows: Rows) -> None:
    rows.add(Payment, provider="offline", reference="check 1001")
    other = rows.add(PermitApplication)["id"]
    again = rows.refusal(Payment, provider="offline", reference="check 1001", application_id=other)
    assert again == "twice"


def test_money_received_is_never_changed(rows: Rows) -> None:
    rows.add(Payment, amount_cents=9_600)
    assert rows.refusal_of(update(Payment).values(amount_cents=0)) == "append-only"
    assert rows.refusal_of(delete(Payment)) == "append-only"
    assert rows.refusal(Payment, amount_cents=-9_600) is None, "a refund is a negative row"


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(Fee) == {"jurisdiction_id", "application_id"}
    assert rows.references(Payment) == {"jurisdiction_id", "application_id", "recorded_by"}
