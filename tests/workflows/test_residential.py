"""The home charger workflows: at once when every rule is met, to an examiner otherwise."""

import pytest

from permitflow.engine.conditions import evaluate, holds
from permitflow.engine.errors import MissingInput, UnmetClauses
from permitflow.engine.machine import automatic
from permitflow.rules.station_facts import derive
from tests.workflows.packs import RESIDENTIAL, Play, facts, machine


@pytest.fixture(params=RESIDENTIAL)
def file(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def submitted(file: str, **changes: dict[str, object]) -> Play:
    play = Play(file, facts(**changes))
    play.take("submit", "applicant")
    return play


def test_a_permit_at_once(file: str) -> None:
    play = submitted(file)
    assert play.phase == "fees_due"
    play.take("pay", "applicant")
    assert play.phase == "issued"
    assert play.effects == ["assign_number", "assess_fees", "issue_permit"]
    play.take("request_inspection", "applicant", inspection="Final, any day after four")
    play.take("pass_final_inspection", "inspector")
    assert play.phase == "finaled"


@pytest.mark.parametrize(
    ("group", "fact", "value", "clause"),
    [
        ("site", "occupancy", "multifamily", "home"),
        ("equipment", "station_count", 3, "few_chargers"),
        ("equipment", "level", "DC", "level_two"),
        ("equipment", "max_amps", 81, "size_limit"),
        ("equipment", "max_watts", 19201, "size_limit"),
        ("rules", "listed_ok", False, "listed"),
        ("rules", "breaker_ok", False, "breaker_large_enough"),
        ("rules", "load_ok", False, "service_large_enough"),
        ("electrical", "service_upgrade", True, "service_unchanged"),
        ("site", "trench_in_public_way", True, "no_public_trench"),
        ("site", "in_right_of_way", True, "no_public_trench"),
        ("site", "flood_zone", True, "no_overlay"),
        ("site", "historic_district", True, "no_overlay"),
        ("site", "coastal_zone", True, "no_overlay"),
    ],
)
def test_each_rule_that_is_not_met_or_not_known_goes_to_an_examiner(
    file: str, group: str, fact: str, value: object, clause: str
) -> None:
    for answer, outcome in ((value, "fail"), (None, "unknown")):
        play = Play(file, facts(**{group: {fact: answer}}), phase="screening")
        assert automatic(machine(file), play.situation) == "route_to_review"
        rules = machine(file).definition.actions["auto_pass"].when
        missed = [r for r in evaluate(machine(file).definition, rules, play.facts) if r.outcome != "pass"]
        assert [(result.clause, result.outcome) for result in missed] == [(clause, outcome)]


def test_a_charger_outdoors_must_be_outside_the_setback(file: str) -> None:
    assert submitted(file, equipment={"outdoor": True}).phase == "fees_due"
    assert submitted(file, equipment={"outdoor": True}, site={"in_setback": True}).phase == "counter_review"
    assert submitted(file, equipment={"outdoor": True}, site={"in_setback": None}).phase == "counter_review"
    assert submitted(file, equipment={"outdoor": False}, site={"in_setback": None}).phase == "fees_due"


def test_the_limits_themselves_pass(file: str) -> None:
    largest = {"station_count": 2, "max_amps": 80, "max_watts": 19200}
    assert submitted(file, equipment=largest).phase == "fees_due"


@pytest.mark.parametrize(
    ("group", "fact"),
    [("attestations", "signed"), ("attestations", "owner_consent"), ("contractor", "licence_valid")],
)
def test_nothing_is_submitted_without_signature_consent_and_licence(file: str, group: str, fact: str) -> None:
    for answer in (False, None):
        with pytest.raises(UnmetClauses):
            submitted(file, **{group: {fact: answer}})


def test_an_examiner_approves_with_a_reason(file: str) -> None:
    play = submitted(file, rules={"load_ok": None})
    with pytest.raises(MissingInput):
        play.take("approve", "electrical_examiner")
    play.take("approve", "electrical_examiner", reason="The utility's meter data show a demand of 40 A.")
    assert play.phase == "fees_due"


def test_corrections_go_back_to_the_examiner(file: str) -> None:
    play = submitted(file, rules={"breaker_ok": False})
    with pytest.raises(MissingInput):
        play.take("request_corrections", "electrical_examiner")
    play.take("request_corrections", "electrical_examiner", items=1)
    assert (play.phase, play.effects[-1]) == ("corrections", "issue_notice")
    play.take("resubmit", "applicant")
    assert (play.phase, play.round) == ("counter_review", 2)


def test_nothing_is_denied_by_the_system(file: str) -> None:
    definition = machine(file).definition
    for action in definition.actions.values():
        if action.to and definition.phases[action.to].outcome in ("denied", "revoked"):
            assert action.by == ("building_official",)


def test_the_load_calculation_is_only_asked_for_when_the_form_cannot_compute_it(file: str) -> None:
    condition = machine(file).definition.documents["load_calculation"].required_when
    assert holds(condition, facts()) is False
    assert holds(condition, facts(electrical={"load_method": "calculated_220_83"})) is True


def test_a_form_as_an_installer_fills_it_in_passes_at_once(file: str) -> None:
    answers = {
        "site": {"occupancy": "one_family", "in_right_of_way": False, "trench_in_public_way": False}
        | dict.fromkeys(("flood_zone", "historic_district", "coastal_zone"), False),
        "equipment": [
            {
                "manufacturer": "Example",
                "model": "Home 48",
                "listing": "UL 2594",
                "quantity": 1,
                "level": "L2",
            }
            | {"amps": 48, "volts": 240, "phase": 1, "ports": 1, "outdoor": False}
        ],
        "electrical": {"service_amps": 200, "service_voltage": 240, "phases": 1, "existing_load_amps": 80}
        | {"load_method": "measured_220_87", "breaker_amps": 60, "service_upgrade": False, "has_ems": False},
        "attestations": {"signed": True, "owner_consent": True},
        "contractor": {"licence_valid": True},
    }
    derived = derive(answers)
    play = Play(file, {**derived, "documents": {"missing": 0}})
    play.take("submit", "applicant")
    assert play.phase == "fees_due"
