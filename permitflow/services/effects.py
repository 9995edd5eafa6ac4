"""What an action does besides moving the file: numbers, fees, notices, permits."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update

from permitflow.db import new_id
from permitflow.engine import clocks as engine_clocks
from permitflow.engine.clocks import ClockRule
from permitflow.engine.conditions import compute_integer
from permitflow.engine.definition import Effect, PermitDef
from permitflow.models import Company, CorrectionItem, CorrectionNotice, Lane, Permit, PermitApplication
from permitflow.services import one_notice
from permitflow.services import statements as sql
from permitflow.services.files import File
from permitflow.services.numbers import next_number
from permitflow.services.record import Datum


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and by whom an effect is caused: the instant, the legal date, the actor, and the phase entered."""

    at: int
    on: date
    actor: str
    to_phase: str


Data = Mapping[str, Datum]


def assign_number(file: File, occasion: Occasion) -> Data:
    """Give the file its receipt number; a file keeps the one it has."""
    if file.columns["number"] is None:
        file.columns["number"] = _next(file, "A", occasion)
    return {"number": file.columns["number"]}


def assess_fees(file: File, occasion: Occasion) -> Data:
    """Charge each fee of the phase that is entered, once per application; amounts in cents."""
    charged = {row[0] for row in file.channel.read((sql.READ_CHARGED, {"application_id": file.id}))[0]}
    data: dict[str, Datum] = {}
    for name, spec in file.machine.definition.fees.items():
        if spec.assessed_in != occasion.to_phase or name in charged:
            continue
        amount = compute_integer(spec.cents, file.facts())
        row = {"id": new_id(), "jurisdiction_id": file.jurisdiction_id, "application_id": file.id}
        row |= {"fee": name, "title": spec.title, "citation": spec.citation}
        file.channel.write(sql.ADD_FEE, row | {"amount_cents": amount, "assessed_at": occasion.at})
        data["fee_" + name] = amount
    file.columns["fees_due_cents"] += sum(int(amount) for amount in data.values())
    return data


def issue_notice(file: File, occasion: Occasion) -> Data:
    """Send every drafted item of every lane as one numbered notice, items numbered from 1."""
    connection = file.channel.connection
    of_file = CorrectionNotice.application_id == file.id
    number = (
        1 + connection.execute(select(func.count()).select_from(CorrectionNotice).where(of_file)).scalar_one()
    )
    notice = {
        "id": new_id(),
        "jurisdiction_id": file.jurisdiction_id,
        "application_id": file.id,
        "number": number,
        "round": file.columns["round"],
        "issued_at": occasion.at,
        "issued_by": occasion.actor,
        "due_on": _applicant_due(file),
        "material": one_notice.material(connection, file.id),
    }
    connection.execute(insert(CorrectionNotice), notice)
    drafts = connection.scalars(
        select(CorrectionItem.id)
        .where(CorrectionItem.application_id == file.id)
        .where(CorrectionItem.notice_id.is_(None))
        .order_by(CorrectionItem.lane, CorrectionItem.created_at, CorrectionItem.id)
    ).all()
    for place, item in enumerate(drafts, start=1):
        sent = {"notice_id": notice["id"], "number": place, "status": "open"}
        connection.execute(update(CorrectionItem).where(CorrectionItem.id == item).values(**sent))
    file.columns["draft_items"] = 0
    file.columns["open_items"] += len(drafts)
    file.columns["unanswered_items"] += len(drafts)
    return {"notice": number, "items": len(drafts)} | one_notice.told(connection, str(notice["id"]))


def issue_permit(file: File, occasion: Occasion) -> Data:
    """Create the permit with its number, conditions, expiry and check code; a file has one permit."""
    connection = file.channel.connection
    application = connection.execute(
        select(PermitApplication.form, PermitApplication.title, PermitApplication.station_count, Company.name)
        .join(Company, Company.id == PermitApplication.company_id)
        .where(PermitApplication.id == file.id)
    ).one()
    site, project = _part(application.form, "site"), _part(application.form, "project")
    kind = _permit_of(file)
    number = _next(file, "P", occasion)
    values = {
        "id": new_id(),
        "jurisdiction_id": file.jurisdiction_id,
        "application_id": file.id,
        "number": number,
        "check_code": secrets.token_urlsafe(12),
        "status": "valid",
        "title": kind.title,
        "address": " ".join(str(site[key]) for key in ("street", "unit") if site.get(key)),
        "city": str(site.get("city", "")),
        "holder": application.name,
        "station_count": application.station_count,
        "description": str(project.get("description") or application.title),
        "conditions": _conditions(file),
        "valuation_cents": project.get("valuation_cents"),
        "issued_on": occasion.on,
        "issued_at": occasion.at,
        "expires_on": _expiry(file, occasion.on),
    }
    connection.execute(insert(Permit), values)
    return {"permit": number, "expires_on": values["expires_on"].isoformat()}


