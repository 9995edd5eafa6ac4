"""Acts that set something aside, against a count by hand, on both databases."""

from __future__ import annotations

from collections import Counter
from random import Random

from permitflow.db import Database
from permitflow.instants import to_datetime
from permitflow.reports.figures import Figure, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.overrides import PAGE, figures
from permitflow.reports.scope import Scope, Workflows
from permitflow.reports.set_aside import KINDS, kinds_of
from tests.reports.history import NOW, ZONE, day
from tests.reports.pages.linked import wrong_links
from tests.reports.recorded import Recorded, asked, definition

COMMERCIAL = definition("us-ca/commercial-ab970")
ACTIONS = {
    "waive": "waived",
    "hold_clocks": "held",
    "release_clocks": "released",
    "change_calendar": "recounted",
    "migrated": "moved",
    "move_undone": "moved",
    "reassigned": "reassigned",
    "confirm_deemed_approval": "confirmed",
    "appeal_denial": "reopened",
    "extend": "extended",
    "approve": "",
    "claimed": "",
}


def figure(ask: Ask, name: str) -> Figure:
    return next(one for one in figures(ask) if one.id == name)


def test_acts_by_kind_person_and_month_equal_a_count_by_hand(database: Database) -> None:
    chance, kinds, people, months = Random(2), Counter[str](), Counter[object](), Counter[object]()
    with database.transaction() as session:
        history = Recorded(session)
        staff = {name: history.person(name) for name in ("Ann Able", "Bob Brown")}
        first, last = (
            history.scope(NOW - 60, NOW - 1, NOW).start_at,
            history.scope(NOW - 60, NOW - 1, NOW).end_at,
        )
        for number in range(200):
            level = chance.choice(["L2", "DC"])
            file = history.file(f"A-{number}", 0, facts={"equipment": {"level": level}})
            for _ in range(3):
                action, name, at = chance.choice([*ACTIONS]), chance.choice([*staff]), chance.uniform(20, NOW)
                acting_for = staff["Ann Able"] if chance.random() < 0.1 else ""
                history.event(file, action, at, actor=staff[name], acting_for=acting_for)
                found = [kind for kind in (ACTIONS[action], "acting_for" if acting_for else "") if kind]
                for kind in found if first <= day(at) < last and level == "DC" else ():
                    kinds[kind] += 1
                    people[name, kind] += 1
                    months[f"{to_datetime(day(at), ZONE):%Y-%m}", kind] += 1
            history.event(file, "deem_approved", 90)
            basis = chance.choice([None, "health_and_safety"])
            history.item(file, 90, staff["Bob Brown"], basis)
            if basis and level == "DC":
                kinds["late_item"] += 1
                people["Bob Brown", "late_item"] += 1
                months[f"{to_datetime(day(90), ZONE):%Y-%m}", "late_item"] += 1
        scope, hash_ = history.scope(NOW - 60, NOW - 1, NOW), history.hash
    narrowed = Scope(scope.city, scope.from_on, scope.to_on, "", scope.now, "", "level=DC")
    with asked(database, narrowed, {hash_: COMMERCIAL}) as ask:
        assert wrong_links(ask, PAGE, figures(ask)) == []
        shown = {one.id: one for one in figures(ask)}
    words = {kind: phrase.say() for kind, phrase in KINDS.items()}
    told = {plain(row[0]).say(): plain(row[1]) for row in shown["kinds"].rows}  # type: ignore[union-attr]  # a phrase
    assert told == {words[kind]: number for kind, number in kinds.items()}
    assert {(row[0], row[1].say()): plain(row[2]) for row in shown["by_person"].rows} == {  # type: ignore[union-attr]  # a phrase
        (name, words[kind]): number
        for (name, kind), number in people.items()  # type: ignore[misc]  # pairs
    }
    assert {(row[0], row[1].say()): plain(row[2]) for row in shown["by_month"].rows} == {  # type: ignore[union-attr]  # a phrase
        (month, words[kind]): number
        for (month, kind), number in months.items()  # type: ignore[misc]  # pairs
    }
    assert len(shown["acts"].rows) == min(200, sum(kinds.values()))


def test_what_sets_aside_is_found_in_the_workflow() -> None:
    found = kinds_of(Workflows({"h": COMMERCIAL}))
    kinds = dict(zip(found["actions"], found["kinds"], strict=True))
    assert kinds["confirm_deemed_approval"] == "confirmed"
    assert kinds["confirm_completeness"] == "confirmed"
    assert kinds["appeal_denial"] == "reopened"
    assert kinds["extend"] == "extended"
    assert "pass_partial_inspection" not in kinds
    assert "approve" not in kinds
    funding = kinds_of(Workflows({"h": definition("us-funding/funding-track")}))
    assert "extended" in dict(zip(funding["actions"], funding["kinds"], strict=True)).values()


def test_the_period_is_half_open(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        scope, person = history.scope(NOW - 60, NOW - 1, NOW), history.person("Ann Able")
        for number, at in enumerate((scope.start_at - 1, scope.start_at, scope.end_at - 1, scope.end_at)):
            history.event(history.file(f"A-{number}", 0), "waive", at, actor=person)
    with asked(database, scope) as ask:
        assert plain(figure(ask, "kinds").rows[0][1]) == 2


def test_an_empty_city_set_nothing_aside(database: Database) -> None:
    with database.transaction() as session:
        scope = Recorded(session).scope(NOW - 60, NOW, NOW)
    with asked(database, scope) as ask:
        assert [one.rows for one in figures(ask)] == [[]] * 4
