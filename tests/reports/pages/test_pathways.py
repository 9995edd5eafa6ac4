"""The ways to a decision against a count by hand, on both databases."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random
from statistics import quantiles

import pytest

from permitflow.db import Database
from permitflow.instants import to_datetime
from permitflow.reports.figures import Figure, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.pathways import PAGE, figures
from permitflow.reports.scope import Scope
from permitflow.services.files import sample_of
from tests.reports.history import NOW, ZONE, day
from tests.reports.pages.linked import wrong_links
from tests.reports.recorded import Recorded, asked, definition

HOME = definition("us-ca/residential-instant")
GOOD = {
    "site": dict.fromkeys(
        (
            "trench_in_public_way",
            "in_right_of_way",
            "flood_zone",
            "historic_district",
            "coastal_zone",
            "in_setback",
        ),
        False,
    )
    | {"occupancy": "one_family"},
    "equipment": {"station_count": 1, "level": "L2", "max_amps": 48, "max_watts": 11520, "outdoor": False},
    "rules": {"listed_ok": True, "breaker_ok": True, "load_ok": True},
    "electrical": {"service_upgrade": False},
    "attestations": {"owner_consent": True, "signed": True},
    "contractor": {"licence_valid": True},
}


def figure(ask: Ask, name: str) -> Figure:
    return next(one for one in figures(ask) if one.id == name)


def test_files_and_times_by_pathway_equal_a_count_by_hand(database: Database) -> None:
    chance, took, months = Random(3), defaultdict[str, list[int]](list), Counter[tuple[str, str]]()
    with database.transaction() as session:
        history = Recorded(session)
        for number in range(200):
            way = chance.choices(["auto", "counter", "full"], [10, 6, 1])[0]
            submitted = chance.uniform(10, 80)
            decided = submitted + chance.uniform(0.1, 40)
            withdrawn = chance.random() < 0.1
            values = {"outcome": "withdrawn"} if withdrawn else {}
            file = history.file(f"A-{number}", submitted, decided, round=2 if way == "full" else 1, **values)
            if way != "auto":
                history.stay(file, "counter_review", submitted, decided, closed_by=history.installer)
            if not withdrawn and day(decided) < history.scope(NOW - 60, NOW - 1, NOW).end_at and way:
                at = day(decided)
                if at >= history.scope(NOW - 60, NOW - 1, NOW).start_at:
                    took[way].append(at - day(submitted))
                    months[f"{to_datetime(at, ZONE):%Y-%m}", way] += 1
        scope = history.scope(NOW - 60, NOW - 1, NOW)
    with asked(database, scope) as ask:
        by_month, times = figure(ask, "by_month"), figure(ask, "times")
        assert wrong_links(ask, PAGE, [by_month, times]) == []
    for row in by_month.rows:
        numbers = [months[str(row[0]), way] for way in ("auto", "counter", "full")]
        assert [plain(cell) for cell in row[1:4]] == numbers
        total = sum(numbers)
        wanted = [100 * number / total if total >= 20 else None for number in numbers]
        assert [*row[4:]] == pytest.approx(wanted) if total >= 20 else wanted
    assert len(by_month.rows) == len({month for month, _ in months})
    suppressed = 0
    for row in times.rows:
        way = {"Instant": "auto", "Counter": "counter", "Full review": "full"}[plain(row[0]).say()]  # type: ignore[union-attr]  # a phrase
        assert plain(row[1]) == len(took[way])
        if len(took[way]) < 20:
            assert row[2:] == (None,) * 4
            suppressed += 1
        else:
            assert row[2] == pytest.approx(quantiles(took[way], n=2, method="inclusive")[0])
            assert row[3] == pytest.approx(quantiles(took[way], n=20, method="inclusive")[16])
    assert suppressed == 1


def changed(**groups: dict[str, object]) -> dict[str, object]:
    return {name: {**part, **groups.get(name, {})} for name, part in GOOD.items()}


def routed(history: Recorded, number: int, facts: dict[str, object], **values: object) -> str:
    data = {"unmet": values.pop("unmet")} if "unmet" in values else {}
    file = history.file(f"A-{number}", 60, 70, facts=facts, **values)
    history.event(file, "route_to_review", 60, **{"from": "screening", "data": data})
    return file


def test_why_files_left_the_fast_track(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        dc, flood = {"equipment": {"level": "DC"}}, {"site": {"flood_zone": True}}
        routed(history, 1, changed(**dc))
        routed(history, 2, changed(**dc), outcome="denied")
        routed(history, 3, changed(**dc, **flood))
        routed(history, 4, changed(**dc), round=2)
        routed(history, 5, GOOD)
        routed(history, 6, GOOD, unmet="no_overlay")
        late = routed(history, 7, changed(**dc))
        history.event(late, "route_to_review", 65, **{"from": "screening"})
        passed = history.file("A-8", 60, 70)
        history.event(passed, "auto_pass", 60)
        earlier = history.file("A-9", 20, 30, facts=changed(**dc))
        history.event(earlier, "route_to_review", 20, **{"from": "screening"})
        scope, hash_ = history.scope(NOW - 60, NOW, NOW), history.hash
    with asked(database, scope, {hash_: HOME}) as ask:
        shown = figure(ask, "left")
        assert wrong_links(ask, PAGE, [shown]) == []
    told = {plain(row[0]).say(): tuple(map(plain, row[1:])) for row in shown.rows}  # type: ignore[union-attr]  # a phrase
    assert told == {
        HOME.clauses["level_two"].message: (4, 3, 3),
        HOME.clauses["no_overlay"].message: (2, 1, 2),
    }
    assert (
        "Files that went through the rule check: 8. Passed at once: 1. Handed to people: 7."
        in shown.lead[0].say()
    )
    assert "Reasons are known for 5 of 7 files." in shown.notes[0].say()


def test_the_audit_counts_drawn_files(database: Database) -> None:
    by_hand = Counter[str]()
    with database.transaction() as session:
        history = Recorded(session)
        chance = Random(5)
        for number in range(200):
            file = history.file(f"A-{number}", 60, 61, workflow=HOME.workflow)
            history.event(file, "auto_pass", 60)
            drawn, found = sample_of(file) < 5, chance.random() < 0.3
            if drawn and not found and chance.random() < 0.5:
                history.event(file, "pass_audit", 70, actor=history.installer)
                by_hand["audited"] += 1
            if found:
                history.event(file, "suspend", 71, actor=history.installer)
                by_hand["missed" if drawn else "other_missed"] += 1
                by_hand["audited"] += drawn
            by_hand["drawn"] += drawn
        scope, hash_ = history.scope(NOW - 60, NOW, NOW), history.hash
    with asked(database, scope, {hash_: HOME}) as ask:
        shown = figure(ask, "audit")
        assert wrong_links(ask, PAGE, [shown]) == []
    (row,) = shown.rows
    numbers = [by_hand[name] for name in ("drawn", "audited", "missed", "other_missed")]
    assert [plain(cell) for cell in row[1:6]] == [200, *numbers]
    assert row[6] is None
    assert shown.n == by_hand["audited"]


def test_an_empty_city_has_no_pathways(database: Database) -> None:
    with database.transaction() as session:
        scope: Scope = Recorded(session).scope(NOW - 60, NOW, NOW)
    with asked(database, scope) as ask:
        assert [one.rows for one in figures(ask)] == [[]] * 4
