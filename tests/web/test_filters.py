"""How instants, dates and money look."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from permitflow.engine.errors import Refusal
from permitflow.queries.sentence import Phrase
from permitflow.web import filters
from tests.factories import MONDAY

MINUTE = 60_000_000


@pytest.fixture(autouse=True)
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_an_instant_is_shown_in_the_citys_zone() -> None:
    assert filters.local_time(MONDAY, "America/Los_Angeles") == "Mon 2 Mar 2026, 09:00 PST"
    assert filters.local_time(None, "UTC") == "-"


def test_a_day_is_shown_with_its_weekday() -> None:
    assert filters.local_day(date(2026, 8, 4)) == "Tue 4 Aug 2026"
    assert filters.local_day(MONDAY, "Asia/Tokyo") == "Tue 3 Mar 2026"
    assert filters.local_day(None) == "-"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "just now"),
        (-5, "just now"),
        (1, "1 minute ago"),
        (59, "59 minutes ago"),
        (60, "1 hour ago"),
        (1439, "23 hours ago"),
        (1440, "1 day ago"),
        (4500, "3 days ago"),
    ],
)
def test_how_long_ago(minutes: int, words: str) -> None:
    assert filters.ago(MONDAY, MONDAY + minutes * MINUTE) == words


@pytest.mark.parametrize(("minutes", "words"), [(0, "0 minutes"), (61, "1 hour"), (2880, "2 days")])
def test_a_span(minutes: int, words: str) -> None:
    assert filters.span(minutes * MINUTE) == words


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "$0.00"), (5, "$0.05"), (125_000, "$1,250.00"), (-199, "-$1.99")]
)
def test_money_is_exact(cents: int, text: str) -> None:
    assert filters.money(cents) == text


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 3, 5), "3 calendar days left"),
        (date(2026, 3, 3), "1 calendar day left"),
        (date(2026, 3, 2), "due today"),
        (date(2026, 3, 1), "1 calendar day over"),
        (date(2026, 2, 28), "2 calendar days over"),
    ],
)
def test_how_far_a_due_date_is(due: date, words: str) -> None:
    assert filters.days_left(due, date(2026, 3, 2)) == words


def test_the_sentence_is_said_with_local_days() -> None:
    phrases = (Phrase("With the city since {day}", {"day": date(2026, 8, 4)}), Phrase("Intake"))
    assert filters.say(phrases) == "With the city since Tue 4 Aug 2026 · Intake"


def test_a_refusal_is_said_with_its_places_filled() -> None:
    missing = Refusal(
        "unknown", "Not known yet: {fields}. 125 % of it counts.", {"fields": "Service voltage"}
    )
    assert filters.why(missing) == "Not known yet: Service voltage. 125 % of it counts."
    assert filters.why(Refusal("plain", "Pay {all} of it, 5 % now.")) == "Pay {all} of it, 5 % now."
