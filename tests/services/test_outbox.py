"""The outbox: who is told what, and what becomes of each mail, on both databases."""

from datetime import date

import pytest
from sqlalchemy import delete, func, select, update

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import CompanyMember, Mail, OutboxMessage, RoleGrant, User
from permitflow.services import delegations, outbox
from permitflow.services.delegations import Loan
from permitflow.services.outbox import CLAIMED_FOR, MINUTE, Letter
from tests import factories
from tests.factories import MONDAY, City

WORKFLOW = "us-ca-commercial-ab970"
NOW = MONDAY + MINUTE


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def submitted(city: City) -> str:
    """The id of an application that has just been submitted."""
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant")
    return application_id


def told(database: Database, at: int = NOW) -> list[Mail]:
    with database.transaction() as session:
        outbox.expand(session, "https://permits.test", at)
    with database.reading() as session:
        return list(session.scalars(select(Mail).order_by(Mail.created_at, Mail.id)))


def set_receiver(database: Database, receiver: str) -> None:
    """Leave one piece of news for each application, for one group."""
    with database.transaction() as session:
        kept = select(func.min(OutboxMessage.id)).group_by(OutboxMessage.application_id).scalar_subquery()
        session.execute(delete(OutboxMessage).where(OutboxMessage.id.not_in(kept)))
        session.execute(update(OutboxMessage).values(receiver=receiver))


def claimed(database: Database, at: int = NOW) -> list[Letter]:
    with database.transaction() as session:
        return outbox.claim(session, at)


def mail(database: Database) -> Mail:
    with database.reading() as session:
        return session.scalars(select(Mail)).one()


def test_the_company_is_told_of_its_own_application(database: Database, city: City, submitted: str) -> None:
    set_receiver(database, "applicant")
    (letter,) = told(database)[:1]
    file = city.file(submitted)
    assert letter.user_id == city.installer_id
    assert file.number is not None
    assert file.number in letter.subject
    assert f"https://permits.test/applications/{submitted}" in letter.body
    assert "With the city since Mon 2 Mar 2026" in letter.body
    assert (letter.sent_at, letter.tries, letter.next_try_at) == (None, 0, NOW)


def test_whoever_left_the_company_or_is_disabled_is_not_told(
    database: Database, city: City, submitted: str
) -> None:
    with database.transaction() as session:
        gone, shut = (factories.person(session, name) for name in ("gone", "shut"))
        session.add_all(
            CompanyMember(company_id=city.company_id, user_id=user, joined_at=1, left_at=left)
            for user, left in ((gone, 2), (shut, None))
        )
        session.get_one(User, shut).active = False
    set_receiver(database, "applicant")
    assert {letter.user_id for letter in told(database)} == {city.installer_id}


def test_reviewers_are_those_in_whose_queue_it_waits(database: Database, city: City, submitted: str) -> None:
    set_receiver(database, "reviewers")
    letters = told(database)
    assert {letter.user_id for letter in letters} == {city.staff["permit_technician"]}
    assert "it waits in your queue (Permit technician)" in letters[0].body
    assert f"/review/{submitted}" in letters[0].body


def test_a_reviewer_of_the_same_company_is_not_asked(database: Database, city: City, submitted: str) -> None:
    with database.transaction() as session:
        member = CompanyMember(
            company_id=city.company_id, user_id=city.staff["permit_technician"], joined_at=1, left_at=None
        )
        session.add(member)
    set_receiver(database, "reviewers")
    assert told(database) == []


def test_managers_are_told_when_it_concerns_them(database: Database, city: City, submitted: str) -> None:
    set_receiver(database, "managers")
    assert {letter.user_id for letter in told(database)} == {city.staff["manager"]}


def test_nobody_is_told_twice(database: Database, submitted: str) -> None:
    first = told(database)
    assert first
    assert len(told(database, NOW + DAY)) == len(first)


def test_news_that_cannot_be_told_wait_and_hold_up_nobody(
    database: Database, city: City, submitted: str, caplog: pytest.LogCaptureFixture
) -> None:
    second = city.draft(WORKFLOW)
    city.act(second, "submit", "applicant")
    set_receiver(database, "applicant")
    with database.transaction() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.application_id == submitted).values(seq=999)
        )
    assert {letter.application_id for letter in told(database)} == {second}
    assert "could not be told" in caplog.text
    with database.reading() as session:
        left = session.scalars(select(OutboxMessage).where(OutboxMessage.expanded_at.is_(None))).all()
    assert {row.application_id for row in left} == {submitted}


