"""A change is told in words, with a sign that needs no colour."""

from __future__ import annotations

from permitflow.instants import DAY
from permitflow.queries.sentence import Phrase
from permitflow.reports.changes import change_of_count, change_of_percent, change_of_time


def test_changes_are_told_with_a_sign() -> None:
    found = [
        change_of_count(5, 3),
        change_of_count(3, 5),
        change_of_count(3, 3),
        change_of_count(4, 4, since_start=True),
        change_of_count(5, 4, since_start=True),
        change_of_count(3, 4, since_start=True),
        change_of_time(3 * DAY, DAY),
        change_of_time(DAY, 3 * DAY),
        change_of_time(DAY, DAY),
        change_of_percent(90, 80.5),
        change_of_percent(80.5, 90),
        change_of_percent(80.5, 80.5),
    ]
    said = [phrase.say() for phrase in found if isinstance(phrase, Phrase)]
    assert [one[0] for one in said] == ["▲", "▼", "=", "=", "▲", "▼", "▲", "▼", "=", "▲", "▼", "="]
    assert len(set(said)) == len(said) == len(found)
    assert change_of_time(None, DAY) is None
