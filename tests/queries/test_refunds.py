"""What the cities of a cashier still owe."""

from __future__ import annotations

import pytest

from permitflow.db import Database
from permitflow.models import Clock, Refund
from permitflow.queries.refunds import refunds_owed
from tests.rows import Rows
from tests.services.clock_lab import Lab, lab, workflow
from tests.services.owed_refund import LATE, do, owed
from tests.services.test_remedies import WASHINGTON


@pytest.fixture
def here(database: Database) -> Lab:
    return lab(database, workflow(decision=WASHINGTON))


def test_the_list_names_what_the_own_cities_owe(here: Lab) -> None:
    payout = owed(here)
    with here.database.reading() as session:
        (line,) = refunds_owed(session, [here.city.id])
        assert refunds_owed(session, ["elsewhere"]) == ()
    assert (line.application_id, line.amount_cents, line.created_at) == (payout.application_id, 40_000, LATE)
    do(here, payout)
    with here.database.reading() as session:
        assert refunds_owed(session, [here.city.id]) == ()


def test_the_oldest_debt_stands_first_and_what_is_settled_is_gone(rows: Rows) -> None:
    city = rows.add(Refund, created_at=3, amount_cents=300)["jurisdiction_id"]
    for at, settled in ((2, None), (1, 9)):
        rows.add(
            Refund, clock_id=rows.add(Clock)["id"], created_at=at, amount_cents=at * 100, settled_at=settled
        )
    with rows.session() as session:
        assert [one.amount_cents for one in refunds_owed(session, [city])] == [200, 300]
        assert refunds_owed(session, []) == ()
