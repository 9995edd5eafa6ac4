"""Whether the city kept its legal dates: clocks that ended in the period, and those that are overdue and open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from permitflow.models import Clock, PermitApplication
from permitflow.reports.flow import NOT_DECIDED_BY_CITY, in_scope
from permitflow.reports.scope import Scope, Workflows

STANDINGS = ("in_time", "late", "overdue")


class DueRow(NamedTuple):
    """A clock against the city that came to its end, or whose last day has passed."""

    application_id: str
    clock: str
    state: str
    started_at: int
    stopped_at: int | None
    due_on: date
    stopped_on: date | None

    @property
    def standing(self) -> str:
        """Return in_time, late (ended after its last day, or by lapse of time), or overdue (still running)."""
        if self.stopped_on is None:
            return "overdue"
        return "late" if self.state == "expired" or self.stopped_on > self.due_on else "in_time"


@dataclass(frozen=True, slots=True)
class DueLine:
    """One kind of clock: how many were kept, missed, and are overdue and still open."""

    clock: str
    title: str
    in_time: int
    late: int
    overdue: int

    @property
    def n(self) -> int:
        """Return all that were due, those still overdue included."""
        return self.in_time + self.late + self.overdue

    @property
    def share(self) -> int:
        """Return the part kept in time, in percent, rounded down so that nothing missed reads as 100."""
        return 100 * self.in_time // self.n


def load_due(session: Session, scope: Scope) -> list[DueRow]:
    """Return the clocks against the city that stopped in the period or are overdue today.

    Left out are clocks of files that the applicant withdrew or gave up, and clocks that ended while they stood still.
    """
    ended = Clock.stopped_on.between(scope.from_on, scope.to_on)
    overdue = and_(Clock.state == "running", Clock.due_on < scope.today)
    columns = tuple(getattr(Clock, name) for name in DueRow._fields)
    rows = session.execute(
        select(*columns)
        .join(PermitApplication, PermitApplication.id == Clock.application_id)
        .where(*in_scope(scope), Clock.holder == "agency", Clock.due_on.is_not(None), or_(ended, overdue))
        .where(
            or_(PermitApplication.outcome.is_(None), PermitApplication.outcome.not_in(NOT_DECIDED_BY_CITY))
        )
        .order_by(Clock.started_at, Clock.id)
    )
    return [DueRow(*row) for row in rows]


def due_lines(rows: list[DueRow], workflows: Workflows) -> list[DueLine]:
    """Count the clocks of each kind, the least kept first."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row.clock, dict.fromkeys(STANDINGS, 0))[row.standing] += 1
    lines = [DueLine(clock, workflows.clock_title(clock), **kept) for clock, kept in counts.items()]
    return sorted(lines, key=lambda line: (line.share, line.title))
