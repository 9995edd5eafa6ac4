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
from permitflow.models import Jurisdiction, JurisdictionWorkflow, StoredDefinition

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
    session: Session, jurisdiction_id: str, loaded: LoadedDefinition, at: int, by: str | None = None
) -> None:
    """Let new applications of a workflow run under a definition from now on; open files keep theirs."""
    store(session, loaded, at)
    workflow = loaded.definition.workflow
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
        )
    )


def active_hash(connection: Connection, jurisdiction_id: str, workflow: str) -> str:
    """Return the hash that new applications of a workflow run under; raises LookupError when there is none."""
    query = (
        select(JurisdictionWorkflow.definition_hash)
        .where(JurisdictionWorkflow.jurisdiction_id == jurisdiction_id)
        .where(JurisdictionWorkflow.workflow == workflow)
        .where(JurisdictionWorkflow.active)
    )
    found = connection.execute(query).scalar()
    if found is None:
        raise LookupError("This city does not take such applications.")
    return str(found)
