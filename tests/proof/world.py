"""A world for random walks: a city on every shipped pack, its people, two companies, and a clock that only they move."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.engine.calendars import seed_closures
from permitflow.engine.definition import Definition, LoadedDefinition
from permitflow.engine.loader import from_body, load_file
from permitflow.engine.machine import Actor
from permitflow.engine.pack import FILE_NAME
from permitflow.engine.scenario import FOLDER, Fact, load_scenario
from permitflow.instants import DAY, from_datetime
from permitflow.models import CalendarVersion, Company, CompanyMember, Jurisdiction, RoleGrant, User
from permitflow.services import calendars, definitions
from permitflow.services.actors import actor_for
from permitflow.services.rehearsal_stage import Setting
from permitflow.services.repertoire import setting_of, workflow_files

LIBRARY = Path(__file__).resolve().parents[2] / "workflows"
YEARS = range(2024, 2040)
FOUNDED = from_datetime(datetime(2025, 1, 6, 9, tzinfo=ZoneInfo("UTC")))
OFFICE = ("manager", "cashier", "administrator")


@dataclass(frozen=True)
class Place:
    """A city: its id and zone, its workflows by id, and who works there by role."""

    id: str
    pack: str
    zone: str
    workflows: dict[str, LoadedDefinition]
    staff: dict[str, list[str]]
    insider: str
    """Works for the city in every role, and belongs to the first company."""
    bystander: str
    """Works for the city in no role that any workflow names."""

    def everybody(self) -> list[str]:
        """Everybody who works here."""
        return [*sorted({user for users in self.staff.values() for user in users}), self.bystander]


@dataclass
class Loan:
    """A role that is lent, as the test remembers it."""

    place: str
    lender: str
    borrower: str
    role: str
    from_on: date
    until_on: date
    id: str
    ended: bool = False

    def covers(self, place: str, on: date) -> bool:
        """Whether it lasts in a city on a day; both of its days are included."""
        return not self.ended and self.place == place and self.from_on <= on <= self.until_on


@dataclass
class World:
    """Everything that the walk may rely on without asking the code under test."""

    database: Database
    places: list[Place]
    companies: dict[str, list[str]]
    """company -> its members"""
    granted: dict[tuple[str, str], frozenset[str]]
    """(person, city) -> roles of their own"""
    now: int = FOUNDED
    loans: list[Loan] = field(default_factory=list)
    actors: dict[tuple[object, ...], Actor] = field(default_factory=dict)
    """Everybody as the engine sees them, read once; a copy of the world has the same people."""

    def company_of(self, person: str) -> str | None:
        """The company that a person belongs to."""
        return next((firm for firm, members in self.companies.items() if person in members), None)

    def lent(self, person: str, place: str, on: date) -> set[str]:
        """The roles that are lent to a person on a day."""
        return {loan.role for loan in self.loans if loan.borrower == person and loan.covers(place, on)}

    def holds(self, person: str, place: str, role: str, on: date) -> bool:
        """Whether somebody has a staff role in a city, of their own or lent, on a day."""
        return role in self.granted.get((person, place), frozenset()) or role in self.lent(person, place, on)

    def actor(self, session: Session, person: str, place: str, company: str, on: date) -> Actor:
        """A person as the engine sees them; read once until roles are lent or taken back."""
        lent = tuple(loan.id for loan in self.loans if loan.borrower == person and loan.covers(place, on))
        key = (person, place, company, lent)
        if key not in self.actors:
            self.actors[key] = actor_for(session, person, place, company, on)
        return self.actors[key]


@lru_cache(maxsize=2)
def shipped(*, verified: bool = False) -> dict[str, dict[str, Setting]]:
    """Every shipped workflow that a city may publish, by pack and id.

    With `verified` all their numbers count as verified, so that what follows from a silent office does follow.
    """
    packs: dict[str, dict[str, Setting]] = {}
    if verified:
        return {
            pack: {name: replace(one, loaded=_as_verified(one.loaded)) for name, one in settings.items()}
            for pack, settings in shipped().items()
        }
    for file in workflow_files(LIBRARY):
        if (file.parent / FILE_NAME).is_file() and not (loaded := load_file(file)).definition.legacy:
            packs.setdefault(file.parent.name, {})[loaded.definition.workflow] = setting_of(file, loaded)
    return packs


def _as_verified(loaded: LoadedDefinition) -> LoadedDefinition:
    raw = json.loads(loaded.body)
    for clock in raw.get("clocks", {}).values():
        clock["verified"] = True
    body = json.dumps(raw, separators=(",", ":"), ensure_ascii=False)
    return replace(loaded, body=body, hash=sha256(body.encode()).hexdigest(), definition=from_body(body))


@lru_cache(maxsize=1)
def sites() -> dict[str, list[dict[str, Fact]]]:
    """The facts of every scenario, by workflow: sites on which its steps can be taken."""
    found: dict[str, list[dict[str, Fact]]] = {}
    for file in sorted(LIBRARY.rglob(f"{FOLDER}/*.yaml")):
        scenario = load_scenario(file).scenario
        found.setdefault(scenario.workflow, [{}]).append(dict(scenario.facts))
    return found


@lru_cache(maxsize=64)
def _closures(country: str, subdivision: str | None) -> dict[date, str]:
    return seed_closures(country, subdivision, YEARS)


def found(database: Database, *, verified: bool = False) -> World:
    """Found the cities and companies in an empty database."""
    world = World(database, [], {}, {})
    with database.transaction() as session:
        for name in ("Volt & Sons", "Brightline"):
            firm = Company(
                id=new_id(),
                name=name,
                licence_number="C10-000000",
                licence_expires_on=date(2999, 1, 1),
                created_at=FOUNDED,
            )
            session.add(firm)
            session.flush()
            members = [_person(session, f"{name} {n}") for n in range(2)]
            world.companies[firm.id] = members
            for user in members:
                _join(session, firm.id, user)
        for pack, settings in shipped(verified=verified).items():
            world.places.append(_place(session, world, pack, settings))
    return world


def as_kept(world: World, *, verified: bool = False) -> str:
    """The world as text, so that a copy of its database can be walked without founding it again."""
    places = [
        {"id": p.id, "pack": p.pack, "staff": p.staff, "insider": p.insider, "bystander": p.bystander}
        for p in world.places
    ]
    granted = [[*key, sorted(roles)] for key, roles in world.granted.items()]
    return json.dumps(
        {"verified": verified, "places": places, "companies": world.companies, "granted": granted}
    )


def again(database: Database, kept: str, actors: dict[tuple[object, ...], Actor]) -> World:
    """The world of a copied database; `actors` are the people that another copy has met already."""
    raw = json.loads(kept)
    places = []
    for one in raw["places"]:
        settings = shipped(verified=raw["verified"])[one["pack"]]
        loaded = {name: setting.loaded for name, setting in settings.items()}
        zone = next(iter(settings.values())).zone
        places.append(
            Place(one["id"], one["pack"], zone, loaded, one["staff"], one["insider"], one["bystander"])
        )
    granted = {(user, place): frozenset(roles) for user, place, roles in raw["granted"]}
    return World(database, places, raw["companies"], granted, actors=actors)


def _place(session: Session, world: World, pack: str, settings: dict[str, Setting]) -> Place:
    first = next(iter(settings.values()))
    city = Jurisdiction(
        id=new_id(),
        slug=pack,
        name=pack,
        state=(first.subdivision or "US")[:2],
        zone=first.zone,
        pack=pack,
        number_prefix="".join(part[0] for part in pack.split("-")).upper(),
        created_at=FOUNDED,
    )
    session.add(city)
    session.flush()
    version = CalendarVersion(
        jurisdiction_id=city.id,
        version=1,
        weekdays="01234",
        opens="08:00",
        closes="17:00",
        reason="first",
        published_at=FOUNDED,
    )
    calendars.publish(session, version, _closures(first.country, first.subdivision))
    for setting in settings.values():
        definitions.publish(session, city.id, setting.loaded, FOUNDED)
    roles = sorted({role for setting in settings.values() for role in staff_roles(setting.loaded.definition)})
    staff: dict[str, list[str]] = {}
    for role in sorted({*roles, *OFFICE}):
        for n in (1, 2):
            user = _person(session, f"{pack} {role} {n}")
            _grant(session, world, user, city.id, [role])
            staff.setdefault(role, []).append(user)
    insider, bystander = _person(session, f"{pack} insider"), _person(session, f"{pack} bystander")
    _grant(session, world, insider, city.id, roles)
    _grant(session, world, bystander, city.id, ["council_member_of_nothing"])
    firm, members = next(iter(world.companies.items()))
    members.append(insider)
    _join(session, firm, insider)
    return Place(
        city.id, pack, first.zone, {n: s.loaded for n, s in settings.items()}, staff, insider, bystander
    )


def staff_roles(definition: Definition) -> set[str]:
    """The roles that people of the city have in a workflow."""
    return {name for name, role in definition.roles.items() if role.kind == "staff"}


def _person(session: Session, name: str) -> str:
    user = User(
        id=new_id(), email=f"{new_id()}@example.test", name=name, password_hash="!", created_at=FOUNDED
    )
    session.add(user)
    session.flush()
    return user.id


def _join(session: Session, firm: str, user: str) -> None:
    session.add(CompanyMember(company_id=firm, user_id=user, is_admin=True, joined_at=FOUNDED))
    session.flush()


def _grant(session: Session, world: World, user: str, city: str, roles: list[str]) -> None:
    session.add_all(
        RoleGrant(id=new_id(), user_id=user, jurisdiction_id=city, role=role, granted_at=FOUNDED)
        for role in roles
    )
    world.granted[user, city] = frozenset(roles)


def start_of_time(rng: random.Random) -> int:
    """An instant at which a walk begins: any day of two years, sometimes on the eve of a change of the clocks."""
    if rng.random() < 0.3:
        year, month, day = rng.choice(((2025, 11, 1), (2026, 3, 7), (2026, 10, 31), (2028, 2, 28)))
        return from_datetime(datetime(year, month, day, 15, tzinfo=ZoneInfo("America/Chicago")))
    return FOUNDED + DAY + rng.randrange(730) * DAY + rng.randrange(24) * DAY // 24
