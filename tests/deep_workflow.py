"""A workflow that uses the whole language: stays, votes, hold points, waivers, gates, sub-processes, reopening."""

from permitflow.db import Database
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.loader import load_text
from permitflow.engine.machine import Machine, compile_machine
from permitflow.services import definitions

DEEP = """\
workflow: deep
title: Deep permit
summary: A workflow for tests.
pack: generic-test
project_types: [deep_project]
provenance: {source: Invented for tests, as_of: 2026-01-01, verified: true}
roles:
  applicant: {title: Applicant, kind: applicant}
  permit_technician: {title: Permit technician, kind: staff}
  electrical_examiner: {title: Electrical examiner, kind: staff}
  inspector: {title: Inspector, kind: staff}
  fire_reviewer: {title: Fire reviewer, kind: staff}
  planner: {title: Planner, kind: staff}
  building_official: {title: Building official, kind: staff}
  system: {title: The system, kind: system}
fields: {}
clauses:
  zoned:
    expression: gates.zoning
    message: The zoning permit comes first.
    fix_by: applicant
  held_once:
    expression: taken.hold >= 1
    message: Put the file on hold first.
    fix_by: planner
  late:
    expression: clocks.decision.lapsed
    message: The time of the city is not over yet.
    fix_by: permit_technician
lanes:
  footing: {title: Footing, role: inspector, waived_by: building_official}
  rough: {title: Rough wiring, role: inspector, after: [footing], waived_by: building_official}
  utility: {title: Utility, role: planner, kind: external}
phases:
  draft: {title: Draft, party: applicant, initial: true}
  awaiting_zoning: {title: Waiting for the zoning permit, party: external, auto: [begin_review]}
  in_review:
    title: Review
    party: agency
    lanes: [footing, rough, utility]
    join: {approved: complete, corrections: send_back, collect: first}
  corrections: {title: Corrections, party: applicant}
  council: {title: Council, party: agency, role: planner}
  issued: {title: Issued, party: none, outcome: issued, final: true}
  denied: {title: Denied, party: none, outcome: denied, final: true}
actions:
  submit: {title: Submit, from: [draft], to: awaiting_zoning, by: [applicant], effects: [assign_number], entry: Submitted}
  begin_review:
    {title: Begin, from: [awaiting_zoning], to: in_review, by: [system], when: [zoned], entry: Review begun}
  hold:
    title: Put on hold
    from: [in_review, council]
    by: [planner]
    at_most: 2
    inputs: {until: {title: On hold until, type: date, days_ahead: 10, citation: Code 1}}
    entry: Put on hold
  let_utility_go: {title: Go on without the utility, from: [in_review], by: [planner], waives: [utility], entry: Utility waived}
  complete: {title: Complete, from: [in_review], to: council, by: [system], entry: Reviews completed}
  send_back: {title: Send back, from: [in_review], to: corrections, by: [system], effects: [issue_notice], entry: Sent back}
  resubmit:
    title: Resubmit
    from: [corrections]
    to: in_review
    by: [applicant]
    reopen_lanes: asked
    next_round: true
    entry: Resubmitted
  recommend: {title: Recommend, from: [council], by: [planner], entry: Recommended}
  grant:
    title: Grant
    from: [council]
    to: issued
    by: [planner, building_official]
    vote: {body: City council, members: 7, quorum: 4, needed: 6, citation: Charter 9}
    not_same_actor_as: [recommend, footing.approve]
    effects: [issue_permit]
    opens: [deep]
    entry: Granted
  refuse:
    title: Refuse
    from: [council]
    to: denied
    by: [planner]
    vote: {body: City council, members: 7, quorum: 4, needed: 6, carried: false, citation: Charter 9}
    entry: Refused
  appeal: {title: Appeal, from: [denied], to: council, by: [applicant], reopens: true, entry: Appealed}
  report: {title: Send the yearly report, from: [issued], by: [applicant], entry: Yearly report sent}
  suspend: {title: Suspend, from: [issued], by: [building_official], effects: [suspend_permit], entry: Suspended}
  reinstate: {title: Reinstate, from: [issued], by: [building_official], effects: [reinstate_permit], entry: Reinstated}
  revise: {title: Revise, from: [issued], by: [building_official], effects: [revise_permit], entry: Revised}
  act_late: {title: Act late, from: [in_review], by: [permit_technician], when: [late], entry: Acted late}
  act_after_hold: {title: Act after a hold, from: [in_review], by: [permit_technician], when: [held_once], entry: Acted}
gates:
  zoning: {title: Zoning permit, workflows: [us-ca-commercial-ab970], citation: Code 2}
clocks:
  decision:
    title: Decision
    unit: calendar_day
    length: "30"
    starts: [begin_review]
    stops: [grant, refuse, utility.answered]
    pauses: [hold]
    authority: Code 3
    outcome: none
    source: Invented for tests
    as_of: 2026-01-01
    verified: true
permit: {title: Permit, valid_days: 180, citation: Code 4}
"""
NO_GATE = ("when: [zoned], ", "")


def deep(*changes: tuple[str, str]) -> LoadedDefinition:
    """The deep workflow with some texts replaced; each must be there."""
    text = DEEP
    for old, new in changes:
        assert old in text, f"{old!r} is not in the sample"
        text = text.replace(old, new)
    return load_text(text, "deep.yaml")


def compiled(*changes: tuple[str, str]) -> Machine:
    """The deep workflow as a machine."""
    found = deep(*changes)
    return compile_machine(found.hash, found.definition)


def publish_deep(database: Database, jurisdiction_id: str, at: int, *changes: tuple[str, str]) -> None:
    """Let a city take applications under the deep workflow."""
    with database.transaction() as session:
        definitions.publish(session, jurisdiction_id, deep(*changes), at)
