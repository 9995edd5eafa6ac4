"""A role that an examiner lends to a planner for four days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from permitflow.instants import DAY
from permitflow.queries.people import Person, find_session
from permitflow.services import delegations as verbs
from permitflow.services import sessions
from permitflow.services.actors import actor_for
from permitflow.services.delegations import Loan
from permitflow.services.sessions import Limits
from tests.factories import MONDAY, City

LIMITS = Limits(90 * DAY, 90 * DAY, 90 * DAY)
FIRST, LAST = date(2026, 3, 3), date(2026, 3, 6)


def loan(hall: City, **changes: Any) -> Loan:
    examiner = hall.staff["electrical_examiner"]
    usual = Loan(hall.id, examiner, hall.staff["planner"], "electrical_examiner", FIRST, LAST, "Leave")
    return replace(usual, **changes)


def lend(hall: City, by: str = "electrical_examiner", at: int = MONDAY, **changes: Any) -> str:
    with hall.database.transaction() as session:
        return verbs.lend(session, loan(hall, **changes), hall.staff[by], at)


def roles_on(hall: City, day: date, user: str = "planner") -> dict[str, str]:
    with hall.database.reading() as session:
        actor = actor_for(session, hall.staff[user], hall.id, None, day)
    assert actor.delegated.keys() <= actor.roles
    return dict(actor.delegated)


def person_at(hall: City, at: int, user: str = "planner") -> Person:
    with hall.database.transaction() as session:
        token = sessions.open_session(session, hall.staff[user], MONDAY, LIMITS)
    with hall.database.reading() as session:
        found = find_session(session.connection(), sessions.hash_token(token), at)
    assert found is not None
    return found.person
