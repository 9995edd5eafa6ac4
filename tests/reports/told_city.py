"""A city told by hand straight into the snapshot's tables: reports are asked about it without any database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import TABLES, Snapshot
from permitflow.engine.calendars import Calendar
from permitflow.instants import from_datetime, local_date
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Figure, Value, plain
from permitflow.reports.page import Ask, Statement
from permitflow.reports.scope import City, Scope, Workflows
from permitflow.reports.snapshots.business_clock import days_of
from tests.reports.business_clock import BusinessClock

ZONE = "America/Los_Angeles"
CITY = City("0" * 32, "testville", "Testville", ZONE)
COLUMNS = {name: [one.split()[0] for one in columns.split(",")] for name, columns in TABLES.items()}
AHEAD = timedelta(days=60)
NOBODY = Workflows({})
Told = Any


def at(told: str) -> int:
    """The instant of a local time such as "2026-06-01 09:30" in microseconds; of a date alone its midnight."""
    return from_datetime(datetime.fromisoformat(told).replace(tzinfo=ZoneInfo(ZONE)))


class ToldCity:
    """The tables of a snapshot, row by row; `_at` columns may be given as local times, the rest is worked out.

    Monday to Friday are open unless a calendar says otherwise. Every row is given by the names of its columns.
    """

    def __init__(self, first: str, now: str, calendar: Calendar | None = None) -> None:
        self.now = at(now)
        last = local_date(self.now, ZONE) + AHEAD
        self._days = list(days_of(calendar, ZONE, date.fromisoformat(first), last))
        self._clock = BusinessClock(self._days)
        self._tables: dict[str, list[dict[str, Told]]] = {name: [] for name in TABLES if name != "days"}

    def file(self, submitted: str, decided: str | None = None, **told: Told) -> int:
        """A file, issued when it is decided unless `told` says otherwise; its number."""
        number = len(self._tables["files"]) + 1
        outcome = told.get("outcome", "issued" if decided else None)
        usual: dict[str, Told] = {
            "file": number,
            "id": f"{number:032d}",
            "workflow": "w",
            "definition_hash": "h",
            "state": outcome or "in_review",
            "party": "none" if decided else "agency",
            "by_city": decided is not None and outcome not in ("withdrawn", "abandoned"),
            "round": 1,
            "pathway": "full",
            "company": "firm",
        }
        times = {"submitted_at": submitted, "decided_at": decided, "outcome": outcome}
        return self._add("files", usual | times | told)

    def stay(self, file: int, step: str, opened: str, closed: str | None = None, **told: Told) -> None:
        """A stay at a step of the city; `first_claimed_at` claims it until it closes, unless `worked_us` is told."""
        claimed = told.get("first_claimed_at")
        worked = at(closed) - at(str(claimed)) if claimed and closed else 0
        usual: dict[str, Told] = {
            "visit": f"{len(self._tables['visits']):032d}",
            "role": "examiner",
            "party": "agency",
            "round": 1,
            "why": "submit",
            "claimed_at": claimed,
            "worked_us": worked,
            "before_decision": True,
        }
        times = {"file": file, "step": step, "opened_at": opened, "closed_at": closed}
        self._add("visits", usual | times | told)

    def turn(self, file: int, party: str, started: str, ended: str | None = None) -> None:
        """A spell of a file in the court of a party."""
        self._add("spells", {"file": file, "party": party, "started_at": started, "ended_at": ended})

    def clock(self, file: int, due_on: str | None, stopped_on: str | None = None, **told: Told) -> None:
        """A verified clock of the city, running until the noon of the day on which it stops."""
        usual: dict[str, Told] = {
            "clock_id": f"{len(self._tables['clocks']):032d}",
            "clock": "decision",
            "round": 1,
            "state": "stopped" if stopped_on else "running",
            "unit": "business_day",
            "length": 20,
            "holder": "agency",
            "verified": True,
            "stopped_at": f"{stopped_on} 12:00" if stopped_on else None,
        }
        self._add("clocks", usual | {"file": file, "due_on": due_on, "stopped_on": stopped_on} | told)

    def pause(self, file: int, paused_on: str, resumed_on: str | None = None, **told: Told) -> None:
        """A pause of a clock."""
        usual: dict[str, Told] = {
            "clock_id": "c",
            "clock": "decision",
            "reason": "waiting",
            "declared": False,
        }
        self._add("pauses", usual | {"file": file, "paused_on": paused_on, "resumed_on": resumed_on} | told)

    def item(self, file: int, asked: str, answered: str | None = None, **told: Told) -> None:
        """A correction item of a notice that went out."""
        usual: dict[str, Told] = {
            "notice": f"{file}-{asked}",
            "round": 1,
            "severity": "required",
            "status": "open",
        }
        self._add("items", usual | {"file": file, "asked_at": asked, "answered_at": answered} | told)

    def act(self, file: int, action: str, happened: str, actor: str = "system", **told: Told) -> None:
        """An event of a file's record."""
        usual: dict[str, Told] = {"role": "", "lane": "", "acting_for": "", "data": "{}", "clauses": "[]"}
        seq = len(self._tables["events"]) + 1
        named = {"file": file, "seq": seq, "happened_at": happened, "action": action, "actor": actor}
        self._add("events", usual | {"from_state": "a", "to_state": "a"} | named | told)

    def _add(self, table: str, told: Mapping[str, Told]) -> int:
        row = {
            name: at(value) if name.endswith("_at") and isinstance(value, str) else value
            for name, value in told.items()
        }
        for name in COLUMNS[table]:
            if name.startswith("b_"):
                instant = row.get({"b_claimed": "first_claimed_at"}.get(name, f"{name[2:]}_at"))
                row[name] = self._clock.at(instant)
        assert row.keys() <= {*COLUMNS[table]}, f"no such column of {table}"
        self._tables[table].append(row)
        return len(self._tables[table])

    @contextmanager
    def asked(
        self,
        first: str,
        last: str,
        workflows: Workflows = NOBODY,
        session: Session | None = None,
        **words: str,
    ) -> Iterator[Ask]:
        """What a page is asked about the days from the first to the last, both included."""
        scope = Scope(CITY, date.fromisoformat(first), date.fromisoformat(last), "", self.now)
        rows: dict[str, Sequence[Sequence[object]]] = {
            name: [[row.get(column) for column in COLUMNS[name]] for row in told]
            for name, told in self._tables.items()
        }
        snapshot = Snapshot.of_rows(rows | {"days": self._days}, self.now).scoped(scope.moment)
        try:
            # A session without a database: what asks it fails.
            yield Ask(scope, snapshot, workflows, session or Session(), words)
        finally:
            snapshot.close()


def cells(figure: Figure) -> list[list[Value]]:
    """The table of a figure as plain values, phrases in English."""
    return [
        [value.say() if isinstance(value := plain(cell), Phrase) else value for cell in row]
        for row in figure.rows
    ]


def listed(ask: Ask, statement: Statement) -> list[tuple[object, ...]]:
    """The lines of a list in order."""
    return sorted(ask.snapshot.rows(statement.sql, statement.parameters), key=repr)


def with_words(ask: Ask, **words: str) -> Ask:
    """The same question with other words of the address."""
    return replace(ask, words=words)
