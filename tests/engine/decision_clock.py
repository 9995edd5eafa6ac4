"""The clock that most tests count: twenty business days to decide, and what it means to let them pass."""

from __future__ import annotations

from permitflow.engine.clock_rule import ClockRule

DECISION = ClockRule(
    id="decision",
    title="Decision",
    unit="business_day",
    length=20,
    roll="next",
    count_from="exclude_first",
    authority="An invented ordinance",
    outcome="deemed_approved",
    verified=True,
    warn_at=(50, 80),
)
