"""A snapshot narrowed to a scope: what its views and macros show, and that words from outside stay words."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.analytics.snapshot import TABLES, VIEWS, Chosen, Moment, Snapshot

DAY = 86_400_000_000
NAMES = [column.split()[0] for column in TABLES["files"].replace("\n", " ").split(", ")]
MOMENT = Moment(now=10 * DAY, today=date(1970, 1, 11), from_at=2 * DAY, to_at=5 * DAY)
KINDS = (
    {
        "file": 1,
        "workflow": "w",
        "pathway": "auto",
        "level": "L2",
        "public_land": False,
        "decided_at": 2 * DAY,
    },
    {
        "file": 2,
        "workflow": "w",
        "pathway": "full",
        "level": "DC",
        "public_land": True,
        "decided_at": 5 * DAY,
    },
    {"file": 3, "workflow": "it's", "pathway": "full", "level": "DC", "decided_at": 5 * DAY - 1},
)


@pytest.fixture
def snapshot() -> Snapshot:
    """Three files with a row each in every table; days 0 to 9, of which the third is closed."""
    files = [tuple(kind.get(name) for name in NAMES) for kind in KINDS]
    days = [(date(1970, 1, 1 + n), n * DAY, (n + 1) * DAY, n != 2, (n - (n > 2)) * DAY) for n in range(10)]
    return Snapshot.of_rows(
        {"files": files, "days": days, "spells": [(n, "agency", 0, None, 0, None) for n in (1, 2, 3)]}, 7
    )


def chosen(snapshot: Snapshot, *words: str) -> list[int]:
    snapshot.scoped(MOMENT, Chosen(*words))
    spells = [file for (file,) in snapshot.rows("SELECT file FROM courts ORDER BY file")]
    assert spells == [file for (file,) in snapshot.rows("SELECT file FROM chosen ORDER BY file")]
    return spells


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ((), [1, 2, 3]),
        (("w",), [1, 2]),
        (("it's",), [3]),
        (("", "full"), [2, 3]),
        (("w", "full"), [2]),
        (("", "", "level=DC"), [2, 3]),
        (("", "", "public_land=true"), [2]),
        (("", "", "public_land=false"), [1]),
        (("", "", "level="), [1, 2, 3]),
        (("", "", "company=x"), []),
        (("", "", "level"), [1, 2, 3]),
        (("' OR 1=1 --",), []),
        (("", "", "level=' OR ''='"), []),
        (("", "", "1=1 OR level=DC"), []),
    ],
)
def test_the_views_show_the_chosen_files(
    snapshot: Snapshot, words: tuple[str, ...], files: list[int]
) -> None:
    assert chosen(snapshot, *words) == files


def test_a_snapshot_may_be_narrowed_again(snapshot: Snapshot) -> None:
    assert chosen(snapshot, "w", "full") == [2]
    assert chosen(snapshot) == [1, 2, 3]


def test_the_period_is_half_open(snapshot: Snapshot) -> None:
    snapshot.scoped(MOMENT)
    found = snapshot.rows("SELECT file FROM chosen WHERE in_period(decided_at) ORDER BY file")
    assert found == [(1,), (3,)]
    assert snapshot.row("SELECT now_us(), today(), from_us(), to_us()") == (
        MOMENT.now,
        MOMENT.today,
        MOMENT.from_at,
        MOMENT.to_at,
    )


def test_the_business_clock_skips_closed_days(snapshot: Snapshot) -> None:
    snapshot.scoped(MOMENT)
    asked = "SELECT business_us($at)"
    for at, expected in ((0, 0), (2 * DAY, 2 * DAY), (3 * DAY - 1, 2 * DAY), (3 * DAY + 5, 2 * DAY + 5)):
        assert snapshot.row(asked, {"at": at}) == (expected,)
    assert snapshot.row("SELECT b_now()") == (9 * DAY,)


def test_rows_may_come_in_portions(snapshot: Snapshot) -> None:
    snapshot.scoped(MOMENT)
    assert list(snapshot.stream("SELECT file FROM chosen ORDER BY file")) == [(1,), (2,), (3,)]
    assert set(VIEWS.values()) < set(TABLES)
    snapshot.close()
