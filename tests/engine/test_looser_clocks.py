"""A clock compared with the one it must follow: what asks less of the office, or leaves the applicant less."""

from __future__ import annotations

from typing import Any

import pytest

from permitflow.engine.clock_def import ClockDef, ExtensionDef, RefundTier, RemedyDef
from permitflow.engine.looser_clocks import counted_looser, started_looser
from tests.engine.lint_samples import action
from tests.engine.small_workflow import loaded

DEFINITION = loaded(
    action("nudge: {title: Nudge, from: [ready], by: [building_official], entry: Nudged}"),
    action("wait: {title: Wait, from: [ready], by: [applicant], entry: Waited}"),
).definition
RIGHT = RemedyDef(
    text="A refund.",
    citation="Code",
    fees=("permit",),
    refund=(
        RefundTier(late_percent=0, refund_percent=10),
        RefundTier(late_percent=20, refund_percent=20),
    ),
)
LAW = DEFINITION.clocks["completeness"].model_copy(
    update={
        "length": "10",
        "roll": "none",
        "stops": ("approve", "deny"),
        "extended_by": {"nudge": ExtensionDef(length="5", at_most=2)},
        "outcome": "remedy",
        "on_expiry": None,
        "remedy": RIGHT,
    }
)


def law(**keys: Any) -> ClockDef:
    return LAW.model_copy(update=keys)


def counted(own: ClockDef, base: ClockDef = LAW) -> list[tuple[str, str]]:
    """The checks and keys by which `own` counts looser."""
    return [(one.check, one.key) for one in counted_looser(DEFINITION, own, base)]


def started(**keys: Any) -> list[tuple[str, str]]:
    """The checks and keys by which a clock with these keys runs less often."""
    return [(one.check, one.key) for one in started_looser(DEFINITION, law(**keys), LAW)]


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ({"length": "11"}, "length"),
        ({"length": "site.slope > 3 ? 11 : 2"}, "length"),
        ({"length": "site.slope / 0"}, "length"),
        ({"unit": "calendar_day"}, "unit"),
        ({"roll": "next"}, "roll"),
        ({"received": True}, "received"),
        ({"outcome": "none"}, "outcome"),
        ({"extended_by": {"nudge": ExtensionDef(length="5", at_most=3)}}, "extended_by.nudge"),
        ({"extended_by": {"nudge": ExtensionDef(length="11")}}, "extended_by.nudge"),
        (
            {"extended_by": {"nudge": ExtensionDef(length="10"), "deny": ExtensionDef(length="1")}},
            "extended_by.deny",
        ),
        ({"remedy": None}, "remedy"),
        ({"remedy": RIGHT.model_copy(update={"refund": RIGHT.refund[:1]})}, "remedy.refund"),
        (
            {
                "remedy": RIGHT.model_copy(
                    update={
                        "refund": (RIGHT.refund[0], RefundTier(late_percent=21, refund_percent=100)),
                    }
                )
            },
            "remedy.refund",
        ),
    ],
)
def test_a_looser_clock_is_found_by_its_key_and_its_stricter_neighbour_is_not(
    keys: dict[str, Any], key: str
) -> None:
    assert [found for _check, found in counted(law(**keys))] == [key]
    assert counted(LAW) == []


@pytest.mark.parametrize(
    "keys",
    [
        {"length": "1"},
        {"length": "site.slope > 3 ? 10 : 9"},
        {"roll": "previous"},
        {"count_from": "receipt_day_counts"},
        {"extended_by": {}},
        {"extended_by": {"nudge": ExtensionDef(length="10")}},
        {"extended_by": {"nudge": ExtensionDef(length="10"), "wait": ExtensionDef(length="300")}},
        {"remedy": RIGHT.model_copy(update={"refund": (RefundTier(late_percent=0, refund_percent=20),)})},
        {"title": "Another", "warn_at": (100,)},
    ],
)
def test_what_is_as_strict_or_stricter_is_welcome(keys: dict[str, Any]) -> None:
    assert counted(law(**keys)) == []


