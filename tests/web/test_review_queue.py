"""The words of a queue's rows: what may be done with a row, why it is there, and how many wait."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from permitflow.engine.definition import Definition
from permitflow.engine.loader import load_file
from permitflow.queries.queue import COUNTED, NO_DUE_DATE, QueuePage, QueueRow, Wanted
from permitflow.web import review_queue
from tests.factories import ROOT

HASH = "h" * 64
TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_file(ROOT / "workflows" / "us-ca" / "commercial-ab970.yaml").definition


def row(**changed: object) -> QueueRow:
    given = QueueRow(
        "v", "a", TODAY, 0, "electrical", "electrical_examiner", "agency", "accept", 1, None, "", "N-1",
        "Title", HASH, own_company=False,
    )  # fmt: skip
    return given._replace(**changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "take"),
        ({"claimed_by": "me"}, "release"),
        ({"claimed_by": "other"}, "taken"),
        ({"claimed_by": "me", "own_company": True}, "conflict"),
    ],
)
def test_what_can_be_done_with_a_row(changed: dict[str, object], expected: str) -> None:
    assert review_queue.take_of(row(**changed), "me") == expected
    assert row(**changed).can_be_taken_by("me") == (expected in {"take", "release"})


@pytest.mark.parametrize(("count", "words"), [(0, "0"), (COUNTED - 1, "999"), (COUNTED, "999+")])
def test_a_bounded_count_says_that_it_is_one(count: int, words: str) -> None:
    assert review_queue.count_words(count) == words


def test_why_a_file_is_here(app: Flask, definition: Definition) -> None:
    with app.test_request_context():
        said = [
            review_queue.step_words(definition, *place)
            for place in (
                ("electrical", "accept", 1),
                ("electrical", "resubmit", 2),
                ("intake", "submit", 1),
                ("gone", "an_old_action", 1),
            )
        ]
    assert said == [
        ("Electrical", "First review"),
        ("Electrical", "Resubmission, round 2"),
        ("Completeness check", "Submitted"),
        ("gone", "an old action"),
    ]


def test_due_dates_and_ages(app: Flask) -> None:
    with app.test_request_context():
        assert "Mon 2 Mar 2026" in review_queue.due_words("en", TODAY, TODAY)
        assert "due today" in review_queue.due_words("en", TODAY, TODAY)
        assert "no legal date" in review_queue.due_words("en", NO_DUE_DATE, TODAY)
        assert [review_queue.age_words("en", days) for days in (0, 1, 3)] == ["today", "1 day", "3 days"]


def test_roles_lead_to_their_part_of_the_queue(app: Flask) -> None:
    page = QueuePage("City", "UTC", (), {"planner": 2, "inspector": COUNTED}, None)
    with app.test_request_context():
        links = review_queue.role_links(page, Wanted(("planner",)))
        alone = review_queue.role_links(QueuePage("City", "UTC", (), {"planner": 2}, None), Wanted())
    assert [tuple(link) for link in links] == [
        ("", "All my roles", "999+", False),
        ("planner", "Planner", "2", True),
        ("inspector", "Inspector", "999+", False),
    ]
    assert [link.label for link in alone] == ["Planner"]


def test_every_kind_of_row_is_drawn(app: Flask, definition: Definition) -> None:
    rows = (
        row(number="N-1"),
        row(number="N-2", claimed_by="me"),
        row(number="N-3", claimed_by="other", claimed_by_name="Otto <Other>"),
        row(number="N-4", own_company=True),
    )
    with app.test_request_context():
        drawn = review_queue.drawn_rows(QueuePage("City", "UTC", rows, {}, None), {HASH: definition}, "me", 0)
    assert drawn.count("<tr>") == len(rows)
    assert "Otto &lt;Other&gt; has taken it" in drawn
    assert "You belong to this company" in drawn
    assert [drawn.count(word) for word in ("/take", "/release", "%(")] == [1, 1, 0]
