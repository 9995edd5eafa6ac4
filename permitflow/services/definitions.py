"""Workflow definitions in the database: stored for ever under their hash, published per city."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.definition import Definition, LoadedDefinition
from permitflow.engine.loader import from_body
from permitflow.engine.machine import Machine, compile_machine
from permitflow.engine.pack import load_pack
from permitflow.engine.version_diff import compare, next_version
from permitflow.models import Jurisdiction, JurisdictionWorkflow, StoredDefinition

FIRST_VERSION = "1.0.0"

_machines: dict[str, Machine] = {}


def machine_for(connection: Connection, definition_hash: str) -> Machine:
    """Return the compiled machine of a stored definition; raises LookupError for an unknown hash."""
    machine = _machines.get(definition_hash)
    if machine is None:
        query = select(StoredDefinition.body).where(StoredDefinition.hash == definition_hash)
        body = connection.execute(query).scalar()
        if body is None:
            raise LookupError(f"There is no workflow definition with the hash {definition_hash[:12]}.")
        machine = _machines[definition_hash] = compile_machine(definition_hash, from_body(body))
    return machine


def definition_for(connection: Connection, definition_hash: str) -> Definition:
    """Return a stored definition; raises LookupError for an unknown hash."""
    return machine_for(connection, definition_hash).definition


def store(session: Session, loaded: LoadedDefinition, at: int) -> None:
    """Keep a definition's canonical bytes; storing the same bytes again changes nothing."""
    if session.get(StoredDefinition, loaded.hash) is None:
        session.add(
            StoredDefinition(
                hash=loaded.hash,
                workflow=loaded.definition.workflow,
                title=loaded.definition.title,
                body=loaded.body,
                stored_at=at,
            )
        )
        session.flush()


def publish_pack(
    session: Session, jurisdiction: Jurisdiction, folder: Path, at: int, by: str | None = None
) -> list[str]:
    """Make the workflows of a pack's folder, and no others, the city's active ones at instant `at`; return their ids.

    Raises DefinitionError when a file does not load or lint.
    """
    workflows = load_pack(folder).workflows
    session.execute(
        update(JurisdictionWorkflow)
        .where(JurisdictionWorkflow.jurisdiction_id == jurisdiction.id)
        .values(active=False)
    )
    for loaded in workflows:
        publish(session, jurisdiction.id, loaded, at, by)
    return [loaded.definition.workflow for loaded in workflows]


def publish(
    session: Session,
    jurisdiction_id: str,
    loaded: LoadedDefinition,
    at: int,
    by: str | None = None,
    publication_id: str | None = None,
) -> None:
    """Let new applications of a workflow run under a definition from now on; open files keep theirs.

    `publication_id` names the approved proposal that asked for it; a city's first workflows have none.
    """
    store(session, loaded, at)
    workflow = loaded.definition.workflow
    version = version_of(session, jurisdiction_id, loaded.definition, loaded.hash)
    session.execute(
        update(JurisdictionWorkflow)
        .where(JurisdictionWorkflow.jurisdiction_id == jurisdiction_id)
        .where(JurisdictionWorkflow.workflow == workflow)
        .values(active=False)
    )
    session.add(
        JurisdictionWorkflow(
            id=new_id(),
            jurisdiction_id=jurisdiction_id,
            workflow=workflow,
            definition_hash=loaded.hash,
            active=True,
            published_at=at,
            published_by=by,
            version=version,
            publication_id=publication_id,
        )
    )
    session.flush()


def versions(session: Session, jurisdiction_id: str, workflow: str) -> dict[str, str]:
    """Return hash -> version for people of every definition a city has published of a workflow, oldest first.

    A definition that is published again keeps the version it got first.
    """
    rows = session.execute(
        select(JurisdictionWorkflow.definition_hash, JurisdictionWorkflow.version)
        .where(JurisdictionWorkflow.jurisdiction_id == jurisdiction_id)
        .where(JurisdictionWorkflow.workflow == workflow)
        .order_by(JurisdictionWorkflow.published_at, JurisdictionWorkflow.id)
    )
    found: dict[str, str] = {}
    for definition_hash, version in rows:
        # Publications from before versions were counted have none of their own.
        found.setdefault(definition_hash, version or f"1.0.{len(found)}")
    return found


def version_of(session: Session, jurisdiction_id: str, definition: Definition, definition_hash: str) -> str:
    """Return the version a definition has in a city, or would get: computed from what differs, never typed."""
    known = versions(session, jurisdiction_id, definition.workflow)
    if definition_hash in known:
        return known[definition_hash]
    current = current_hash(session.connection(), jurisdiction_id, definition.workflow)
    if current is None:
        return FIRST_VERSION if not known else next_version(list(known.values())[-1], "breaking")
    changed = compare(definition_for(session.connection(), current), definition).change_class
    # Other spellings of the same definition are other bytes, so they need a number of their own too.
    version = next_version(known[current], changed if changed != "same" else "cosmetic")
    while version in known.values():
        version = next_version(version, changed if changed != "same" else "cosmetic")
    return version


def current_hash(connection: Connection, jurisdiction_id: str, workflow: str) -> str | None:
    """Return the hash that new applications of a workflow run under; None when the city has no such workflow."""
    query = (
        select(JurisdictionWorkflow.definition_hash)
        .where(JurisdictionWorkflow.jurisdiction_id == jurisdiction_id)
        .where(JurisdictionWorkflow.workflow == workflow)
        .where(JurisdictionWorkflow.active)
    )
    found: str | None = connection.execute(query).scalar()
    return found


def active_hash(connection: Connection, jurisdiction_id: str, workflow: str) -> str:
    """Return the hash that new applications of a workflow run under; raises LookupError when there is none."""
    found = current_hash(connection, jurisdiction_id, workflow)
    if found is None:
        raise LookupError("This city does not take such applications.")
    return found