def one_mail(database: Database) -> Letter:
    set_receiver(database, "managers")
    assert len(told(database)) == 1
    (letter,) = claimed(database)
    return letter


def test_a_claimed_mail_is_left_alone_until_the_claim_runs_out(database: Database, submitted: str) -> None:
    letter = one_mail(database)
    assert letter.tries == 1
    assert claimed(database, NOW + CLAIMED_FOR - 1) == []
    assert [again.id for again in claimed(database, NOW + CLAIMED_FOR)] == [letter.id]


def test_a_sent_mail_is_never_claimed_again(database: Database, submitted: str) -> None:
    letter = one_mail(database)
    with database.transaction() as session:
        outbox.mark_sent(session, letter.id, NOW)
    assert mail(database).sent_at == NOW
    assert claimed(database, NOW + 400 * DAY) == []


def test_each_failure_waits_longer_and_the_tenth_is_the_last(database: Database, submitted: str) -> None:
    letter, at = one_mail(database), NOW
    waits = [1, 5, 15, 60, 240, 1440, 1440, 1440, 1440]
    for wait in waits:
        with database.transaction() as session:
            outbox.mark_failed(session, letter, "451 later", at)
        kept = mail(database)
        assert (kept.last_error, kept.next_try_at, kept.gave_up_at) == ("451 later", at + wait * MINUTE, None)
        assert claimed(database, at + wait * MINUTE - 1) == []
        at += wait * MINUTE
        (letter,) = claimed(database, at)
    assert letter.tries == 10
    with database.transaction() as session:
        outbox.mark_failed(session, letter, "451 later", at)
    assert mail(database).gave_up_at == at
    assert claimed(database, at + 400 * DAY) == []


def test_a_final_refusal_gives_up_at_once(database: Database, submitted: str) -> None:
    letter = one_mail(database)
    with database.transaction() as session:
        outbox.mark_failed(session, letter, "550 no such mailbox", NOW, final=True)
    assert mail(database).gave_up_at == NOW


def test_a_given_up_mail_can_be_tried_again_by_its_own_city(
    database: Database, city: City, submitted: str
) -> None:
    letter = one_mail(database)
    with database.transaction() as session:
        outbox.mark_failed(session, letter, "550 no such mailbox", NOW, final=True)
        assert not outbox.retry(session, letter.id, frozenset({"another city"}), NOW)
        assert outbox.retry(session, letter.id, frozenset({city.id}), NOW)
    assert [again.tries for again in claimed(database)] == [1]


def test_a_sent_mail_cannot_be_tried_again(database: Database, city: City, submitted: str) -> None:
    letter = one_mail(database)
    with database.transaction() as session:
        outbox.mark_sent(session, letter.id, NOW)
        assert not outbox.retry(session, letter.id, frozenset({city.id}), NOW)


def lent(city: City, first: date, last: date) -> str:
    """Lend the technician's role to the planner; return the loan's id."""
    technician, planner = city.staff["permit_technician"], city.staff["planner"]
    loan = Loan(city.id, technician, planner, "permit_technician", first, last, "Leave")
    with city.database.transaction() as session:
        return delegations.lend(session, loan, technician, MONDAY)


def test_whoever_stands_in_is_told_like_the_holder(database: Database, city: City, submitted: str) -> None:
    lent(city, date(2026, 3, 2), date(2026, 3, 2))
    set_receiver(database, "reviewers")
    letters = told(database)
    assert {letter.user_id for letter in letters} == {city.staff["permit_technician"], city.staff["planner"]}
    assert all("it waits in your queue (Permit technician)" in letter.body for letter in letters)


@pytest.mark.parametrize("change", ["not yet", "ended", "lender gone", "own company"])
def test_a_loan_that_does_not_count_tells_nobody(
    database: Database, city: City, submitted: str, change: str
) -> None:
    technician, planner = city.staff["permit_technician"], city.staff["planner"]
    first = date(2026, 3, 3) if change == "not yet" else date(2026, 3, 2)
    loan = lent(city, first, date(2026, 3, 6))
    with database.transaction() as session:
        if change == "ended":
            delegations.end(session, loan, technician, MONDAY)
        if change == "lender gone":
            grants = update(RoleGrant).where(RoleGrant.user_id == technician)
            session.execute(grants.values(revoked_at=MONDAY))
        if change == "own company":
            session.add(CompanyMember(company_id=city.company_id, user_id=planner, joined_at=1, left_at=None))
    set_receiver(database, "reviewers")
    assert planner not in {letter.user_id for letter in told(database)}
