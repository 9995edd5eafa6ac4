"""In whose court the ball was: the time of each file, split among those who held it, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.analytics.courts import PARTIES, Spell, split
from permitflow.models import CourtSpell, PermitApplication
from permitflow.reports.flow import FileRow, in_scope, open_or_decided_since
from permitflow.reports.scope import Scope

Spells = Mapping[str, Sequence[tuple[str, int, int | None]]]
"""Application id -> (party, started_at, ended_at or None) in the order of time."""

# A spell without length comes before the one that begins at the same instant, and the open one last.
_IN_ORDER = (CourtSpell.started_at, CourtSpell.ended_at.is_(None), CourtSpell.ended_at)


@dataclass(frozen=True, slots=True)
class Courts:
    """The split of some files: microseconds each party held them, which sum exactly to `elapsed_us`.

    `per_file` holds the same for each file by its id. `now_with` counts the open files each party holds now.
    `unexplained` names files whose record of courts has a gap or an overlap; they are in no other figure.
    """

    per_file: Mapping[str, Mapping[str, int]]
    now_with: Mapping[str, int]
    elapsed_us: int
    unexplained: tuple[str, ...]

    @property
    def held_us(self) -> dict[str, int]:
        """Return the microseconds each party held all files together."""
        return {party: sum(held[party] for held in self.per_file.values()) for party in PARTIES}

    def share(self, party: str) -> int:
        """Return a party's part of all the time, in tenths of a percent, rounded half up."""
        return (
            (2000 * self.held_us[party] + self.elapsed_us) // (2 * self.elapsed_us) if self.elapsed_us else 0
        )

    def touched(self, party: str) -> int:
        """Return how many files a party held for some time."""
        return sum(held[party] > 0 for held in self.per_file.values())


def load_spells(session: Session, scope: Scope) -> Spells:
    """Return the spells of every file that is open or was decided in or after the period, by one statement."""
    rows = session.execute(
        select(CourtSpell.application_id, CourtSpell.party, CourtSpell.started_at, CourtSpell.ended_at)
        .join(PermitApplication, PermitApplication.id == CourtSpell.application_id)
        .where(*in_scope(scope), open_or_decided_since(scope.start_at))
        .order_by(CourtSpell.application_id, *_IN_ORDER)
    )
    return _grouped(rows)


def spells_of(session: Session, application_id: str) -> Sequence[tuple[str, int, int | None]]:
    """Return the spells of one file in the order of time."""
    rows = session.execute(
        select(CourtSpell.application_id, CourtSpell.party, CourtSpell.started_at, CourtSpell.ended_at)
        .where(CourtSpell.application_id == application_id)
        .order_by(*_IN_ORDER)
    )
    return _grouped(rows).get(application_id, ())


def _grouped(rows: Any) -> Spells:
    return {
        application: [(row[1], row[2], row[3]) for row in group]
        for application, group in groupby(rows, key=lambda row: row[0])
    }


def split_files(files: Sequence[FileRow], spells: Spells, now: int) -> Courts:
    """Split the time of each file from its submission to its decision or to `now` (microseconds)."""
    per_file: dict[str, Mapping[str, int]] = {}
    unexplained = []
    for file in files:
        try:
            per_file[file.id] = split_file(file, spells.get(file.id, ()), now)
        except ValueError:
            unexplained.append(file.id)
    open_files = [file for file in files if file.decided_at is None and file.id in per_file]
    return Courts(
        per_file,
        {party: sum(file.party == party for file in open_files) for party in PARTIES},
        sum(file.elapsed_us(now) for file in files if file.id in per_file),
        tuple(unexplained),
    )


def split_file(file: FileRow, spells: Sequence[tuple[str, int, int | None]], now: int) -> dict[str, int]:
    """Return the microseconds each party held one file; raises ValueError when the spells leave a gap or overlap."""
    end = now if file.decided_at is None else file.decided_at
    return split(list(_ended(spells, end)), file.submitted_at, end)


def _ended(spells: Sequence[tuple[str, int, int | None]], end: int) -> Iterator[Spell]:
    for party, started_at, ended_at in spells:
        yield Spell(party, started_at, end if ended_at is None else ended_at)
