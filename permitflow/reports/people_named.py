"""The names of the people and firms that a report names, read for the ids that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.models import Company, User
from permitflow.queries.sentence import Phrase

SYSTEM = Phrase("the system")


def people(session: Session, ids: Iterable[str | None]) -> Mapping[str | None, str | Phrase]:
    """Return the name of each person by one statement; an id that is not known stands for itself."""
    wanted = {id_ for id_ in ids if id_}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    known = {row.id: row.name for row in rows}
    return {id_: known.get(id_, SYSTEM if id_ == "system" else id_) for id_ in wanted} | {None: "-"}


def companies(session: Session, ids: Iterable[str]) -> Mapping[str, str]:
    """Return the name of each firm by one statement; an id that is not known stands for itself."""
    wanted = set(ids)
    rows = session.execute(select(Company.id, Company.name).where(Company.id.in_(wanted)))
    known = {row.id: row.name for row in rows}
    return {id_: known.get(id_, id_) for id_ in wanted}
