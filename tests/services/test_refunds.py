"""A refund is paid out once, by a cashier of the city who has no part in it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from permitflow.db import Database, new_id
from permitflow.engine.errors import ConflictOfInterest, UnmetClauses
from permitflow.instants import DAY
from permitflow.models import CompanyMember, PermitApplication
from permitflow.services.errors import NotFound, Stale
from tests.services.clock_lab import Lab, lab, workflow
from tests.services.owed_refund import LATE, do, owed
from tests.services.test_remedies import WASHINGTON, refunds


@pytest.fixture
def here(database: Database) -> Lab:
    return lab(database, workflow(decision=WASHINGTON))


def test_a_refund_is_paid_out_with_a_line_in_the_record(here: Lab) -> None:
    payout = owed(here)
    do(here, payout)
    assert [one.settled_at for one in refunds(here)] == [LATE + DAY]
    (event,) = here.events(payout.application_id, "pay_out_refund")
    assert (event["entry"], event["data"]) == (
        "Refund paid out",
        {"amount_cents": 40_000, "clock": "decision"},
    )
    assert set(event["words"]) == {"reference"}


def test_a_second_time_it_is_refused(here: Lab) -> None:
    payout = owed(here)
    do(here, payout)
    with pytest.raises(Stale, match="changed"):
        do(here, payout)
    with pytest.raises(Stale, match="paid out already"):
        do(here, replace(payout, version=None))


def test_of_two_cashiers_at_once_one_pays(here: Lab) -> None:
    payout = owed(here)
    start, outcomes = threading.Barrier(2), list[str]()

    def run() -> None:
        start.wait(timeout=20)
        try:
            do(here, payout)
            outcomes.append("paid")
        except Stale:
            outcomes.append("stale")

    threads = [threading.Thread(target=run, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["paid", "stale"]
    assert len(here.events(payout.application_id, "pay_out_refund")) == 1


def test_not_while_fees_are_due_nor_for_the_own_company_nor_from_another_file(here: Lab) -> None:
    payout = owed(here)
    with pytest.raises(NotFound):
        do(here, replace(payout, refund_id=new_id()))
    other = here.accepted(LATE + DAY)
    with pytest.raises(NotFound):
        do(here, replace(payout, application_id=other, version=None))
    with here.database.transaction() as session:
        session.get_one(PermitApplication, payout.application_id).fees_due_cents += 1
    with pytest.raises(UnmetClauses, match="Fees are still due"):
        do(here, payout)
    with here.database.transaction() as session:
        user = here.city.staff["cashier"]
        session.add(CompanyMember(company_id=here.city.company_id, user_id=user, joined_at=1, left_at=None))
    with pytest.raises(ConflictOfInterest):
        do(here, replace(payout, actor=here.city.actor("cashier")))
    assert [one.settled_at for one in refunds(here)] == [None]
