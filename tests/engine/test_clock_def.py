"""What a file may say of a clock: bounds, what goes without saying, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from permitflow.engine.clock_def import ClockDef, ExtensionDef, ReceiptDef, RefundTier, RungDef

SAID: dict[str, Any] = {
    "title": "Decision",
    "unit": "business_day",
    "length": "20",
    "starts": ("submit",),
    "stops": ("approve",),
    "authority": "City code 1",
    "outcome": "none",
    "source": "City code",
    "as_of": "2026-01-01",
    "verified": False,
}


def test_what_a_clock_does_not_say_is_the_strict_default() -> None:
    clock = ClockDef(**SAID)
    assert clock.as_of == date(2026, 1, 1)
    assert (clock.roll, clock.count_from, clock.holder, clock.level) == (
        "next",
        "exclude_first",
        "agency",
        "state",
    )
    assert (clock.warn_at, clock.ladder, clock.received, clock.law) == ((60, 85, 100), (), False, "")
    assert (clock.on_expiry, clock.remedy, clock.extended_by) == (None, None, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("starts", ()),
        ("starts", ("Submit",)),
        ("stops", ("fire.approve.twice",)),
        ("unit", "week"),
        ("outcome", "deemed_gone"),
        ("length", ""),
        ("length", 20),
        ("authority", "  "),
        ("as_of", "January 2026"),
        ("verified", "yes"),
        ("deadline", "20"),
        ("warn_at", (60.5,)),
        ("extended_by", {"Extend!": {"length": "5"}}),
    ],
)
def test_a_clock_that_says_something_else_is_refused(key: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        ClockDef(**SAID | {key: value})


@pytest.mark.parametrize("measure", [{}, {"percent": 50, "left": 5}])
def test_a_warning_has_one_measure(measure: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="a rung has either 'percent' or 'left'"):
        RungDef(notify="managers", **measure)


@pytest.mark.parametrize(
    ("measure", "fits"),
    [
        ({"percent": 1}, True),
        ({"percent": 100}, True),
        ({"percent": 0}, False),
        ({"percent": 101}, False),
        ({"left": 0}, True),
        ({"left": 3660}, True),
        ({"left": -1}, False),
        ({"left": 3661}, False),
    ],
)
def test_a_warning_stands_within_the_length(measure: dict[str, int], fits: bool) -> None:
    if fits:
        assert RungDef(notify="managers", **measure).notify == "managers"
    else:
        with pytest.raises(ValidationError):
            RungDef(notify="managers", **measure)


@pytest.mark.parametrize(("late", "refund"), [(-1, 10), (1001, 10), (0, 0), (0, 101)])
def test_a_refund_is_a_share_of_at_least_one_percent_and_at_most_all(late: int, refund: int) -> None:
    assert RefundTier(late_percent=1000, refund_percent=100).refund_percent == 100
    with pytest.raises(ValidationError):
        RefundTier(late_percent=late, refund_percent=refund)


def test_an_extension_is_given_once_unless_more_is_said() -> None:
    assert ExtensionDef(length="5").at_most == 1
    for often in (0, 21):
        with pytest.raises(ValidationError):
            ExtensionDef(length="5", at_most=often)


def test_an_unpaid_fee_holds_no_clock_back_unless_the_rule_says_so() -> None:
    rule = ReceiptDef(late="same_day", source="Code", as_of=date(2026, 1, 1), verified=True)
    assert not rule.fee_gates_clock
