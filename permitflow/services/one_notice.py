"""The one-notice rule: after the first correction notice a new item needs changed material, an open item, or a danger.

A city that has sent its notice may not find new faults in what it had before it; each workflow cites the law it
follows. Where the workflow has no such rule, a basis may be given and is kept, but none is demanded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from permitflow.engine.definition import Definition, OneNoticeDef
from permitflow.engine.errors import Refusal, UnmetClauses
from permitflow.engine.machine import Actor
from permitflow.ledger.canonical import canonical_bytes
from permitflow.models import CorrectionItem, CorrectionNotice, Document, PermitApplication, Visit
from permitflow.services.definitions import definition_for
from permitflow.services.open_reviews import OpenReview

CHANGED, EARLIER, DANGER = "changed_material", "earlier_item", "health_and_safety"
BASES = (CHANGED, EARLIER, DANGER)
DOCUMENTS = "documents"
_NOT_MATERIAL = frozenset({"attestations", "contractor"})
"""Parts of the form that every signature writes anew."""
_UNSETTLED = ("open", "answered")
_FEWEST_WORDS, _FEWEST_LETTERS = 5, 25


class BasisRefused(UnmetClauses):
    """An item after the notice without a basis that holds; nothing was saved."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why an item is added after a notice.

    `ref` names the material ('documents.site_plan', 'site.parcel', 'equipment') or the id of the earlier item,
    `reason` says what endangers health or safety.
    """

    kind: str
    ref: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Openings:
    """What a new item may rest on now: whether a notice was sent, the changed material, and the unsettled items.

    `required` says that the workflow has the rule, `official` that the person may name a danger. Material and items
    are pairs of a reference and what people call it.
    """

    sent: bool
    required: bool
    official: bool
    material: tuple[tuple[str, str], ...] = ()
    items: tuple[tuple[str, str], ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The bases that can be given now."""
        possible = {CHANGED: self.material, EARLIER: self.items, DANGER: self.official}
        return tuple(kind for kind in BASES if possible[kind])


NO_NOTICE = Openings(sent=False, required=False, official=False)


def openings(
    connection: Connection, definition: Definition, application_id: str, lane: str | None, actor: Actor
) -> Openings:
    """Return what a new item in a lane, or of the whole file, may rest on now, seen by one person."""
    rule = definition.one_notice
    notice = _last_notice(connection, application_id)
    if notice is None:
        return NO_NOTICE
    return Openings(
        sent=True,
        required=rule is not None,
        official=rule is None or rule.official in actor.roles,
        material=tuple(_changed(connection, definition, application_id, notice)),
        items=tuple(_unsettled(connection, application_id, lane)),
    )


def checked(connection: Connection, review: OpenReview, basis: Basis | None, actor: Actor) -> Basis | None:
    """Return the basis to keep with a new item, None before the first notice.

    Raises BasisRefused when the workflow demands a basis and there is none, or when the one that is given does not
    hold.
    """
    open_ = openings(connection, review.definition, review.application_id, review.lane, actor)
    if not open_.sent:
        return None
    if basis is None or not basis.kind:
        if open_.required:
            raise _refused(
                review.definition.one_notice, "A notice was already sent. Say what this item rests on."
            )
        return None
    problem = _problem(open_, basis)
    if problem:
        raise _refused(review.definition.one_notice, problem)
    return basis


def as_official(connection: Connection, visit_id: str, actor: Actor) -> Actor:
    """Return the actor with the role of an open review, when the workflow lets them name a danger in any of them."""
    found = connection.execute(
        select(Visit.role, PermitApplication.definition_hash)
        .join(PermitApplication, PermitApplication.id == Visit.application_id)
        .where(Visit.id == visit_id)
    ).one_or_none()
    if found is None or found.role is None:
        return actor
    rule = definition_for(connection, found.definition_hash).one_notice
    if rule is None or rule.official not in actor.roles:
        return actor
    return replace(actor, roles=actor.roles | {found.role})


def material(connection: Connection, application_id: str) -> dict[str, Any]:
    """Return fingerprints of a file's answers, to tell later what changed: by part of the form, and by field there."""
    row = connection.execute(
        select(PermitApplication.form, PermitApplication.people).where(PermitApplication.id == application_id)
    ).one()
    parts = {name: part for name, part in row.form.items() if name not in _NOT_MATERIAL}
    return {name: _fingerprints(part) for name, part in {**parts, "people": row.people}.items()}


