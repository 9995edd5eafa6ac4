"""Nothing is shown that rests on fewer than twenty."""

from __future__ import annotations

from permitflow.reports.small_numbers import SMALL, enough, hidden, kept_percent, percent


def test_a_share_needs_twenty() -> None:
    assert (percent(5, 20), percent(0, 20), percent(19, 19), percent(0, 0)) == (25.0, 0.0, None, None)


def test_what_was_kept_is_rounded_down() -> None:
    """Of 59 terms 24 were kept: 40.67 percent; of 2,000 all but one: not 100."""
    assert (kept_percent(24, 59), kept_percent(1999, 2000)) == (40.6, 99.9)
    assert (kept_percent(20, 20), kept_percent(19, 19)) == (100.0, None)


def test_a_value_needs_twenty() -> None:
    assert (enough(3.5, 20), enough(3.5, 19), enough(None, 40)) == (3.5, None, None)


def test_the_warning_stands_when_something_was_left_out() -> None:
    assert hidden(20, 19) == (SMALL,)
    assert hidden() == hidden(0, 20, 400) == ()
    assert SMALL.say() == "Shares and times that rest on fewer than 20 are left out."
