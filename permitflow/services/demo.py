"""The demo region: two invented cities with a year behind them, and a login for every role."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.instants import DAY, local_date, now_us
from permitflow.models import Company, CompanyMember, Jurisdiction, OutboxMessage, RoleGrant, User
from permitflow.services import calendars
from permitflow.services.actors import actor_for
from permitflow.services.cities import NewCity, found_city
from permitflow.services.demo_year import Cast, Desk, Stage, Year
from permitflow.services.passwords import Cost, hash_password

OPENS_EVERY_DOOR = "charge the whole street"
"""The one password of the demo, shown on its sign-in page."""
SEED = 20_260_101
_PACKS = Path(__file__).resolve().parents[2] / "workflows"
_DAYS = 365

_STAFF = {
    "permit_technician": "Permit technician",
    "electrical_examiner": "Electrical plans examiner",
    "building_examiner": "Building plans examiner",
    "fire_reviewer": "Fire prevention reviewer",
    "accessibility_reviewer": "Accessibility reviewer",
    "planner": "Planner",
    "public_works_reviewer": "Public works reviewer",
    "inspector": "Inspector",
    "building_official": "Building official",
    "planning_commission_clerk": "Clerk of the planning commission",
    "cashier": "Cashier",
    "manager": "Manager",
    "administrator": "Administrator",
}
_DESKS = {
    "permit_technician": Desk("01234", 3, 25),
    "electrical_examiner": Desk("01234", 3, 60),
    "building_examiner": Desk("01234", 2, 50),
    "fire_reviewer": Desk("01234", 2, 45),
    "accessibility_reviewer": Desk("024", 2, 30),
    "planner": Desk("01234", 2, 30),
    "public_works_reviewer": Desk("24", 2, 40),
    "inspector": Desk("01234", 2, 40),
    "building_official": Desk("01234", 2, 15),
}


@dataclass(frozen=True, slots=True)
class DemoCity:
    """One invented city; `desks` differ from the ordinary ones where its bottleneck lies."""

    slug: str
    name: str
    state: str
    zone: str
    pack: str
    prefix: str
    zip_code: str
    desks: dict[str, Desk]


CITIES = (
    DemoCity(
        "solano-vista",
        "Solano Vista",
        "CA",
        "America/Los_Angeles",
        "us-ca",
        "SOL",
        "94599",
        # The fire reviewer looks at two files a week and was away for six: the lane that holds the join.
        {"fire_reviewer": Desk("13", 1, 45, 190, 42), "permit_technician": Desk("01234", 3, 25, 200, 12)},
    ),
    DemoCity(
        "harlan-bluffs",
        "Harlan Bluffs",
        "TN",
        "America/Chicago",
        "us-generic",
        "HAR",
        "37099",
        # One examiner on three days, and nobody for seven weeks in the summer.
        {"electrical_examiner": Desk("024", 1, 70, 200, 50)},
    ),
)
_COMPANIES = (
    ("Volt & Sons Electric", "volt"),
    ("Brightpath Charging", "brightpath"),
    ("Tri-County EV", "tricounty"),
)


@dataclass(frozen=True, slots=True)
class Login:
    """A demo login as the sign-in page shows it."""

    email: str
    password: str
    role: str
    city: str


@dataclass(frozen=True, slots=True)
class Span:
    """The time that is played: its last instant (microseconds), its days, and the seed."""

    end: int
    days: int
    seed: int


def load(
    database: Database,
    uploads: Path,
    *,
    cost: Cost = "normal",
    now: int | None = None,
    days: int = _DAYS,
    say: Callable[[str], None] = print,
) -> bool:
    """Load the region once; return False when it is there already.

    Each city is one transaction: a process that is killed leaves a whole city or none. `now` is the instant at
    which the year ends (microseconds, today when absent) and `days` its length, `say` is told of the progress.
    """
    end = now if now is not None else now_us()
    password_hash = hash_password(OPENS_EVERY_DOOR, cost)
    loaded = False
    for number, city in enumerate(CITIES):
        with database.transaction() as session:
            if session.scalar(select(Jurisdiction.id).where(Jurisdiction.slug == city.slug)):
                continue
            say(f"Demo city {city.name}: playing a year of permits ...")
            _load_city(session, city, uploads, password_hash, Span(end, days, SEED + number))
            loaded = True
    return loaded


def logins(session: Session) -> list[Login]:
    """Return every demo login that exists, installers first."""
    known = {email: (email, name) for email, name in session.execute(select(User.email, User.name))}
    found = [
        Login(f"{key}@installer.example", OPENS_EVERY_DOOR, f"Installer, {name}", "")
        for name, key in _COMPANIES
        if f"{key}@installer.example" in known
    ]
    for city in CITIES:
        for role, title in _STAFF.items():
            email = _email(role, city)
            if email in known:
                found.append(Login(email, OPENS_EVERY_DOOR, title, city.name))
    return found


def _load_city(session: Session, city: DemoCity, uploads: Path, password_hash: str, span: Span) -> None:
    began = span.end - (span.days + 2) * DAY
    contact = f"Permit counter, City Hall, {city.name}"
    new = NewCity(city.slug, city.name, city.state, city.zone, city.prefix, contact)
    place = found_city(session, new, _PACKS / city.pack, began)
    staff = {role: _staff(session, place, city, role, password_hash, began) for role in _STAFF}
    installers = [_installer(session, name, key, password_hash, began) for name, key in _COMPANIES]
    session.flush()
    cast = Cast(
        {role: actor_for(session, user, place.id, None) for role, user in staff.items()},
        [(actor_for(session, user, place.id, firm), firm) for user, firm in installers],
        _DESKS | city.desks,
    )
    calendar = calendars.current_calendar(session.connection(), place.id)
    rng = random.Random(span.seed)
    stage = Stage(session, place.id, city.name, city.zip_code, calendar, uploads, rng)
    first = local_date(span.end, city.zone) - timedelta(days=span.days)
    Year(stage, cast).play(first, span.end)
    # Nobody wants a year of old mail: only the news of the last days is still to be told.
    old = (OutboxMessage.jurisdiction_id == place.id) & (OutboxMessage.created_at < span.end - 2 * DAY)
    session.execute(update(OutboxMessage).where(old).values(expanded_at=OutboxMessage.created_at))


def _staff(
    session: Session, place: Jurisdiction, city: DemoCity, role: str, password_hash: str, at: int
) -> str:
    user = _user(session, _email(role, city), f"{_STAFF[role]} of {city.name}", password_hash, at)
    grant = RoleGrant(id=new_id(), user_id=user, jurisdiction_id=place.id, role=role, granted_at=at)
    session.add(grant)
    return user


def _installer(session: Session, name: str, key: str, password_hash: str, at: int) -> tuple[str, str]:
    email = f"{key}@installer.example"
    found = session.scalar(select(User.id).where(User.email == email))
    if found:
        firm = session.scalars(select(CompanyMember.company_id).where(CompanyMember.user_id == found)).one()
        return found, firm
    user = _user(session, email, f"Installer at {name}", password_hash, at)
    company = Company(
        id=new_id(),
        name=name,
        licence_number=f"C10-{len(name):02d}4471",
        licence_class="C-10",
        licence_expires_on=local_date(at + 5 * 365 * DAY, "UTC"),
        created_at=at,
    )
    session.add(company)
    session.flush()
    session.add(CompanyMember(company_id=company.id, user_id=user, is_admin=True, joined_at=at))
    return user, company.id


def _user(session: Session, email: str, name: str, password_hash: str, at: int) -> str:
    user = User(id=new_id(), email=email, name=name, password_hash=password_hash, created_at=at)
    session.add(user)
    session.flush()
    return user.id


def _email(role: str, city: DemoCity) -> str:
    return f"{role.replace('_', '.')}@{city.slug}.example"
