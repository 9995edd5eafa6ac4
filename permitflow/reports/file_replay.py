"""One file played again from its record: where it stood after each event, who had it, and which clocks ran."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.definition import Definition
from permitflow.ledger.replay import Standing, replay
from permitflow.models import Event, Jurisdiction, PermitApplication
from permitflow.queries.history import HistoryLine, history
from permitflow.reports.courts import spells_of
from permitflow.services.definitions import definition_for


@dataclass(frozen=True, slots=True)
class LaneThen:
    """A review at one moment, under its title; `open` while its answer was awaited."""

    lane: str
    title: str
    state: str
    required: bool
    round: int
    open: bool


@dataclass(frozen=True, slots=True)
class ClockThen:
    """A legal clock that had not ended at one moment; `due_on` is None while it stood still."""

    title: str
    state: str
    started_on: date
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Held:
    """How long each party had had the file up to one moment, in microseconds."""

    us: Mapping[str, int]

    def share(self, party: str) -> int:
        """Return the part of a party in thousandths, rounded down."""
        total = sum(self.us.values())
        return 1000 * self.us.get(party, 0) // total if total else 0


@dataclass(frozen=True, slots=True)
class FileReplay:
    """A file as it stood after event `place` of `count`; `verified` says that the whole chain holds.

    `standing` is None when the events up to here do not follow one another. `city` is its word in addresses.
    """

    application_id: str
    number: str
    title: str
    zone: str
    place: int
    events: Sequence[HistoryLine]
    verified: bool
    definition: Definition
    definition_hash: str
    standing: Standing | None
    lanes: Sequence[LaneThen]
    clocks: Sequence[ClockThen]
    held: Held
    city: str

    @property
    def count(self) -> int:
        """Return how many events there are."""
        return len(self.events)

    @property
    def event(self) -> HistoryLine:
        """Return the event that was the last one then."""
        return self.events[self.place - 1]

    @property
    def phase(self) -> str:
        """Return the title of the phase the file stood at."""
        known = self.definition.phases.get(self.standing.phase) if self.standing else None
        return known.title if known else "-"


def file_replay(
    session: Session, cities: frozenset[str], application_id: str, asked: int | None
) -> FileReplay | None:
    """Return a submitted file of one of some cities after its event number `asked`; None when there is no such file.

    Without a number, or with one beyond the end, the last event is shown; below 1 the first.
    """
    application = session.get(PermitApplication, application_id)
    if application is None or application.jurisdiction_id not in cities or application.submitted_at is None:
        return None
    query = select(Event.body).where(Event.application_id == application_id).order_by(Event.seq)
    bodies = [json.loads(body) for body in session.scalars(query)]
    told = history(session, application)
    if not bodies:
        return None
    place = len(bodies) if asked is None else min(max(asked, 1), len(bodies))
    hash_ = str(bodies[place - 1]["definition_hash"])
    definition = definition_for(session.connection(), hash_)
    standing = _standing(bodies[:place])
    city = session.get_one(Jurisdiction, application.jurisdiction_id)
    return FileReplay(
        application_id,
        application.number or "",
        application.title,
        city.zone,
        place,
        told.lines[::-1],
        told.verified,
        definition,
        hash_,
        standing,
        _lanes(definition, standing),
        _clocks(definition, standing),
        _held(session, application_id, int(bodies[place - 1]["at"])),
        city.slug,
    )


def _standing(bodies: Sequence[Mapping[str, object]]) -> Standing | None:
    try:
        return replay(bodies)
    except ValueError:
        return None


def _lanes(definition: Definition, standing: Standing | None) -> list[LaneThen]:
    return [
        LaneThen(
            name,
            definition.lanes[name].title if name in definition.lanes else name,
            lane.state,
            lane.required,
            lane.round,
            lane.state in ("waiting", "in_review"),
        )
        for name, lane in (standing.lanes.items() if standing else ())
    ]


def _clocks(definition: Definition, standing: Standing | None) -> list[ClockThen]:
    return [
        ClockThen(
            definition.clocks[name].title if name in definition.clocks else name,
            clock.state,
            date.fromisoformat(clock.started_on),
            date.fromisoformat(clock.due_on) if clock.due_on else None,
        )
        for name, clock in (standing.clocks.items() if standing else ())
    ]


def _held(session: Session, application_id: str, until: int) -> Held:
    us: dict[str, int] = {}
    for party, started, ended in spells_of(session, application_id):
        end = until if ended is None else min(ended, until)
        if end > started:
            us[party] = us.get(party, 0) + end - started
    return Held(us)
