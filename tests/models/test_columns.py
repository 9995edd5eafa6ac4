"""The laws of columns: instants and money never overflow, legal dates are dates, ids are UUIDs that sort by time."""

from __future__ import annotations

import re

from sqlalchemy import BigInteger, Column, Date, String

from permitflow.instants import DAY
from permitflow.models import Company, Fee, PermitApplication, Visit
from tests.rows import Rows

COLUMNS: list[Column[object]] = [
    column for table in PermitApplication.metadata.tables.values() for column in table.columns
]
END_OF_9999 = 2_932_897 * DAY - 1


def named(ending: str) -> list[Column[object]]:
    return [column for column in COLUMNS if column.name.endswith(ending)]


def test_every_instant_has_room_for_microseconds() -> None:
    instants = [column for ending in ("_at", "_us") for column in named(ending)]
    assert len(instants) > 70
    assert [str(column) for column in instants if not isinstance(column.type, BigInteger)] == []


def test_every_legal_date_is_a_date_without_a_time() -> None:
    assert len(named("_on")) > 15
    wrong = [
        str(column)
        for column in named("_on")
        if type(column.type) is not Date and column.name not in {"seen_on", "based_on"}
    ]
    assert wrong == []


def test_every_amount_of_money_has_room_for_large_cents() -> None:
    assert len(named("_cents")) >= 5
    assert [str(column) for column in named("_cents") if not isinstance(column.type, BigInteger)] == []


def test_every_reference_is_as_long_as_what_it_names() -> None:
    def length(column: Column[object]) -> int | None:
        return column.type.length if isinstance(column.type, String) else None

    pairs = [(column, key.column) for column in COLUMNS for key in column.foreign_keys]
    assert len(pairs) > 80
    assert [str(column) for column, target in pairs if length(column) != length(target)] == []


def test_a_key_is_made_for_a_row_that_has_none(rows: Rows) -> None:
    keys = [rows.add(Company)["id"] for _ in range(3)]
    assert keys == sorted(set(keys))
    assert all(re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}", key) for key in keys)


def test_the_last_instant_and_large_sums_come_back_as_they_were(rows: Rows) -> None:
    visit = rows.add(Visit, opened_at=-1, closed_at=END_OF_9999)
    assert (visit["opened_at"], visit["closed_at"]) == (-1, END_OF_9999)
    assert rows.add(Fee, amount_cents=2**40)["amount_cents"] == 2**40
