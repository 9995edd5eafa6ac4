"""A year in a demo city, played by the engine itself with a moved clock and a seeded generator.

Nothing is written past the services: files are drafted, signed, submitted, claimed, reviewed, corrected, paid and
inspected as people would, at the hours at which they would.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.calendars import Calendar
from permitflow.engine.conditions import holds
from permitflow.engine.definition import ActionDef, ChecklistItem, Definition
from permitflow.engine.machine import Actor
from permitflow.instants import DAY, SECOND
from permitflow.models import CorrectionItem, PermitApplication, Visit
from permitflow.services import (
    answers,
    claims,
    demo_forms,
    documents,
    drafts,
    lapses,
    notices,
    one_notice,
    payments,
    timers,
    transitions,
)
from permitflow.services.definitions import definition_for
from permitflow.services.drafts import NewDraft, Signature, StepSave, fingerprint
from permitflow.services.transitions import Act, Applied
from permitflow.services.uploads import Stored

HOUR = 3600 * SECOND
MINUTE = 60 * SECOND
_FILES_A_YEAR = 180
_HOME_SHARE = 0.5
_NEGLECTED_SHARE = 0.04


@dataclass(frozen=True, slots=True)
class Desk:
    """How a staff role works: on which weekdays (0 = Monday), how many files a day, minutes each, when away."""

    weekdays: str
    files: int
    minutes: int
    away_from: int = 0
    away_days: int = 0

    def works(self, on: date, day_of_year: int) -> bool:
        """Say whether somebody sits at the desk on a date."""
        away = self.away_from <= day_of_year < self.away_from + self.away_days
        return str(on.weekday()) in self.weekdays and not away


@dataclass(slots=True)
class Cast:
    """Who plays: the staff by role, and the installers as (actor, company)."""

    staff: Mapping[str, Actor]
    installers: list[tuple[Actor, str]]
    desks: Mapping[str, Desk]


@dataclass(slots=True)
class Stage:
    """Where it plays."""

    session: Session
    jurisdiction_id: str
    name: str
    zip_code: str
    calendar: Calendar
    uploads: Path
    rng: random.Random


@dataclass(order=True, slots=True)
class _Due:
    at: int
    order: int
    do: Callable[[int], None] = field(compare=False)


class Year:
    """One city's year; `play` runs it from a first day to a last instant."""

    def __init__(self, stage: Stage, cast: Cast) -> None:
        self._stage = stage
        self._cast = cast
        self._due: list[_Due] = []
        self._order = itertools.count()
        self._papers: dict[str, Stored] = {}
        self._neglected: set[str] = set()

    def play(self, first: date, until: int) -> None:
        """Play every day from `first` on; nothing happens after the instant `until` (microseconds)."""
        days = (self._stage.calendar.local_date(until) - first).days + 1
        for number in range(days):
            self._plan_day(first + timedelta(days=number), number)
        while self._due and self._due[0].at < until:
            due = heapq.heappop(self._due)
            due.do(due.at)

    def _at(self, at: int, do: Callable[[int], None]) -> None:
        heapq.heappush(self._due, _Due(at, next(self._order), do))

    def _plan_day(self, on: date, number: int) -> None:
        rng, calendar = self._stage.rng, self._stage.calendar
        dawn = calendar.start_of_day_us(on)
        self._at(dawn + 5 * MINUTE, self._sweep)
        if rng.random() < _FILES_A_YEAR / 365:
            self._at(dawn + rng.randrange(8, 20) * HOUR + rng.randrange(HOUR), self._apply_for_permit)
        if not calendar.is_open(on):
            return
        for role, desk in self._cast.desks.items():
            if desk.works(on, number):
                for slot in range(desk.files):
                    start = dawn + 9 * HOUR + slot * (6 * HOUR // desk.files) + rng.randrange(30 * MINUTE)
                    self._at(start, partial(self._take_next, role))

    def _sweep(self, at: int) -> None:
        connection = self._stage.session.connection()
        for lapse in list(timers.lapses(connection, at, self._stage.jurisdiction_id)):
            applied = lapses.answer(connection, lapse, at)
            if applied:
                self._follow(applied, at)

    # What installers do.

    def _apply_for_permit(self, at: int) -> None:
        stage, rng = self._stage, self._stage.rng
        actor, company = rng.choice(self._cast.installers)
        entered = (demo_forms.home if rng.random() < _HOME_SHARE else demo_forms.business)(
            rng, stage.name, stage.zip_code
        )
        new = NewDraft(stage.jurisdiction_id, company, entered["project"]["type"], actor, at)
        application = drafts.start_draft(stage.session, new)
        begun: dict[str, Any] = {"project": {"type": entered["project"]["type"]}}
        for minute, (step, given) in enumerate(entered.items(), start=1):
            seen = fingerprint(begun.get(step, {}))
            drafts.save_step(
                stage.session, StepSave(application, step, given, seen, actor, at + minute * MINUTE)
            )
        self._attach_papers(application, actor, at + 8 * MINUTE)
        if rng.random() < 0.03:
            return
        self._sign_and_submit(application, actor, at + 15 * MINUTE)

    def _attach_papers(self, application: str, actor: Actor, at: int) -> None:
        session = self._stage.session
        row = self._file(application)
        definition = definition_for(session.connection(), row.definition_hash)
        for number, (kind, spec) in enumerate(definition.documents.items()):
            if holds(spec.required_when, row.facts) is not False:
                stored = self._paper(spec.title)
                attached = documents.Attachment(application, kind, stored, actor, at + number * SECOND)
                documents.attach(session, attached)

    def _revise_paper(self, row: PermitApplication, definition: Definition, actor: Actor, at: int) -> None:
        kind = next((kind for kind in definition.documents if kind in row.document_kinds), None)
        if kind is not None:
            stored = self._paper(f"{definition.documents[kind].title}, revision {row.round}")
            documents.attach(self._stage.session, documents.Attachment(row.id, kind, stored, actor, at))

    def _paper(self, title: str) -> Stored:
        if title not in self._papers:
            self._papers[title] = demo_forms.paper(title, self._stage.uploads)
        return self._papers[title]

    def _sign_and_submit(self, application: str, actor: Actor, at: int) -> None:
        session = self._stage.session
        version = self._file(application).version
        declared = ("owner_consent", "no_adverse_impact")
        signed = Signature(application, "Sample Signature", declared, version, actor, at)
        drafts.sign(session, signed)
        if self._stage.rng.random() < _NEGLECTED_SHARE:
            self._neglected.add(application)
        self._follow(drafts.take(session, Act(application, "submit", actor, at + MINUTE)), at + MINUTE)

    def _follow(self, applied: Applied, at: int) -> None:
        """Plan what the applicant does next, if the file came into the applicant's court; some never do."""
        rng, row = self._stage.rng, self._file(applied.application_id)
        phase = self._definition(row).phases[row.state]
        if phase.party not in ("applicant", "payment") or phase.final or rng.random() < 0.07:
            return
        mean_days = {"payment": 3.0}.get(phase.party, 30.0 if phase.outcome else 9.0)
        wait = int((0.3 + rng.expovariate(1 / mean_days)) * DAY)
        application = row.id
        self._at(at + wait, lambda then: self._applicant_acts(application, then))

    def _applicant_acts(self, application: str, at: int) -> None:
        row = self._file(application)
        definition = self._definition(row)
        phase = definition.phases[row.state]
        actor = next(actor for actor, company in self._cast.installers if company == row.company_id)
        if phase.party == "payment":
            self._pay(row, actor, at)
        elif phase.party == "applicant" and not phase.final:
            self._answer(row, definition, actor, at)

    def _answer(self, row: PermitApplication, definition: Definition, actor: Actor, at: int) -> None:
        session = self._stage.session
        if row.open_items and self._stage.rng.random() < 0.05:
            inputs = {"reason": "The owner gave the project up"}
            transitions.apply(session.connection(), Act(row.id, "withdraw", actor, at, inputs))
            return
        items = session.scalars(
            select(CorrectionItem).where(
                CorrectionItem.application_id == row.id, CorrectionItem.status == "open"
            )
        ).all()
        for number, item in enumerate(items):
            reply = answers.Answer(
                row.id,
                item.id,
                "Changed as asked; see the new drawing.",
                None,
                answers.seen_reply("", None),
                actor,
                at + number * MINUTE,
            )
            answers.answer_item(session, reply)
        if items:
            self._revise_paper(row, definition, actor, at + 20 * MINUTE)
        action = self._next_of(definition, row.state, "applicant")
        if action is not None:
            spec = definition.actions[action]
            act = Act(row.id, action, actor, at + 30 * MINUTE, _words(spec))
            self._follow(drafts.take(session, act), at + 30 * MINUTE)

    def _pay(self, row: PermitApplication, payer: Actor, at: int) -> None:
        session = self._stage.session
        at_counter = self._stage.rng.random() < 0.3
        actor, role = (self._cast.staff["cashier"], "cashier") if at_counter else (payer, "applicant")
        balance = row.fees_due_cents - row.fees_paid_cents
        reference = f"CK-{self._stage.rng.randrange(10_000, 99_999)}-{row.event_seq}"
        record = payments.PaymentRecord(row.id, balance, reference, actor, role, at, row.version)
        self._follow(payments.record_payment(session, record), at)

    # What staff do.

    def _take_next(self, role: str, at: int) -> None:
        """Claim the most urgent waiting file of a role; the decision follows after the minutes of work."""
        session, actor = self._stage.session, self._cast.staff[role]
        waiting = session.scalars(
            select(Visit)
            .where(
                Visit.jurisdiction_id == self._stage.jurisdiction_id,
                Visit.role == role,
                Visit.closed_at.is_(None),
                Visit.claimed_by.is_(None),
                Visit.opened_at < at,
            )
            .order_by(Visit.due_on, Visit.opened_at)
            .limit(60)
        )
        visit = next((visit for visit in waiting if visit.application_id not in self._neglected), None)
        if visit is None:
            return
        claims.claim(session.connection(), visit.id, actor, at)
        minutes = self._cast.desks[role].minutes
        visit_id = visit.id
        work = int(minutes * MINUTE * self._stage.rng.uniform(0.5, 1.8))
        self._at(at + work, lambda then: self._decide(visit_id, actor, then))

    def _decide(self, visit_id: str, actor: Actor, at: int) -> None:
        session = self._stage.session
        visit = session.get_one(Visit, visit_id, populate_existing=True)
        if visit.closed_at is not None:
            return
        row = self._file(visit.application_id)
        definition = self._definition(row)
        if visit.lane is None:
            act = self._phase_act(row, definition, visit, actor, at)
        else:
            act = self._lane_act(definition, visit, actor, at)
        if act is not None:
            self._follow(transitions.apply(session.connection(), act), at)

    def _lane_act(self, definition: Definition, visit: Visit, actor: Actor, at: int) -> Act:
        rng, lane = self._stage.rng, definition.lanes[visit.lane or ""]
        wrong = 0.28 if visit.round == 1 else 0.08
        act = Act(visit.application_id, "approve", actor, at, lane=visit.lane, visit_id=visit.id)
        wants = lane.checklist and not lane.informational and rng.random() < wrong
        if wants and self._draft_items(visit, lane.checklist, actor, at):
            return _with(act, action="request_corrections")
        if rng.random() < 0.12:
            return _with(
                act, action="approve_with_conditions", conditions=("Call 48 hours before trenching.",)
            )
        return act

    def _phase_act(
        self, row: PermitApplication, definition: Definition, visit: Visit, actor: Actor, at: int
    ) -> Act | None:
        rng, phase = self._stage.rng, definition.phases[row.state]
        sending = self._next_of(definition, row.state, visit.role or "", needs_items=True)
        wants = sending and phase.checklist and rng.random() < (0.25 if row.round == 1 else 0.05)
        if wants and sending and self._draft_items(visit, phase.checklist, actor, at):
            return Act(row.id, sending, actor, at)
        failing = [
            name
            for name, spec in definition.actions.items()
            if row.state in spec.from_ and visit.role in spec.by and spec.tone == "danger"
        ]
        if failing and phase.outcome == "issued" and rng.random() < 0.18:
            return Act(row.id, failing[0], actor, at, _words(definition.actions[failing[0]]))
        action = self._next_of(definition, row.state, visit.role or "")
        return Act(row.id, action, actor, at, _words(definition.actions[action])) if action else None

    def _draft_items(self, visit: Visit, checklist: tuple[ChecklistItem, ...], actor: Actor, at: int) -> bool:
        """Draft one or two items, or none when the rule of one notice leaves nothing to ask for."""
        connection = self._stage.session.connection()
        definition = self._definition(self._file(visit.application_id))
        open_ = one_notice.openings(connection, definition, visit.application_id, visit.lane, actor)
        basis = one_notice.Basis(one_notice.CHANGED, open_.material[0][0]) if open_.material else None
        if open_.required and open_.sent and basis is None:
            return False
        for line in self._stage.rng.sample(checklist, k=min(len(checklist), self._stage.rng.randrange(1, 3))):
            text = f"Not shown on the plans: {line.text[0].lower()}{line.text[1:]}"
            fix = line.fix or "Show it on the plan."
            notices.draft_item(
                connection, visit.id, notices.Finding(text, line.citation, fix, basis=basis), actor, at
            )
        return True

    def _next_of(
        self, definition: Definition, state: str, role: str, *, needs_items: bool = False
    ) -> str | None:
        """Return the step forward of a role: its primary action, or the one that sends drafted items."""
        for name, spec in definition.actions.items():
            forward = spec.needs_items if needs_items else spec.tone == "primary"
            if state in spec.from_ and role in spec.by and forward:
                return name
        return None

    def _definition(self, row: PermitApplication) -> Definition:
        return definition_for(self._stage.session.connection(), row.definition_hash)

    def _file(self, application: str) -> PermitApplication:
        return self._stage.session.get_one(PermitApplication, application, populate_existing=True)


def _words(spec: ActionDef) -> dict[str, str]:
    return {
        name: f"{given.title}: as found on site." for name, given in spec.inputs.items() if given.required
    }


def _with(act: Act, *, action: str, conditions: tuple[str, ...] = ()) -> Act:
    return Act(
        act.application_id,
        action,
        act.actor,
        act.at,
        lane=act.lane,
        visit_id=act.visit_id,
        conditions=conditions,
    )
