"""Every check of a workflow file has a sample that fails it; the sample without the change passes all."""

import pytest

from permitflow.engine.errors import Problem
from permitflow.engine.findings import CATALOGUE
from permitflow.engine.lint import lint
from permitflow.engine.loader import load_text
from tests.engine.small_workflow import line_of, problems, variant

CALIFORNIA = ("pack: generic-test", "pack: us-ca-test")
CLOCK_END = "    as_of: 2026-01-01\n    verified: true"

Sample = tuple[str, str, tuple[tuple[str, str], ...]]

SAMPLES: list[Sample] = [
    ("L101", "there is no role called 'aplicant'; did you mean 'applicant'?", (("    to: screening\n    by: [applicant]", "    to: screening\n    by: [aplicant]"),)),
    ("L101", "'electric'", (("    role: electrical_examiner", "    role: electric"),)),
    ("L101", "'clerk'", (("    message: At most four stations.\n    fix_by: applicant", "    message: At most four stations.\n    fix_by: clerk"),)),
    ("L101", "'clerk'", (("party: agency, role: building_official", "party: agency, role: clerk"),)),
    ("L102", "there is no phase called 'intke'; did you mean 'intake'?", (("to: intake, by: [system], entry: Handed", "to: intke, by: [system], entry: Handed"),)),
    ("L102", "'fees_paid'", (("assessed_in: fees_due", "assessed_in: fees_paid"),)),
    ("L102", "'done'", (("from: [fees_due], to: issued", "from: [fees_due, done], to: issued"),)),
    ("L103", "there is no clause called 'few_station'; did you mean 'few_stations'?", (("when: [few_stations]", "when: [few_station]"),)),
    ("L104", "there is no lane called 'fires'; did you mean 'fire'?", (("lanes: [electrical, fire, utility]", "lanes: [electrical, fires, utility]"),)),
    ("L105", "there is no action called 'accepted'", (("stops: [accept, deem_complete, withdraw]", "stops: [accepted, deem_complete, withdraw]"),)),
    ("L105", "'deemed'", (("on_expiry: deem_complete", "on_expiry: deemed"),)),
    ("L105", "'joined'", (("approved: complete_reviews", "approved: joined"),)),
    ("L105", "'hand_on'", (("auto: [pass_screening, hand_over]", "auto: [pass_screening, hand_on]"),)),
    ("L106", "there is no field called 'equipment.stations'", (("expression: equipment.station_count <= 4", "expression: equipment.stations <= 4"),)),
    ("L106", "there is no field called 'documents.site_pan'; did you mean 'documents.site_plan'?", (("expression: equipment.station_count <= 4", "expression: documents.site_pan"),)),
    ("L106", "'site.slop'; did you mean 'site.slope'?", (('length: "equipment.station_count <= 25 ? 5 : 10"', 'length: "site.slop"'),)),
    ("L106", "'null'", (("expression: equipment.station_count <= 4", "expression: site.slope == null"),)),
    ("L107", "not valid", (("expression: equipment.station_count <= 4", "expression: equipment.station_count <="),)),
    ("L107", "cannot be used", (("expression: equipment.station_count <= 4", "expression: site.slope.exists(x, x > 1)"),)),
    ("L108", "does not give a yes or no", (("expression: equipment.station_count <= 4", "expression: equipment.station_count + 4"),)),
    ("L108", "does not give a yes or no", (("expression: equipment.station_count <= 4", "expression: attestations.signed || equipment.station_count <= '4'"),)),
    ("L108", "does not give a whole number", (("5000 + 100 * equipment.port_count", "equipment.port_count > 1"),)),
    ("L108", "does not give a whole number", (('length: "equipment.station_count <= 25 ? 5 : 10"', "length: \"'5'\""),)),
    ("L109", "'D' is not a choice of equipment.level", (('equipment.level == "DC"', 'equipment.level == "D"'),)),
    ("L109", "'one_famly' is not a choice of site.occupancy; did you mean 'one_family'?", (("expression: equipment.station_count <= 4", 'expression: site.occupancy in ["two_family", "one_famly"]'),)),
    ("L110", "no phase is marked", (("party: applicant, initial: true", "party: applicant"),)),
    ("L110", "'draft' and 'corrections' are both marked", (("{title: Corrections, party: applicant}", "{title: Corrections, party: applicant, initial: true}"),)),
    ("L111", "the phase 'denied' can never be reached from 'draft'", (("    to: denied", "    to: withdrawn"),)),
    ("L112", "the phase 'issued' is a dead end", (("outcome: issued, final: true", "outcome: issued"),)),
    ("L113", "no way leads from the phase 'issued' to a final phase", (("outcome: issued, final: true", "outcome: issued"),)),
    ("L114", "the phase 'ready' is final", (("party: agency, role: building_official}", "party: agency, role: building_official, final: true}"),)),
    ("L115", "the phase 'ready' waits for the agency", (("party: agency, role: building_official}", "party: agency}"),)),
    ("L120", "the phase 'in_review' has no join", (("    join: {approved: complete_reviews, corrections: send_corrections}\n", ""),)),
    ("L120", "the phase 'in_review' has no lanes", (("    lanes: [electrical, fire, utility]\n", ""),)),
    ("L121", "the action 'accept' does not leave the phase 'in_review'", (("approved: complete_reviews", "approved: accept"),)),
    ("L121", "the action 'complete_reviews' cannot be taken by the system", (("to: ready, by: [system]", "to: ready, by: [building_official]"),)),
    ("L122", "no lane is always required", (("lanes: [electrical, fire, utility]", "lanes: [fire, utility]"),)),
    ("L123", "no phase uses the lane 'utility'", (("lanes: [electrical, fire, utility]", "lanes: [electrical, fire]"),)),
    ("L130", "nobody needs the role 'cashier'", (("  system: {title", "  cashier: {title: Cashier, kind: staff}\n  system: {title"),)),
    ("L131", "'electrician' is not one of the standard staff roles", (("  electrical_examiner: {title", "  electrician: {title"), ("    role: electrical_examiner", "    role: electrician"))),
    ("L132", "nobody takes the action 'deem_complete'", (("    on_expiry: deem_complete\n", ""),)),
    ("L140", "no action uses the clause 'few_stations'", (("    when: [few_stations]\n", ""),)),
    ("L141", "the applicant cannot withdraw from the phase 'ready'", (("corrections, ready, fees_due]", "corrections, fees_due]"),)),
    ("L141", "'draft'", (("    to: withdrawn\n    by: [applicant]", "    to: withdrawn\n    by: [building_official]"),)),
    ("L142", "the action 'deny' decides against somebody and must demand", (("      finding: {title: Finding, citation: City code 4}\n", ""),)),
    ("L143", "a person has to take it", (("    to: denied\n    by: [building_official]", "    to: denied\n    by: [building_official, system]"),)),
    ("L150", "names nothing under 'resumes'", (("    authority: City code 5", "    pauses: [send_corrections]\n    authority: City code 5"),)),
    ("L150", "names nothing under 'pauses'", (("    authority: City code 5", "    resumes: [resubmit]\n    authority: City code 5"),)),
    ("L151", "the action 'deem_complete' cannot be taken by the system", (("to: in_review, by: [system], entry: Deemed", "to: in_review, by: [permit_technician], entry: Deemed"),)),
    ("L152", "it will only warn; 'deem_complete' is not taken by itself", ((CLOCK_END, "    as_of: 2026-01-01\n    verified: false"),)),
    ("L153", "names no action for it", (("    on_expiry: deem_complete\n", ""),)),
    ("L154", "never stops", (("stops: [accept, deem_complete, withdraw]", "stops: []"),)),
    ("L155", "can end in draft, screening, from where 'deem_complete' cannot be taken", (("starts: [pass_screening, hand_over]", "starts: [submit, reopen]"), ("  accept: {", "  reopen: {title: Reopen, from: [intake], to: draft, by: [permit_technician], entry: Reopened}\n  accept: {"))),
    ("L160", "the last automatic action of 'screening' has clauses", (("auto: [pass_screening, hand_over]", "auto: [hand_over, pass_screening]"),)),
    ("L161", "the action 'accept' does not leave the phase 'screening'", (("auto: [pass_screening, hand_over]", "auto: [pass_screening, accept, hand_over]"),)),
    ("L161", "the action 'withdraw' cannot be taken by the system", (("auto: [pass_screening, hand_over]", "auto: [pass_screening, withdraw]"),)),
    ("L162", "lead back to it without end", (("to: intake, by: [system], entry: Handed", "to: screening, by: [system], entry: Handed"),)),
    ("L162", "lead back to it without end", (("  ready: {title: Ready, ", "  ready: {title: Ready, auto: [again], "), ("  approve:\n", "  again: {title: Again, from: [ready], to: in_review, by: [system], entry: Again}\n  approve:\n"))),
    ("L170", "no fee is assessed in the payment phase 'ready'", (("title: Ready, party: agency", "title: Ready, party: payment"),)),
    ("L171", "the action 'approve' enters 'fees_due', where fees are due, without", (("    effects: [assess_fees]\n", ""),)),
    ("L180", "the action 'send_corrections' sends a notice and needs", (("    needs_items: true\n", ""),)),
    ("L190", "owners' association", (CALIFORNIA, ("site_plan: {title: Site plan,", "site_plan: {title: Letter of the HOA,"))),
    ("L190", "owners' association", (CALIFORNIA, ("  site_plan: {", "  hoa_letter: {"))),
    ("L191", "not looks or design", (CALIFORNIA, ("    title: Fire\n", "    title: Design review\n"))),
    ("L192", "the phase 'in_review' has more than one notice", (CALIFORNIA, ("  resubmit:\n", "  nudge:\n    title: Ask\n    from: [in_review]\n    to: corrections\n    by: [permit_technician]\n    needs_items: true\n    effects: [issue_notice]\n    entry: Asked\n  resubmit:\n"))),
]  # fmt: skip


