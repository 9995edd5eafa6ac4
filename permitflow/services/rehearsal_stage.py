"""Where a scenario is played: a made-up city in an empty database, its people, and one application."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.engine.calendars import Calendar, seed_closures
from permitflow.engine.clean_site import clean_facts
from permitflow.engine.conditions import holds
from permitflow.engine.definition import Definition, LoadedDefinition
from permitflow.engine.loader import from_body
from permitflow.engine.machine import Actor
from permitflow.engine.scenario import LoadedScenario
from permitflow.instants import DAY, from_datetime, local_date
from permitflow.ledger.chain import GENESIS
from permitflow.models import (
    CalendarVersion,
    Company,
    CompanyMember,
    GateWake,
    Jurisdiction,
    PermitApplication,
    RoleGrant,
    User,
)
from permitflow.services import calendars, definitions, documents, projects, transitions
from permitflow.services.actors import APPLICANT, actor_for
from permitflow.services.documents import Attachment
from permitflow.services.transitions import Start
from permitflow.services.uploads import Stored

TEN_O_CLOCK = "T10:00"
_YEARS = 12
_NO_PASSWORD = "!"  # noqa: S105  # Matches nothing: nobody signs in here.
_LONG_VALID, _LAPSED = date(2999, 12, 31), date(2000, 1, 1)
_ZONES = {
    "America/New_York": "CT DE DC FL GA IN KY ME MD MA MI NH NJ NY NC OH PA RI SC VT VA WV",
    "America/Chicago": "AL AR IL IA KS LA MN MS MO NE ND OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
}
_ZONE_OF = {state: zone for zone, states in _ZONES.items() for state in states.split()}
_ANY_ZONE = "America/Chicago"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a scenario runs: the workflow, the others of its city by id, and the pack's folder, country and state."""

    loaded: LoadedDefinition
    others: Mapping[str, LoadedDefinition] = field(default_factory=dict)
    pack: str = "none"
    country: str = "US"
    subdivision: str | None = None

    @property
    def zone(self) -> str:
        """The main time zone of the state."""
        return _ZONE_OF.get(self.subdivision or "", _ANY_ZONE)


@dataclass(slots=True)
class Stage:
    """A scenario while it plays: the database, the city, the application, and the moved clock (microseconds)."""

    database: Database
    setting: Setting
    loaded: LoadedScenario
    calendar: Calendar
    city: str
    company: str
    now: int
    project: str | None = None
    application: str = ""
    people: dict[str, str] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        """The workflow that is played."""
        return self.setting.loaded.definition

    def actor(self, session: Session, who: str) -> Actor:
        """Return a person of the scenario as the engine sees them."""
        return actor_for(session, self.people[who], self.city, self.company)

    def file(self, session: Session) -> PermitApplication:
        """Return the application as it stands."""
        return session.get_one(PermitApplication, self.application, populate_existing=True)

    def join(self, session: Session, who: str) -> None:
        """Let a person join the company, or the city with their role."""
        role = who.partition("#")[0]
        user = _user(session, who, self.now)
        if role == APPLICANT:
            session.add(
                CompanyMember(company_id=self.company, user_id=user, is_admin=True, joined_at=self.now)
            )
        else:
            session.add(
                RoleGrant(
                    id=new_id(), user_id=user, jurisdiction_id=self.city, role=role, granted_at=self.now
                )
            )
        session.flush()
        self.people[who] = user


def moment(text: str, zone: str) -> int:
    """Return a local date and time, or ten in the morning of a local date, as an instant."""
    local = datetime.fromisoformat(text if "T" in text else text + TEN_O_CLOCK)
    return from_datetime(local.replace(tzinfo=ZoneInfo(zone)))


def build(database: Database, setting: Setting, loaded: LoadedScenario) -> Stage:
    """Found the made-up city, publish its workflows, and start the draft with its documents."""
    scenario = loaded.scenario
    setting = replace(setting, loaded=_as_verified(setting.loaded, scenario.as_verified))
    zone = scenario.zone or setting.zone
    now = moment(scenario.starts, zone)
    with database.transaction() as session:
        city = _city(session, setting, zone, now)
        company = _company(session, scenario.facts.get("contractor.licence_valid", True), now)
        for known in (setting.loaded, *setting.others.values()):
            definitions.publish(session, city, known, now - DAY)
        calendar = calendars.current_calendar(session.connection(), city)
        stage = Stage(database, setting, loaded, calendar, city, company, now)
        for who in sorted({APPLICANT, *scenario.people()}):
            stage.join(session, who)
        actor = stage.actor(session, APPLICANT)
        if stage.definition.gates or any(spec.opens for spec in stage.definition.actions.values()):
            stage.project = projects.create(session, "Rehearsal", company, actor, now)
        stage.application = _draft(session, stage, actor)
        if scenario.documents != "all":
            attach(session, stage, scenario.documents)
        else:
            attach_required(session, stage)
    return stage


