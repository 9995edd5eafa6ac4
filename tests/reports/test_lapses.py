"""What came of clocks that ran out, as the record tells it, and what is owed back."""

from __future__ import annotations

from permitflow.reports.lapses import LAPSES, RIGHT, TOLD, WITHOUT, lapse_words, refunds
from permitflow.reports.scope import Workflows
from tests.reports.recorded import definition
from tests.reports.told_city import ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-01 12:00"
WASHINGTON = Workflows({"h": definition("us-wa/site-plan")})
CLOCK = '{"clock": "decision"}'


def test_lines_of_the_record_that_tell_of_a_clocks_end() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-20")
    city.act(file, TOLD, "2026-06-01", data=CLOCK)
    city.act(file, TOLD, "2026-06-02", data='{"clock": "decision", "reasons": ["no"]}')
    city.act(file, "abandon", "2026-06-03", data=CLOCK)
    city.act(file, "abandon", "2026-06-04", "ann", data=CLOCK)
    city.act(file, "abandon", "2026-06-05")
    city.act(file, "submit", "2026-06-06", data=CLOCK)
    city.act(file, RIGHT, "2026-07-01", data=CLOCK)
    with city.asked(FIRST, LAST) as ask:
        found = ask.snapshot.rows(f"{LAPSES} ORDER BY happened_at", {"actions": [TOLD, RIGHT, "abandon"]})
    assert found == [
        (file, at("2026-06-01"), "decision", TOLD),
        (file, at("2026-06-02"), "decision", WITHOUT),
        (file, at("2026-06-03"), "decision", "abandon"),
    ]


def test_words_of_the_laws_own_steps() -> None:
    words = lapse_words(WASHINGTON)
    assert words.keys() == {TOLD, WITHOUT, RIGHT, "abandon", "expire", "deem_complete"}
    (plan,) = WASHINGTON.definitions.values()
    assert words["abandon"].say() == plan.actions["abandon"].title
    assert lapse_words(Workflows({})).keys() == {TOLD, WITHOUT, RIGHT}


def test_money_owed_back_is_summed() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-20")
    for happened, cents in (
        ("2026-06-01", 12_50),
        ("2026-06-30 23:59", 1),
        ("2026-06-02", 0),
        ("2026-07-01", 7),
    ):
        city.act(file, "issue", happened, "ann", data=f'{{"refund_cents": {cents}}}')
    with city.asked(FIRST, LAST, WASHINGTON) as ask:
        assert refunds(ask) == (2, 12_51)
    with city.asked(FIRST, LAST) as ask:
        assert refunds(ask) == (0, 0)


def test_nothing_is_owed_when_nothing_was_late() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST, WASHINGTON) as ask:
        assert refunds(ask) == (0, 0)
