"""What the table of lent roles refuses: to oneself, backwards in time, or the same one twice at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from permitflow.models import Delegation, User
from tests.rows import DAY, Rows


@pytest.fixture
def lent(rows: Rows) -> dict[str, Any]:
    """A role that one person lends to another for a day."""
    lender, colleague = (rows.add(User)["id"] for _ in range(2))
    return {"from_user": lender, "to_user": colleague, "role": "fire_reviewer"}


def test_a_role_is_lent_for_one_day_at_least(rows: Rows, lent: dict[str, Any]) -> None:
    assert rows.refusal(Delegation, **lent, until_on=DAY) is None
    assert rows.refusal(Delegation, **lent, until_on=DAY - timedelta(days=1)) == "check"


def test_a_role_is_lent_to_somebody_else(rows: Rows, lent: dict[str, Any]) -> None:
    assert rows.refusal(Delegation, **lent | {"to_user": lent["from_user"]}) == "check"


def test_a_role_is_lent_once_at_a_time(rows: Rows, lent: dict[str, Any]) -> None:
    rows.add(Delegation, **lent, ended_at=1)
    rows.add(Delegation, **lent)
    assert rows.refusal(Delegation, **lent) == "twice"
    assert rows.refusal(Delegation, **lent, ended_at=2) is None
    assert rows.refusal(Delegation, **lent | {"role": "planner"}) is None


def test_what_names_another_row_names_one_that_exists(rows: Rows, lent: dict[str, Any]) -> None:
    for column in ("from_user", "to_user", "created_by", "ended_by", "jurisdiction_id"):
        assert rows.refusal(Delegation, **lent | {column: "nobody"}) == "unknown", column
