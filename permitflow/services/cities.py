"""Founding a city: the place, its first calendar, and the workflows it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.calendars import seed_closures
from permitflow.engine.pack import load_pack
from permitflow.instants import local_date
from permitflow.models import CalendarVersion, Jurisdiction, PermitApplication
from permitflow.services import calendars, definitions
from permitflow.services.errors import NotFound

_YEARS_AHEAD = 8
"""The longest duty after a permit lasts six years, and a deadline on New Year's Eve may roll into one more."""


class CityProblem(ValueError):
    """A city that cannot be founded so; the text is one sentence that says what to change."""


@dataclass(frozen=True, slots=True)
class NewCity:
    """What a city is: short name, name, state, IANA zone, prefix of its numbers, and how to reach it."""

    slug: str
    name: str
    state: str
    zone: str
    prefix: str
    contact: str = ""


def found_city(session: Session, new: NewCity, pack_folder: Path, at: int) -> Jurisdiction:
    """Found a city at instant `at` on a pack: its closures are seeded from the pack's public holidays.

    Raises:
        CityProblem: a value does not fit, or the short name is taken.
        DefinitionError: the pack does not load.
    """
    _refuse_unfit(session, new)
    pack = load_pack(pack_folder)
    place = Jurisdiction(
        id=new_id(),
        slug=new.slug,
        name=new.name,
        state=new.state,
        zone=new.zone,
        pack=pack_folder.name,
        number_prefix=new.prefix,
        contact=new.contact,
        created_at=at,
    )
    session.add(place)
    session.flush()
    year = local_date(at, new.zone).year
    first = CalendarVersion(
        jurisdiction_id=place.id,
        version=1,
        weekdays="01234",
        opens="08:00",
        closes="17:00",
        reason=f"First calendar, from the public holidays of the pack {pack.spec.pack}",
        published_at=at,
        seeded_to=year + _YEARS_AHEAD - 1,
    )
    years = range(year, year + _YEARS_AHEAD)
    calendars.publish(session, first, seed_closures(pack.spec.country, pack.spec.subdivision, years))
    definitions.publish_pack(session, place, pack_folder, at)
    return place


def republish(session: Session, slug: str, pack_folder: Path, at: int) -> list[str]:
    """Let a city's new applications run under a folder's workflows from now on; return their ids.

    Only a city without applications takes workflows so; in one that works, two people publish a version. Raises
    NotFound, DefinitionError, CityProblem.
    """
    place = session.scalar(select(Jurisdiction).where(Jurisdiction.slug == slug))
    if place is None:
        raise NotFound(f"There is no city with the short name '{slug}'.")
    if has_applications(session, place.id):
        raise CityProblem(
            f"{place.name} has applications already, so a new version needs two people: say who proposes it with --by."
        )
    return definitions.publish_pack(session, place, pack_folder, at)


def has_applications(session: Session, jurisdiction_id: str) -> bool:
    """Say whether anybody has submitted an application to a city."""
    query = select(PermitApplication.id).where(PermitApplication.jurisdiction_id == jurisdiction_id)
    return session.scalar(query.where(PermitApplication.submitted_at.is_not(None)).limit(1)) is not None


def _refuse_unfit(session: Session, new: NewCity) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,62}", new.slug):
        raise CityProblem("The short name has small letters, digits and dashes only, such as 'solano-vista'.")
    if not re.fullmatch(r"[A-Z]{2,8}", new.prefix):
        raise CityProblem("The prefix of the numbers has two to eight capital letters, such as 'SOL'.")
    if not re.fullmatch(r"[A-Z]{2}", new.state):
        raise CityProblem("The state is given by its two capital letters, such as 'CA'.")
    if new.zone not in available_timezones():
        raise CityProblem(f"'{new.zone}' is no time zone; give one such as 'America/Los_Angeles'.")
    if session.scalar(select(Jurisdiction.id).where(Jurisdiction.slug == new.slug)):
        raise CityProblem(f"There is a city with the short name '{new.slug}' already.")
