"""The outbox as its city reads it, on both databases."""

import pytest
from sqlalchemy import select, update

from permitflow.db import Database, new_id
from permitflow.models import Mail, OutboxMessage, User
from permitflow.queries import outbox
from tests import factories
from tests.factories import MONDAY, City
from tests.statements import statements


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def mails(database: Database, city: City) -> list[str]:
    """The ids of 120 mails, oldest first."""
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    ids = sorted(new_id() for _ in range(120))
    with database.transaction() as session:
        origin = session.scalars(select(OutboxMessage)).first()
        assert origin is not None
        for number, mail_id in enumerate(ids):
            user, news = factories.person(session, f"p{number}"), origin.id
            session.add(
                Mail(
                    id=mail_id,
                    jurisdiction_id=city.id,
                    outbox_id=news,
                    application_id=application_id,
                    user_id=user,
                    recipient=session.get_one(User, user).email,
                    subject=f"mail {number}",
                    body="words",
                    created_at=MONDAY + number // 3,
                    next_try_at=MONDAY,
                )
            )
    return ids


def test_pages_follow_one_another_newest_first(database: Database, city: City, mails: list[str]) -> None:
    seen: list[str] = []
    after: str | None = ""
    with database.reading() as session:
        while after is not None:
            with statements(database) as sent:
                page = outbox.mails(session, {city.id}, after=after)
            assert len(sent) == 1
            seen += [mail.id for mail in page.mails]
            after = page.next
    assert len(seen) == 120
    assert seen == mails[::-1]


def test_states_are_told_apart(database: Database, city: City, mails: list[str]) -> None:
    with database.transaction() as session:
        session.execute(update(Mail).where(Mail.id == mails[0]).values(sent_at=MONDAY))
        session.execute(update(Mail).where(Mail.id == mails[1]).values(gave_up_at=MONDAY, tries=10))
    with database.reading() as session:
        found = {
            state: [mail.id for mail in outbox.mails(session, {city.id}, state).mails]
            for state in outbox.STATES
        }
        assert outbox.mail(session, mails[1], {city.id}).state == "failed"
    assert (found["sent"], found["failed"]) == ([mails[0]], [mails[1]])
    assert len(found["waiting"]) == outbox.PAGE_SIZE


def test_another_city_reads_nothing(database: Database, city: City, mails: list[str]) -> None:
    with database.reading() as session:
        assert outbox.mails(session, {"elsewhere"}).mails == ()
        assert outbox.mails(session, frozenset()).mails == ()
        assert outbox.mail(session, mails[0], {"elsewhere"}) is None
        assert outbox.mail(session, mails[0], {city.id}).subject == "mail 0"


@pytest.mark.parametrize("after", ["x", "1_2", "'; --"])
def test_a_broken_cursor_shows_the_first_page(
    database: Database, city: City, mails: list[str], after: str
) -> None:
    with database.reading() as session:
        assert outbox.mails(session, {city.id}, after=after).mails[0].id == mails[-1]