def extend_permit(file: File, occasion: Occasion) -> Data:
    """Make the permit valid again for its whole length from today."""
    expires_on = _expiry(file, occasion.on)
    _change_permit(file, status="valid", expires_on=expires_on)
    return {"expires_on": expires_on.isoformat()}


def revise_permit(file: File, _occasion: Occasion) -> Data:
    """Issue the permit again under its number with the next revision, as the file has it now; its dates stay."""
    connection = file.channel.connection
    of_file = Permit.application_id == file.id
    application = connection.execute(
        select(PermitApplication.form, PermitApplication.title, PermitApplication.station_count).where(
            PermitApplication.id == file.id
        )
    ).one()
    project = _part(application.form, "project")
    values = {
        "revision": Permit.revision + 1,
        "status": "valid",
        "station_count": application.station_count,
        "description": str(project.get("description") or application.title),
        "conditions": _conditions(file),
        "valuation_cents": project.get("valuation_cents"),
        "document_sha256": None,
    }
    changed = connection.execute(update(Permit).where(of_file).values(**values).returning(Permit.revision))
    revision = changed.scalar_one_or_none()
    if revision is None:
        raise RuntimeError(f"The application {file.id} has no permit that could be revised.")
    return {"revision": revision}


def suspend_permit(file: File, _occasion: Occasion) -> Data:
    """Stop the work under the permit until it is reinstated."""
    return _change_permit(file, status="suspended")


def reinstate_permit(file: File, _occasion: Occasion) -> Data:
    """Make a suspended or revoked permit valid again; its dates stay."""
    return _change_permit(file, status="valid")


def revoke_permit(file: File, _occasion: Occasion) -> Data:
    """End the permit because the official revoked it."""
    return _change_permit(file, status="revoked")


def expire_permit(file: File, _occasion: Occasion) -> Data:
    """End the permit because its time ran out."""
    return _change_permit(file, status="expired")


def close_permit(file: File, _occasion: Occasion) -> Data:
    """Mark the permit as finalled: the work passed its last inspection."""
    return _change_permit(file, status="finaled")


EFFECTS: Mapping[Effect, Callable[[File, Occasion], Data]] = {
    "assign_number": assign_number,
    "assess_fees": assess_fees,
    "issue_notice": issue_notice,
    "issue_permit": issue_permit,
    "revise_permit": revise_permit,
    "suspend_permit": suspend_permit,
    "reinstate_permit": reinstate_permit,
    "extend_permit": extend_permit,
    "revoke_permit": revoke_permit,
    "expire_permit": expire_permit,
    "close_permit": close_permit,
}


def cause(file: File, effects: tuple[Effect, ...], occasion: Occasion) -> dict[str, Datum]:
    """Bring about the effects of an action in order; return what the record says of them."""
    data: dict[str, Datum] = {}
    for effect in effects:
        data |= EFFECTS[effect](file, occasion)
        file.changed()
    return data


def _next(file: File, series: str, occasion: Occasion) -> str:
    prefix = str(file.columns["number_prefix"])
    return next_number(file.channel, file.jurisdiction_id, series, occasion.on.year, prefix)


def _applicant_due(file: File) -> date | None:
    definition = file.machine.definition
    running = [
        clock for clock in file.clocks.values() if definition.clocks[clock.clock].holder == "applicant"
    ]
    return min((clock.due_on for clock in running if clock.due_on), default=None)


def _expiry(file: File, on: date) -> date:
    """Return the day that the permit's own clock ends, or, without one, its days from today."""
    definition = file.machine.definition
    ends = [
        clock.due_on for clock in file.clocks.values() if definition.clocks[clock.clock].holder == "permit"
    ]
    if ends and ends[0] is not None:
        return ends[0]
    permit = _permit_of(file)
    rule = ClockRule(
        id="permit",
        title=permit.title,
        unit="calendar_day",
        length=permit.valid_days,
        roll="none",
        count_from="exclude_first",
        authority=permit.citation,
        outcome="expired",
        verified=False,
        warn_at=(),
    )
    expires_on = engine_clocks.due_on(rule, on, file.calendar, ())
    assert expires_on is not None
    return expires_on


def _conditions(file: File) -> list[str]:
    rows = file.channel.connection.scalars(
        select(Lane.conditions).where(Lane.application_id == file.id).order_by(Lane.lane)
    )
    return [condition for conditions in rows for condition in conditions]


def _permit_of(file: File) -> PermitDef:
    """Return what the workflow says of its permit; lint refuses a workflow that issues one and says nothing of it."""
    permit = file.machine.definition.permit
    if permit is None:
        raise RuntimeError(f"The workflow {file.columns['workflow']} does not say what its permit is.")
    return permit


def _change_permit(file: File, **values: object) -> Data:
    _permit_of(file)
    file.channel.connection.execute(update(Permit).where(Permit.application_id == file.id).values(**values))
    return {}


def _part(form: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = form.get(name)
    return part if isinstance(part, Mapping) else {}
