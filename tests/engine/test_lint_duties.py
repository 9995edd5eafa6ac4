"""Checks of who acts: what a city's people can do, when a vote can be won, and buttons that can be told apart."""

import pytest

from permitflow.engine.lint_duties import check, check_staff
from tests.engine.lint_samples import ALL_STAFF, APPROVE_END, VOTE, Change, action, short_of
from tests.engine.small_workflow import loaded

SMALL = loaded().definition


def found(*changes: Change) -> list[tuple[str, str]]:
    """The ids and places of what the checks of duties find in a variant."""
    return [(one.id, one.path) for one in check(loaded(*changes).definition)]


def test_a_city_with_one_person_for_each_role_can_do_everything() -> None:
    assert list(check_staff(SMALL, ALL_STAFF)) == []


def test_steps_of_the_system_and_of_the_applicant_need_no_staff() -> None:
    named = {one.path for one in check_staff(SMALL, {})}
    assert named == {
        *(f"actions.{name}.by" for name in ("accept", "approve", "deny")),
        *(f"lanes.{name}.role" for name in ("electrical", "fire", "utility")),
    }, "the fees can be paid by the applicant alone"


def test_every_role_that_may_take_a_step_counts() -> None:
    either = (
        "by: [permit_technician], entry: Accepted",
        "by: [permit_technician, building_official], entry: Accepted",
    )
    staff = short_of("permit_technician")
    assert "actions.accept.by" not in {one.path for one in check_staff(loaded(either).definition, staff)}
    (mine,) = [one for one in check_staff(SMALL, staff) if one.path == "actions.accept.by"]
    assert mine.message == "nobody in the city can take the action 'accept': no member is Permit technician"


@pytest.mark.parametrize(("officials", "problems"), [(0, ["L136", "L136", "L136"]), (1, ["L137"]), (2, [])])
def test_separated_steps_need_two_people(officials: int, problems: list[str]) -> None:
    """The lane 'fire' may be waived by the official, who may not also approve."""
    waived = ("    title: Fire\n", "    title: Fire\n    waived_by: building_official\n")
    apart = (APPROVE_END, f"    not_same_actor_as: [fire.waive]\n{APPROVE_END}")
    staff = ALL_STAFF | {"building_official": officials}
    ids = [one.id for one in check_staff(loaded(waived, apart).definition, staff)]
    assert ids == problems[: 2 if officials == 0 else None]


def test_a_waiver_without_an_authority_is_for_the_lane_s_own_role() -> None:
    apart = (APPROVE_END, f"    not_same_actor_as: [electrical.waive]\n{APPROVE_END}")
    two = {"permit_technician": 2, "electrical_examiner": 1, "building_official": 1}
    assert list(check_staff(loaded(apart).definition, two)) == []


@pytest.mark.parametrize(
    ("quorum", "needed", "won"), [(7, 7, True), (4, 7, True), (8, 4, False), (4, 8, False), (1, 1, True)]
)
def test_a_vote_can_be_won_by_all_members(quorum: int, needed: int, won: bool) -> None:
    vote = VOTE.replace("quorum: 4, needed: 4", f"quorum: {quorum}, needed: {needed}")
    assert found((APPROVE_END, vote + APPROVE_END)) == ([] if won else [("L139", "actions.approve.vote")])


def test_an_inspector_extends_a_permit_but_does_not_end_it() -> None:
    roles = ("  system: {title", "  inspector: {title: Inspector, kind: staff}\n  system: {title")
    text = "step: {title: Step, from: [issued], by: [inspector], effects: [%s], entry: Done}"
    assert found(roles, action(text % "extend_permit")) == []
    assert found(roles, action(text % "revoke_permit")) == [("L135", "actions.step.by")]
    assert found(roles, action(text % "expire_permit")) == []


def test_equal_titles_are_told_once_and_only_where_one_person_sees_both() -> None:
    both = action(
        "other: {title: Withdraw, from: [ready, draft], to: withdrawn, by: [applicant], entry: Other}"
    )
    assert found(both) == [("L138", "actions.withdraw")]
    staff = action(
        "other: {title: Withdraw, from: [ready], to: withdrawn, by: [building_official], entry: Other}"
    )
    assert found(staff) == []
    elsewhere = action("other: {title: Withdraw, from: [issued], by: [applicant], entry: Other}")
    assert found(elsewhere) == []
