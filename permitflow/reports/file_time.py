"""Where the time of one file went: its visits to each step, and who held it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.models import Jurisdiction, PermitApplication, Visit
from permitflow.reports import courts
from permitflow.reports.record_rows import FileRow, VisitRow
from permitflow.services.definitions import definition_for


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit under the title of its step."""

    title: str
    visit: VisitRow

    @property
    def waited_until(self) -> int | None:
        """Return when the waiting ended: at the first claim, else at the end of the visit."""
        return self.visit.first_claimed_at or self.visit.closed_at


@dataclass(frozen=True, slots=True)
class FileTime:
    """A file with its visits and spells in the order of time; `held_us` sums exactly to the elapsed time.

    `held_us` is None when the record of courts has a gap or an overlap. `city` is the word of its city in addresses.
    """

    file: FileRow
    phase: str
    workflow: str
    zone: str
    stays: Sequence[Stay]
    spells: Sequence[tuple[str, int, int | None]]
    held_us: Mapping[str, int] | None
    city: str


def file_time(session: Session, cities: frozenset[str], application_id: str, now: int) -> FileTime | None:
    """Return the time of a submitted file of one of some cities at instant `now` (microseconds), else None."""
    application = session.get(PermitApplication, application_id)
    if application is None or application.jurisdiction_id not in cities or application.submitted_at is None:
        return None
    file = FileRow(*(getattr(application, name) for name in FileRow._fields))
    definition = definition_for(session.connection(), file.definition_hash)
    titles = {name: phase.title for name, phase in definition.phases.items()}
    titles |= {name: lane.title for name, lane in definition.lanes.items()}
    rows = session.execute(
        select(*(getattr(Visit, name) for name in VisitRow._fields))
        .where(Visit.application_id == file.id, Visit.step != definition.initial())
        .order_by(Visit.opened_at, Visit.id)
    )
    stays = [Stay(titles.get(visit.step, visit.step), visit) for visit in (VisitRow(*row) for row in rows)]
    city = session.get_one(Jurisdiction, application.jurisdiction_id)
    spells = courts.spells_of(session, file.id)
    held = _held(file, spells, now)
    return FileTime(file, titles[file.state], definition.title, city.zone, stays, spells, held, city.slug)


def _held(file: FileRow, spells: Sequence[tuple[str, int, int | None]], now: int) -> dict[str, int] | None:
    try:
        return courts.split_file(file, spells, now)
    except ValueError:
        return None
