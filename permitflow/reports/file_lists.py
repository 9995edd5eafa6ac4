"""The files behind a number of the report: each list has exactly as many lines as the number says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.analytics.courts import PARTIES
from permitflow.analytics.stuck import StuckReason
from permitflow.models import PermitApplication
from permitflow.reports.causes import held_up_ids
from permitflow.reports.courts import SPLIT
from permitflow.reports.deadlines import DUE, due_parameters
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope
from permitflow.reports.stuck import STUCK, histories_of, stuck_parameters, told

AT_ONCE = 10_000
"""So many ids are looked up by one statement."""


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
class Entries:
    """A page of a list: how many lines and different files the whole list has, and the lines of the page."""

    count: int
    different: int
    shown: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Name:
    """What a file is called in a list."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class _Query:
    """SQL that selects (id, place, since_at, until_at, waited_us, worked_us, rank) of each line, the lowest rank first."""

    sql: str
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def entries(ask: Ask, asked: Asked, start: int = 0, most: int | None = None) -> Entries | None:
    """Return lines of a list from `start` (visits: the longest first), None when there is no such list."""
    if asked.show not in LISTS:
        return None
    query = LISTS[asked.show](ask, asked)
    listed = f"FROM ({query.sql}) AS listed(id, place, since_at, until_at, waited_us, worked_us, rank)"
    count, different = ask.snapshot.row(f"SELECT count(*), count(DISTINCT id) {listed}", query.parameters)
    rows = ask.snapshot.rows(
        f"SELECT * EXCLUDE (rank) {listed} ORDER BY rank, since_at, id LIMIT $most OFFSET $start",
        {**query.parameters, "most": most, "start": start},
    )
    shown = [Entry(row[0], _title(ask, asked, row[1]), *row[2:]) for row in rows]
    return Entries(count, different, _with_reasons(ask, shown) if asked.show == "stuck" else shown)


def names(session: Session, ids: Sequence[str]) -> dict[str, Name]:
    """Return number and title of some files, by one statement for each ten thousand."""
    found: dict[str, Name] = {}
    for start in range(0, len(ids), AT_ONCE):
        rows = session.execute(
            select(PermitApplication.id, PermitApplication.number, PermitApplication.title).where(
                PermitApplication.id.in_(ids[start : start + AT_ONCE])
            )
        )
        found |= {row.id: Name(row.number or "", row.title) for row in rows}
    return found


def _title(ask: Ask, asked: Asked, place: str) -> str:
    return ask.workflows.clock_title(place) if asked.show == "clocks" else ask.workflows.step_title(place)


def _with_reasons(ask: Ask, shown: Sequence[Entry]) -> list[Entry]:
    found = told(ask, histories_of(ask), [entry.application_id for entry in shown])
    return [
        Entry(entry.application_id, entry.place, entry.since_at, entry.until_at, reasons=one.reasons)
        for entry, one in zip(shown, found, strict=True)
    ]


def _visits(condition: str) -> Callable[[Ask, Asked], _Query]:
    """A list of the visits to a step, the longest first."""
    statement = f"""SELECT id, step, opened_at, closed_at, coalesce(first_claimed_at, closed_at, now_us()) - opened_at,
        worked_us, opened_at - coalesce(closed_at, now_us())
        FROM stays JOIN chosen USING (file) WHERE step = $step AND {condition}"""

    def listed(ask: Ask, asked: Asked) -> _Query:
        weeks = _in_weeks(ask.scope, asked) if "$first" in condition else {}
        return _Query(statement, {"step": asked.step, **weeks})

    return listed


def _files(condition: str, rank: str = "submitted_at") -> Callable[[Ask, Asked], _Query]:
    """A list of files, the oldest first."""
    statement = (
        f"""SELECT id, state, submitted_at, decided_at, NULL, NULL, {rank} FROM chosen WHERE {condition}"""
    )

    def listed(ask: Ask, asked: Asked) -> _Query:
        return _Query(statement, _in_weeks(ask.scope, asked) if "$first" in condition else {})

    return listed


def _in_weeks(scope: Scope, asked: Asked) -> dict[str, int]:
    """The instants of the weeks asked for: one, or all that are counted, which follow each other."""
    weeks = [week for week in scope.weeks if asked.week in ("", week.starts_on.isoformat())]
    return {"first": weeks[0].start_at, "last": weeks[-1].end_at} if weeks else {"first": 0, "last": 0}


def _split(condition: str) -> _Query:
    return _Query(
        f"""{SPLIT} SELECT id, state, chosen.submitted_at, decided_at, NULL, NULL, chosen.submitted_at
        FROM split JOIN chosen USING (file) WHERE {condition}"""
    )


def _held(_ask: Ask, asked: Asked) -> _Query:
    """Files that a party held for some time; without a party all files of the split."""
    if not asked.party:
        return _split("explained")
    return _split(f"explained AND {asked.party} > 0" if asked.party in PARTIES else "false")


def _held_now(_ask: Ask, asked: Asked) -> _Query:
    """Files that a party holds now; without a party all open files of the split."""
    if not asked.party:
        return _split("explained AND decided_at IS NULL")
    place = PARTIES.index(asked.party) + 1 if asked.party in PARTIES else 0
    return _split(f"explained AND now_with = {place}")


def _unexplained(_ask: Ask, _asked: Asked) -> _Query:
    return _split("NOT explained")


def _stuck(ask: Ask, _asked: Asked) -> _Query:
    statement = f"{STUCK} SELECT id, state, submitted_at, NULL, NULL, NULL, gravity FROM stuck"
    return _Query(statement, stuck_parameters(ask.scope, histories_of(ask)))


def _clocks(ask: Ask, asked: Asked) -> _Query:
    statement = f"""{DUE} SELECT id, clock, started_at, stopped_at, NULL, NULL, started_at FROM due JOIN files USING (file)
        WHERE clock = $clock AND $standing IN ('', standing)"""
    return _Query(statement, {"clock": asked.clock, "standing": asked.standing, **due_parameters(ask.scope)})


def _held_up(ask: Ask, asked: Asked) -> _Query:
    """The files that a bottleneck met."""
    statement = """SELECT id, state, submitted_at, decided_at, NULL, NULL, submitted_at FROM files
        WHERE list_contains($ids, id)"""
    return _Query(statement, {"ids": [*held_up_ids(ask, asked.step)]})


VISITS: Mapping[str, Callable[[Ask, Asked], _Query]] = MappingProxyType(
    {
        "closed": _visits("in_period(closed_at)"),
        "open": _visits("closed_at IS NULL"),
        "arrived": _visits("opened_at >= $first AND opened_at < $last"),
        "left": _visits("closed_at >= $first AND closed_at < $last"),
    }
)
FILES: Mapping[str, Callable[[Ask, Asked], _Query]] = MappingProxyType(
    {
        "submitted": _files("submitted_at >= $first AND submitted_at < $last"),
        "ended": _files("decided_at >= $first AND decided_at < $last"),
        "held": _held,
        "held_now": _held_now,
        "decided": _files("by_city AND in_period(decided_at)"),
        "given_up": _files("NOT by_city AND in_period(decided_at)"),
        "undecided": _files("decided_at IS NULL"),
        "overdue": _files("decided_at IS NULL AND due_on < today()", "due_on"),
        "unexplained": _unexplained,
    }
)
LISTS = MappingProxyType({**VISITS, **FILES, "stuck": _stuck, "clocks": _clocks, "held_up": _held_up})
"""By the word of the address."""
