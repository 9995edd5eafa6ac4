"""How a file begins: a draft in its definition's first phase, with its first event and visit."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from permitflow.db import new_id
from permitflow.ledger.chain import GENESIS
from permitflow.models import PermitApplication
from permitflow.prepared import Channel
from permitflow.services import record, visits
from permitflow.services.acts import Start
from permitflow.services.definitions import definition_for
from permitflow.services.files import load, save
from permitflow.services.record import Entry


def start(connection: Connection, begun: Start) -> str:
    """Open a draft in its definition's first phase and record it; return the application's id."""
    definition = definition_for(connection, begun.definition_hash)
    phase = definition.initial()
    application_id = new_id()
    connection.execute(
        insert(PermitApplication),
        {
            "id": application_id,
            "jurisdiction_id": begun.jurisdiction_id,
            "company_id": begun.company_id,
            "project_id": begun.project_id,
            "created_by": begun.created_by,
            "workflow": definition.workflow,
            "definition_hash": begun.definition_hash,
            "state": phase,
            "party": definition.phases[phase].party,
            "party_since_at": begun.at,
            "title": begun.title,
            "form": dict(begun.form),
            "facts": dict(begun.facts),
            "event_hash": GENESIS,
            "version": 0,
            "created_at": begun.at,
            "updated_at": begun.at,
        },
    )
    file = load(Channel(connection), application_id)
    entry = Entry("start", "Draft started", begun.created_by, "applicant", "", phase, begun.at)
    record.append(file, entry)
    visits.open_visit(file, phase, begun.at, "started")
    save(file, begun.at)
    return application_id
