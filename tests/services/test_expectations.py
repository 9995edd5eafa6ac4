"""An expectation that does not hold is told with both sides."""

import pytest

from tests.services.playing import Player


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        ("phase: in_review", "expected phase 'in_review', but it is 'intake'"),
        ("outcome: issued", "expected outcome 'issued', but it is 'none'"),
        ("round: 2", "expected round 2, but it is 1"),
        ("due: {completeness: 2026-03-10}", "but it is '2026-03-09'"),
        ("due: {decision: 2026-03-10}", "but it is 'never started'"),
        ("clocks: {completeness: stopped}", "expected clock completeness 'stopped', but it is 'running'"),
        ("lanes: {fire: waiting}", "expected lane fire 'waiting', but it is 'absent'"),
        ("facts: {fees.balance_cents: 5}", "expected fees.balance_cents 5, but it is 0"),
        ("facts: {fees.balance_cents: false}", "expected fees.balance_cents False, but it is 0"),
        ("can: {planner: [accept]}", "planner should be able to take accept, but: wrong_role"),
        ("can: {planner: [fire.approve]}", "planner should be able to take fire.approve, but: wrong_phase"),
        (
            "cannot: {permit_technician: [accept]}",
            "permit_technician should not be able to take accept, but can",
        ),
    ],
)
def test_an_expectation_that_does_not_hold(played: Player, expectation: str, words: str) -> None:
    found = played("{do: submit, who: applicant}", f"{{expect: {{{expectation}}}}}")
    assert not found.ok
    assert words in found.message
    assert "trial.yaml:6: step 2 (expect)" in found.message


def test_every_difference_is_told_at_once(played: Player) -> None:
    found = played("{expect: {phase: intake, round: 7}}")
    assert "phase" in found.message
    assert "round" in found.message
