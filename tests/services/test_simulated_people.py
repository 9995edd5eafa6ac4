"""Made-up people do the same again for the same seed, in every version, and only what their role may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from permitflow.engine.loader import load_file, load_text
from permitflow.services.simulated_people import People, Place
from tests.engine.small_workflow import SMALL
from tests.factories import ROOT

SMALL_PERMIT = load_text(SMALL, "small.yaml").definition
COMMERCIAL = load_file(ROOT / "workflows" / "us-ca" / "commercial-ab970.yaml").definition
MONDAY = date(2026, 3, 2)
INTAKE = Place("intake", 1, 1, (), 0, MONDAY)
REVIEW = Place("in_review", 1, 1, ("electrical", "fire", "utility"), 0, MONDAY)


def people(number: int = 1, seed: int = 3) -> People:
    return People(SMALL_PERMIT, seed, number)


def test_a_choice_rests_on_the_seed_the_file_and_the_place_alone() -> None:
    assert people().next(REVIEW) == people().next(REVIEW)
    delays = {plan.after_days for number in range(20) if (plan := people(number).next(REVIEW))}
    assert len(delays) == 20, "other files have other people"
    first = people().next(REVIEW)
    people().next(INTAKE)
    assert people().next(REVIEW) == first


def test_applications_come_on_weekdays_of_the_year_in_the_day_time() -> None:
    for number in range(100):
        at = datetime.fromisoformat(people(number).starts(2026))
        assert at.weekday() < 5
        assert 8 <= at.hour < 20
        assert at.year in (2025, 2026), "a New Year's weekend goes back to the Friday before"


def test_the_lane_that_is_ready_first_answers_first() -> None:
    for number in range(30):
        alone = [people(number).next(replace(REVIEW, waiting=(lane,))) for lane in REVIEW.waiting]
        together = people(number).next(REVIEW)
        assert together is not None
        assert together.after_days == min(plan.after_days for plan in alone if plan)


def test_an_informational_lane_never_asks_for_corrections_and_nobody_does_for_ever() -> None:
    utility, late = replace(REVIEW, waiting=("utility",)), replace(REVIEW, waiting=("fire",), round=4)
    for number in range(60):
        for place in (utility, late):
            plan = people(number).next(place)
            assert plan is not None
            assert [step.do for step in plan.steps] == ["approve"]


def test_a_review_that_finds_something_writes_it_down_first() -> None:
    found = [people(number).next(replace(REVIEW, waiting=("fire",))) for number in range(60)]
    asking = [plan for plan in found if plan and len(plan.steps) > 1]
    assert 5 <= len(asking) <= 35
    for plan in asking:
        item, request, otherwise = plan.steps
        assert (item.item, request.do, otherwise.do) == ("fire", "request_corrections", "approve")
        assert {step.who for step in plan.steps} == {"permit_technician"}


def test_few_applicants_give_up_and_none_before_they_have_begun() -> None:
    corrections = Place("corrections", 1, 1, (), 2, MONDAY)
    gone = sum(people(number).next(corrections) is None for number in range(200))
    assert 1 <= gone <= 25
    assert all(people(number).next(Place("draft", 1, 1, (), 0, MONDAY)) for number in range(200))


def test_open_items_are_answered_before_the_file_comes_back() -> None:
    plan = next(
        filter(None, (people(number).next(Place("corrections", 1, 1, (), 2, MONDAY)) for number in range(9)))
    )
    assert [step.words for step in plan.steps][:2] == ["answer all", "resubmit by applicant"]


def test_whoever_owes_fees_pays_all_of_them() -> None:
    plan = next(
        filter(None, (people(number).next(Place("fees_due", 1, 1, (), 0, MONDAY)) for number in range(9)))
    )
    assert [step.pay for step in plan.steps] == ["all"]


def test_a_home_has_one_station_and_a_business_several() -> None:
    home = load_file(ROOT / "workflows" / "us-ca" / "residential-instant.yaml").definition
    for number in range(20):
        assert People(home, 3, number).facts()["equipment.station_count"] == 1
        business = People(COMMERCIAL, 3, number).facts()
        assert business["equipment.station_count"] == business["equipment.port_count"]
        assert int(business["equipment.station_count"]) >= 2


def test_an_office_does_not_deny_and_a_final_phase_has_nobody() -> None:
    plan = people().next(Place("ready", 1, 1, (), 0, MONDAY))
    assert plan is not None
    assert people().next(Place("issued", 1, 1, (), 0, MONDAY)) is None
    assert people().next(Place("denied", 1, 1, (), 0, MONDAY)) is None
