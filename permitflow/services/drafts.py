"""Drafts: an application begun, its steps saved one by one, and the signature under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from permitflow.engine.definition import Definition
from permitflow.engine.errors import Refusal, WrongPhase
from permitflow.engine.machine import Actor
from permitflow.instants import local_date
from permitflow.ledger.canonical import canonical_bytes
from permitflow.models import Company, Jurisdiction, JurisdictionWorkflow, PermitApplication
from permitflow.services import facts, publications, transitions
from permitflow.services.actors import APPLICANT, SYSTEM
from permitflow.services.companies import licence_valid
from permitflow.services.definitions import definition_for
from permitflow.services.errors import NotFound, Stale
from permitflow.services.files import File
from permitflow.services.transitions import Act, Applied, Note, Start

STEPS = ("project", "site", "equipment", "electrical", "people")
"""The steps that hold answers, in the order in which they are asked."""
DECLARATIONS = ("owner_consent", "no_adverse_impact")
"""What a signer is asked to declare."""
Answers = Mapping[str, object] | Sequence[Mapping[str, object]]
"""What one step says: named answers, or one set of them for each row. An unanswered question is absent."""
_MEANWHILE = "Somebody of your company changed this step meanwhile. Compare, then save again."


@dataclass(frozen=True, slots=True)
class NewDraft:
    """What a new application needs to begin; `at` in microseconds."""

    jurisdiction_id: str
    company_id: str
    project_type: str
    actor: Actor
    at: int


@dataclass(frozen=True, slots=True)
class StepSave:
    """One step as it was sent; `seen` is the fingerprint of the step as the person saw it."""

    application_id: str
    step: str
    answers: Answers
    seen: str
    actor: Actor
    at: int


@dataclass(frozen=True, slots=True)
class Signature:
    """The declarations that were made, and the name; `version` is the file's version that the signer saw."""

    application_id: str
    name: str
    declared: tuple[str, ...]
    version: int
    actor: Actor
    at: int


def active_workflow(session: Session, jurisdiction_id: str, project_type: str) -> str:
    """Return the definition hash that a city uses for a type of project today; raises NotFound."""
    hashes = session.scalars(
        select(JurisdictionWorkflow.definition_hash)
        .where(JurisdictionWorkflow.jurisdiction_id == jurisdiction_id, JurisdictionWorkflow.active)
        .order_by(JurisdictionWorkflow.workflow)
    )
    for definition_hash in hashes:
        if project_type in definition_for(session.connection(), definition_hash).project_types:
            return definition_hash
    raise NotFound


def start_draft(session: Session, new: NewDraft) -> str:
    """Begin an application under the workflow that the city uses for this type of project; return its id.

    Raises:
        NotFound: the person does not act for the company, or the city has no such workflow.
    """
    company = session.get(Company, new.company_id)
    if company is None or new.company_id not in new.actor.company_ids:
        raise NotFound
    # A version whose day has come begins with the first application, also before anybody swept.
    publications.activate_due(session, new.at, new.jurisdiction_id)
    form: dict[str, object] = {"project": {"type": new.project_type}}
    begun = Start(
        jurisdiction_id=new.jurisdiction_id,
        company_id=new.company_id,
        created_by=new.actor.id,
        definition_hash=active_workflow(session, new.jurisdiction_id, new.project_type),
        at=new.at,
        form=form,
        facts=facts.derived(form),
        title=title_of(form),
    )
    return transitions.start(session.connection(), begun)


def save_step(session: Session, save: StepSave) -> Applied | None:
    """Save one step and derive title, station count and facts anew; None when nothing changed.

    Raises:
        NotFound: no such application or step.
        Stale: a colleague changed the same step meanwhile.
        WrongPhase: the application is not with the applicant.
    """
    if save.step not in STEPS:
        raise NotFound
    current = stored_answers(session, save.application_id)
    if isinstance(save.answers, Mapping) and save.step == "project":
        # The type chose the workflow, so it stays.
        save = replace(save, answers={**save.answers, "type": current["project"]["type"]})

    def change(answers: dict[str, Any]) -> None:
        if fingerprint(answers.get(save.step, {})) != save.seen:
            raise Stale(save.application_id, None, _MEANWHILE)
        answers[save.step] = save.answers

    if current.get(save.step, {}) == save.answers:
        return None
    noted = Note(
        save.application_id,
        "save_step",
        "Form changed",
        save.actor.id,
        APPLICANT,
        save.at,
        data={"step": save.step, "answers": fingerprint(save.answers)},
        change=lambda file: _change(file, change, save.at),
    )
    return transitions.note(session.connection(), noted)


def sign(session: Session, signature: Signature) -> Applied:
    """Write the declarations and the signature into the application, with the state of the contractor licence.

    Raises:
        NotFound, Stale, WrongPhase: as for `save_step`.
    """

    def change(answers: dict[str, Any]) -> None:
        # The signer was asked for each of them, so one that was not made is a no.
        declared = {name: name in signature.declared for name in DECLARATIONS}
        signed = {"signed": True, "signed_name": signature.name, "signed_at": signature.at}
        answers["attestations"] = declared | signed

    noted = Note(
        signature.application_id,
        "sign",
        "Signed",
        signature.actor.id,
        APPLICANT,
        signature.at,
        version=signature.version,
        data={"declared": ", ".join(signature.declared)},
        words={"signed_name": signature.name},
        change=lambda file: _change(file, change, signature.at),
    )
    return transitions.note(session.connection(), noted)


