"""A small city for tests: the Californian pack in force, two companies, and staff for every desk."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.engine.machine import Actor
from permitflow.models import CalendarVersion, Jurisdiction, PermitApplication, RoleGrant, User
from permitflow.services import calendars, companies, definitions, documents, drafts, transitions, uploads
from permitflow.services.actors import actor_for
from permitflow.services.companies import CompanyDetails
from permitflow.services.documents import Attachment
from permitflow.services.drafts import NewDraft, Signature, StepSave
from permitflow.services.transitions import Act, Applied

WORKFLOWS = Path(__file__).resolve().parent.parent / "workflows"
AT = 1_786_000_000_000_000
"""2026-08-06, a Thursday, 00:06 in Los Angeles."""
MINUTE = 60_000_000
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
STAFF = ("permit_technician", "electrical_examiner", "building_examiner", "building_official", "cashier")

HOME: Mapping[str, Any] = {
    "project": {"type": "residential", "title": "Home charger", "valuation_cents": 250_000},
    "site": {
        "street": "1250 Mission Rd",
        "city": "Testville",
        "zip": "94000",
        "occupancy": "one_family",
        "location": "garage",
        "flood_zone": False,
        "historic_district": False,
        "coastal_zone": False,
        "in_right_of_way": False,
        "trench_in_public_way": False,
        "in_setback": False,
    },
    "equipment": [
        {
            "manufacturer": "Ohm",
            "model": "W48",
            "listing": "UL E123",
            "quantity": 1,
            "level": "L2",
            "amps": 48,
            "volts": 240,
            "phase": 1,
            "ports": 1,
            "outdoor": False,
        }
    ],
    "electrical": {
        "service_amps": 200,
        "service_voltage": 240,
        "phases": 1,
        "existing_load_amps": 60,
        "load_method": "measured_220_87",
        "breaker_amps": 60,
        "service_upgrade": False,
        "has_ems": False,
    },
    "people": {"applicant": {"name": "Olga Owner", "email": "olga@example.test"}},
}


class Scene:
    """Testville with its people; `olga` owns Volt & Sons, `carl` is her colleague, `sam` is of another company."""

    def __init__(self, session: Session, slug: str = "testville") -> None:
        city = Jurisdiction(
            id=new_id(),
            slug=slug,
            name=slug.title(),
            state="CA",
            zone="America/Los_Angeles",
            pack="us-ca",
            number_prefix="TV",
            created_at=AT,
        )
        session.add(city)
        session.flush()
        self.city_id = city.id
        calendar = CalendarVersion(
            id=new_id(),
            jurisdiction_id=city.id,
            version=1,
            weekdays="01234",
            opens="08:00",
            closes="17:00",
            reason="First calendar",
            published_at=AT,
        )
        calendars.publish(session, calendar, {date(2026, 9, 7): "Labor Day"})
        definitions.publish_pack(session, city, WORKFLOWS / "us-ca", AT)
        self.olga, self.carl, self.sam = (person(session, name) for name in ("olga", "carl", "sam"))
        licence = CompanyDetails("Volt & Sons", "C10-1", "C-10", date(2027, 6, 30))
        self.company_id = companies.found(session, licence, self.olga, AT)
        companies.add_member(session, self.company_id, f"{self.carl}@example.test", self.olga, AT)
        self.other_company_id = companies.found(session, CompanyDetails("Watt Else"), self.sam, AT)
        self.staff = {role: self.grant(session, person(session, role), role) for role in STAFF}

    def grant(self, session: Session, user_id: str, role: str) -> str:
        session.add(
            RoleGrant(id=new_id(), user_id=user_id, jurisdiction_id=self.city_id, role=role, granted_at=AT)
        )
        session.flush()
        return user_id

    def actor(self, session: Session, user_id: str) -> Actor:
        return actor_for(session, user_id, self.city_id, self.company_id)

    def draft(self, session: Session, form: Mapping[str, Any] = HOME) -> str:
        """A draft of Volt & Sons whose steps are filled in."""
        olga = self.actor(session, self.olga)
        new = NewDraft(self.city_id, self.company_id, form["project"]["type"], olga, AT)
        application_id = drafts.start_draft(session, new)
        for step in drafts.STEPS:
            if step in form:
                self.save(session, application_id, step, form[step])
        return application_id

    def save(self, session: Session, application_id: str, step: str, answers: Any) -> Applied | None:
        seen = drafts.fingerprint(drafts.stored_answers(session, application_id).get(step, {}))
        olga = self.actor(session, self.olga)
        return drafts.save_step(session, StepSave(application_id, step, answers, seen, olga, AT + MINUTE))

    def attach(
        self, session: Session, folder: Path, application_id: str, kind: str, data: bytes = PDF
    ) -> str:
        stored = uploads.store(io.BytesIO(data), f"{kind}.pdf", folder, uploads.Limits(10**6, 0))
        olga = self.actor(session, self.olga)
        return documents.attach(session, Attachment(application_id, kind, stored, olga, AT + 2 * MINUTE))

    def submit(self, session: Session, application_id: str, at: int = AT + 3 * MINUTE) -> Applied:
        """Sign and send, as the review step does."""
        olga = self.actor(session, self.olga)
        signature = Signature(
            application_id, "Olga Owner", ("owner_consent",), version(session, application_id), olga, at
        )
        signed = drafts.sign(session, signature)
        return drafts.take(session, Act(application_id, "submit", olga, at, version=signed.version))

    def act(self, session: Session, application_id: str, action: str, user_id: str, **inputs: str) -> Applied:
        actor = self.actor(session, user_id)
        return transitions.apply(
            session.connection(), Act(application_id, action, actor, AT + 5 * MINUTE, inputs)
        )


def person(session: Session, name: str) -> str:
    """A user whose address is made of the id."""
    user_id = new_id()
    session.add(
        User(id=user_id, email=f"{user_id}@example.test", name=name.title(), password_hash="-", created_at=AT)
    )
    session.flush()
    return user_id


def version(session: Session, application_id: str) -> int:
    """The version an application has now."""
    return session.get_one(PermitApplication, application_id, populate_existing=True).version


def scene(database: Database) -> Scene:
    """A scene whose rows are committed."""
    with database.transaction() as session:
        return Scene(session)
