"""The lanes of a file as rows: opened, answered, and their correction items settled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update

from permitflow.db import new_id
from permitflow.engine.lanes import LaneState
from permitflow.models import CorrectionItem
from permitflow.services import statements as sql
from permitflow.services.files import File, LaneRow


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reviewer's answer as it stands on the lane's row."""

    by: str | None = None
    at: int | None = None
    conditions: Sequence[str] = ()
    reason: str = ""


def put_lane(file: File, name: str, state: LaneState) -> None:
    """Open a lane for the first time or again, without an answer."""
    if name in file.lanes:
        write_lane(file, state, Verdict())
        return
    role = file.machine.definition.lanes[name].role
    lane = file.lanes[name] = LaneRow(new_id(), role, state)
    values = {
        "id": lane.id,
        "jurisdiction_id": file.jurisdiction_id,
        "application_id": file.id,
        "lane": name,
        "role": role,
        "required": state.required,
        "informational": state.informational,
        "state": state.state,
        "round": state.round,
        "conditions": "[]",
        "reason": "",
        "decided_by": None,
        "decided_at": None,
    }
    file.channel.write(sql.ADD_LANE, values)


def write_lane(file: File, state: LaneState, verdict: Verdict) -> None:
    """Write how a lane stands now and who said so."""
    lane = file.lanes[state.lane]
    file.lanes[state.lane] = LaneRow(lane.id, lane.role, state)
    file.changed()
    values = {
        "key": lane.id,
        "new_required": state.required,
        "new_state": state.state,
        "new_round": state.round,
        "new_conditions": json.dumps(list(verdict.conditions)),
        "new_reason": verdict.reason,
        "new_decided_by": verdict.by,
        "new_decided_at": verdict.at,
    }
    file.channel.write(sql.WRITE_LANE, values)


def resolve_items(file: File, lane: str | None) -> None:
    """Settle the sent items of a lane, or of the completeness check: the reviewer has accepted the answers."""
    done = file.channel.connection.execute(
        update(CorrectionItem)
        .where(CorrectionItem.application_id == file.id)
        .where(CorrectionItem.lane == lane)
        .where(CorrectionItem.status.in_(("open", "answered")))
        .values(status="resolved")
    )
    file.columns["open_items"] = max(0, file.columns["open_items"] - done.rowcount)
    file.changed()
