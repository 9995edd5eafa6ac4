"""Mails of saved reports and the weekly digest, from the schedule to the post box of a real mail server."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from config import Settings
from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.jobs.postman import deliver
from permitflow.jobs.report_mails import TRY_AGAIN, write_due
from permitflow.models import Mail, RoleGrant, SavedReport
from permitflow.queries import outbox
from permitflow.services import saved_reports
from permitflow.services.saved_reports import Draft, Schedule
from tests import factories
from tests.factories import MONDAY, City, instant
from tests.jobs.test_postman import Box, PostOffice

DUE = instant("2026-03-09T07:00-07:00")
WEEKLY = Schedule("weekly", 0, 7)


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def mailing(settings: Settings, box: Box) -> Iterator[Settings]:
    office = PostOffice(box, hostname="127.0.0.1", port=0)
    office.start()
    yield replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=office.port,
        smtp_tls="none",
        smtp_from="permits@rio-verde.test",
        base_url="https://permits.test",
    )
    office.stop()


@pytest.fixture
def city(database: Database) -> City:
    city = factories.city(database)
    file = city.draft("us-ca-commercial-ab970", MONDAY)
    city.act(file, "submit", "applicant", MONDAY)
    return city


def save(city: City, **values: object) -> str:
    staff = frozenset(city.staff[role] for role in ("manager", "administrator"))
    given = {"name": "<Clocks> & days", "page": "finished", "schedule": WEEKLY, "receivers": staff} | values
    with city.database.transaction() as session:
        return saved_reports.save(session, Draft(city.id, **given), city.staff["manager"], MONDAY)  # type: ignore[arg-type]


def order_digest(city: City) -> str:
    with city.database.transaction() as session:
        return saved_reports.take_digest(session, city.id, city.staff["manager"], MONDAY)


def mails(city: City) -> list[Mail]:
    with city.database.reading() as session:
        return list(session.scalars(select(Mail).order_by(Mail.created_at, Mail.id)))


def test_a_report_arrives_once_for_each_receiver_as_text_and_as_a_page(
    city: City, mailing: Settings, box: Box
) -> None:
    save(city, note="Look at the <longest>.", last_days=30)
    assert write_due(city.database, mailing, DUE - 1) == 0
    assert write_due(city.database, mailing, DUE) == 2
    assert write_due(city.database, mailing, DUE) == 0
    assert deliver(city.database, mailing, lambda: DUE).sent == 2
    message = box.taken[0]
    assert message["Subject"] == "<Clocks> & days – Rio Verde, Sun 8 Feb 2026 – Mon 9 Mar 2026"
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    page = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "Look at the <longest>." in text
    assert "Look at the &lt;longest&gt;." in page
    assert "Each file by the day of its decision" in text
    assert "https://permits.test/reports/finished?city=rio-verde&from=2026-02-08&to=2026-03-09" in text
    assert "https://permits.test/saved-reports/stop/" in page


def test_a_mail_program_can_end_each_mail_by_its_headers(city: City, mailing: Settings, box: Box) -> None:
    report_id = save(city, name="Ü" * 60)
    write_due(city.database, mailing, DUE)
    deliver(city.database, mailing, lambda: DUE)
    ended = set()
    for message in box.taken:
        link = message["List-Unsubscribe"].removeprefix("<").removesuffix(">")
        assert link == f"https://permits.test{urlsplit(link).path}"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message.get_body(("plain",)).get_content().rstrip().endswith(link)  # type: ignore[union-attr]
        ended.add(saved_reports.read_stop_token(mailing.secret_key, urlsplit(link).path.rpartition("/")[2]))
    assert ended == {(report_id, city.staff[role]) for role in ("manager", "administrator")}
    assert all(
        line.startswith(b"List-Unsubscribe: <https://")
        for line in box.lines
        if line.startswith(b"List-Unsubscribe:")
    )
    assert max(len(line) for line in box.lines if line[:8] != b"List-Uns") <= 78


def test_the_bottlenecks_are_mailed_with_what_holds_files_up(city: City, mailing: Settings) -> None:
    save(city, page="bottlenecks", last_days=30)
    assert write_due(city.database, mailing, DUE) == 2
    told = mails(city)[0].body
    for words in (
        "Where files wait · Rio Verde",
        "Once a step has had 20 visits, this says where files are held up",
        "City                     100.0 %",
        "Completeness check  1",
        "https://permits.test/reports/bottlenecks?city=rio-verde&from=2026-02-08&to=2026-03-09",
    ):
        assert words in told


def test_two_workers_write_each_mail_once(city: City, mailing: Settings) -> None:
    save(city)
    order_digest(city)
    threads = [threading.Thread(target=write_due, args=(city.database, mailing, DUE)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((mail.user_id, mail.subject) for mail in mails(city)) == sorted(
        {(mail.user_id, mail.subject) for mail in mails(city)}
    )
    assert len(mails(city)) == 3


def test_the_mails_stop_when_the_role_is_lost(city: City, mailing: Settings) -> None:
    save(city)
    with city.database.transaction() as session:
        lost = RoleGrant.user_id == city.staff["administrator"]
        session.execute(update(RoleGrant).where(lost).values(revoked_at=MONDAY))
    assert write_due(city.database, mailing, DUE) == 1
    assert {mail.user_id for mail in mails(city)} == {city.staff["manager"]}


def test_the_digest_says_how_the_city_stands(city: City, mailing: Settings, box: Box) -> None:
    file = city.draft("us-ca-commercial-ab970", DUE - 4 * DAY)
    city.act(file, "submit", "applicant", DUE - 4 * DAY)
    order_digest(city)
    assert write_due(city.database, mailing, DUE) == 1
    deliver(city.database, mailing, lambda: DUE)
    (message,) = box.taken
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert message["Subject"] == "Permits of Rio Verde: week of Mon 2 Mar 2026"
    assert "Submitted: 2, the week before 0." in text
    assert "Open at the end of the week: 2, a week before 0." in text
    assert "Legal dates of the next seven days: 1" in text or "Legal dates of the next seven days: 2" in text
    assert city.file(file).number is not None
    page = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "<th" in page
    # A mail carries numbers of files, and no names but the receiver's own.
    assert "Mission Rd" not in text + page
    assert "Volt" not in text + page


def test_the_link_of_a_mail_stops_it(city: City, mailing: Settings) -> None:
    report_id = order_digest(city)
    write_due(city.database, mailing, DUE)
    found = re.search(r"/saved-reports/stop/(\S+)", mails(city)[0].body)
    assert found
    assert saved_reports.read_stop_token(mailing.secret_key, found[1]) == (report_id, city.staff["manager"])
    with city.database.transaction() as session:
        assert saved_reports.stop(session, report_id, city.staff["manager"])
    assert write_due(city.database, mailing, DUE + 7 * DAY) == 0


def test_a_report_that_cannot_be_written_waits_and_holds_up_no_other(
    city: City, mailing: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    broken = save(city, page="no-such-page")
    save(city)
    assert write_due(city.database, mailing, DUE) == 2
    assert "could not be written" in caplog.text
    with city.database.reading() as session:
        assert session.get_one(SavedReport, broken).next_at == DUE + TRY_AGAIN
    with city.database.transaction() as session:
        session.execute(update(SavedReport).where(SavedReport.id == broken).values(page="finished"))
    assert write_due(city.database, mailing, DUE + TRY_AGAIN) == 2
    with city.database.reading() as session:
        assert session.get_one(SavedReport, broken).next_at == instant("2026-03-16T07:00-07:00")


def test_mails_of_reports_stand_in_the_outbox_without_a_file(city: City, mailing: Settings) -> None:
    order_digest(city)
    write_due(city.database, mailing, DUE)
    with city.database.reading() as session:
        (line,) = outbox.mails(session, {city.id}).mails
    assert (line.number, line.state) == ("", "waiting")
