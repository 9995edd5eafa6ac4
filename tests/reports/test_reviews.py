"""What the shipped workflows' actions say of a review, and the first cycles counted by them."""

from __future__ import annotations

import pytest

from permitflow.reports.reviews import ANSWERS, CYCLES, Verdicts, verdicts
from permitflow.reports.scope import Workflows
from tests.reports.recorded import definition
from tests.reports.told_city import NOBODY, ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
KNOWN = Verdicts(
    asks=("request_corrections", "request_information"),
    passes=("accept", "approve"),
    checks=("intake",),
    completeness=("intake",),
    returns=("resubmit_information",),
    sends=("request_corrections",),
)


def test_a_counter_review_is_a_check_that_ends_a_cycle() -> None:
    found = verdicts(Workflows({"h": definition("us-ca/residential-instant")}))
    assert found.checks == ("counter_review",)
    assert found.completeness == found.returns == ()
    assert found.asks == found.sends == ("request_corrections",)


def test_an_intake_looks_for_completeness_only() -> None:
    found = verdicts(Workflows({"h": definition("us-ca/commercial-ab970")}))
    assert found.checks == found.completeness == ("intake",)
    assert found.returns == ("resubmit_information",)
    assert "request_information" in found.asks
    assert "request_information" not in found.sends
    assert {"accept", "approve", "approve_with_conditions"} <= {*found.passes}


def test_lanes_speak_the_same_everywhere() -> None:
    found = verdicts(NOBODY)
    assert found.asks == found.sends == ("request_corrections",)
    assert found.passes == ("approve", "approve_with_conditions")


def test_a_statement_gets_the_parameters_it_names() -> None:
    assert KNOWN.within("list_contains($asks, x) AND y = $firm", firm="a", other=1) == {
        "asks": ["request_corrections", "request_information"],
        "firm": "a",
    }


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({"lane": "fire", "closing_action": "approve"}, (False, True)),
        ({"lane": "fire", "closing_action": "request_corrections"}, (True, True)),
        ({"lane": "fire", "closing_action": "request_corrections", "round": 2}, (True, False)),
        ({"step": "intake", "closing_action": "request_information"}, (True, True)),
        ({"step": "intake", "closing_action": "accept", "why": "resubmit_information"}, (False, False)),
        ({"step": "intake", "closing_action": "accept", "why": None}, (False, True)),
        ({"step": "inspection", "closing_action": "approve"}, None),
        ({"lane": "fire", "closing_action": "waive"}, None),
        ({"lane": "fire", "closing_action": "approve", "before_decision": False}, None),
        ({"lane": "fire", "closing_action": "approve", "closed_at": at("2026-07-01")}, None),
    ],
)
def test_reviews_answered_in_the_period(told: dict[str, object], answer: tuple[bool, bool] | None) -> None:
    city = ToldCity("2026-05-01", NOW)
    step = str(told.pop("step", told.get("lane")))
    city.stay(city.file("2026-05-02"), step, "2026-06-01", "2026-06-02", closed_by="ann", **told)
    with city.asked(FIRST, LAST) as ask:
        sql = f"WITH {ANSWERS} SELECT asked, first FROM answers"
        assert ask.snapshot.rows(sql, KNOWN.within(sql)) == ([answer] if answer else [])


def test_first_cycles_end_by_the_first_corrections_or_the_decision() -> None:
    city = ToldCity("2026-05-01", NOW)
    sent, later, passed, refused = (
        city.file("2026-05-02"),
        city.file("2026-05-02", "2026-06-10"),
        city.file("2026-05-02", "2026-06-10"),
        city.file("2026-05-02", "2026-06-10", outcome="denied"),
    )
    city.file("2026-05-02", "2026-06-10", outcome="withdrawn")
    city.file("2026-05-02", "2026-07-01")
    with_applicant = {"party": "applicant", "why": "request_corrections"}
    city.stay(sent, "corrections", "2026-06-05", **with_applicant)
    city.stay(sent, "corrections", "2026-06-15", **with_applicant)
    city.stay(later, "corrections", "2026-05-20", "2026-05-25", **with_applicant)
    city.stay(passed, "incomplete", "2026-06-03", "2026-06-04", party="applicant", why="request_information")
    with city.asked(FIRST, LAST) as ask:
        sql = f"WITH {CYCLES} SELECT file, ended_at, approved FROM cycles ORDER BY file"
        found = ask.snapshot.rows(sql, KNOWN.within(sql))
    assert found == [
        (sent, at("2026-06-05"), False),
        (passed, at("2026-06-10"), True),
        (refused, at("2026-06-10"), False),
    ]
