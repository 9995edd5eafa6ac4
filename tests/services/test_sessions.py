"""Sign-in attempts and sessions, on both databases."""

import threading

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.instants import SECOND
from permitflow.models import User, WebSession
from permitflow.queries.people import find_session
from permitflow.services import sessions
from permitflow.services.accounts import NewUser, create_user, disable_user
from permitflow.services.sessions import NOBODY, Limits, count_attempt, is_live, open_session
from tests import factories

MINUTE = 60 * SECOND
AT = 1_786_000_000 * SECOND
LIMITS = Limits(staff_idle=30 * MINUTE, applicant_idle=120 * MINUTE, absolute=720 * MINUTE)
EMAIL = "ines@example.test"


@pytest.fixture
def user_id(database: Database) -> str:
    with database.transaction() as session:
        return create_user(session, NewUser(EMAIL, "Ines", "the hash"), AT)


def attempt(database: Database, at: int = AT, email: str = EMAIL) -> sessions.Attempt:
    with database.transaction() as session:
        return count_attempt(session, email, at)


def opened(database: Database, user_id: str, at: int = AT) -> str:
    with database.transaction() as session:
        return open_session(session, user_id, at, LIMITS)


def live(database: Database, token: str, at: int) -> bool:
    with database.reading() as session:
        found = find_session(session.connection(), sessions.hash_token(token), AT)
    return found is not None and is_live(found, at, LIMITS)


def test_a_known_address_gives_its_hash(database: Database, user_id: str) -> None:
    assert attempt(database, email=" INES@example.test ") == sessions.Attempt(user_id, "the hash")


def test_an_unknown_address_gives_nothing(database: Database, user_id: str) -> None:
    assert attempt(database, email="nobody@example.test") == NOBODY


def test_after_five_tries_each_next_one_must_wait_longer(database: Database, user_id: str) -> None:
    at = AT
    for wait in (0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900):
        assert attempt(database, at).user_id == user_id
        if wait:
            assert attempt(database, at + wait * SECOND - 1) == NOBODY
        at += wait * SECOND


def test_a_refused_try_does_not_prolong_the_wait(database: Database, user_id: str) -> None:
    for _ in range(5):
        attempt(database)
    for _ in range(10):
        assert attempt(database, AT + SECOND) == NOBODY
    assert attempt(database, AT + 15 * SECOND).user_id == user_id


def test_a_right_password_ends_the_count(database: Database, user_id: str) -> None:
    for _ in range(5):
        attempt(database)
    opened(database, user_id, AT + MINUTE)
    assert attempt(database, AT + MINUTE).user_id == user_id


def test_guesses_made_at_once_are_all_counted(database: Database, user_id: str) -> None:
    answers: list[sessions.Attempt] = []
    threads = [threading.Thread(target=lambda: answers.append(attempt(database))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([answer for answer in answers if answer != NOBODY]) == 5


def test_the_database_never_holds_the_token(database: Database, user_id: str) -> None:
    token = opened(database, user_id)
    with database.reading() as session:
        row = session.scalars(select(WebSession)).one()
    assert len(token) >= 43
    assert row.token_hash == sessions.hash_token(token) != token
    assert (row.created_at, row.seen_at, row.expires_at) == (AT, AT, AT + LIMITS.absolute)


@pytest.mark.parametrize(("staff", "idle"), [(False, LIMITS.applicant_idle), (True, LIMITS.staff_idle)])
def test_an_idle_session_ends(database: Database, staff: bool, idle: int) -> None:
    city = factories.city(database)
    token = opened(database, city.staff["planner"] if staff else city.installer_id)
    assert live(database, token, AT + idle - 1)
    assert not live(database, token, AT + idle)


def test_use_keeps_a_session_alive_up_to_its_last_hour(database: Database, user_id: str) -> None:
    token = opened(database, user_id)
    for hour in range(1, 12):
        with database.connection() as connection:
            sessions.touch(connection, sessions.hash_token(token), AT + hour * 60 * MINUTE)
        assert live(database, token, AT + hour * 60 * MINUTE)
    assert live(database, token, AT + LIMITS.absolute - 1)
    assert not live(database, token, AT + LIMITS.absolute)


def test_a_late_touch_never_turns_back(database: Database, user_id: str) -> None:
    token = opened(database, user_id, AT)
    with database.connection() as connection:
        sessions.touch(connection, sessions.hash_token(token), AT - MINUTE)
    with database.reading() as session:
        assert session.scalars(select(WebSession.seen_at)).one() == AT


def test_a_revoked_session_is_gone_and_the_others_stay(database: Database, user_id: str) -> None:
    first, second, third = (opened(database, user_id) for _ in range(3))
    with database.transaction() as session:
        sessions.revoke(session, sessions.hash_token(first), AT)
    assert [live(database, token, AT) for token in (first, second, third)] == [False, True, True]
    with database.transaction() as session:
        sessions.revoke_all(session, user_id, AT, keep=sessions.hash_token(third))
    assert [live(database, token, AT) for token in (first, second, third)] == [False, False, True]


def test_a_disabled_account_loses_its_sessions_and_cannot_begin_one(database: Database, user_id: str) -> None:
    token = opened(database, user_id)
    with database.transaction() as session:
        disable_user(session, EMAIL, AT)
    assert not live(database, token, AT)
    assert attempt(database) == NOBODY


def test_only_sessions_that_nobody_can_use_are_forgotten(database: Database, user_id: str) -> None:
    old, revoked, fresh = opened(database, user_id, AT - 130 * MINUTE), opened(database, user_id), ""
    fresh = opened(database, user_id)
    with database.transaction() as session:
        sessions.revoke(session, sessions.hash_token(revoked), AT)
        assert sessions.forget_ended(session, AT, LIMITS) == 2
    assert [live(database, token, AT) for token in (old, revoked, fresh)] == [False, False, True]


def test_a_lost_count_is_never_below_zero(database: Database, user_id: str) -> None:
    opened(database, user_id)
    with database.reading() as session:
        assert session.get_one(User, user_id).failed_sign_ins == 0
