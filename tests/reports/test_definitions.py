"""The words beside figures say the numbers by which they are counted."""

from __future__ import annotations

from permitflow.analytics import finder, stuck
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.reports.definitions import ALL, CAUSES, DECISIONS, OUTSIDE, STEPS, STUCK


def test_causes_say_the_finders_thresholds() -> None:
    assert (finder.LEAST_SHARE, finder.OUTSIDE_SHARE, finder.LEAST_VISITS) == (1 / 10, 1 / 4, 20)
    for words in ("at least a tenth", "a quarter", "from 20 visits on"):
        assert words in CAUSES.say()


def test_small_numbers_are_said_as_they_are_hidden() -> None:
    for phrase in (STEPS, OUTSIDE, DECISIONS):
        assert f"of fewer than {ENOUGH}" in phrase.say()


def test_stuck_files_are_said_as_they_are_found() -> None:
    assert stuck.HANDLING_US == DAY_US
    assert "paid for more than a day" in STUCK.say()
    assert f"for more than {stuck.APPLICANT_SILENT_US // DAY_US} days" in STUCK.say()
    assert f"{stuck.ENOUGH_HISTORY} or more closed visits" in STUCK.say()


def test_every_definition_is_whole_sentences_of_its_own() -> None:
    told = [phrase.say() for phrase in ALL.values()]
    assert len({*told}) == len(told)
    assert all(words.endswith(".") and "{" not in words for words in told)
