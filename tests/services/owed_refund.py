"""A file whose city decided too late and owes its fee."""

from __future__ import annotations

from permitflow.instants import DAY
from permitflow.services.refunds import Payout, pay_out
from tests.factories import MONDAY
from tests.services.clock_lab import Lab
from tests.services.test_remedies import paid, refunds

LATE = MONDAY + 204 * DAY


def owed(here: Lab) -> Payout:
    """A file whose city owes $400, and the payout of it."""
    application = paid(here)
    here.official(application, "approve", LATE)
    (refund,) = refunds(here)
    seen = here.city.file(application).version
    cashier = here.city.actor("cashier")
    return Payout(application, refund.id, " check  9 ", cashier, "cashier", LATE + DAY, seen)


def do(here: Lab, payout: Payout) -> None:
    with here.database.transaction() as session:
        pay_out(session, payout)
