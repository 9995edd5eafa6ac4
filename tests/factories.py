"""Small worlds for tests: a city, its people, a company, and files at any point of their way."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from permitflow.db import Database, new_id
from permitflow.engine.machine import Actor
from permitflow.instants import DAY, from_datetime
from permitflow.models import (
    CalendarVersion,
    Company,
    CompanyMember,
    Jurisdiction,
    PermitApplication,
    RoleGrant,
    User,
)
from permitflow.services import calendars, definitions, transitions
from permitflow.services.actors import actor_for
from permitflow.services.facts import derived
from permitflow.services.transitions import Act, Applied, Start

ROOT = Path(__file__).resolve().parent.parent
STAFF = (
    "permit_technician",
    "electrical_examiner",
    "building_examiner",
    "fire_reviewer",
    "accessibility_reviewer",
    "planner",
    "public_works_reviewer",
    "inspector",
    "building_official",
    "cashier",
    "manager",
    "administrator",
)
_counter = itertools.count(1)


def instant(text: str) -> int:
    """Return an ISO date and time with its offset as microseconds, e.g. '2026-03-02T09:00-08:00'."""
    from datetime import datetime

    return from_datetime(datetime.fromisoformat(text))


MONDAY = instant("2026-03-02T09:00-08:00")


def form(stations: int = 12, **site: Any) -> dict[str, Any]:
    """Return a complete commercial application form."""
    return {
        "project": {
            "type": "workplace",
            "title": "Mission Road garage",
            "description": "Level 2 charging stations in the staff garage",
            "work_class": "new",
            "valuation_cents": 9_600_000,
            "use_relation": "accessory",
            "includes_canopy": False,
            "includes_storage": False,
            "new_structure": False,
        },
        "site": {
            "street": "1250 Mission Rd",
            "city": "Rio Verde",
            "zip": "92999",
            "parcel": "0123-456",
            "occupancy": "commercial",
            "location": "garage",
            "flood_zone": False,
            "historic_district": False,
            "coastal_zone": False,
            "airport_influence": False,
            "in_right_of_way": False,
            "trench_in_public_way": False,
            "public_land": False,
            "existing_stalls": 120,
            "stalls_after": 120,
        }
        | site,
        "equipment": [
            {
                "manufacturer": "Brightline",
                "model": "BL-40",
                "listing": "UL 2594 E123456",
                "quantity": stations,
                "level": "L2",
                "amps": 40,
                "volts": 240,
                "phase": 1,
                "ports": 1,
                "outdoor": False,
            }
        ],
        "electrical": {
            "service_amps": 1600,
            "service_voltage": 480,
            "phases": 3,
            "existing_load_amps": 500,
            "load_method": "measured_220_87",
            "breaker_amps": 50,
            "service_upgrade": False,
            "has_ems": False,
        },
        "attestations": {"signed": True, "owner_consent": True, "no_adverse_impact": True},
        "contractor": {"licence_valid": True},
    }


@dataclass
class City:
    """One city with a login for every role, and one installer company."""

    database: Database
    id: str
    slug: str
    company_id: str
    installer_id: str
    staff: dict[str, str] = field(default_factory=dict)

    def actor(self, role: str) -> Actor:
        """Return the person of a role as the engine sees them ('applicant' is the installer)."""
        user = self.installer_id if role == "applicant" else self.staff[role]
        with self.database.reading() as session:
            return actor_for(session, user, self.id, self.company_id)

    def act(self, application_id: str, action: str, role: str, at: int = MONDAY, **more: Any) -> Applied:
        """Take an action in a transaction of its own."""
        act = Act(application_id, action, self.actor(role), at, **more)
        with self.database.transaction() as session:
            return transitions.apply(session.connection(), act)

    def in_review(self) -> str:
        """Bring a commercial application to its parallel reviews; return its id."""
        application_id = self.draft("us-ca-commercial-ab970")
        self.act(application_id, "submit", "applicant")
        self.act(application_id, "accept", "permit_technician")
        return application_id

    def words_for(self, application_id: str, action: str) -> dict[str, str]:
        """Return a text for every input that an action demands."""
        with self.database.reading() as session:
            definition = definitions.definition_for(
                session.connection(), self.file(application_id).definition_hash
            )
        return {
            name: "As agreed" for name, spec in definition.actions[action].inputs.items() if spec.required
        }

    def file(self, application_id: str) -> PermitApplication:
        """Return the application as it stands."""
        with self.database.reading() as session:
            found = session.get(PermitApplication, application_id)
            assert found is not None
            return found

    def draft(self, workflow: str, at: int = MONDAY, stations: int = 12, **site: Any) -> str:
        """Start a draft with a complete form and every document the definition asks for."""
        entered = form(stations, **site)
        with self.database.transaction() as session:
            connection = session.connection()
            chosen = definitions.active_hash(connection, self.id, workflow)
            begun = Start(
                self.id,
                self.company_id,
                self.installer_id,
                chosen,
                at,
                entered,
                derived(entered),
                "Mission Rd",
            )
            application_id = transitions.start(connection, begun)
            kinds = definitions.definition_for(connection, chosen).documents
            row = session.get(PermitApplication, application_id)
            assert row is not None
            row.document_kinds = dict.fromkeys(kinds, 1)
            row.document_set_hash = "d" * 64
            row.station_count = stations
        return application_id


def person(session: Any, name: str) -> str:
    """Add somebody who can sign in; return the id."""
    user = User(
        id=new_id(),
        email=f"{name}.{next(_counter)}@example.test".replace(" ", "_").lower(),
        name=name,
        password_hash="!",
        created_at=MONDAY,
    )
    session.add(user)
    session.flush()
    return user.id


def company(session: Any, name: str, *members: str) -> str:
    """Add a company with members; return its id."""
    firm = Company(
        id=new_id(),
        name=name,
        licence_number="C10-778899",
        licence_expires_on=date(2035, 1, 1),
        created_at=MONDAY,
    )
    session.add(firm)
    session.flush()
    session.add_all(
        CompanyMember(company_id=firm.id, user_id=user, is_admin=True, joined_at=MONDAY) for user in members
    )
    return firm.id


def city(database: Database, pack: str = "us-ca", slug: str = "rio-verde") -> City:
    """Build a city on a shipped pack with one person per role."""
    with database.transaction() as session:
        place = Jurisdiction(
            id=new_id(),
            slug=slug,
            name=slug.replace("-", " ").title(),
            state="CA",
            zone="America/Los_Angeles",
            pack=pack,
            number_prefix=slug[:3].upper(),
            created_at=MONDAY - DAY,
        )
        session.add(place)
        session.flush()
        version = CalendarVersion(
            jurisdiction_id=place.id,
            version=1,
            weekdays="01234",
            opens="08:00",
            closes="17:00",
            reason="first",
            published_at=MONDAY - DAY,
        )
        calendars.publish(session, version, {date(2026, 5, 25): "Memorial Day"})
        definitions.publish_pack(session, place, ROOT / "workflows" / pack, MONDAY - DAY)
        staff = {role: person(session, f"{slug} {role}") for role in STAFF}
        session.add_all(
            RoleGrant(id=new_id(), user_id=user, jurisdiction_id=place.id, role=role, granted_at=MONDAY)
            for role, user in staff.items()
        )
        installer = person(session, f"{slug} installer")
        firm = company(session, "Volt & Sons", installer)
        return City(database, place.id, slug, firm, installer, staff)
