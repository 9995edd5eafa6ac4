"""In whose court the ball was: the time of each file, split among those who held it, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.analytics.courts import PARTIES, Spell, split
from permitflow.analytics.snapshot import Snapshot
from permitflow.models import CourtSpell
from permitflow.reports.record_rows import FileRow

SPLIT = """WITH counted AS (
    SELECT file, submitted_at, coalesce(decided_at, now_us()) AS until,
        CASE WHEN decided_at IS NULL THEN list_position(['agency', 'applicant', 'external', 'payment'], party) END AS now_with
    FROM chosen WHERE decided_at IS NULL OR in_period(decided_at)
), spelt AS (
    SELECT counted.file, submitted_at, until, now_with, party, started_at, coalesce(ended_at, until) AS ended_at
    FROM counted LEFT JOIN courts USING (file)
), held AS (
    SELECT file, min(submitted_at) AS submitted_at, min(until) AS until, min(now_with) AS now_with,
        coalesce(sum(ended_at - started_at) FILTER (party = 'agency'), 0) AS agency,
        coalesce(sum(ended_at - started_at) FILTER (party = 'applicant'), 0) AS applicant,
        coalesce(sum(ended_at - started_at) FILTER (party = 'external'), 0) AS external,
        coalesce(sum(ended_at - started_at) FILTER (party = 'payment'), 0) AS payment,
        min(started_at) AS first_at, max(ended_at) AS last_at,
        sum(hash(ended_at)::HUGEINT - hash(started_at)::HUGEINT) AS links,
        bool_and(party IN ('agency', 'applicant', 'external', 'payment') AND started_at <= ended_at) AS sound
    FROM spelt GROUP BY file
), split AS (
    SELECT *, coalesce(sound AND first_at = submitted_at AND last_at = until
            AND agency + applicant + external + payment = until - submitted_at
            AND links = hash(until)::HUGEINT - hash(submitted_at)::HUGEINT, submitted_at = until) AS explained
    FROM held
)
"""
"""Each file of the split with what each party held of it, and whether its spells cover its time without gap or overlap.

They do when every end is another's start, but for the first start and the last end: then the ends less the starts leave
just these two. Instants are told apart by their hashes, so that nothing has to be sorted; the sum is exact besides.
`now_with` is the place in PARTIES, from 1, of who holds an open file.
"""


@dataclass(frozen=True, slots=True)
class Courts:
    """The split of some files: microseconds each party held them, which sum exactly to `elapsed_us`.

    `touched` counts the files each party held for some time, `now_with` the open files each party holds now.
    `unexplained` counts files whose record of courts has a gap or an overlap; they are in no other figure.
    """

    files: int
    held_us: Mapping[str, int]
    touched: Mapping[str, int]
    now_with: Mapping[str, int]
    elapsed_us: int
    unexplained: int

    def share(self, party: str) -> int:
        """Return a party's part of all the time, in tenths of a percent, rounded half up."""
        return (
            (2000 * self.held_us[party] + self.elapsed_us) // (2 * self.elapsed_us) if self.elapsed_us else 0
        )


def split_files(snapshot: Snapshot) -> Courts:
    """Split the time of each file from its submission to its decision or to now; decided in the period, or open."""
    counted = snapshot.rows(
        SPLIT
        + """SELECT now_with, explained, count(*), sum(until - submitted_at),
            sum(agency), sum(applicant), sum(external), sum(payment),
            count(*) FILTER (agency > 0), count(*) FILTER (applicant > 0),
            count(*) FILTER (external > 0), count(*) FILTER (payment > 0)
        FROM split GROUP BY now_with, explained"""
    )
    explained = [row for row in counted if row[1]]
    files, elapsed, *parts = [sum(int(row[place]) for row in explained) for place in range(2, 12)]
    return Courts(
        files,
        dict(zip(PARTIES, parts[:4], strict=True)),
        dict(zip(PARTIES, parts[4:], strict=True)),
        {
            party: sum(row[2] for row in explained if row[0] == place)
            for place, party in enumerate(PARTIES, 1)
        },
        elapsed,
        sum(row[2] for row in counted if not row[1]),
    )


def spells_of(session: Session, application_id: str) -> Sequence[tuple[str, int, int | None]]:
    """Return the spells of one file in the order of time."""
    rows = session.execute(
        select(CourtSpell.party, CourtSpell.started_at, CourtSpell.ended_at)
        .where(CourtSpell.application_id == application_id)
        # A spell without length comes before the one that begins at the same instant, and the open one last.
        .order_by(CourtSpell.started_at, CourtSpell.ended_at.is_(None), CourtSpell.ended_at)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def split_file(file: FileRow, spells: Sequence[tuple[str, int, int | None]], now: int) -> dict[str, int]:
    """Return the microseconds each party held one file; raises ValueError when the spells leave a gap or overlap."""
    end = now if file.decided_at is None else file.decided_at
    return split(list(_ended(spells, end)), file.submitted_at, end)


def _ended(spells: Sequence[tuple[str, int, int | None]], end: int) -> Iterator[Spell]:
    for party, started_at, ended_at in spells:
        yield Spell(party, started_at, end if ended_at is None else ended_at)
