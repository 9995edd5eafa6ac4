"""Checks of what the law asks everywhere, where they end: decisions by lapse, fees paid already, waits that end."""

from permitflow.engine.lint_law import check, outcome_of
from tests.engine.lint_samples import APPEAL, CLOCK_END, DENIED_BY_LAPSE, OUTSIDE, Change, action, clock
from tests.engine.small_workflow import loaded, problems


def found(*changes: Change) -> list[tuple[str, str]]:
    """The ids and places of what the checks of the law find in a variant."""
    return [(one.id, one.path) for one in check(loaded(*changes).definition)]


def test_an_unverified_end_of_a_wait_needs_somebody_who_acts_on_the_warning() -> None:
    outside = ("title: Completeness check, party: agency", "title: Completeness check, party: external")
    unverified = (CLOCK_END, "    as_of: 2026-01-01\n    verified: false")
    assert {problem.id for problem in problems(outside, unverified)} == {"L152"}
    nobody = (
        "from: [intake], to: in_review, by: [permit_technician]",
        "from: [intake], to: in_review, by: [applicant]",
    )
    assert {problem.id for problem in problems(outside, unverified, nobody)} == {"L126", "L152"}


def test_an_action_that_leaves_the_file_where_it_is_brings_no_outcome() -> None:
    definition = loaded(
        action("note: {title: Note, from: [denied], by: [building_official], entry: Noted}")
    ).definition
    outcomes = [outcome_of(definition, name) for name in ("deny", "withdraw", "approve", "note")]
    assert outcomes == ["denied", "withdrawn", None, None]


def test_only_a_lapse_that_can_be_appealed_denies_without_a_person_and_a_reason() -> None:
    assert found(*DENIED_BY_LAPSE, APPEAL) == []
    by_system = DENIED_BY_LAPSE[:1]
    assert found(*by_system) == [("L142", "actions.deem_denied"), ("L143", "actions.deem_denied.by")]


def test_a_reason_is_a_text_that_must_be_written() -> None:
    asked = "      finding: {title: Finding, citation: City code 4}"
    assert found((asked, "      finding: {title: Finding, required: false}")) == [("L142", "actions.deny")]
    assert found((asked, "      finding: {title: Finding, type: date}")) == [("L142", "actions.deny")]
    assert found((asked, "      another: {title: Another}")) == []


def test_a_decided_file_can_no_longer_be_withdrawn() -> None:
    decided = (
        "  fees_due: {title: Fees to pay, party: payment}",
        "  fees_due: {title: Fees, party: payment, outcome: issued}",
    )
    asks_no_more = ("corrections, ready, fees_due]", "corrections, ready]")
    assert found(asks_no_more) == [("L141", "phases.fees_due")]
    assert found(asks_no_more, decided) == []


def test_fees_are_assessed_on_the_way_in_and_not_again_inside() -> None:
    inside = action(
        "recount: {title: Recount, from: [fees_due], to: fees_due, by: [permit_technician], entry: Recounted}"
    )
    assert found(inside) == []
    stays = action("remind: {title: Remind, from: [fees_due], by: [permit_technician], entry: Reminded}")
    assert found(stays) == []


def silent(verified: str, by: str) -> tuple[Change, Change]:
    """An action that waives the outside lane when its clock runs out."""
    taken = action(f"silent: {{title: Silent, from: [in_review], by: [{by}], waives: [fire], entry: Silent}}")
    ends = clock(
        stops="[complete_reviews, send_corrections, withdraw]", on_expiry="silent", verified=verified
    )
    return taken, ends


def test_an_outside_review_ends_by_itself_or_by_somebody_who_is_warned() -> None:
    assert found(OUTSIDE, *silent("true", "system")) == []
    assert found(OUTSIDE, *silent("false", "system")) == [("L125", "lanes.fire")]
    assert found(OUTSIDE, *silent("false", "system, building_official")) == []
    informational = (
        "    title: Fire\n    role: permit_technician\n",
        OUTSIDE[1] + "    informational: true\n",
    )
    assert found(informational) == []


def test_each_effect_on_a_permit_needs_the_section() -> None:
    none = ("permit: {title: Permit, valid_days: 180, citation: City code 6}\n", "")
    assert found(none) == []
    revises = action(
        "revise: {title: Revise, from: [issued], by: [building_official], effects: [revise_permit], entry: Revised}"
    )
    assert found(none, revises) == [("L145", "actions.revise.effects")]
