"""What differs between two versions, in words and in classes; the version number follows from that alone."""

from __future__ import annotations

import pytest

from permitflow.engine.version_diff import Renames, compare, next_version
from tests.moving import NEW, OLD, changed, read


def diff(*changes: tuple[str, str], text: str = OLD):
    return compare(read(OLD).definition, read(changed(*changes, text=text)).definition)


def texts(found) -> list[str]:
    return [change.text for change in found.changes]


def test_nothing_changed_is_nothing_told() -> None:
    found = diff()
    assert (found.changes, found.change_class, found.changed_terms) == ((), "same", ())


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (("title: Plan review", "title: Reviews"), "cosmetic", "Reviews: other words (title)."),
        (("summary: A workflow", "summary: One workflow"), "cosmetic", "The title, the summary"),
        (('length: "20"', 'length: "15"'), "compatible", "Decision: 20 business days -> 15 business days."),
        (("valid_days: 180", "valid_days: 365"), "compatible", "The permit: 180 -> 365 days"),
        (('cents: "5000 +', 'cents: "6000 +'), "compatible", "Permit: cents 5000 + 100"),
        (
            ("documents:\n", "documents:\n  photos: {title: Photographs, citation: City code 9}\n"),
            "compatible",
            "New document: “Photographs”.",
        ),
        (
            ("lanes:\n  electrical:", "lanes:\n  trees:\n    title: Trees\n    role: planner\n  electrical:"),
            "mapped",
            "New review: “Trees”.",
        ),
        (
            (
                "lanes:\n  electrical:",
                "lanes:\n  trees:\n    title: Trees\n    role: planner\n    required_when: site.slope > 9\n  electrical:",
            ),
            "compatible",
            "New review: “Trees”.",
        ),
        (
            ("title: Decision\n    unit: business_day", "title: Decision\n    unit: calendar_day"),
            "mapped",
            "20 calendar",
        ),
        (
            ("from: [corrections], to: abandoned", "from: [corrections, ready], to: abandoned"),
            "compatible",
            "ready",
        ),
        (("intake, in_review, corrections", "intake, corrections"), "mapped", "Withdraw: from"),
        (
            ("party: none, outcome: denied, final: true", "party: none, outcome: closed, final: true"),
            "breaking",
            "closed",
        ),
        (("workflow: small", "workflow: smaller"), "breaking", "small -> smaller"),
    ],
)
def test_each_difference_has_its_class_and_its_sentence(
    change: tuple[str, str], kind: str, said: str
) -> None:
    found = diff(change)
    assert found.change_class == kind
    assert any(said in text for text in texts(found)), texts(found)


def test_the_terms_that_people_owe_are_named() -> None:
    found = diff(('length: "20"', 'length: "15"'), ("title: Plan review", "title: Reviews"))
    assert found.changed_terms == ("Decision: 20 business days -> 15 business days.",)


def test_a_new_name_is_seen_by_the_title_and_is_the_only_difference() -> None:
    found = compare(read(OLD).definition, read(NEW).definition)
    assert found.renames == Renames({"in_review": "plan_review"}, {}, {}, {})
    assert texts(found)[:2] == [
        "Renamed phase: “Plan review” (in_review) -> “Plan review” (plan_review).",
        "Plan review: lanes electrical, fire, utility -> electrical, load_study, fire, utility.",
    ]
    assert not any("from" in text for text in texts(found)), "the actions only follow the name"


def test_equal_content_under_another_title_and_id_is_the_same_part() -> None:
    found = diff(
        ("  electrical:\n    title: Electrical", "  wiring:\n    title: Wiring"),
        ("lanes: [electrical,", "lanes: [wiring,"),
    )
    assert found.renames.lanes == {"electrical": "wiring"}
    assert found.change_class == "mapped"


def test_a_hint_says_what_nobody_could_guess() -> None:
    new = changed(
        ("  ready: {title: Ready,", "  verdict: {title: For the verdict,"),
        ("from: [ready]", "from: [verdict]"),
        ("to: ready", "to: verdict"),
        ("corrections, ready, fees_due", "corrections, verdict, fees_due"),
        ("role: building_official}", "role: permit_technician}"),
    )
    blind = compare(read(OLD).definition, read(new).definition)
    assert "Removed phase: “Ready”." in texts(blind)
    told = compare(read(OLD).definition, read(new).definition, Renames(phases={"ready": "verdict"}))
    assert "Removed phase: “Ready”." not in texts(told)
    assert any(text.startswith("Renamed phase: “Ready” (ready)") for text in texts(told))


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("same", "1.4.2"),
        ("cosmetic", "1.4.3"),
        ("compatible", "1.5.0"),
        ("mapped", "2.0.0"),
        ("breaking", "2.0.0"),
    ],
)
def test_the_version_follows_from_the_class(kind: str, version: str) -> None:
    assert next_version("1.4.2", kind) == version


def test_a_version_has_three_numbers() -> None:
    with pytest.raises(ValueError, match="unpack"):
        next_version("1.4", "cosmetic")


def test_another_beginning_moves_files_and_a_permit_that_goes_breaks_them() -> None:
    begins = diff(
        ("{title: Draft, party: applicant, initial: true}", "{title: Draft, party: applicant}"),
        ("{title: Corrections, party: applicant}", "{title: Corrections, party: applicant, initial: true}"),
    )
    assert begins.change_class == "mapped"
    assert "Applications begin at “Corrections”." in texts(begins)
    ended = diff(("permit: {title: Permit, valid_days: 180, citation: City code 6}\n", ""))
    assert ended.change_class == "breaking"
    assert texts(ended) == ["The workflow ends with a permit, or no longer does."]
