"""Lengths of time in words."""

import pytest

from permitflow.instants import DAY, SECOND
from permitflow.reports.wording import HOUR, MINUTE, in_english


@pytest.mark.parametrize(
    ("duration_us", "words"),
    [
        (None, "-"),
        (0, "0 min"),
        (59 * SECOND, "under 1 min"),
        (MINUTE, "1 min"),
        (HOUR - 1, "59 min"),
        (HOUR, "1 h 0 min"),
        (2 * HOUR + 5 * MINUTE, "2 h 5 min"),
        (DAY, "1 d 0 h"),
        (3 * DAY + 4 * HOUR, "3 d 4 h"),
        (10 * DAY, "10 d"),
        (41 * DAY + 12 * HOUR, "42 d"),
    ],
)
def test_a_length_has_two_units_at_most(duration_us: int | None, words: str) -> None:
    assert in_english(duration_us) == words
