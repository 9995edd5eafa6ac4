"""What a clock is counted from: rules, pauses and extensions that make no sense are refused with a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from permitflow.engine.clock_rule import LONGEST, Extension, Pause
from tests.engine.decision_clock import DECISION


def test_the_shortest_and_the_longest_rule_can_be_counted() -> None:
    assert replace(DECISION, length=1, warn_at=()).length == 1
    assert replace(DECISION, length=LONGEST, warn_at=(1, 100)).length == 3660


def test_a_resumption_before_its_pause_is_refused() -> None:
    with pytest.raises(ValueError, match="paused on 2026-03-04 cannot be resumed on 2026-03-03"):
        Pause(date(2026, 3, 4), date(2026, 3, 3), "waiting for applicant")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": ""}, "Clock without an id has no id"),
        ({"title": " "}, "Clock decision has no title"),
        ({"authority": ""}, "Clock decision has no authority"),
        ({"unit": "week"}, "unit is 'week', but must be one of business_day, calendar_day, month, year"),
        ({"roll": "up"}, "roll is 'up'"),
        ({"count_from": "zero"}, "count_from is 'zero'"),
        ({"outcome": "auto_deny"}, "outcome is 'auto_deny'"),
        ({"length": 0}, "length is 0, but must be from 1 to 3660"),
        ({"length": 3661}, "length is 3661"),
        ({"warn_at": (80, 50)}, "rising percentages"),
        ({"warn_at": (0, 50)}, "rising percentages"),
        ({"warn_at": (50, 50)}, "rising percentages"),
        ({"warn_at": (101,)}, "rising percentages"),
    ],
)
def test_a_rule_that_cannot_be_counted_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(DECISION, **change)


def test_only_a_verified_rule_with_an_outcome_acts_alone() -> None:
    assert DECISION.acts_alone
    assert not replace(DECISION, verified=False).acts_alone
    assert not replace(DECISION, outcome="none").acts_alone


def test_a_pause_holds_the_nights_from_its_evening_to_the_one_before_the_resumption() -> None:
    pause = Pause(date(2026, 3, 4), date(2026, 3, 6), "waiting for applicant")
    held = [day for day in range(1, 10) if pause.holds_overnight(date(2026, 3, day))]
    assert held == [4, 5]
    assert not replace(pause, resumed_on=pause.paused_on).holds_overnight(pause.paused_on)


def test_a_pause_without_an_end_holds_every_night_after_it_began() -> None:
    pause = Pause(date(2026, 3, 4), None, "waiting for applicant")
    assert not pause.holds_overnight(date(2026, 3, 3))
    assert pause.holds_overnight(date(2036, 3, 4))


def test_an_extension_by_nothing_is_none() -> None:
    assert Extension(date(2026, 3, 4), 1).length == 1
    with pytest.raises(ValueError, match="An extension by 0 is none: the length must be at least 1"):
        Extension(date(2026, 3, 4), 0)
