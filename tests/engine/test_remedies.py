"""What is owed back after a late decision."""

from __future__ import annotations

import pytest

from permitflow.engine.clock_def import RefundTier
from permitflow.engine.remedies import refund_cents

WASHINGTON = (RefundTier(late_percent=0, refund_percent=10), RefundTier(late_percent=20, refund_percent=20))


@pytest.mark.parametrize(
    ("decided_on_day", "owed"),
    [(1, 0), (169, 0), (170, 0), (171, 200_00), (203, 200_00), (204, 400_00), (1000, 400_00)],
)
def test_a_late_decision_costs_a_tenth_and_then_a_fifth_of_the_fee(decided_on_day: int, owed: int) -> None:
    assert refund_cents(2_000_00, 170, decided_on_day, WASHINGTON) == owed


@pytest.mark.parametrize(("paid", "owed"), [(0, 0), (4, 0), (5, 1), (14, 1), (15, 2), (99_995, 10_000)])
def test_half_a_cent_is_rounded_up(paid: int, owed: int) -> None:
    assert refund_cents(paid, 10, 11, WASHINGTON) == owed


def test_the_order_of_the_tiers_does_not_matter_and_without_tiers_nothing_is_owed() -> None:
    assert refund_cents(2_000_00, 170, 204, WASHINGTON[::-1]) == 400_00
    assert refund_cents(2_000_00, 170, 204, ()) == 0
    late_only = (RefundTier(late_percent=20, refund_percent=20),)
    assert refund_cents(2_000_00, 170, 203, late_only) == 0


@pytest.mark.parametrize(("paid", "length"), [(-1, 170), (100, 0)])
def test_a_negative_payment_or_no_length_is_refused(paid: int, length: int) -> None:
    with pytest.raises(ValueError, match="A refund needs"):
        refund_cents(paid, length, 200, WASHINGTON)
