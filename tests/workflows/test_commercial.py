"""The commercial workflows, played from draft to every end."""

import pytest

from permitflow.engine.conditions import compute_integer, holds
from permitflow.engine.errors import MissingInput, UnmetClauses, WrongPhase, WrongRole
from permitflow.engine.lanes import lanes_for
from tests.workflows.packs import COMMERCIAL, Play, facts, machine

CALIFORNIA = COMMERCIAL[0]


@pytest.fixture(params=COMMERCIAL)
def play(request: pytest.FixtureRequest) -> Play:
    plaza = facts(site={"occupancy": "commercial"}, equipment={"station_count": 12, "port_count": 12})
    return Play(request.param, plaza)


def reviewed(play: Play) -> Play:
    play.take("submit", "applicant")
    play.take("accept", "permit_technician")
    play.answer_all()
    return play


def required(file: str, **changes: dict[str, object]) -> set[str]:
    commercial = facts(**{"site": {"occupancy": "commercial"}, **changes})
    return {
        need.lane for need in lanes_for(machine(file).definition, "in_review", commercial) if need.required
    }


def documents(file: str, **changes: dict[str, object]) -> set[str]:
    known = facts(**changes)
    wanted = machine(file).definition.documents
    return {name for name, document in wanted.items() if holds(document.required_when, known) is not False}


def test_from_draft_to_a_final_inspection(play: Play) -> None:
    reviewed(play)
    assert play.phase == "ready_to_issue"
    play.take("approve", "building_official")
    assert play.phase == "fees_due"
    play.take("pay", "applicant")
    assert play.phase == "issued"
    play.take("request_inspection", "applicant", inspection="Trench, Monday morning")
    play.take("fail_inspection", "inspector", result="Cover 12 inches; NEC 300.5 asks for 18.")
    play.take("request_inspection", "applicant", inspection="Trench again")
    play.take("pass_partial_inspection", "inspector", result="Trench")
    play.take("request_inspection", "applicant", inspection="Final")
    play.take("pass_final_inspection", "inspector")
    assert play.phase == "finaled"
    assert play.effects == ["assign_number", "assess_fees", "issue_permit", "extend_permit", "close_permit"]


def test_a_cashier_records_the_payment(play: Play) -> None:
    reviewed(play).take("approve", "building_official")
    with pytest.raises(WrongRole):
        play.take("pay", "cashier")
    play.take("record_payment", "cashier")
    assert play.phase == "issued"


def test_nothing_is_issued_before_the_fees_are_paid(play: Play) -> None:
    reviewed(play).take("approve", "building_official")
    play.facts["fees"]["balance_cents"] = 1
    for action, role in (("pay", "applicant"), ("record_payment", "cashier")):
        with pytest.raises(UnmetClauses, match="not fully paid"):
            play.take(action, role)
    assert play.phase == "fees_due"


def test_missing_information_goes_back_once_and_returns(play: Play) -> None:
    play.take("submit", "applicant")
    with pytest.raises(MissingInput):
        play.take("request_information", "permit_technician")
    play.take("request_information", "permit_technician", items=1)
    assert play.phase == "incomplete"
    play.facts["corrections"]["unanswered"] = 1
    with pytest.raises(UnmetClauses, match="Answer every item"):
        play.take("resubmit_information", "applicant")
    play.facts["corrections"]["unanswered"] = 0
    play.take("resubmit_information", "applicant")
    assert play.phase == "intake"


def test_two_rounds_of_review_reopen_only_the_lane_that_asked(play: Play) -> None:
    play.take("submit", "applicant")
    play.take("accept", "permit_technician")
    play.answer("electrical", "request_corrections", items=2)
    assert play.phase == "in_review"
    play.answer_all()
    assert play.phase == "corrections"
    assert play.effects[-1] == "issue_notice"
    play.take("resubmit", "applicant")
    assert play.round == 2
    still = {name for name, lane in play.lanes.items() if lane.is_open and not lane.informational}
    assert still == {"electrical"}
    play.answer("electrical")
    assert play.phase == "ready_to_issue"


def test_only_the_building_official_decides_and_a_denial_needs_findings(play: Play) -> None:
    reviewed(play)
    for role in ("permit_technician", "electrical_examiner", "applicant"):
        with pytest.raises(WrongRole):
            play.take("deny", role)
    with pytest.raises(MissingInput) as caught:
        play.take("deny", "building_official", finding="The pad blocks the fire lane.")
    missing = [refusal.code for refusal in caught.value.refusals]
    assert missing == ["missing_evidence", "missing_alternatives_rejected"]
    play.take("deny", "building_official", finding="a", evidence="b", alternatives_rejected="c")
    assert play.phase == "denied"


def test_an_open_review_stops_the_approval(play: Play) -> None:
    reviewed(play)
    play.facts["lanes"]["open"] = 1
    with pytest.raises(UnmetClauses, match="review is still open"):
        play.take("approve", "building_official")


def test_the_applicant_withdraws_until_the_permit_is_issued(play: Play) -> None:
    definition = machine(play.file).definition
    for name, phase in definition.phases.items():
        open_ = not phase.final and phase.outcome is None
        play.phase = name
        if open_:
            play.take("withdraw", "applicant")
            assert play.phase == "withdrawn"
        else:
            with pytest.raises(WrongPhase):
                play.take("withdraw", "applicant")


