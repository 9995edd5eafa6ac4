"""Giving several open files to colleagues: who should take which, and the giving of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from permitflow.engine.machine import Actor
from permitflow.models import UsedToken
from permitflow.queries.reassigning import Colleague, Stay, Team
from permitflow.services import claims
from permitflow.services.acts import Applied
from permitflow.services.errors import Stale
from permitflow.services.open_reviews import claimed, lock_review


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who should take a stay: the colleagues that could, and the one chosen (None when nobody can)."""

    stay: Stay
    choices: tuple[Colleague, ...]
    to: Colleague | None


@dataclass(frozen=True, slots=True)
class Load:
    """How many files somebody has before the giving, and would have after it."""

    name: str
    before: int
    after: int


def propose(
    stays: Sequence[Stay], team: Team, wanted: Mapping[str, str] | None = None
) -> tuple[list[Proposal], list[Load]]:
    """Say who should take each stay, and what that does to everybody's load.

    Each stay goes to whom `wanted` names for it, if that person can take it, and otherwise to the colleague who
    would have the fewest files by then; of several, to the first by name.

    Args:
        stays: open stays of one city, in the order in which they are given.
        team: the colleagues of their roles, with the loads before.
        wanted: visit id -> user id, as somebody chose.
    """
    people = {one.user_id: one for own in team.by_role.values() for one in own}
    loads = {user_id: one.load for user_id, one in people.items()}
    found = []
    for stay in stays:
        choices = team.who_can_take(stay)
        asked = [one for one in choices if one.user_id == (wanted or {}).get(stay.visit_id)]
        to = next(iter(asked or sorted(choices, key=lambda one: loads[one.user_id])), None)
        found.append(Proposal(stay, choices, to))
        if to is not None:
            loads[to.user_id] += 1
            if stay.holder in loads:
                loads[stay.holder] -= 1
    changed = (one for one in people.values() if loads[one.user_id] != one.load)
    named = sorted(changed, key=lambda one: (one.name, one.user_id))
    return found, [Load(one.name, one.load, loads[one.user_id]) for one in named]


@dataclass(frozen=True, slots=True)
class Handing:
    """One stay that is given away: to whom, who had it on the page (empty for nobody), and the form's token."""

    visit_id: str
    to: Actor
    holder: str
    token: str


def hand_over(connection: Connection, handing: Handing, manager: Actor, at: int) -> Applied:
    """Give an open stay to a colleague, if it is still as the manager saw it; `at` in microseconds.

    Raises NotFound, WrongRole, ConflictOfInterest, and Stale when the stay was closed, taken, released or given
    meanwhile, or the form had its effect before. Nothing has changed then.
    """
    review = lock_review(connection, handing.visit_id, "reassign", handing.to)
    if connection.scalar(select(UsedToken.seq).where(UsedToken.token == handing.token)) is not None:
        raise Stale(review.application_id, None, "This form was sent before and has had its effect.")
    if (review.claimed_by or "") != handing.holder:
        if review.claimed_by:
            raise claimed(review)
        raise Stale(review.application_id, None, "The file was released meanwhile.")
    applied = claims.reassign(connection, handing.visit_id, handing.to, manager, at)
    # The file is locked: of two forms with one token the second has found it spent above.
    spent = {"token": handing.token, "application_id": applied.application_id, "used_at": at}
    connection.execute(
        insert(UsedToken).values(
            **spent, jurisdiction_id=review.jurisdiction_id, action=applied.action, seq=applied.seq
        )
    )
    return applied