def test_the_sample_passes_every_check() -> None:
    assert problems() == ()
    assert problems(CALIFORNIA) == ()


@pytest.mark.parametrize(("check", "words", "changes"), SAMPLES)
def test_a_failing_sample(check: str, words: str, changes: tuple[tuple[str, str], ...]) -> None:
    found = problems(*changes)
    mine = [problem for problem in found if problem.id == check and words in problem.message]
    assert mine, [str(problem) for problem in found]
    assert mine[0].severity == CATALOGUE[check].severity
    assert mine[0].file == "small.yaml"
    assert mine[0].line


@pytest.mark.parametrize(
    "change",
    [("title: Site plan,", "title: Letter of the HOA,"), ("    title: Fire\n", "    title: Design review\n")],
)
def test_elsewhere_than_in_california_a_city_may_ask_for_more(change: tuple[str, str]) -> None:
    assert problems(change) == ()


def test_every_check_of_a_readable_file_has_a_failing_sample() -> None:
    by_loader = {"L001", "L002", "L003", "L004"}
    assert {check for check, _, _ in SAMPLES} == set(CATALOGUE) - by_loader


def test_a_problem_names_file_line_and_check() -> None:
    text = variant(("when: [few_stations]", "when: [few_station]"))
    (problem, *_) = lint(load_text(text, "city.yaml"))
    expected = "error L103: there is no clause called 'few_station'; did you mean 'few_stations'?"
    assert str(problem) == f"city.yaml:{line_of(text, 'few_station]')}: {expected}"
    assert str(Problem("L001", "error", "city.yaml", None, "the file is empty")).startswith(
        "city.yaml: error"
    )