def take(session: Session, act: Act) -> Applied:
    """Take an action of a file after looking up anew whether the contractor licence is in force.

    Raises NotFound, Stale or a kind of NotAllowed, as every action does.
    """
    row = session.execute(
        select(PermitApplication.form, Company.licence_number, Company.licence_expires_on, Jurisdiction.zone)
        .join(Company, Company.id == PermitApplication.company_id)
        .join(Jurisdiction, Jurisdiction.id == PermitApplication.jurisdiction_id)
        .where(PermitApplication.id == act.application_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    valid = licence_valid(row.licence_number, row.licence_expires_on, local_date(act.at, row.zone))
    known = row.form.get("contractor", {}).get("licence_valid")
    if valid != known:
        noted = Note(
            act.application_id,
            "check_licence",
            "Contractor licence looked up",
            SYSTEM.id,
            SYSTEM.id,
            act.at,
            version=act.version,
            data={"licence": {True: "valid", False: "expired", None: "unknown"}[valid]},
            change=lambda file: _rewrite(file, lambda _answers: None, act.at),
        )
        checked = transitions.note(session.connection(), noted)
        act = replace(act, version=checked.version)
    return transitions.apply(session.connection(), act)


def fingerprint(answers: object) -> str:
    """Return 32 hex digits that stand for the answers of a step: equal for equal answers."""
    return sha256(canonical_bytes(answers)).hexdigest()[:32]


def stored_answers(session: Session, application_id: str) -> dict[str, Any]:
    """Return the answers of every step of an application, the people among them; raises NotFound."""
    row = session.execute(
        select(PermitApplication.form, PermitApplication.people).where(PermitApplication.id == application_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return {**row.form, "people": row.people}


def with_applicant(definition: Definition, state: str) -> bool:
    """Return whether an application in this phase may still be changed by the applicant."""
    phase = definition.phases[state]
    return phase.party == "applicant" and phase.outcome is None and not phase.final


def may_answer(definition: Definition, state: str, open_items: int) -> bool:
    """Return whether the applicant may answer correction items and add documents in this phase.

    Beside the phases in which everything may be changed: those in which the applicant has a decided application in
    hand while `open_items` items of a notice wait, such as what an inspection found. The form stays as it was decided.
    """
    phase = definition.phases[state]
    return with_applicant(definition, state) or (
        phase.party == "applicant" and not phase.final and open_items > 0
    )


def refuse_unless_may_answer(file: File, action: str) -> None:
    """Raise WrongPhase when the applicant may not answer items or add documents now."""
    if not may_answer(file.machine.definition, file.phase, file.columns["open_items"]):
        refuse_unless_with_applicant(file, action)


def refuse_unless_with_applicant(file: File, action: str) -> None:
    """Raise WrongPhase when a file may not be changed by the applicant now."""
    definition = file.machine.definition
    if not with_applicant(definition, file.phase):
        message = "Forms and documents can be changed only while the application is with you. It stands at “{phase}”."
        params = {"phase": definition.phases[file.phase].title}
        raise WrongPhase(action, [Refusal("not_with_applicant", message, params)])


def title_of(form: Mapping[str, Any]) -> str:
    """Return what and where in one line, such as '1250 Mission Rd · 12 x 9.6 kW'."""
    site = form.get("site", {})
    rows = form.get("equipment", [])
    parts = [" ".join(str(site[key]) for key in ("street", "unit") if site.get(key)), _chargers(rows)]
    named = str(form.get("project", {}).get("title", ""))
    return (" · ".join(part for part in parts if part) or named or "New application")[:200]


def _chargers(rows: Sequence[Mapping[str, Any]]) -> str:
    """Describe the chargers by the power of one, rounded to 100 W: volts times amps (times √3 on three phases)."""
    described = []
    for row in rows:
        volts, amps = row.get("volts"), row.get("amps")
        quantity = row.get("quantity", 1)
        if not (volts and amps):
            described.append(f"{quantity} {row.get('level', '')}".strip())
            continue
        hundreds = round(volts * amps * (3**0.5 if row.get("phase") == 3 else 1) / 100)
        described.append(f"{quantity} x {hundreds // 10}.{hundreds % 10} kW")
    return " + ".join(described)


def _change(file: File, change: Callable[[dict[str, Any]], None], at: int) -> None:
    refuse_unless_with_applicant(file, "save_step")
    _rewrite(file, change, at)


def _rewrite(file: File, change: Callable[[dict[str, Any]], None], at: int) -> None:
    """Change the answers of a locked file, and everything that follows from them."""
    connection = file.channel.connection
    row = connection.execute(
        select(PermitApplication.form, PermitApplication.people).where(PermitApplication.id == file.id)
    ).one()
    answers: dict[str, Any] = {**row.form, "people": row.people}
    change(answers)
    people = answers.pop("people")
    answers["contractor"] = _contractor(file, at)
    known = facts.derived(answers)
    stations = known.get("equipment", {}).get("station_count")
    connection.execute(
        update(PermitApplication)
        .where(PermitApplication.id == file.id)
        .values(form=answers, people=people, facts=known, title=title_of(answers), station_count=stations)
    )
    file.columns["facts"] = known
    file.changed()


def _contractor(file: File, at: int) -> dict[str, object]:
    company = file.channel.connection.execute(
        select(Company.licence_number, Company.licence_expires_on).where(
            Company.id == file.columns["company_id"]
        )
    ).one()
    valid = licence_valid(
        company.licence_number, company.licence_expires_on, local_date(at, file.calendar.zone)
    )
    return {} if valid is None else {"licence_valid": valid}