@pytest.mark.parametrize(
    ("holder", "looser", "stricter"),
    [("agency", "11", "9"), ("external", "11", "9"), ("applicant", "9", "11"), ("permit", "9", "11")],
)
def test_longer_is_looser_for_the_office_and_shorter_for_the_applicant(
    holder: str, looser: str, stricter: str
) -> None:
    base = law(holder=holder)
    assert counted(law(holder=holder, length=looser), base) == [("L251", "length")]
    assert counted(law(holder=holder, length=stricter), base) == []


def test_an_applicants_time_may_be_counted_from_later_and_extended_more() -> None:
    generous = {
        "roll": "next",
        "received": True,
        "extended_by": {"nudge": ExtensionDef(length="50")},
    }
    assert counted(law(holder="applicant", **generous), law(holder="applicant")) == []


def test_the_day_of_receipt_must_count_where_the_law_counts_it() -> None:
    base = law(count_from="receipt_day_counts")
    assert counted(law(), base) == [("L252", "count_from")]
    assert counted(base, base) == []


def test_a_law_whose_end_is_open_leaves_the_outcome_to_the_city() -> None:
    assert counted(law(outcome="deemed_approved"), law(outcome="none")) == []


def test_an_extension_of_unknown_length_is_said_so_and_one_that_stays_is_no_loosening() -> None:
    unknown = {"nudge": ExtensionDef(length="5 / site.slope")}
    (found,) = counted_looser(DEFINITION, law(extended_by=unknown), LAW)
    assert found.what == "can be extended by business days that cannot be counted when site.slope is 0"
    assert counted(law(extended_by=unknown), law(extended_by=unknown)) == []


def test_the_sentence_names_the_answers_that_make_the_difference() -> None:
    (found,) = counted_looser(
        DEFINITION,
        law(length='equipment.level == "DC" && site.flood_zone ? 20 : 10'),
        law(unit="business_day"),
    )
    assert found.what == (
        "is longer: 20 instead of 10 business days when equipment.level is DC and site.flood_zone is true"
    )


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"starts": ("pass_screening",)}, ("L253", "starts")),
        ({"pauses": ("send_corrections",), "resumes": ("resubmit",)}, ("L253", "pauses")),
        ({"stops": ("approve", "deny", "nudge")}, ("L253", "stops")),
        ({"level": "local"}, ("L252", "level")),
        (
            {"remedy": RIGHT.model_copy(update={"fees": ()})},
            None,
        ),
        ({"stops": ("approve",)}, None),
        ({"stops": ("approve", "deny", "withdraw", "fire.approve")}, None),
        ({"starts": ("pass_screening", "hand_over", "resubmit")}, None),
    ],
)
def test_a_clock_runs_as_often_as_the_base_s(keys: dict[str, Any], found: tuple[str, str] | None) -> None:
    assert started(**keys) == ([] if found is None else [found])


def test_a_share_of_fewer_fees_is_a_smaller_right() -> None:
    of_all = law(remedy=RIGHT.model_copy(update={"fees": ()}))
    assert [one.key for one in started_looser(DEFINITION, LAW, of_all)] == ["remedy.fees"]
    both = RIGHT.model_copy(update={"fees": ("permit", "inspection")})
    assert [one.key for one in started_looser(DEFINITION, LAW, law(remedy=both))] == ["remedy.fees"]
    assert list(started_looser(DEFINITION, law(remedy=both), LAW)) == []


def test_the_end_keeps_bringing_about_what_it_did() -> None:
    base = law(on_expiry="deem_complete")
    for other in (None, "send_corrections"):
        found = [one.key for one in started_looser(DEFINITION, law(on_expiry=other), base)]
        assert found == ["on_expiry"]
    assert list(started_looser(DEFINITION, base, LAW)) == [], "the base brought about nothing"
