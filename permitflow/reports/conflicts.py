"""Who in the office has to do with firms that file there: membership now or earlier, accounts they made, near addresses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select

from permitflow.models import CompanyMember, PermitApplication, RoleGrant, User
from permitflow.reports.page import Ask

MOST_ADDRESSES = 500
"""Files whose addresses are compared, on either side."""
_NUMBER = re.compile(r"^\s*\d+\S*\s+")


def conflicts(ask: Ask) -> dict[str, list[str]]:
    """Return the parameters of the flags own_firm and neighbours: "person firm" and "person application" pairs.

    The table `answers` has to be there (suspicions.gather).

    Addresses are read for the files of those few people and firms only, the newest of them.
    """
    answering = [person for (person,) in ask.snapshot.rows("SELECT DISTINCT person FROM answers")]
    members = _members(ask, answering)
    made = _made_by(ask, answering)
    own = {
        f"{person} {firm}" for firms in (members, made) for person, found in firms.items() for firm in found
    }
    near = [pair for person, firms in members.items() for pair in _near(ask, person, sorted(firms))]
    return {"own": sorted(own), "near": sorted(near)}


def self_granted(ask: Ask) -> int:
    """Return how many roles of the city people have given to themselves."""
    query = select(func.count()).where(
        RoleGrant.jurisdiction_id == ask.scope.city.id, RoleGrant.granted_by == RoleGrant.user_id
    )
    return ask.session.scalar(query) or 0


def street(address: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the street of an address without the number, with its post code; None when either is missing."""
    name, code = (str(address.get(part) or "").strip().casefold() for part in ("street", "zip"))
    name = _NUMBER.sub("", name)
    return (name, code[:5]) if name and code else None


def _members(ask: Ask, answering: Sequence[str]) -> Mapping[str, set[str]]:
    query = select(CompanyMember.user_id, CompanyMember.company_id).where(
        CompanyMember.user_id.in_(answering)
    )
    return _by_first((row[0], row[1]) for row in ask.session.execute(query))


def _made_by(ask: Ask, answering: Sequence[str]) -> Mapping[str, set[str]]:
    query = (
        select(User.created_by, CompanyMember.company_id)
        .join(CompanyMember, CompanyMember.user_id == User.id)
        .where(User.created_by.in_(answering))
    )
    return _by_first((row[0], row[1]) for row in ask.session.execute(query))


def _by_first(pairs: Iterable[tuple[str | None, str]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for person, firm in pairs:
        if person is not None:
            found[person].add(firm)
    return found


def _near(ask: Ask, person: str, firms: Sequence[str]) -> list[str]:
    """The files of other firms that a person answered in a street where one of their own firms has a file."""
    answered = ask.snapshot.rows(
        f"""SELECT DISTINCT id FROM answers JOIN chosen USING (file)
            WHERE person = $person AND NOT list_contains($firms, answers.company) ORDER BY id DESC LIMIT {MOST_ADDRESSES}""",
        {"person": person, "firms": firms},
    )
    own = ask.snapshot.rows(
        f"SELECT id FROM files WHERE list_contains($firms, company) ORDER BY id DESC LIMIT {MOST_ADDRESSES}",
        {"firms": firms},
    )
    streets = _streets(ask, [id_ for (id_,) in (*answered, *own)])
    theirs = {streets[id_] for (id_,) in own if id_ in streets}
    return [f"{person} {id_}" for (id_,) in answered if streets.get(id_) in theirs and id_ in streets]


def _streets(ask: Ask, ids: Sequence[str]) -> Mapping[str, tuple[str, str]]:
    query = select(PermitApplication.id, PermitApplication.facts["site"]).where(PermitApplication.id.in_(ids))
    found = {id_: street(site) for id_, site in ask.session.execute(query) if isinstance(site, dict)}
    return {id_: place for id_, place in found.items() if place is not None}
