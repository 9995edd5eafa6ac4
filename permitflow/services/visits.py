"""The visits of a file and the courts it passes through: what waits where, since when, for whom."""

from __future__ import annotations

from permitflow.db import new_id
from permitflow.engine.definition import PhaseDef
from permitflow.prepared import as_text
from permitflow.services import statements as sql
from permitflow.services.actors import SYSTEM
from permitflow.services.files import NO_DUE_DATE, File, VisitRow, is_counted


def open_visit(file: File, step: str, at: int, why: str, lane: str | None = None) -> None:
    """Let the file wait at a phase, or at a lane of it, since an instant; `why` is the action that sent it."""
    definition = file.machine.definition
    phase = definition.phases[file.phase]
    due_on = file.columns["due_on"] or NO_DUE_DATE
    role = definition.lanes[lane].role if lane else phase.role
    visit = file.visits[step] = VisitRow(new_id(), step, lane, None, None, 0, due_on)
    values = {
        "id": visit.id,
        "jurisdiction_id": file.jurisdiction_id,
        "application_id": file.id,
        "company_id": file.columns["company_id"],
        "step": step,
        "lane": lane,
        "role": role,
        "party": phase.party,
        "round": file.columns["round"],
        "why": why,
        "due_on": as_text(due_on),
        "opened_at": at,
        "first_claimed_at": None,
        "claimed_at": None,
        "claimed_by": None,
        "worked_us": 0,
        "closed_at": None,
        "closed_by": None,
        "closing_action": None,
    }
    file.channel.write(sql.OPEN_VISIT, values)


def close_visit(file: File, visit: VisitRow, action: str, actor: str, at: int) -> None:
    """End a wait: time since the last claim counts as worked."""
    worked = visit.worked_us + (at - visit.claimed_at if visit.claimed_at is not None else 0)
    values = {
        "key": visit.id,
        "new_worked_us": worked,
        "new_closed_at": at,
        "new_closed_by": None if actor == SYSTEM.id else actor,
        "new_closing_action": action,
    }
    file.channel.write(sql.CLOSE_VISIT, values)
    del file.visits[visit.step]


def move_due_dates(file: File) -> None:
    """Bring the open visits to the file\'s due date, by which queues are sorted."""
    due_on = file.columns["due_on"] or NO_DUE_DATE
    for visit in file.visits.values():
        if visit.due_on != due_on:
            visit.due_on = due_on
            file.channel.write(sql.MOVE_DUE, {"key": visit.id, "new_due_on": as_text(due_on)})


def pass_court(file: File, target: PhaseDef, at: int, *, reopens: bool = False) -> None:
    """End one party's spell and start the next; from submission to the decision there is no gap and no overlap.

    A file that is reopened counts again until it is decided anew. The date of the first decision stays, and the
    last decision stands until the next.
    """
    columns, party = file.columns, target.party
    if target.outcome is not None:
        columns["outcome"], columns["reopened_at"] = target.outcome, None
        columns["decided_at"] = columns["decided_at"] or at
    elif reopens and columns["decided_at"] is not None:
        columns["reopened_at"] = at
    counts = is_counted(columns)
    passes = party != columns["party"]
    if file.spell_open and (passes or not counts):
        file.channel.write(sql.END_SPELL, {"application_id": file.id, "new_ended_at": at})
        file.spell_open = False
    if counts and not file.spell_open:
        spell = {"id": new_id(), "jurisdiction_id": file.jurisdiction_id, "application_id": file.id}
        file.channel.write(sql.START_SPELL, spell | {"party": party, "started_at": at, "ended_at": None})
        file.spell_open = True
    if passes:
        columns["party"], columns["party_since_at"] = party, at