def test_wrong_names_hide_what_would_only_follow_from_them() -> None:
    found = problems(("    to: denied", "    to: deny"))
    assert {problem.id for problem in found} == {"L102"}


def test_a_field_cannot_be_a_value_and_a_group() -> None:
    both = ("  site.slope: {", "  site: {title: Site, type: integer}\n  site.slope: {")
    for expression in ("site.slope > 1 && site > 1", "site > 1 && site.slope > 1"):
        found = problems(both, ("expression: equipment.station_count <= 4", f"expression: {expression}"))
        assert [problem.id for problem in found] == ["L108"]


def test_a_comparison_inside_a_text_is_no_comparison() -> None:
    change = ("expression: equipment.station_count <= 4", """expression: project.type != "a == 'b'" """)
    assert problems(change) == ()


def test_problems_are_sorted_by_line() -> None:
    found = problems(("when: [few_stations]", "when: [few]"), ("stops: [accept,", "stops: [acept,"))
    assert [problem.id for problem in found] == ["L103", "L105"]


def test_a_target_that_a_city_sets_itself_needs_no_action() -> None:
    target = (
        "permit: {title: Permit, valid_days",
        "  target:\n    title: Target\n    unit: business_day\n    length: '5'\n    starts: [accept]\n    stops: [complete_reviews, withdraw]\n    authority: The city\n    outcome: none\n    source: The city\n    as_of: 2026-01-02\n    verified: true\npermit: {title: Permit, valid_days",
    )
    assert problems(target) == ()


def test_a_step_of_the_system_that_people_may_take_too_is_fine() -> None:
    change = (
        "from: [intake], to: in_review, by: [system]",
        "from: [intake], to: in_review, by: [system, building_official]",
    )
    assert problems(change) == ()
