"""Each edit of a calendar says what it changes, and asks for the day, the words and the reason it needs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from permitflow.services.calendar_edits import Change
from permitflow.web.forms.calendars import FORMS, PublishForm
from tests.web.forms.sending import sent, sentences

DAY = date(2026, 7, 6)


@pytest.mark.parametrize(
    ("kind", "typed", "change"),
    [
        (
            "close",
            {"day": "2026-07-06", "name": " Flood ", "reason": "The river rose"},
            Change("close", DAY, "Flood", "The river rose"),
        ),
        ("open", {"day": "2026-07-06", "reason": "Voting"}, Change("open", DAY, "", "Voting")),
        (
            "weekdays",
            {"days": ["4", "0", "2"], "reason": "New hours"},
            Change("weekdays", None, "024", "New hours"),
        ),
        (
            "hours",
            {"opens": "08:00", "closes": "16:30", "reason": "Winter"},
            Change("hours", None, "08:00-16:30", "Winter"),
        ),
        ("seed", {}, Change("seed")),
    ],
)
def test_a_form_says_what_changes(kind: str, typed: dict[str, Any], change: Change) -> None:
    with sent(typed):
        form = FORMS[kind]()
        assert sentences(form) == {}
        assert form.change() == change


WHY = ["Say why; the reason is shown beside the day."]


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        ("close", {"day": ["Choose the date."], "name": ["Give the closure a name."], "reason": WHY}),
        ("open", {"day": ["Choose the date."], "reason": WHY}),
        ("weekdays", {"days": ["Choose at least one weekday."], "reason": WHY}),
        (
            "hours",
            {
                "opens": ["Enter a time, such as 08:00."],
                "closes": ["Enter a time, such as 17:00."],
                "reason": WHY,
            },
        ),
        ("seed", {}),
    ],
)
def test_what_is_missing_is_said_at_each_field(kind: str, refused: dict[str, list[str]]) -> None:
    with sent({"reason": "  "}):
        assert sentences(FORMS[kind]()) == refused


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("close", {"day": "2026-02-30", "name": "n", "reason": "r"}, "day"),
        ("close", {"day": "06.07.2026", "name": "n", "reason": "r"}, "day"),
        ("close", {"day": "2026-07-06", "name": "n" * 201, "reason": "r"}, "name"),
        ("open", {"day": "2026-07-06", "reason": "r" * 1001}, "reason"),
        ("weekdays", {"days": ["0", "7"], "reason": "r"}, "days"),
        ("hours", {"opens": "08:000", "closes": "17:00", "reason": "r"}, "opens"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, typed: dict[str, Any], field: str) -> None:
    with sent(typed):
        assert list(sentences(FORMS[kind]())) == [field]


def test_a_new_version_needs_its_reason() -> None:
    with sent(reason=""):
        why = "Say why the calendar changes; the reason stands on every file that it moves."
        assert sentences(PublishForm()) == {"reason": [why]}
    with sent(reason="Flood"):
        assert sentences(PublishForm()) == {}