def told(connection: Connection, notice_id: str) -> dict[str, str]:
    """Return what the record says of the items of a notice that came after the first: their numbers by basis."""
    rows = connection.execute(
        select(CorrectionItem.basis, CorrectionItem.number)
        .where(CorrectionItem.notice_id == notice_id, CorrectionItem.basis.is_not(None))
        .order_by(CorrectionItem.number)
    ).all()
    return {
        f"items_{kind}": ", ".join(str(row.number) for row in rows if row.basis == kind)
        for kind in BASES
        if any(row.basis == kind for row in rows)
    }


def _problem(open_: Openings, basis: Basis) -> str:
    if basis.kind == CHANGED:
        if not open_.material:
            return "Nothing in this file changed since the notice."
        if basis.ref not in dict(open_.material):
            return "Choose the document or answer that changed since the notice."
    elif basis.kind == EARLIER:
        if basis.ref not in dict(open_.items):
            return "Choose an item of an earlier notice that is not settled."
    elif basis.kind == DANGER:
        if not open_.official:
            return "Only the official that the workflow names may add an item for health and safety."
        if len(basis.reason.split()) < _FEWEST_WORDS or len(basis.reason) < _FEWEST_LETTERS:
            return "Say in a full sentence what endangers health or safety."
    else:
        return "An item rests on changed material, on an earlier item, or on health and safety."
    return ""


def _refused(rule: OneNoticeDef | None, message: str) -> BasisRefused:
    official, citation = (rule.official, rule.citation) if rule else ("", "")
    return BasisRefused(
        "request_corrections", [Refusal("one_notice", message, {}, official, citation=citation)]
    )


def _last_notice(connection: Connection, application_id: str) -> Any:
    return connection.execute(
        select(CorrectionNotice.issued_at, CorrectionNotice.material)
        .where(CorrectionNotice.application_id == application_id)
        .order_by(CorrectionNotice.number.desc())
        .limit(1)
    ).one_or_none()


def _changed(
    connection: Connection, definition: Definition, application_id: str, notice: Any
) -> list[tuple[str, str]]:
    documents = connection.scalars(
        select(Document.kind)
        .where(Document.application_id == application_id, Document.uploaded_at > notice.issued_at)
        .distinct()
        .order_by(Document.kind)
    )
    found = [(f"{DOCUMENTS}.{kind}", _document_title(definition, kind)) for kind in documents]
    # A notice that is older than this rule kept no picture of the answers: any of them may have changed.
    before = notice.material or {}
    for part, prints in material(connection, application_id).items():
        found += [(ref, _field_title(definition, ref)) for ref in _differing(part, prints, before.get(part))]
    return found


def _differing(part: str, now: Any, before: Any) -> list[str]:
    """The answers of one part of the form that are not as they were, as references."""
    if now == before:
        return []
    if not isinstance(now, Mapping) or not isinstance(before, Mapping):
        return [part]
    return [f"{part}.{name}" for name in sorted({*now, *before}) if now.get(name) != before.get(name)]


def _unsettled(connection: Connection, application_id: str, lane: str | None) -> list[tuple[str, str]]:
    query = (
        select(
            CorrectionItem.id,
            CorrectionNotice.number.label("notice"),
            CorrectionItem.number,
            CorrectionItem.text,
        )
        .join(CorrectionNotice, CorrectionNotice.id == CorrectionItem.notice_id)
        .where(CorrectionItem.application_id == application_id)
        .where(CorrectionItem.status.in_(_UNSETTLED))
        .order_by(CorrectionNotice.number, CorrectionItem.number)
    )
    if lane is not None:
        query = query.where(CorrectionItem.lane == lane)
    return [(row.id, f"{row.notice}.{row.number} {row.text[:80]}") for row in connection.execute(query)]


def _document_title(definition: Definition, kind: str) -> str:
    spec = definition.documents.get(kind)
    return spec.title if spec else kind.replace("_", " ")


def _field_title(definition: Definition, ref: str) -> str:
    spec = definition.fields.get(ref)
    return spec.title if spec else ref.replace(".", ": ").replace("_", " ").capitalize()


def _fingerprints(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {str(name): _fingerprint(value) for name, value in part.items()}
    return _fingerprint(part)


def _fingerprint(value: object) -> str:
    return sha256(canonical_bytes(value)).hexdigest()[:16]
