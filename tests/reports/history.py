"""Small histories told by hand: files with their visits and spells, in days after a first noon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.instants import DAY, local_date
from permitflow.models import CalendarVersion, Clock, CourtSpell, PermitApplication, Visit
from permitflow.reports.asking import asking
from permitflow.reports.bottlenecks import Bottlenecks, bottlenecks
from permitflow.reports.page import Ask
from permitflow.reports.scope import City, Scope
from tests.desk import NOON, Desk

ZONE = "America/Los_Angeles"
NO_DUE_DATE = date(9999, 12, 31)
NOW = 100
"""The day on which the reports are looked at: Saturday 5 September 2026."""
LONG_AGO = -700
Span = tuple[str, float, float | None]


def day(number: float) -> int:
    """The instant so many days after the first noon (in Los Angeles 2026-05-28, a Thursday, 13:26)."""
    return NOON + round(number * DAY)


class History(Desk):
    """A city whose past is written row by row; days count from the first noon, None means not yet."""

    def __init__(self, session: Session, slug: str = "testville") -> None:
        super().__init__(session, slug)
        self.city = City(self.city_id, slug, slug.title(), ZONE)

    def scope(self, first: float, last: float, now: float, workflow: str = "") -> Scope:
        """A scope from one day to another, seen on a third."""
        on = [local_date(day(number), ZONE) for number in (first, last)]
        return Scope(self.city, on[0], on[1], workflow, day(now))

    def file(
        self,
        number: str,
        submitted: float,
        decided: float | None = None,
        spells: Sequence[Span] = (),
        **values: Any,
    ) -> str:
        """A submitted file; a decided one is issued unless `values` say otherwise."""
        outcome = {} if decided is None else {"outcome": "issued", "decided_at": day(decided)}
        given = {"submitted_at": day(submitted)} | outcome | values
        application_id = self.application_row(number, **given)
        for party, started, ended in spells:
            self._insert(
                CourtSpell,
                jurisdiction_id=self.city_id,
                application_id=application_id,
                party=party,
                started_at=day(started),
                ended_at=None if ended is None else day(ended),
            )
        return application_id

    def application_row(self, number: str, **values: Any) -> str:
        """An application whose every column may be chosen."""
        application_id = self.application(number)
        self.change(application_id, **values)
        return application_id

    def change(self, application_id: str, **values: Any) -> None:
        """Write columns of an application."""
        table = PermitApplication.__table__
        self.session.connection().execute(update(table).where(table.c.id == application_id).values(**values))

    def stay(
        self,
        application_id: str,
        step: str,
        opened: float,
        closed: float | None = None,
        claimed: float | None = None,
        **values: Any,
    ) -> None:
        """One visit of a file to a step; who claimed it has it until it closes."""
        end = opened if closed is None else closed
        worked = 0 if claimed is None or closed is None else day(end) - day(claimed)
        holder = self.installer if claimed is not None and closed is None else None
        given = {
            "party": "agency",
            "lane": None,
            "role": "examiner",
            "round": 1,
            "why": "submit",
            "due_on": NO_DUE_DATE,
            "opened_at": day(opened),
            "closed_at": None if closed is None else day(closed),
            "first_claimed_at": None if claimed is None else day(claimed),
            "claimed_at": None if claimed is None else day(claimed),
            "claimed_by": holder,
            "worked_us": worked,
        }
        self._insert(
            Visit,
            jurisdiction_id=self.city_id,
            application_id=application_id,
            company_id=self.company_id,
            step=step,
            **(given | values),
        )

    def clock(self, application_id: str, due_on: date | None, stopped_on: date | None, **values: Any) -> None:
        """One clock of a file against the city."""
        given = {
            "clock": "decision",
            "state": "running" if stopped_on is None else "stopped",
            "holder": "agency",
            "unit": "business_day",
            "length": 20,
            "round": 1,
            "verified": True,
            "started_on": date(2026, 5, 28),
            "started_at": NOON,
            "stopped_at": None if stopped_on is None else NOON + 1,
            "calendar_version_id": self.calendar(),
        }
        self._insert(
            Clock,
            jurisdiction_id=self.city_id,
            application_id=application_id,
            due_on=due_on,
            stopped_on=stopped_on,
            **(given | values),
        )

    def calendar(self) -> str:
        """The id of a calendar of the city."""
        if not hasattr(self, "_calendar"):
            self._calendar = new_id()
            self.session.execute(
                insert(CalendarVersion).values(
                    id=self._calendar,
                    jurisdiction_id=self.city_id,
                    version=1,
                    weekdays="01234",
                    opens="08:00",
                    closes="17:00",
                    reason="first",
                    published_at=NOON,
                )
            )
        return self._calendar


def report(database: Database, scope: Scope) -> Bottlenecks:
    """The report of a scope."""
    with asked(database, scope) as ask:
        return bottlenecks(ask)


@contextmanager
def asked(database: Database, scope: Scope) -> Iterator[Ask]:
    """What reports of a scope are asked with."""
    with database.reading() as session, asking(session, scope) as ask:
        yield ask


def told(database: Database, tell: Callable[[History], None]) -> Scope:
    """Write a history and return the scope of its last 60 days."""
    with database.transaction() as session:
        history = History(session)
        tell(history)
        return history.scope(NOW - 60, NOW, NOW)


def three_files(history: History) -> None:
    """One decided, one open, one withdrawn; one decided long ago; one still a draft."""
    first = history.file(
        "A-1", 70, 80, [("agency", 70, 74), ("applicant", 74, 79), ("payment", 79, 80)], state="issued"
    )
    history.stay(first, "intake", 70, 73, claimed=72)
    history.stay(first, "fire", 73, 74, claimed=73.5)
    history.stay(first, "corrections", 74, 79, party="applicant")
    second = history.file("A-2", 90, None, [("agency", 90, None)], due_on=date(2026, 6, 1))
    history.stay(second, "intake", 90, 92)
    history.stay(second, "fire", 92)
    history.file("A-3", 60, 75, [("agency", 60, 75)], outcome="withdrawn", state="withdrawn")
    old = history.file("A-4", LONG_AGO, LONG_AGO + 1, [("agency", LONG_AGO, LONG_AGO + 1)])
    history.stay(old, "intake", LONG_AGO, LONG_AGO + 1)
    history.application_row("A-5", submitted_at=None)
