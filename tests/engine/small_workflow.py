"""A small complete workflow that lints clean, and variants of it with one thing changed."""

from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import Problem
from permitflow.engine.lint import lint
from permitflow.engine.loader import load_text

SMALL = """\
workflow: small
title: Small permit
summary: A workflow for tests.
pack: generic-test
project_types: [commercial]
provenance: {source: Invented for tests, as_of: 2026-01-01, verified: true}
roles:
  applicant: {title: Applicant, kind: applicant}
  permit_technician: {title: Permit technician, kind: staff}
  electrical_examiner: {title: Electrical examiner, kind: staff}
  building_official: {title: Building official, kind: staff}
  system: {title: The system, kind: system}
fields:
  site.slope: {title: Slope of the site, type: integer}
clauses:
  signed:
    expression: attestations.signed
    message: Sign the application.
    citation: City code 1
    fix_by: applicant
    where: sign
  few_stations:
    expression: equipment.station_count <= 4
    message: At most four stations.
    fix_by: applicant
  paid:
    expression: fees.balance_cents <= 0
    message: The fees are not fully paid yet.
    fix_by: applicant
documents:
  site_plan: {title: Site plan, citation: City code 2}
fees:
  permit: {title: Permit, cents: "5000 + 100 * equipment.port_count", citation: City code 3, assessed_in: fees_due}
lanes:
  electrical:
    title: Electrical
    role: electrical_examiner
    checklist:
      - {id: breaker, text: The breaker is large enough., citation: NEC 625.41, fix: Use the next size.}
  fire:
    title: Fire
    role: permit_technician
    required_when: equipment.station_count >= 4 || equipment.level == "DC"
  utility:
    title: Utility
    role: permit_technician
    informational: true
phases:
  draft: {title: Draft, party: applicant, initial: true}
  screening: {title: Screening, party: agency, role: permit_technician, auto: [pass_screening, hand_over]}
  intake: {title: Completeness check, party: agency, role: permit_technician}
  in_review:
    title: Plan review
    party: agency
    lanes: [electrical, fire, utility]
    join: {approved: complete_reviews, corrections: send_corrections}
  corrections: {title: Corrections, party: applicant}
  ready: {title: Ready, party: agency, role: building_official}
  fees_due: {title: Fees to pay, party: payment}
  issued: {title: Issued, party: none, outcome: issued, final: true}
  denied: {title: Denied, party: none, outcome: denied, final: true}
  withdrawn: {title: Withdrawn, party: none, outcome: withdrawn, final: true}
actions:
  submit:
    title: Submit
    from: [draft]
    to: screening
    by: [applicant]
    when: [signed]
    entry: Submitted
  pass_screening:
    title: Pass
    from: [screening]
    to: intake
    by: [system]
    when: [few_stations]
    entry: Passed
  hand_over: {title: Hand over, from: [screening], to: intake, by: [system], entry: Handed over}
  accept: {title: Accept, from: [intake], to: in_review, by: [permit_technician], entry: Accepted}
  deem_complete: {title: Deem complete, from: [intake], to: in_review, by: [system], entry: Deemed complete}
  complete_reviews: {title: Complete, from: [in_review], to: ready, by: [system], entry: Reviews completed}
  send_corrections:
    title: Send corrections
    from: [in_review]
    to: corrections
    by: [system]
    needs_items: true
    effects: [issue_notice]
    entry: Corrections requested
  resubmit:
    title: Resubmit
    from: [corrections]
    to: in_review
    by: [applicant]
    reopen_lanes: asked
    next_round: true
    entry: Resubmitted
  approve:
    title: Approve
    from: [ready]
    to: fees_due
    by: [building_official]
    effects: [assess_fees]
    entry: Approved
  deny:
    title: Deny
    from: [ready]
    to: denied
    by: [building_official]
    inputs:
      finding: {title: Finding, citation: City code 4}
      note: {title: Note, required: false}
    when: [signed]
    entry: Denied
  pay: {title: Pay, from: [fees_due], to: issued, by: [applicant, permit_technician], when: [paid], entry: Paid}
  withdraw:
    title: Withdraw
    from: [draft, screening, intake, in_review, corrections, ready, fees_due]
    to: withdrawn
    by: [applicant]
    entry: Withdrawn
clocks:
  completeness:
    title: Completeness
    unit: business_day
    length: "equipment.station_count <= 25 ? 5 : 10"
    starts: [pass_screening, hand_over]
    stops: [accept, deem_complete, withdraw]
    authority: City code 5
    outcome: deemed_complete
    on_expiry: deem_complete
    source: Invented for tests
    as_of: 2026-01-01
    verified: true
permit: {title: Permit, valid_days: 180, citation: City code 6}
"""


def variant(*changes: tuple[str, str]) -> str:
    """The small workflow with some texts replaced; each must be there exactly once."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the sample"
        text = text.replace(old, new)
    return text


def loaded(*changes: tuple[str, str]) -> LoadedDefinition:
    """A variant, read."""
    return load_text(variant(*changes), "small.yaml")


def problems(*changes: tuple[str, str]) -> tuple[Problem, ...]:
    """What lint says about a variant."""
    return lint(loaded(*changes))


def line_of(text: str, needle: str) -> int:
    """The number of the first line that holds `needle`."""
    return text[: text.index(needle)].count("\n") + 1
