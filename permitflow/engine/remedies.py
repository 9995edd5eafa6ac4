"""What a city owes when a legal clock ran out before it decided."""

from __future__ import annotations

from collections.abc import Sequence

from permitflow.engine.clock_def import RefundTier


def refund_cents(paid_cents: int, length_days: int, used_days: int, tiers: Sequence[RefundTier]) -> int:
    """Return the share of the fees that is owed back after a late decision, in cents, half a cent rounded up.

    `length_days` is the clock's whole length and `used_days` the days used up to the decision, both in the clock's
    own days (paused days are not used). A tier is reached when the decision is late and the lateness is at least
    `late_percent` of the length, compared in whole numbers; the highest tier that is reached counts.
    Raises ValueError for a negative payment or a length below 1.
    Source: RCW 36.70B.080, first option: a tenth of the fee, a fifth once the decision is 20 percent late.
    """
    if paid_cents < 0 or length_days < 1:
        raise ValueError("A refund needs a payment of at least 0 cents and a length of at least 1 day.")
    late = used_days - length_days
    reached = [tier for tier in tiers if late > 0 and late * 100 >= tier.late_percent * length_days]
    if not reached:
        return 0
    owed = max(reached, key=lambda tier: tier.late_percent)
    return (paid_cents * owed.refund_percent + 50) // 100