def attach(session: Session, stage: Stage, kinds: Sequence[str]) -> None:
    """Let the applicant add a new version of each of these documents."""
    actor = stage.actor(session, APPLICANT)
    for kind in kinds:
        version = stage.file(session).document_kinds.get(kind, 0) + 1
        digest = sha256(f"{stage.application} {kind} {version}".encode()).hexdigest()
        stored = Stored(f"{kind}.pdf", "application/pdf", 1000, digest)
        documents.attach(session, Attachment(stage.application, kind, stored, actor, stage.now))


def attach_required(session: Session, stage: Stage) -> None:
    """Let the applicant add every required document that is not there yet."""
    row = stage.file(session)
    kinds = [
        kind
        for kind, spec in stage.definition.documents.items()
        if kind not in row.document_kinds and holds(spec.required_when, row.facts) is not False
    ]
    attach(session, stage, kinds)


def end_sibling(session: Session, stage: Stage, workflow: str, outcome: str) -> None:
    """Let another application of the project end with an outcome, as if it had gone its own way."""
    own = stage.file(session)
    sibling = session.scalar(
        select(PermitApplication).where(
            PermitApplication.project_id == stage.project, PermitApplication.workflow == workflow
        )
    )
    if sibling is None:
        known = stage.setting.others.get(workflow, stage.setting.loaded)
        sibling = PermitApplication(
            id=new_id(),
            jurisdiction_id=stage.city,
            company_id=stage.company,
            project_id=stage.project,
            created_by=own.created_by,
            workflow=workflow,
            definition_hash=known.hash,
            state=outcome,
            party="none",
            party_since_at=stage.now,
            event_hash=GENESIS,
            created_at=stage.now,
        )
        session.add(sibling)
    sibling.outcome = outcome
    sibling.decided_at = sibling.updated_at = stage.now
    session.flush()
    session.add(
        GateWake(
            id=new_id(),
            jurisdiction_id=stage.city,
            application_id=own.id,
            predecessor_id=sibling.id,
            legal_on=local_date(stage.now, stage.calendar.zone),
            created_at=stage.now,
        )
    )


def _as_verified(loaded: LoadedDefinition, clocks: Sequence[str]) -> LoadedDefinition:
    """Return the workflow as it would be with the numbers of these clocks verified."""
    if not clocks:
        return loaded
    raw = json.loads(loaded.body)
    for name in clocks:
        if name in raw.get("clocks", {}):
            raw["clocks"][name]["verified"] = True
    body = json.dumps(raw, separators=(",", ":"), ensure_ascii=False)
    return replace(loaded, body=body, hash=sha256(body.encode()).hexdigest(), definition=from_body(body))


def _draft(session: Session, stage: Stage, actor: Actor) -> str:
    facts = clean_facts(stage.definition, stage.loaded.scenario.facts)
    begun = Start(
        stage.city,
        stage.company,
        actor.id,
        stage.setting.loaded.hash,
        stage.now,
        facts,
        facts,
        "1250 Mission Rd",
        stage.project,
    )
    return transitions.start(session.connection(), begun)


def _city(session: Session, setting: Setting, zone: str, now: int) -> str:
    place = Jurisdiction(
        id=new_id(),
        slug="rehearsal",
        name="Rehearsal",
        state=(setting.subdivision or setting.country)[:2],
        zone=zone,
        pack=setting.pack,
        number_prefix="REH",
        created_at=now - DAY,
    )
    session.add(place)
    session.flush()
    version = CalendarVersion(
        jurisdiction_id=place.id,
        version=1,
        weekdays="01234",
        opens="08:00",
        closes="17:00",
        reason="rehearsal",
        published_at=now - DAY,
    )
    first = datetime.fromtimestamp(now / 1_000_000, ZoneInfo(zone)).year
    calendars.publish(session, version, _closures(setting.country, setting.subdivision, first))
    return place.id


@lru_cache(maxsize=256)
def _closures(country: str, subdivision: str | None, first: int) -> dict[date, str]:
    return seed_closures(country, subdivision, range(first - 1, first + _YEARS))


def _company(session: Session, licensed: object, now: int) -> str:
    firm = Company(
        id=new_id(),
        name="Sample Electric",
        licence_number="C10-000000",
        licence_expires_on=_LONG_VALID if licensed else _LAPSED,
        created_at=now,
    )
    session.add(firm)
    session.flush()
    return firm.id


def _user(session: Session, who: str, now: int) -> str:
    user = User(
        id=new_id(),
        email=f"{who.replace('#', '.')}@rehearsal.example",
        name=who.replace("_", " "),
        password_hash=_NO_PASSWORD,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user.id
