"""The files behind a number of the report: each list has exactly as many lines as the number says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.analytics.stuck import StuckReason
from permitflow.models import PermitApplication
from permitflow.reports.bottlenecks import Bottlenecks
from permitflow.reports.flow import FileRow, VisitRow
from permitflow.reports.scope import Week


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list: its kind, and what narrows it. `week` is the Monday of a week, as ISO text."""

    show: str
    step: str = ""
    week: str = ""
    clock: str = ""
    standing: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a file or one visit of it; instants and lengths in microseconds, `until_at` None while it lasts."""

    application_id: str
    place: str
    since_at: int
    until_at: int | None
    waited_us: int | None = None
    worked_us: int | None = None
    reasons: tuple[StuckReason, ...] = ()

    def length_us(self, now: int) -> int:
        """Return how long it took, or has taken until now, in microseconds."""
        return (now if self.until_at is None else self.until_at) - self.since_at


@dataclass(frozen=True, slots=True)
class Name:
    """What a file is called in a list."""

    number: str
    title: str


def entries(report: Bottlenecks, asked: Asked) -> list[Entry] | None:
    """Return the lines of a list (visits: the longest first), None when there is no such list."""
    if asked.show in VISITS:
        chosen = [visit for visit in report.visits if visit.step == asked.step]
        found = [_of_visit(report, visit) for visit in VISITS[asked.show](report, asked, chosen)]
        return sorted(found, key=lambda entry: -entry.length_us(report.scope.now))
    if asked.show in FILES:
        return [_of_file(report, file) for file in FILES[asked.show](report, asked)]
    if asked.show == "stuck":
        return [_of_file(report, one.file, one.reasons) for one in report.stuck]
    if asked.show == "clocks":
        return [
            Entry(row.application_id, report.workflows.clock_title(row.clock), row.started_at, row.stopped_at)
            for row in report.due
            if row.clock == asked.clock and asked.standing in ("", row.standing)
        ]
    return None


def names(session: Session, ids: Sequence[str]) -> dict[str, Name]:
    """Return number and title of some files, by one statement."""
    rows = session.execute(
        select(PermitApplication.id, PermitApplication.number, PermitApplication.title).where(
            PermitApplication.id.in_(ids)
        )
    )
    return {row.id: Name(row.number or "", row.title) for row in rows}


def _of_visit(report: Bottlenecks, visit: VisitRow) -> Entry:
    end = report.scope.now if visit.closed_at is None else visit.closed_at
    claimed_at = end if visit.first_claimed_at is None else visit.first_claimed_at
    return Entry(
        visit.application_id,
        report.workflows.step_title(visit.step),
        visit.opened_at,
        visit.closed_at,
        claimed_at - visit.opened_at,
        visit.worked_us,
    )


def _of_file(report: Bottlenecks, file: FileRow, reasons: tuple[StuckReason, ...] = ()) -> Entry:
    definition = report.workflows.definitions.get(file.definition_hash)
    phase = definition.phases[file.state].title if definition else file.state
    return Entry(file.id, phase, file.submitted_at, file.decided_at, reasons=reasons)


def _week(report: Bottlenecks, asked: Asked) -> list[Week]:
    """The weeks asked for: one, or all that are counted."""
    weeks = report.scope.weeks
    return [week for week in weeks if asked.week in ("", week.starts_on.isoformat())]


def _in_weeks(at: int | None, weeks: Iterable[Week]) -> bool:
    return at is not None and any(week.start_at <= at < week.end_at for week in weeks)


def _closed(report: Bottlenecks, _asked: Asked, visits: list[VisitRow]) -> list[VisitRow]:
    return [visit for visit in visits if report.scope.covers(visit.closed_at)]


def _waiting(_report: Bottlenecks, _asked: Asked, visits: list[VisitRow]) -> list[VisitRow]:
    return [visit for visit in visits if visit.closed_at is None]


def _arrived(report: Bottlenecks, asked: Asked, visits: list[VisitRow]) -> list[VisitRow]:
    weeks = _week(report, asked)
    return [visit for visit in visits if _in_weeks(visit.opened_at, weeks)]


def _left(report: Bottlenecks, asked: Asked, visits: list[VisitRow]) -> list[VisitRow]:
    weeks = _week(report, asked)
    return [visit for visit in visits if _in_weeks(visit.closed_at, weeks)]


def _submitted(report: Bottlenecks, asked: Asked) -> list[FileRow]:
    weeks = _week(report, asked)
    return [file for file in report.files if _in_weeks(file.submitted_at, weeks)]


def _ended(report: Bottlenecks, asked: Asked) -> list[FileRow]:
    weeks = _week(report, asked)
    return [file for file in report.files if _in_weeks(file.decided_at, weeks)]


def _held(report: Bottlenecks, asked: Asked) -> list[FileRow]:
    """Files that a party held for some time; without a party all files of the split."""
    per_file = report.courts.per_file
    return [
        file
        for file in report.counted
        if file.id in per_file and (not asked.party or per_file[file.id].get(asked.party, 0) > 0)
    ]


def _held_now(report: Bottlenecks, asked: Asked) -> list[FileRow]:
    return [
        file
        for file in _held(report, Asked(asked.show))
        if file.decided_at is None and asked.party in ("", file.party)
    ]


def _decided(report: Bottlenecks, _asked: Asked) -> list[FileRow]:
    return [file for file in report.counted if file.decided_by_city]


def _given_up(report: Bottlenecks, _asked: Asked) -> list[FileRow]:
    return [file for file in report.counted if file.decided_at is not None and not file.decided_by_city]


def _undecided(report: Bottlenecks, _asked: Asked) -> list[FileRow]:
    return [file for file in report.counted if file.decided_at is None]


def _overdue(report: Bottlenecks, _asked: Asked) -> list[FileRow]:
    return sorted(report.overdue, key=lambda file: str(file.due_on))


def _unexplained(report: Bottlenecks, _asked: Asked) -> list[FileRow]:
    return [file for file in report.counted if file.id in report.courts.unexplained]


VISITS: Mapping[str, Callable[[Bottlenecks, Asked, list[VisitRow]], list[VisitRow]]] = MappingProxyType(
    {"closed": _closed, "open": _waiting, "arrived": _arrived, "left": _left}
)
FILES: Mapping[str, Callable[[Bottlenecks, Asked], list[FileRow]]] = MappingProxyType(
    {
        "submitted": _submitted,
        "ended": _ended,
        "held": _held,
        "held_now": _held_now,
        "decided": _decided,
        "given_up": _given_up,
        "undecided": _undecided,
        "overdue": _overdue,
        "unexplained": _unexplained,
    }
)
