"""The other applications of a file's project: drafts that a step opens, and files that waited for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from permitflow.db import new_id
from permitflow.engine.errors import Refusal, UnmetClauses
from permitflow.engine.machine import Step
from permitflow.models import PermitApplication, Project
from permitflow.prepared import as_text
from permitflow.services import statements as sql
from permitflow.services.acts import Act, Start
from permitflow.services.definitions import active_hash, definition_for, machine_for
from permitflow.services.files import File
from permitflow.services.record import Datum
from permitflow.services.starts import start

_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another application of the project."""

    id: str
    jurisdiction_id: str
    definition_hash: str
    workflow: str
    outcome: str | None


def of(file: File) -> Iterator[Sibling]:
    """Yield the other applications of a file's project, in whichever city."""
    values = {"project_id": file.columns["project_id"], "application_id": file.id}
    for row in file.channel.read((sql.READ_SIBLINGS, values))[0]:
        yield Sibling(*row)


def itself(file: File) -> Sibling:
    """Return a file as the others of its project see it."""
    columns = file.columns
    return Sibling(
        file.id,
        file.jurisdiction_id,
        columns["definition_hash"],
        columns["workflow"],
        columns["outcome"],
    )


def queue_wakes(file: File, on: date, at: int) -> None:
    """Let those that wait for applications of this project be looked at again, in the transaction of the decision."""
    for other in of(file):
        if machine_for(file.channel.connection, other.definition_hash).named.gates:
            queue_wake(file, other, on, at)


def queue_wake(file: File, other: Sibling, on: date, at: int) -> None:
    """Let one application be looked at again because of this file; `on` is the legal date of what happened."""
    values = {"id": new_id(), "jurisdiction_id": other.jurisdiction_id, "application_id": other.id}
    values |= {"predecessor_id": file.id}
    file.channel.write(sql.ADD_WAKE, values | {"legal_on": as_text(on), "created_at": at, "woken_at": None})


def open_drafts(file: File, step: Step, act: Act) -> dict[str, Datum]:
    """Start a draft of each workflow that a step opens, in the same city, company and project.

    A workflow of which an undecided application is in the project already is left out. A file without a project
    gets one. Raises UnmetClauses when the city does not take such applications.
    """
    connection = file.channel.connection
    # The drafts are written at once; what this file has queued must stand before them.
    file.channel.flush()
    own = connection.execute(
        select(
            PermitApplication.created_by,
            PermitApplication.form,
            PermitApplication.facts,
            PermitApplication.title,
        ).where(PermitApplication.id == file.id)
    ).one()
    if file.columns["project_id"] is None:
        file.columns["project_id"] = _new_project(file, own, act.at)
    there = {other.workflow for other in of(file) if other.outcome is None}
    data: dict[str, Datum] = {}
    for workflow in step.opens:
        if workflow not in there:
            begun = _begun(file, own, workflow, step, act)
            data["opened_" + workflow.replace("-", "_")] = start(connection, begun)
    return data


def _begun(file: File, own: Any, workflow: str, step: Step, act: Act) -> Start:
    connection = file.channel.connection
    try:
        definition_hash = active_hash(connection, file.jurisdiction_id, workflow)
    except LookupError as error:
        title = file.machine.definition.actions[step.action].title
        message = "“{action}” opens an application of the workflow {workflow}, which this city does not take."
        params = {"action": title, "workflow": workflow}
        raise UnmetClauses(step.action, [Refusal("workflow_not_taken", message, params)]) from error
    wanted = definition_for(connection, definition_hash).title
    return Start(
        jurisdiction_id=file.jurisdiction_id,
        company_id=file.columns["company_id"],
        created_by=own.created_by,
        definition_hash=definition_hash,
        at=act.at,
        form=own.form,
        facts=own.facts,
        title=f"{wanted}: {own.title}"[:_LONGEST_TITLE],
        project_id=file.columns["project_id"],
    )


def _new_project(file: File, own: Any, at: int) -> str:
    project = {
        "id": new_id(),
        "title": own.title or file.machine.definition.title,
        "company_id": file.columns["company_id"],
        "created_at": at,
        "created_by": own.created_by,
    }
    file.channel.connection.execute(insert(Project), project)
    return str(project["id"])
