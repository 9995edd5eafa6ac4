"""What was published under an id keeps its meaning, and every action has its scenario."""

import pytest

from permitflow.engine.lint import problem_of
from permitflow.engine.lint_release import changed_terms, coverage_findings
from tests.engine.lint_samples import action, clock
from tests.engine.small_workflow import SMALL, line_of, loaded

OTHER_STEP = (
    "  accept: {title: Accept, from: [intake], to: in_review, by: [permit_technician]",
    "  accept: {title: Take, from: [ready], to: fees_due, effects: [assess_fees], by: [building_official]",
)


@pytest.mark.parametrize(
    ("change", "words", "at"),
    [
        (("    outcome: deemed_complete", "    outcome: none"), "had 'deemed_complete' under 'outcome'", "    outcome: none"),
        (("    authority: City code 5", "    holder: applicant\n    authority: City code 5"), "now 'applicant'", "    holder:"),
        (OTHER_STEP, "the published action 'accept' (Accept) was another step", "  accept:"),
        (("title: Withdrawn, party: none, outcome: withdrawn", "title: Withdrawn, party: none, outcome: abandoned"), "meant 'withdrawn', now 'abandoned'", "  withdrawn:"),
        (("    title: Fire\n    role: permit_technician", "    title: Historic\n    role: building_official"), "the published review 'fire' (Fire)", "  fire:"),
    ],
)  # fmt: skip
def test_an_id_with_another_meaning(change: tuple[str, str], words: str, at: str) -> None:
    old, new = loaded().definition, loaded(change)
    (finding,) = changed_terms(old, new.definition)
    problem = problem_of(new, finding)
    assert (problem.id, problem.severity) == ("L270", "error")
    assert words in problem.message
    assert problem.line == line_of(SMALL.replace(*change), at)


@pytest.mark.parametrize(
    "change",
    [
        ("    title: Completeness\n", "    title: Check of completeness\n"),
        ("25 ? 5 : 10", "25 ? 4 : 8"),
        ("    authority: City code 5", "    authority: City code 5, as amended"),
        ("    title: Fire\n", "    title: Fire prevention\n"),
        ("by: [permit_technician], entry: Accepted", "by: [building_official], entry: Accepted"),
        ("  withdrawn: {title: Withdrawn", "  withdrawn: {title: Withdrawn by the applicant"),
    ],
)
def test_other_words_and_numbers_keep_the_meaning(change: tuple[str, str]) -> None:
    assert changed_terms(loaded().definition, loaded(change).definition) == ()


def test_another_law_under_another_title_is_another_clock() -> None:
    title = ("    title: Completeness\n", "    title: Check of completeness\n")
    law = ("    authority: City code 5", "    authority: City code 9")
    (finding,) = changed_terms(loaded().definition, loaded(title, law).definition)
    assert (finding.id, finding.path) == ("L270", "clocks.completeness.authority")
    assert "rested on City code 5" in finding.message


def test_what_is_new_has_no_meaning_to_keep() -> None:
    new = loaded(clock(), action("note: {title: Note, from: [ready], by: [building_official], entry: Noted}"))
    assert changed_terms(loaded().definition, new.definition) == ()


def test_an_action_without_a_scenario_is_found() -> None:
    definition = loaded().definition
    assert coverage_findings(definition, set(definition.actions)) == ()
    (finding,) = coverage_findings(definition, set(definition.actions) - {"deny"})
    problem = problem_of(loaded(), finding)
    assert (problem.id, problem.severity) == ("L271", "error")
    assert problem.message == "no scenario takes the action 'deny'"
    assert problem.line == line_of(SMALL, "  deny:")
