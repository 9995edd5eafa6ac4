"""The rows of one file as they stand, kept as JSON with a move so that the move can be undone to the letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Table, case, delete, insert, select, update

from permitflow.models import ChecklistAnswer, Clock, CorrectionItem, Lane, PermitApplication, Visit
from permitflow.services.files import File

_KEPT = ("definition_hash", "facts", "state", "round", "due_on", "open_items", "draft_items")
_UNRESOLVED = ("draft", "open", "answered")
Picture = dict[str, Any]


def picture(connection: Connection, application_id: str) -> Picture:
    """Return the file's own columns, its lanes, open visits, clocks, items and checklist answers as JSON values."""
    file = PermitApplication.__table__
    columns = [file.c[name] for name in _KEPT]
    return {
        "file": _plain(
            connection.execute(select(*columns).where(file.c.id == application_id)).mappings().one()
        ),
        "lanes": _rows(connection, Lane.__table__, application_id),
        "visits": _rows(connection, Visit.__table__, application_id, Visit.closed_at.is_(None)),
        "clocks": _rows(connection, Clock.__table__, application_id),
        "items": _rows(
            connection, CorrectionItem.__table__, application_id, CorrectionItem.lane.is_not(None)
        ),
        "answers": _rows(connection, ChecklistAnswer.__table__, application_id),
    }


def restore(connection: Connection, application_id: str, kept: Picture) -> None:
    """Bring the rows back to a picture; a clock that began since stays in the history as stopped."""
    _replace(connection, Lane.__table__, application_id, kept["lanes"])
    _replace(connection, ChecklistAnswer.__table__, application_id, kept["answers"])
    visits: Any = Visit.__table__
    connection.execute(
        delete(visits).where(visits.c.application_id == application_id, visits.c.closed_at.is_(None))
    )
    clocks: Any = Clock.__table__
    for table, name in ((visits, "visits"), (clocks, "clocks")):
        for row in _read(table, kept[name]):
            found = connection.execute(update(table).where(table.c.id == row["id"]).values(row))
            if not found.rowcount:
                connection.execute(insert(table), row)
    for row in kept["items"]:
        connection.execute(
            update(CorrectionItem).where(CorrectionItem.id == row["id"]).values(lane=row["lane"])
        )
    (columns,) = _read(PermitApplication.__table__, [kept["file"]])
    connection.execute(
        update(PermitApplication).where(PermitApplication.id == application_id).values(columns)
    )


def begun_since(connection: Connection, application_id: str, kept: Picture) -> list[str]:
    """Return the ids of the clocks that were not there when the picture was taken."""
    known = {row["id"] for row in kept["clocks"]}
    rows = connection.execute(select(Clock.id).where(Clock.application_id == application_id))
    return [clock_id for (clock_id,) in rows if clock_id not in known]


def rewrite(connection: Connection, file: File, facts: Mapping[str, object], definition_hash: str) -> None:
    """Let a file run under another definition with other facts."""
    file.columns["definition_hash"] = definition_hash
    file.columns["facts"] = dict(facts)
    connection.execute(
        update(PermitApplication)
        .where(PermitApplication.id == file.id)
        .values(definition_hash=definition_hash, facts=dict(facts))
    )


def put_lanes(connection: Connection, application_id: str, rows: list[dict[str, Any]]) -> None:
    """Write all lanes of a file anew, so that two of them may swap their names."""
    _replace(connection, Lane.__table__, application_id, rows)


def rename_items(connection: Connection, file: File, names: Mapping[str, str]) -> None:
    """Give unresolved correction items the new names of their lanes."""
    if names and (file.columns["open_items"] or file.columns["draft_items"]):
        connection.execute(
            update(CorrectionItem)
            .where(CorrectionItem.application_id == file.id, CorrectionItem.lane.in_(names))
            .where(CorrectionItem.status.in_(_UNRESOLVED))
            .values(lane=case(dict(names), value=CorrectionItem.lane))
        )


def unresolved_lanes(connection: Connection, file: File) -> set[str]:
    """Return the lanes that have correction items which are not settled yet."""
    if not (file.columns["open_items"] or file.columns["draft_items"]):
        return set()
    rows = connection.execute(
        select(CorrectionItem.lane)
        .where(CorrectionItem.application_id == file.id, CorrectionItem.lane.is_not(None))
        .where(CorrectionItem.status.in_(_UNRESOLVED))
    )
    return {lane for (lane,) in rows if lane is not None}


def rename_answers(
    connection: Connection, application_id: str, kept: Picture, names: Mapping[str, str]
) -> None:
    """Give checklist answers the new names of their steps, also when two steps swap theirs.

    An answer whose place under the new name is taken by one that stays, stays too.
    """
    renamed = [row for row in kept["answers"] if names.get(row["step"], row["step"]) != row["step"]]
    taken = {_place(row, row["step"]) for row in kept["answers"] if row not in renamed}
    while blocked := [row for row in renamed if _place(row, names[row["step"]]) in taken]:
        taken |= {_place(row, row["step"]) for row in blocked}
        renamed = [row for row in renamed if row not in blocked]
    if renamed:
        rows = [row | {"step": names[row["step"]]} if row in renamed else row for row in kept["answers"]]
        _replace(connection, ChecklistAnswer.__table__, application_id, rows)


def _place(answer: Mapping[str, Any], step: str) -> tuple[str, str, int]:
    return step, answer["item"], answer["round"]


def rename_clocks(connection: Connection, application_id: str, names: Mapping[str, str]) -> None:
    """Give the runs that have ended the new names of their clocks, so that they stay one series."""
    if names:
        connection.execute(
            update(Clock)
            .where(Clock.application_id == application_id, Clock.clock.in_(names))
            .where(Clock.stopped_at.is_not(None))
            .values(clock=case(dict(names), value=Clock.clock))
        )


def _rows(connection: Connection, table: Any, application_id: str, *conditions: Any) -> list[dict[str, Any]]:
    query = select(table).where(table.c.application_id == application_id, *conditions)
    return [_plain(row) for row in connection.execute(query).mappings()]


def _plain(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _read(table: Any, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield stored rows with dates as dates; a picture that was kept before a column was added lacks it."""
    days = {column.name for column in table.columns if isinstance(column.type, Date)}
    for row in rows:
        yield {
            name: date.fromisoformat(value) if name in days and value is not None else value
            for name, value in row.items()
        }


def _replace(connection: Connection, table: Any, application_id: str, rows: list[dict[str, Any]]) -> None:
    assert isinstance(table, Table)
    connection.execute(delete(table).where(table.c.application_id == application_id))
    if rows:
        connection.execute(insert(table), list(_read(table, rows)))
