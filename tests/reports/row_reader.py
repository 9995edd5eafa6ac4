"""A second, plain reading of a city's record, row by row in Python: what the snapshot has to agree with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from permitflow.analytics.snapshot import Snapshot
from permitflow.engine.calendars import Calendar
from permitflow.instants import local_date
from permitflow.models import (
    Clock,
    ClockPause,
    CorrectionItem,
    CorrectionNotice,
    CourtSpell,
    Event,
    Payment,
    PermitApplication,
    Visit,
)
from permitflow.reports.record_rows import NOT_DECIDED_BY_CITY
from permitflow.reports.scope import City, Workflows, workflows_of
from permitflow.reports.snapshots.business_clock import days_of
from permitflow.services.actors import SYSTEM
from permitflow.services.calendars import current_calendar
from tests.reports.business_clock import BusinessClock

AHEAD = timedelta(days=366)
Row = tuple[Any, ...]


def read_rows(session: Session, city: City, now: int) -> Snapshot:
    """The snapshot of a city as its record stands, every row made by hand."""
    reading = _Reading(session, city, now)
    return Snapshot.of_rows(reading.tables(), now)


class _Reading:
    """The rows of one city, under the numbers and names of the snapshot."""

    def __init__(self, session: Session, city: City, now: int) -> None:
        self.session, self.city, self.now = session, city, now
        self.workflows: Workflows = workflows_of(session, city)
        self.files = {row.id: number for number, row in enumerate(self._submitted(), 1)}
        self.rows = {row.id: row for row in self._submitted()}
        calendar = _calendar(session, city)
        first = min((row.submitted_at or now for row in self.rows.values()), default=now)
        self.days = list(days_of(calendar, city.zone, _on(first, city), _on(now, city) + AHEAD))
        self.clock = BusinessClock(self.days)

    def tables(self) -> Mapping[str, Iterable[Sequence[object]]]:
        visits = list(self._visits())
        return {
            "files": self._files(visits),
            "visits": visits,
            "spells": self._spells(),
            "clocks": self._clocks(),
            "pauses": self._pauses(),
            "items": self._items(),
            "events": self._events(),
            "days": self.days,
        }

    def _submitted(self) -> Sequence[PermitApplication]:
        query = select(PermitApplication).where(
            PermitApplication.jurisdiction_id == self.city.id, PermitApplication.submitted_at.is_not(None)
        )
        return self.session.scalars(
            query.order_by(PermitApplication.submitted_at, PermitApplication.id)
        ).all()

    def _files(self, visits: Sequence[Row]) -> Iterator[Row]:
        paid = dict(
            self._of(
                select(Payment.application_id, func.max(Payment.received_at)).group_by(
                    Payment.application_id
                ),
                Payment.application_id,
            )
        )
        reviews: dict[int, list[Row]] = {}
        for visit in visits:
            reviews.setdefault(visit[1], []).append(visit)
        for id_, number in self.files.items():
            row = self.rows[id_]
            facts = row.facts
            by_city = row.decided_at is not None and row.outcome not in NOT_DECIDED_BY_CITY
            yield (
                *(number, id_, row.workflow, row.definition_hash, row.state, row.party, row.party_since_at),
                *(row.due_on, row.submitted_at, row.decided_at, row.outcome, by_city, row.round),
                *(_pathway(reviews.get(number, []), row.round), row.company_id, row.station_count),
                *(_fact(facts, "equipment", "level"), _fact(facts, "project", "type")),
                *(
                    _fact(facts, "site", "public_land"),
                    row.fees_due_cents,
                    row.fees_paid_cents,
                    paid.get(id_),
                ),
                *(
                    row.open_items,
                    row.reopened_at,
                    self.clock.at(row.submitted_at),
                    self.clock.at(row.decided_at),
                ),
            )

    def _visits(self) -> Iterator[Row]:
        columns = (
            Visit.application_id,
            Visit.id,
            Visit.step,
            Visit.lane,
            Visit.role,
            Visit.party,
            Visit.round,
            Visit.why,
        )
        more = (
            Visit.due_on,
            Visit.opened_at,
            Visit.first_claimed_at,
            Visit.claimed_at,
            Visit.claimed_by,
            Visit.worked_us,
        )
        ends = (Visit.closed_at, Visit.closed_by, Visit.closing_action)
        drafts = set(self.workflows.draft_phases())
        for id_, visit, step, lane, *rest in self._of(select(*columns, *more, *ends), Visit.application_id):
            file = self.rows[id_]
            name = self.workflows.step_now(file.workflow, step)
            if {(file.definition_hash, step), (file.definition_hash, name)} & drafts:
                continue
            opened, claimed, closed = rest[5], rest[6], rest[10]
            before = file.decided_at is None or opened < file.decided_at
            yield (
                visit,
                self.files[id_],
                name,
                lane,
                *rest,
                before,
                *map(self.clock.at, (opened, claimed, closed)),
            )

    def _spells(self) -> Iterator[Row]:
        query = select(
            CourtSpell.application_id, CourtSpell.party, CourtSpell.started_at, CourtSpell.ended_at
        )
        for id_, party, started, ended in self._of(query, CourtSpell.application_id):
            yield self.files[id_], party, started, ended, self.clock.at(started), self.clock.at(ended)

    def _clocks(self) -> Iterator[Row]:
        names = ("clock", "round", "state", "unit", "length", "holder", "verified", "started_on", "due_on")
        ends = ("stopped_on", "started_at", "stopped_at", "lapsed_at")
        columns = [getattr(Clock, name) for name in (*names, *ends)]
        for id_, clock, *rest in self._of(
            select(Clock.application_id, Clock.id, *columns), Clock.application_id
        ):
            yield clock, self.files[id_], *rest

    def _pauses(self) -> Iterator[Row]:
        columns = (
            ClockPause.clock_id,
            Clock.application_id,
            Clock.clock,
            ClockPause.paused_on,
            ClockPause.resumed_on,
        )
        query = select(*columns, ClockPause.reason, ClockPause.hold_id).join(
            Clock, Clock.id == ClockPause.clock_id
        )
        for clock_id, id_, *rest, hold in self._of(query, Clock.application_id):
            yield clock_id, self.files[id_], *rest, hold is not None

    def _items(self) -> Iterator[Row]:
        names = ("lane", "round", "severity", "code_section", "status")
        columns = [getattr(CorrectionItem, name) for name in names]
        query = select(
            CorrectionItem.application_id,
            CorrectionItem.notice_id,
            *columns,
            *(
                CorrectionNotice.issued_at,
                CorrectionItem.answered_at,
                CorrectionItem.created_by,
                CorrectionItem.basis,
            ),
        ).join(CorrectionNotice, CorrectionNotice.id == CorrectionItem.notice_id)
        for id_, *rest in self._of(query, CorrectionItem.application_id):
            yield self.files[id_], *rest

    def _events(self) -> Iterator[Row]:
        query = select(Event.application_id, Event.seq, Event.at, Event.action, Event.body)
        for id_, seq, at, action, text in self._of(query, Event.application_id):
            body = json.loads(text)
            told = (body[name] for name in ("actor", "role", "lane", "acting_for", "from", "to"))
            yield (
                self.files[id_],
                seq,
                at,
                action,
                *told,
                json.dumps(body["data"]),
                json.dumps(body["clauses"]),
            )

    def _of(self, query: Select[*tuple[Any, ...]], application: InstrumentedAttribute[str]) -> Iterator[Any]:
        """The rows of submitted files of the city."""
        found = self.session.execute(
            query.join(PermitApplication, PermitApplication.id == application).where(
                PermitApplication.jurisdiction_id == self.city.id, PermitApplication.submitted_at.is_not(None)
            )
        )
        return iter(found)


def _pathway(visits: Iterable[Row], round_: int) -> str:
    reviews = [visit for visit in visits if visit[17] and visit[5] == "agency"]
    if round_ > 1 or any(visit[3] for visit in reviews):
        return "full"
    people = any((visit[12] or visit[15] or SYSTEM.id) != SYSTEM.id or visit[14] is None for visit in reviews)
    return "counter" if people else "auto"


def _fact(facts: Mapping[str, Any], group: str, name: str) -> Any:
    part = facts.get(group)
    return part.get(name) if isinstance(part, dict) else None


def _calendar(session: Session, city: City) -> Calendar | None:
    try:
        return current_calendar(session.connection(), city.id)
    except LookupError:
        return None


def _on(at: int, city: City) -> date:
    return local_date(at, city.zone)
