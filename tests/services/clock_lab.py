"""A small workflow with whatever clocks a test wants, run by a city."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.loader import load_text
from permitflow.models import Clock, Event, OutboxMessage
from permitflow.services import definitions
from tests import factories
from tests.factories import MONDAY, City

WORKFLOW = "clock-lab"
HEAD = """\
workflow: clock-lab
title: Clock lab
summary: A workflow for tests of clocks.
pack: us-ca
project_types: [commercial]
provenance: {source: Invented for tests, as_of: 2026-01-01, verified: true}
roles:
  applicant: {title: Applicant, kind: applicant}
  permit_technician: {title: Permit technician, kind: staff}
  electrical_examiner: {title: Electrical examiner, kind: staff}
  building_official: {title: Building official, kind: staff}
  system: {title: The system, kind: system}
fields:
  project.note: {title: Note, type: text}
clauses:
  not_appealed:
    expression: taken.record_appeal == 0
    message: An appeal was recorded, so silence approves nothing.
    fix_by: building_official
fees:
  permit: {title: Permit, cents: "200000", citation: City code 3, assessed_in: intake}
  plan_check: {title: Plan check, cents: "50000", citation: City code 3, assessed_in: intake}
lanes:
  electrical: {title: Electrical, role: electrical_examiner}
phases:
  draft: {title: Draft, party: applicant, initial: true}
  intake: {title: Intake, party: agency, role: permit_technician}
  ready: {title: Ready, party: agency, role: building_official}
  in_lanes:
    title: In review
    party: agency
    lanes: [electrical]
    join: {approved: reviews_done, corrections: reviews_failed}
  waiting: {title: Waiting, party: applicant}
  silently_denied: {title: Denied by silence, party: applicant, outcome: denied}
  approved: {title: Approved, party: none, outcome: issued, final: true}
  withdrawn: {title: Withdrawn, party: none, outcome: withdrawn, final: true}
  void: {title: Void, party: none, outcome: abandoned, final: true}
actions:
  submit: {title: Submit, from: [draft], to: intake, by: [applicant], effects: [assess_fees], entry: Submitted}
  accept: {title: Accept, from: [intake], to: ready, by: [permit_technician], entry: Accepted}
  deem_complete: {title: Deem complete, from: [intake], to: ready, by: [system], entry: Deemed complete}
  review: {title: Review, from: [ready], to: in_lanes, by: [building_official], entry: Sent to review}
  reviews_done: {title: Done, from: [in_lanes], to: ready, by: [system], entry: Reviews done}
  reviews_failed: {title: Failed, from: [in_lanes], to: waiting, by: [system], entry: Reviews failed}
  ask: {title: Ask, from: [ready], to: waiting, by: [building_official], entry: Asked}
  answer: {title: Answer, from: [waiting], to: ready, by: [applicant], entry: Answered}
  extend_time:
    title: Extend the time
    from: [ready, waiting]
    by: [building_official]
    inputs: {reason: {title: Reason}}
    entry: Time extended
  record_appeal: {title: Record an appeal, from: [ready], by: [building_official], entry: Appeal recorded}
  remind: {title: Remind, from: [ready], by: [system], entry: Reminded}
  approve: {title: Approve, from: [ready, waiting], to: approved, by: [building_official], entry: Approved}
  deem_approved:
    title: Approve by lapse of time
    from: [ready, waiting]
    to: approved
    by: [system]
    when: [not_appealed]
    entry: Deemed approved
  deem_denied: {title: Deny by silence, from: [ready], to: silently_denied, by: [system], entry: Deemed denied}
  appeal: {title: Appeal, from: [silently_denied], to: ready, by: [applicant], entry: Appealed}
  abandon: {title: Abandon, from: [waiting], to: void, by: [system], entry: Abandoned}
  withdraw:
    title: Withdraw
    from: [intake, ready, in_lanes, waiting]
    to: withdrawn
    by: [applicant]
    entry: Withdrawn
clocks:
"""
_DEFAULTS = {
    "title": "Decision",
    "unit": "business_day",
    "length": "10",
    "starts": ["accept", "deem_complete"],
    "stops": ["approve", "withdraw", "deem_approved", "deem_denied"],
    "authority": "City ordinance 12",
    "outcome": "none",
    "source": "City ordinance 12",
    "as_of": date(2026, 1, 1),
    "verified": True,
}
COMPLETENESS = {
    "title": "Completeness",
    "length": "5",
    "starts": ["submit"],
    "stops": ["accept", "withdraw", "deem_complete"],
    "outcome": "deemed_complete",
    "on_expiry": "deem_complete",
}
APPROVAL = {"outcome": "deemed_approved", "on_expiry": "deem_approved"}


def workflow(*, receipt: str = "", **clocks: dict[str, Any]) -> str:
    """Return the workflow's text with these clocks, each only what it says otherwise than a plain one."""
    lines = [HEAD]
    for name, differences in clocks.items():
        lines.append(f"  {name}:\n")
        for key, value in (_DEFAULTS | differences).items():
            written = value.isoformat() if isinstance(value, date) else json.dumps(value)
            lines.append(f"    {key}: {written}\n")
    return "".join([*lines, receipt])


@dataclass
class Lab:
    """The city with the workflow, and what can be seen of its files."""

    city: City

    @property
    def database(self) -> Database:
        """The city's database."""
        return self.city.database

    def submitted(self, at: int = MONDAY) -> str:
        """Hand in an application; return its id."""
        application = self.city.draft(WORKFLOW, at)
        self.city.act(application, "submit", "applicant", at)
        return application

    def accepted(self, at: int = MONDAY) -> str:
        """Hand in an application and accept it at once; return its id."""
        application = self.submitted(at)
        self.city.act(application, "accept", "permit_technician", at)
        return application

    def official(self, application: str, action: str, at: int) -> None:
        """Take an action of the building official."""
        words = self.city.words_for(application, action)
        self.city.act(application, action, "building_official", at, inputs=words)

    def clock(self, application: str, name: str = "decision") -> Clock:
        """Return the newest run of a clock."""
        with self.database.reading() as session:
            query = select(Clock).where(Clock.application_id == application, Clock.clock == name)
            found = session.scalars(query.order_by(Clock.started_at.desc(), Clock.id.desc())).first()
        assert found is not None
        return found

    def events(self, application: str, action: str | None = None) -> list[dict[str, Any]]:
        """Return the bodies of a file's events, oldest first, of one action or all."""
        with self.database.reading() as session:
            query = select(Event.body).where(Event.application_id == application).order_by(Event.seq)
            bodies = [json.loads(body) for body in session.scalars(query)]
        return [body for body in bodies if action in (None, body["action"])]

    def news(self, kind: str) -> list[str]:
        """Return whom the news of a kind are for, oldest first."""
        with self.database.reading() as session:
            query = select(OutboxMessage.receiver).where(OutboxMessage.kind == kind)
            return list(session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.id)))


def lab(database: Database, text: str, slug: str = "rio-verde") -> Lab:
    """Found a city that runs the workflow."""
    city = factories.city(database, slug=slug)
    with database.transaction() as session:
        definitions.publish(session, city.id, load_text(text, "lab.yaml"), MONDAY)
    return Lab(city)
