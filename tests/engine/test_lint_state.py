"""What single states forbid is asked of their own packs alone, by whole words, on the way to the decision."""

import pytest

from permitflow.engine.lint_state import check
from tests.engine.lint_samples import CALIFORNIA, FLORIDA, ONE_NOTICE, VOTED, Change, action, pack
from tests.engine.small_workflow import loaded, problems


def found(*changes: Change) -> list[tuple[str, str]]:
    """The ids and places of what the checks of states find in a variant."""
    return [(one.id, one.path) for one in check(loaded(*changes).definition)]


def test_a_state_is_known_by_the_whole_of_its_name() -> None:
    assert problems(pack("us-california")) == ()
    assert {problem.id for problem in problems(pack("us-ca"))} == {"L193", "L195"}


@pytest.mark.parametrize("state", ["us-ca", "us-fl", "us-nj", "us-wa", "us-co"])
def test_what_one_state_forbids_another_may_ask(state: str) -> None:
    asked = (
        VOTED,
        ("site_plan: {title: Site plan,", "site_plan: {title: SEPA checklist of the HOA,"),
        ("    title: Fire\n", "    title: Zoning board and design review\n"),
    )
    assert found(pack("us-tx"), *asked) == []
    assert found(pack(state), *asked) != []


@pytest.mark.parametrize(
    ("name", "title", "forbidden"),
    [
        ("us-ca-test", "Homeowner approval", True),
        ("us-ca-test", "Home owners' letter", True),
        ("us-ca-test", "Letter of the HOA", True),
        ("us-ca-test", "Shoal map", False),
        ("us-wa-test", "SEPA determination", True),
        ("us-wa-test", "Separation of circuits", False),
    ],
)
def test_documents_are_known_by_whole_words(name: str, title: str, forbidden: bool) -> None:
    other = [change for change in CALIFORNIA if change[0] != CALIFORNIA[0][0]] if name == "us-ca-test" else []
    changes = (pack(name), *other, ("site_plan: {title: Site plan,", f"site_plan: {{title: {title},"))
    assert [path for _id, path in found(*changes)] == (["documents.site_plan"] if forbidden else [])


def test_after_the_decision_a_hearing_may_be_held_in_california() -> None:
    heard = "hear: {title: Hearing, from: [%s], by: [building_official], entry: Heard}"
    assert found(*CALIFORNIA, action(heard % "ready")) == [("L194", "actions.hear")]
    assert found(*CALIFORNIA, action(heard % "denied")) == []


def test_each_phase_has_its_own_one_notice() -> None:
    first = action(
        "ask: {title: Ask, from: [intake], to: corrections, by: [permit_technician], needs_items: true, "
        "effects: [issue_notice], entry: Asked}"
    )
    assert found(*CALIFORNIA, first) == []
    assert [id_ for id_, _path in found(CALIFORNIA[0], CALIFORNIA[2], first)] == ["L193"]


@pytest.mark.parametrize(
    "citation", ["Fla. Stat. 366.94", "s. 366.94, F.S.", "Florida Building Code", "5F-14 F.A.C."]
)
def test_each_way_to_cite_florida_counts(citation: str) -> None:
    cited = [change for change in FLORIDA if not change[0].startswith("citation: City code 2")]
    assert found(*cited, ("citation: City code 2}", f"citation: '{citation}'}}")) == []
    assert found(*cited) == [("L197", "documents.site_plan")]


def test_a_denial_in_california_may_ask_for_its_findings_under_longer_names() -> None:
    named = (
        "      note: {title: Note, required: false}",
        "      evidence_in_the_record: {title: Evidence}\n      alternatives: {title: Alternatives}",
    )
    assert found(CALIFORNIA[0], ONE_NOTICE, named) == []
    optional = (named[0], named[1].replace("{title: Evidence}", "{title: Evidence, required: false}"))
    assert found(CALIFORNIA[0], ONE_NOTICE, optional) == [("L195", "actions.deny")]
