"""The machine's own time: when it went back, or leapt ahead, it is written down and logged."""

from __future__ import annotations

import logging

from sqlalchemy import Connection

from permitflow.db import new_id
from permitflow.instants import SECOND
from permitflow.prepared import Channel
from permitflow.services import statements as sql
from permitflow.services.files import File

BACK = 2 * SECOND
AHEAD = 300 * SECOND
log = logging.getLogger(__name__)


def drift_us(wall_us: int, steady_us: int) -> int:
    """Return by how much the wall clock left a steady one between two looks, 0 within the tolerance.

    `wall_us` and `steady_us` are what each clock says has passed, in microseconds; the result is negative when the
    wall clock went back by more than 2 seconds, positive when it leapt ahead by more than 5 minutes.
    """
    drift = wall_us - steady_us
    return drift if drift < -BACK or drift > AHEAD else 0


def note_drift(connection: Connection, drift: int, at: int, seen_by: str) -> None:
    """Write down that the machine's time left the steady clock by `drift` microseconds."""
    log.error("The machine's clock moved by %.3f s against a steady clock.", drift / SECOND)
    channel = Channel(connection)
    channel.write(sql.NOTE_ANOMALY, _row("regression" if drift < 0 else "jump", drift, at, seen_by))
    channel.flush()


def note_regression(file: File, act_at: int, last_at: int) -> None:
    """Write down, with the file's own change, that an act came at `act_at`, before the file's last at `last_at`."""
    log.error("An act on %s came %.3f s before its last one.", file.id, (last_at - act_at) / SECOND)
    row = _row("regression", act_at - last_at, last_at, "record")
    row |= {"jurisdiction_id": file.jurisdiction_id, "application_id": file.id}
    file.channel.write(sql.NOTE_ANOMALY, row)


def _row(kind: str, drift: int, at: int, seen_by: str) -> dict[str, object]:
    return {
        "id": new_id(),
        "kind": kind,
        "noticed_at": at,
        "drift_us": drift,
        "seen_by": seen_by,
        "jurisdiction_id": None,
        "application_id": None,
    }
