"""Permits of earlier years, taken over from another system's export; taking the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, insert, inspect, select, update
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.interchange.permits_csv import HistoricPermit, RejectedRow
from permitflow.models import Permit

BATCH = 500
"""Permits looked up and written by one statement."""
STATUSES = {"issued": "valid"}
"""What a status of an export is called in the register, where it has another name there."""
LIMITS = {
    column.key: column.type.length
    for column in inspect(Permit).columns
    if isinstance(column.type, String) and column.type.length
}
"""How many characters each text column holds."""
NUL = "\x00"


@dataclass(frozen=True, slots=True)
class Source:
    """Whose permits they are, and what the register names as their origin (the file's name)."""

    jurisdiction_id: str
    name: str


@dataclass(frozen=True, slots=True)
class TakenPermits:
    """What came of an import, in permits; `with_stations` counts those whose number of stations is stated."""

    added: int
    changed: int
    unchanged: int
    with_stations: int
    rejected: tuple[RejectedRow, ...]

    @property
    def taken(self) -> int:
        """Return how many permits of the file the register holds now."""
        return self.added + self.changed + self.unchanged


def take_permits(
    session: Session, source: Source, outcomes: Sequence[HistoricPermit | RejectedRow]
) -> TakenPermits:
    """Enter the permits of an export in the register of a city; a permit is known by its number there.

    A permit that is there with the same content stays untouched, one with other content is brought up to date.
    Rejected are, besides the rows the reader rejected, values too long for the register, and numbers that
    belong to a permit which this installation issued itself.
    """
    rejected = [outcome for outcome in outcomes if isinstance(outcome, RejectedRow)]
    permits = [outcome for outcome in outcomes if isinstance(outcome, HistoricPermit)]
    added = changed = unchanged = with_stations = 0
    for start in range(0, len(permits), BATCH):
        batch = _Batch(session, source, permits[start : start + BATCH])
        batch.write(session)
        rejected += batch.rejected
        added, changed = added + len(batch.added), changed + len(batch.changed)
        unchanged, with_stations = unchanged + batch.unchanged, with_stations + batch.with_stations
    in_order = tuple(sorted(rejected, key=lambda row: row.line))
    return TakenPermits(added, changed, unchanged, with_stations, in_order)


class _Batch:
    """Some permits sorted into those to add, to change and to leave."""

    def __init__(self, session: Session, source: Source, permits: Sequence[HistoricPermit]) -> None:
        self.added: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []
        self.rejected: list[RejectedRow] = []
        self.unchanged = self.with_stations = 0
        self._source = source
        self._known = _known(session, source.jurisdiction_id, [permit.number for permit in permits])
        for permit in permits:
            self._sort(permit)

    def write(self, session: Session) -> None:
        """Send the batch's rows to the database."""
        if self.added:
            session.execute(insert(Permit), self.added)
        if self.changed:
            session.execute(update(Permit), self.changed)

    def _sort(self, permit: HistoricPermit) -> None:
        values = _columns(permit)
        reason = next(_problems(values), None)
        known = self._known.get(permit.number)
        if known is not None and known["application_id"] is not None:
            reason = "A permit that was issued here has this number."
        if reason:
            self.rejected.append(RejectedRow(permit.row, "", permit.number, reason))
            return
        self.with_stations += permit.stations is not None
        if known is None:
            self.added.append(_new_row(self._source, values))
        elif any(known[name] != value for name, value in values.items()):
            self.changed.append({"id": known["id"]} | values)
        else:
            self.unchanged += 1


def _known(session: Session, jurisdiction_id: str, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = session.execute(
        select(Permit.__table__)
        .where(Permit.jurisdiction_id == jurisdiction_id)
        .where(Permit.number.in_(numbers))
    )
    return {row["number"]: dict(row) for row in rows.mappings()}


def _columns(permit: HistoricPermit) -> dict[str, Any]:
    """The columns of the register that an export fills."""
    return {
        "number": permit.number,
        "status": STATUSES.get(permit.status, permit.status),
        "title": permit.permit_type,
        "address": permit.address,
        "city": permit.city,
        "holder": permit.holder or "",
        "station_count": permit.stations,
        "description": permit.description,
        "valuation_cents": permit.valuation_cents,
        "latitude": permit.latitude,
        "longitude": permit.longitude,
        "issued_on": permit.issued_on,
    }


def _new_row(source: Source, values: dict[str, Any]) -> dict[str, Any]:
    origin = {"id": new_id(), "jurisdiction_id": source.jurisdiction_id, "application_id": None}
    return origin | {"conditions": [], "source": source.name[: LIMITS["source"]]} | values


def _problems(values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if not isinstance(value, str):
            continue
        if len(value) > LIMITS.get(name, len(value)):
            yield f"The {name} has {len(value)} characters; the register takes {LIMITS[name]}."
        if NUL in value:
            yield f"The {name} holds a character that cannot be kept (NUL)."