def test_an_issued_permit_is_revoked_with_a_reason_only(play: Play) -> None:
    play.phase = "issued"
    with pytest.raises(MissingInput):
        play.take("revoke", "building_official")
    play.take("revoke", "building_official", reason="Issued on a wrong address.")
    assert (play.phase, play.effects) == ("revoked", ["revoke_permit"])


def test_a_permit_expires_and_is_extended(play: Play) -> None:
    play.phase = "issued"
    play.take("expire", "system")
    assert play.phase == "expired"
    play.take("extend", "building_official", reason="Transformer delivered late.")
    assert play.phase == "issued"


def test_an_application_that_nobody_answers_is_abandoned(play: Play) -> None:
    for phase in ("incomplete", "corrections", "fees_due"):
        play.phase = phase
        play.take("abandon", "system")
        assert play.phase == "abandoned"


@pytest.mark.parametrize("file", COMMERCIAL)
def test_which_reviews_a_project_needs(file: str) -> None:
    always = {"electrical", "building", "accessibility"}
    assert required(file, equipment={"station_count": 3}) == always
    assert required(file, equipment={"station_count": 4}) == always | {"fire"}
    assert required(file, equipment={"station_count": 1, "level": "DC"}) == always | {"fire"}
    assert required(file, project={"includes_storage": True}) == always | {"fire"}
    assert required(file, site={"occupancy": "two_family"}) == always - {"accessibility"}
    assert required(file, site={"occupancy": "commercial", "flood_zone": True}) == always | {"zoning"}
    assert required(file, site={"occupancy": "commercial", "in_right_of_way": True}) == always | {
        "public_works"
    }
    assert required(file, electrical={"service_upgrade": True}) == always | {"utility"}


@pytest.mark.parametrize("file", COMMERCIAL)
def test_what_is_not_known_is_reviewed(file: str) -> None:
    needs = lanes_for(machine(file).definition, "in_review", {})
    assert all(need.required for need in needs)


def test_looks_are_not_reviewed_in_california() -> None:
    assert "zoning" not in required(CALIFORNIA, site={"occupancy": "commercial", "historic_district": True})
    assert "zoning" in required(COMMERCIAL[1], site={"occupancy": "commercial", "historic_district": True})


@pytest.mark.parametrize("file", COMMERCIAL)
def test_which_documents_a_project_needs(file: str) -> None:
    few = {"site_plan", "single_line_diagram", "cut_sheet", "load_calculation"}
    assert documents(file) == few
    assert documents(file, electrical={"service_upgrade": True}) == few - {"load_calculation"} | {
        "service_plan"
    }
    assert documents(file, electrical={"has_ems": True}) == few | {"energy_management_data"}
    assert documents(file, site={"occupancy": "commercial"}) == few | {"parking_table"}
    assert documents(file, project={"includes_canopy": True}) == few | {"structural_details"}
    assert documents(file, project={"includes_storage": True}) == few | {"storage_safety"}
    assert documents(file, site={"trench_in_public_way": True}) == few | {"traffic_control_plan"}
    assert documents(file, site={"flood_zone": True}) == few | {"flood_elevation"}


@pytest.mark.parametrize(("stations", "complete", "decide"), [(1, 5, 20), (25, 5, 20), (26, 10, 40)])
def test_the_days_of_state_law(stations: int, complete: int, decide: int) -> None:
    clocks = machine(CALIFORNIA).definition.clocks
    known = facts(equipment={"station_count": stations})
    assert compute_integer(clocks["completeness"].length, known) == complete
    assert compute_integer(clocks["resubmittal_completeness"].length, known) == complete
    assert compute_integer(clocks["decision"].length, known) == decide


def test_only_a_verified_clock_acts_by_itself() -> None:
    clocks = machine(CALIFORNIA).definition.clocks
    verified = {name for name, clock in clocks.items() if clock.verified and clock.on_expiry}
    assert verified == {"completeness", "abandonment", "permit_validity"}


def test_silence_makes_an_application_complete_in_california() -> None:
    play = Play(CALIFORNIA, facts(site={"occupancy": "commercial"}), phase="intake")
    play.take("deem_complete", "system")
    assert play.phase == "in_review"
    assert play.lanes["electrical"].state == "waiting"


def test_the_use_permit_detour_in_california() -> None:
    play = reviewed(Play(CALIFORNIA, facts(site={"occupancy": "commercial"})))
    with pytest.raises(MissingInput) as caught:
        play.take("require_use_permit", "building_official")
    assert len(caught.value.refusals) == 3
    play.take("require_use_permit", "building_official", finding="a", evidence="b", standard="c")
    assert play.phase == "use_permit_required"
    play.take("grant_use_permit", "building_official", decision="5 to 0, resolution 12")
    assert play.phase == "ready_to_issue"


@pytest.mark.parametrize("file", COMMERCIAL)
def test_fees_grow_with_the_stations(file: str) -> None:
    fees = machine(file).definition.fees
    due = [
        sum(compute_integer(fee.cents, facts(equipment={"station_count": n})) for fee in fees.values())
        for n in (1, 12)
    ]
    assert due == [76500, 142500]


def test_a_city_without_statutory_days_never_deems_anything() -> None:
    definition = machine(COMMERCIAL[1]).definition
    assert {clock.outcome for clock in definition.clocks.values()} == {"none", "void", "expired"}
    assert not [name for name in definition.actions if name.startswith("deem")]
