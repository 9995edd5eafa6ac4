"""Where a clock may run, and what its end, its pauses and its right must fit."""

import pytest

from permitflow.engine.lint_clocks import check, phases_after, running
from tests.engine.lint_samples import ANSWER, CLOSE, Change, action, clock, remedy
from tests.engine.small_workflow import loaded

SMALL = loaded().definition


def found(*changes: Change) -> list[tuple[str, str]]:
    """The ids and places of what the checks of clocks find in a variant."""
    return [(one.id, one.path) for one in check(loaded(*changes).definition)]


def runs(**keys: str) -> set[str]:
    """The phases in which a further clock with these keys may run."""
    definition = loaded(clock(**keys)).definition
    return running(definition, definition.clocks["extra"])


def test_after_an_action_a_file_stands_where_it_leads_and_after_a_review_where_its_lane_is() -> None:
    assert phases_after(SMALL, "accept") == {"in_review"}
    assert phases_after(SMALL, "fire.approve") == {"in_review"}
    stays = loaded(action("note: {title: Note, from: [ready, draft], by: [building_official], entry: Noted}"))
    assert phases_after(stays.definition, "note") == {"ready", "draft"}


def test_a_clock_runs_until_a_stop_its_own_end_or_a_final_phase() -> None:
    assert running(SMALL, SMALL.clocks["completeness"]) == {"intake"}
    assert runs(starts="[submit]", stops="[withdraw]") == {
        "screening",
        "intake",
        "in_review",
        "corrections",
        "ready",
        "fees_due",
    }
    assert runs(starts="[submit]", stops="[withdraw]", on_expiry="complete_reviews") == {
        "screening",
        "intake",
        "in_review",
        "corrections",
    }


def test_a_stop_in_a_lane_stands_for_the_end_of_the_round() -> None:
    assert runs(starts="[accept]", stops="[electrical.answered]") == {"in_review"}
    assert runs(starts="[fire.approve]", stops="[complete_reviews]") == {"in_review", "corrections"}


def test_the_end_fits_every_phase_in_which_the_clock_runs() -> None:
    late = clock(starts="[accept]", stops="[complete_reviews]", outcome="none", on_expiry="close")
    assert found(CLOSE, late) == [("L155", "clocks.extra.on_expiry")]
    everywhere = action(
        "close: {title: Close, from: [in_review, corrections], to: withdrawn, by: [system], entry: Closed}"
    )
    assert found(everywhere, late) == []


@pytest.mark.parametrize(
    ("tiers", "rise"),
    [
        ("[{late_percent: 0, refund_percent: 10}, {late_percent: 20, refund_percent: 10}]", True),
        ("[{late_percent: 0, refund_percent: 10}, {late_percent: 0, refund_percent: 20}]", False),
        ("[{late_percent: 20, refund_percent: 10}, {late_percent: 0, refund_percent: 20}]", False),
        ("[{late_percent: 0, refund_percent: 10}]", True),
        ("[]", True),
    ],
)
def test_refunds_never_fall_with_the_delay(tiers: str, rise: bool) -> None:
    right = clock(outcome="remedy", remedy=f"{{text: A refund., citation: Code, refund: {tiers}}}")
    assert found(right) == ([] if rise else [("L157", "clocks.extra.remedy.refund")])


def test_a_right_belongs_to_the_outcome_that_gives_it() -> None:
    assert found(remedy(10, 20)) == []
    other = clock(outcome="none", remedy="{text: A refund., citation: Code}")
    assert found(other) == [("L156", "clocks.extra")]


def test_a_pause_in_a_review_is_no_wait_for_the_applicant() -> None:
    within = clock(
        pauses="[fire.request_corrections]", resumes="[fire.approve]", stops="[complete_reviews, withdraw]"
    )
    assert found(within) == []
    paused = clock(pauses="[send_corrections]", resumes="[resubmit]", stops="[complete_reviews, withdraw]")
    assert found(paused) == [("L159", "clocks.extra.pauses.0")]
    assert (
        found(
            CLOSE,
            ANSWER,
            clock(
                pauses="[send_corrections]", resumes="[resubmit]", stops="[complete_reviews, withdraw, close]"
            ),
        )
        == []
    )


def test_a_step_that_only_stays_and_a_review_hand_no_file_to_the_applicant() -> None:
    stays = action("rest: {title: Rest, from: [corrections], by: [permit_technician], entry: Rested}")
    paused = clock(pauses="[rest]", resumes="[resubmit]", stops="[complete_reviews, withdraw]")
    assert found(stays, paused) == []
    theirs = ("    party: agency\n    lanes:", "    party: applicant\n    lanes:")
    answered = clock(pauses="[fire.answered]", resumes="[fire.approve]", stops="[complete_reviews, withdraw]")
    assert found(theirs, answered) == []


def test_a_payment_for_a_decided_file_may_start_the_agencys_clock() -> None:
    assert found(clock(starts="[pay]", stops="[withdraw]")) == []
    mixed = action(
        "settle: {title: Settle, from: [fees_due, intake], to: intake, by: [permit_technician], entry: Settled}"
    )
    assert found(mixed, clock(starts="[settle]", stops="[accept, deem_complete, withdraw]")) == []
