"""A city whose record changes at random, row by row as the services leave it, and the comparison of its snapshots."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import TABLES, Snapshot
from permitflow.db import Database, new_id
from permitflow.models import (
    CalendarVersion,
    Clock,
    ClockPause,
    CorrectionItem,
    CorrectionNotice,
    CourtSpell,
    Event,
    Payment,
    PermitApplication,
    StepAlias,
    Visit,
)
from permitflow.reports.snapshots.reading import read_snapshot
from permitflow.reports.snapshots.store import Store
from tests.reports.history import History, day

PARTS = (CorrectionItem, CorrectionNotice, Payment, CourtSpell, Visit)
FIRST_ON = date(2026, 5, 28)


class ChangingCity(History):
    """Every act raises the version of its file; the last change never goes back, as in the services."""

    def __init__(self, session: Session, seed: int, slug: str = "testville") -> None:
        super().__init__(session, slug)
        self.chance = random.Random(seed)
        self.files: list[str] = []
        self.now = 100.0
        self.calendars = 0

    def act(self) -> None:
        """Do one thing at random."""
        if not self.files or self.chance.random() < 0.25:
            self.files.append(self.new_file())
            return
        self.chance.choice(self._acts())()

    def rarely(self) -> Callable[[], None]:
        """One of the things that seldom happen to a city."""
        return self.chance.choice((self.vanish, self.publish_calendar, self.rename_step, self.draft))

    def new_file(self) -> str:
        came = self.chance.uniform(0, self.now)
        facts = {
            "equipment": {"level": self.chance.choice(("L2", "DC"))},
            "project": {"type": "commercial"},
            "site": {"public_land": self.chance.random() < 0.3},
        }
        one = self.file(new_id(), came, spells=[("agency", came, None)], facts=facts, version=3)
        self.stay(one, "draft", came - 1, came, party="applicant", role=None)
        self.stay(one, "intake", came, claimed=came + 0.1)
        self.clock(one, date(2026, 8, 1), None)
        return self.touched(one, came)

    def touched(self, one: str, at: float) -> str:
        """What every act leaves: an event, a higher version, and a last change that is never earlier."""
        row = PermitApplication
        version, updated = self.session.execute(
            select(row.version, row.updated_at).where(row.id == one)
        ).one()
        body = {
            "actor": self.installer,
            "role": "examiner",
            "lane": "",
            "acting_for": "",
            "from": "a",
            "to": "b",
        }
        told = body | {"data": {"step": 'é "x"'}, "clauses": [["ok", "pass"]]}
        values = {"application_id": one, "seq": version + 1, "jurisdiction_id": self.city_id, "at": day(at)}
        text = json.dumps(told, ensure_ascii=False)
        self.session.execute(insert(Event).values(**values, action="acted", body=text, prev_hash="", hash=""))
        self.change(one, version=version + 1, updated_at=max(day(at), updated))
        return one

    def vanish(self) -> None:
        """A file goes from the record: the database itself refuses that of events, so it is taken back instead."""
        if self.files:
            one = self.files.pop(self.chance.randrange(len(self.files)))
            self.change(one, submitted_at=None)

    def draft(self) -> None:
        self.application_row(new_id(), submitted_at=None)

    def publish_calendar(self) -> None:
        self.calendars += 1
        self._insert(
            CalendarVersion,
            jurisdiction_id=self.city_id,
            version=10 + self.calendars,
            weekdays=self.chance.choice(("01234", "0123", "012345")),
            opens="08:00",
            closes="17:00",
            reason="again",
            published_at=day(self.now),
        )

    def rename_step(self) -> None:
        self.session.execute(delete(StepAlias).where(StepAlias.jurisdiction_id == self.city_id))
        name = self.chance.choice(("first_look", "check"))
        values = {"jurisdiction_id": self.city_id, "workflow": "w", "old_step": "intake", "new_step": name}
        known = {column.name for column in StepAlias.__table__.columns}
        more = {"plan_id": None, "named_at": day(self.now), "created_at": day(self.now)}
        self.session.execute(
            insert(StepAlias).values(values | {name: value for name, value in more.items() if name in known})
        )

    def _acts(self) -> list[Callable[[], Any]]:
        one = self.chance.choice(self.files)
        at = self.now if self.chance.random() < 0.7 else self.chance.uniform(0, self.now)
        acts = (self._move, self._decide, self._correct, self._pay, self._pause)
        return [lambda act=act: (act(one, at), self.touched(one, at)) for act in acts]

    def _move(self, one: str, at: float) -> None:
        self.session.execute(
            update(Visit)
            .where(Visit.application_id == one, Visit.closed_at.is_(None), Visit.opened_at <= day(at))
            .values(closed_at=day(at), closed_by=self.installer, closing_action="approve")
        )
        self.stay(one, self.chance.choice(("intake", "fire")), at, lane=self.chance.choice((None, "fire")))

    def _decide(self, one: str, at: float) -> None:
        outcome = self.chance.choice(("issued", "withdrawn", "denied"))
        self.change(one, decided_at=day(at), outcome=outcome, round=self.chance.choice((1, 2)))

    def _correct(self, one: str, at: float) -> None:
        notice = self._insert(
            CorrectionNotice,
            jurisdiction_id=self.city_id,
            application_id=one,
            number=self.chance.randrange(10**9),
            round=1,
            issued_at=day(at),
            issued_by="system",
        )
        for held in (notice, None):
            self._insert(
                CorrectionItem,
                jurisdiction_id=self.city_id,
                application_id=one,
                notice_id=held,
                lane=None,
                round=1,
                severity="required",
                text="Show it.",
                code_section="CEC 625",
                fix="",
                status="open" if held else "draft",
                created_by=self.installer,
                created_at=day(at),
            )

    def _pay(self, one: str, at: float) -> None:
        self._insert(
            Payment,
            jurisdiction_id=self.city_id,
            application_id=one,
            amount_cents=100,
            provider="offline",
            reference=new_id(),
            received_at=day(at),
            recorded_by=self.installer,
        )

    def _pause(self, one: str, at: float) -> None:
        clock = self.session.scalars(select(Clock.id).where(Clock.application_id == one).limit(1)).one()
        self._insert(
            ClockPause,
            jurisdiction_id=self.city_id,
            clock_id=clock,
            paused_on=FIRST_ON + timedelta(days=int(at)),
            resumed_on=None,
            reason="corrections",
        )


def content(snapshot: Snapshot) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, each row under the application's id instead of the number of the snapshot."""
    found = {}
    for table in TABLES:
        if table == "days":
            statement = "SELECT * FROM days"
        elif table == "files":
            statement = "SELECT * EXCLUDE (file) FROM files"
        else:
            statement = f"SELECT f.id AS of_file, t.* EXCLUDE (file) FROM {table} t JOIN files f USING (file)"
        found[table] = sorted(snapshot.rows(statement), key=repr)
    return found


def assert_same(database: Database, store: Store, city: ChangingCity) -> None:
    """What the store shows is the record read whole, table by table."""
    now = day(city.now)
    with database.reading() as session:
        kept, whole = store.open(session, city.city, now), read_snapshot(session, city.city, now)
        try:
            assert kept.as_of == now
            shown, expected = content(kept), content(whole)
            for table in TABLES:
                assert shown[table] == expected[table], table
        finally:
            kept.close()
            whole.close()
