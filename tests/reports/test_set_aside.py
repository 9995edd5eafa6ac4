"""Acts that set a rule aside: their kinds in the shipped workflows, and their lines in the record."""

from __future__ import annotations

from permitflow.reports.scope import Workflows
from permitflow.reports.set_aside import BY_ACTION, KINDS, LAPSED, SET_ASIDE, detail_words, kinds_of
from tests.reports.recorded import definition
from tests.reports.told_city import NOBODY, ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
COMMERCIAL = Workflows({"h": definition("us-ca/commercial-ab970")})


def test_kinds_are_read_from_what_actions_do() -> None:
    told = kinds_of(COMMERCIAL)
    kinds = dict(zip(told["actions"], told["kinds"], strict=True))
    assert kinds == BY_ACTION | {
        "confirm_completeness": "confirmed",
        "confirm_deemed_approval": "confirmed",
        "deem_approved": "waived",
        "appeal_denial": "reopened",
        "extend": "extended",
    }
    assert {*kinds.values()} < {*KINDS}
    assert kinds_of(NOBODY)["actions"] == [*BY_ACTION]


def test_a_clause_for_a_lapse_is_not_one_against_it() -> None:
    assert LAPSED.search("clocks.decision.lapsed")
    assert not LAPSED.search("!clocks.decision.lapsed")
    assert not LAPSED.search("clocks.decision.running")


def test_lines_of_the_period() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-02")
    city.act(file, "waive", "2026-06-01", "ann", lane="fire")
    city.act(file, "waive", "2026-06-02", "ann", acting_for="bob")
    city.act(file, "submit", "2026-06-03", "ann", acting_for="bob")
    city.act(file, "submit", "2026-06-04", "ann")
    city.act(file, "waive", "2026-06-05")
    city.act(file, "waive", "2026-07-01", "ann")
    city.item(file, "2026-06-06", basis="earlier_item", asked_by="kim")
    city.item(file, "2026-06-06", asked_by="kim")
    city.item(file, "2026-07-01", basis="earlier_item", asked_by="kim")
    with city.asked(FIRST, LAST) as ask:
        found = ask.snapshot.rows(
            f"WITH {SET_ASIDE} SELECT happened_at, person, kind, detail FROM aside ORDER BY ALL",
            kinds_of(NOBODY),
        )
    assert found == [
        (at("2026-06-01"), "ann", "waived", "waive"),
        (at("2026-06-02"), "ann", "acting_for", "waive"),
        (at("2026-06-02"), "ann", "waived", "waive"),
        (at("2026-06-03"), "ann", "acting_for", "submit"),
        (at("2026-06-06"), "kim", "late_item", "earlier_item"),
    ]


def test_every_act_has_words() -> None:
    words = detail_words(COMMERCIAL)
    assert {*kinds_of(COMMERCIAL)["actions"]} <= words.keys()
    [commercial] = COMMERCIAL.definitions.values()
    assert words["extend"].say() == commercial.actions["extend"].title
    assert words["claimed"].say() == "Review taken"
