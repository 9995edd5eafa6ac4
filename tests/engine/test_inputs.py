"""What an actor writes: texts, whole numbers, dates ahead of time, and votes."""

from datetime import date

import pytest

from permitflow.engine.definition import ActionDef, InputDef, VoteDef
from permitflow.engine.inputs import check_input, check_inputs, inputs_of, recorded

TODAY = date(2026, 3, 2)
CARRIED = {"held_on": "2026-03-01", "votes_for": "6", "votes_against": "1", "votes_abstained": "0"}


def action(carried: bool | None = None, **inputs: InputDef) -> ActionDef:
    vote = None
    if carried is not None:
        vote = VoteDef(body="Council", members=7, quorum=4, needed=6, carried=carried, citation="Charter 9")
    return ActionDef.model_validate(
        {"title": "Act", "from": ("a",), "by": ("planner",), "entry": "Acted", "inputs": inputs, "vote": vote}
    )


def codes(spec: ActionDef, on: date | None = TODAY, **given: str) -> list[str]:
    return [refusal.code for refusal in check_inputs(spec, given, on)]


def test_an_action_asks_for_its_own_inputs_and_for_those_of_its_vote() -> None:
    note = InputDef(title="Note")
    assert list(inputs_of(action(note=note))) == ["note"]
    assert list(inputs_of(action(True, note=note))) == [
        "held_on",
        "votes_for",
        "votes_against",
        "votes_abstained",
        "note",
    ]


def test_a_text_may_be_anything_but_missing() -> None:
    assert codes(action(note=InputDef(title="Note"))) == ["missing_note"]
    assert codes(action(note=InputDef(title="Note")), note="  ") == ["missing_note"]
    assert codes(action(note=InputDef(title="Note")), note="12 ½ things") == []
    assert codes(action(note=InputDef(title="Note", required=False))) == []


@pytest.mark.parametrize("given", ["four", "4.5", "-1", "1e3", "１２", "1" * 10])
def test_what_is_no_whole_number_is_refused_with_what_was_given(given: str) -> None:
    wanted = InputDef(title="Stations", type="integer")
    (refusal,) = check_input("stations", wanted, given, TODAY)
    assert (refusal.code, refusal.where) == ("not_a_number", "stations")
    assert given in refusal.sentence()


def test_a_whole_number_is_fine() -> None:
    assert codes(action(stations=InputDef(title="Stations", type="integer")), stations=" 12 ") == []


@pytest.mark.parametrize("given", ["tomorrow", "2026-02-30", "3/2/2026", "20260302", "2026-W10-1"])
def test_what_is_no_date_is_refused(given: str) -> None:
    assert codes(action(day=InputDef(title="Day", type="date")), day=given) == ["not_a_date"]


def test_a_date_may_have_to_lie_ahead_of_the_legal_date_of_the_act() -> None:
    spec = action(day=InputDef(title="Hearing", type="date", days_ahead=10, citation="Code 1"))
    (refusal,) = check_inputs(spec, {"day": "2026-03-11"}, TODAY)
    assert (refusal.code, refusal.citation) == ("too_soon", "Code 1")
    expected = "“Hearing” has to be 2026-03-12 or later: at least 10 days after 2026-03-02."
    assert refusal.sentence() == expected
    assert codes(spec, day="2026-03-12") == []
    assert codes(spec, on=None, day="2020-01-01") == [], "without a legal date nothing is compared"


def test_a_date_ahead_of_time_counts_leap_days() -> None:
    spec = action(day=InputDef(title="Hearing", type="date", days_ahead=1))
    assert codes(spec, on=date(2028, 2, 28), day="2028-02-29") == []
    assert codes(spec, on=date(2028, 2, 29), day="2028-02-29") == ["too_soon"]


def test_a_vote_that_carried_is_recorded_with_its_numbers() -> None:
    assert codes(action(True), **CARRIED) == []
    assert recorded(action(True), CARRIED) == {
        "held_on": "2026-03-01",
        "votes_for": 6,
        "votes_against": 1,
        "votes_abstained": 0,
    }
    assert recorded(action(), {"note": "secret"}) == {}


@pytest.mark.parametrize(
    ("carried", "changed", "code", "sentence"),
    [
        (True, {"votes_for": "5", "votes_against": "2"}, "vote_not_carried", "5 votes in favor, and 6 of 7"),
        (False, {}, "vote_carried", "6 votes in favor, and 6 of 7 are enough"),
        (True, {"votes_for": "3", "votes_against": "0"}, "no_quorum", "3 of 7 members took part, and 4"),
        (True, {"votes_abstained": "1"}, "too_many_votes", "8 votes are more than the 7 members"),
        (True, {"held_on": "2026-03-03"}, "not_held_yet", "before it was held"),
        (True, {"votes_for": ""}, "missing_votes_for", "Votes in favor"),
        (True, {"votes_for": "six"}, "not_a_number", "six"),
        (True, {"held_on": "yesterday"}, "not_a_date", "yesterday"),
    ],
)
def test_a_vote_is_held_to_its_threshold(
    carried: bool, changed: dict[str, str], code: str, sentence: str
) -> None:
    (refusal,) = check_inputs(action(carried), CARRIED | changed, TODAY)
    assert refusal.code == code
    assert sentence in refusal.sentence()


def test_a_motion_that_failed_is_recorded_as_such() -> None:
    failed = CARRIED | {"votes_for": "5", "votes_against": "2"}
    assert codes(action(False), **failed) == []
