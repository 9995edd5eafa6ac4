"""Sending mails through a real mail server that accepts, refuses, or is not there."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import delete, func, select

from config import Settings
from permitflow.db import Database
from permitflow.jobs.postman import deliver, message_of
from permitflow.models import Mail, OutboxMessage
from permitflow.services import outbox
from permitflow.services.outbox import CLAIMED_FOR, MINUTE, Letter
from permitflow.services.saved_reports import stop_link
from tests import factories
from tests.factories import MONDAY, City

NOW = MONDAY + MINUTE
ZEROS = "0" * 32


class Box:
    """A mail server's post box: keeps what it takes and refuses as it is told."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.lines: list[bytes] = []
        self.recipient_answer = "250 OK"
        self.data_answer = "250 OK"
        self.hang_up = threading.Event()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hang_up.is_set():
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0.05)
            return "421 gone"
        if self.data_answer.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append(message_from_bytes(content, policy=policy.default))
            self.lines += content.splitlines()
        return self.data_answer


class PostOffice(Controller):
    """A mail server on a free port, which is known once it listens."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def port(box: Box) -> Iterator[int]:
    office = PostOffice(box, hostname="127.0.0.1", port=0)
    office.start()
    yield office.port
    office.stop()


@pytest.fixture
def mailing(settings: Settings, port: int) -> Settings:
    return replace(
        settings, smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", smtp_from="permits@rio-verde.test"
    )


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def waiting(database: Database, city: City) -> list[str]:
    """The ids of three mails that are due."""
    for _ in range(3):
        city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    with database.transaction() as session:
        kept = select(func.min(OutboxMessage.id)).group_by(OutboxMessage.application_id).scalar_subquery()
        session.execute(delete(OutboxMessage).where(OutboxMessage.id.not_in(kept)))
        outbox.expand(session, "https://permits.test", NOW)
        return list(session.scalars(select(Mail.id).order_by(Mail.created_at, Mail.id)))


def mails(database: Database) -> list[Mail]:
    with database.reading() as session:
        return list(session.scalars(select(Mail).order_by(Mail.created_at, Mail.id)))


def test_each_mail_arrives_once_and_is_marked_sent(
    database: Database, mailing: Settings, box: Box, waiting: list[str]
) -> None:
    delivery = deliver(database, mailing, lambda: NOW)
    assert (delivery.sent, delivery.failed) == (3, 0)
    assert {mail.sent_at for mail in mails(database)} == {NOW}
    assert {message["Message-ID"] for message in box.taken} == {f"<{key}@rio-verde.test>" for key in waiting}
    assert deliver(database, mailing, lambda: NOW + CLAIMED_FOR).sent == 0
    assert len(box.taken) == 3


def test_without_a_mail_server_the_mails_stay(
    database: Database, settings: Settings, waiting: list[str]
) -> None:
    assert deliver(database, settings, lambda: NOW).sent == 0
    assert {(mail.sent_at, mail.tries) for mail in mails(database)} == {(None, 0)}


def test_a_passing_refusal_is_tried_again_later(
    database: Database, mailing: Settings, box: Box, waiting: list[str]
) -> None:
    box.data_answer = "451 try later"
    assert deliver(database, mailing, lambda: NOW).failed == 3
    assert {(mail.last_error, mail.gave_up_at) for mail in mails(database)} == {("451 try later", None)}
    box.data_answer = "250 OK"
    assert deliver(database, mailing, lambda: NOW + MINUTE - 1).sent == 0
    assert deliver(database, mailing, lambda: NOW + MINUTE).sent == 3


def test_an_address_that_does_not_exist_is_given_up(
    database: Database, mailing: Settings, box: Box, waiting: list[str]
) -> None:
    box.recipient_answer = "550 no such mailbox"
    assert deliver(database, mailing, lambda: NOW).failed == 3
    assert {(mail.last_error, mail.gave_up_at) for mail in mails(database)} == {("550 no such mailbox", NOW)}


def test_a_full_mailbox_is_not_given_up(
    database: Database, mailing: Settings, box: Box, waiting: list[str]
) -> None:
    box.recipient_answer = "452 mailbox full"
    deliver(database, mailing, lambda: NOW)
    assert {mail.gave_up_at for mail in mails(database)} == {None}


def test_a_broken_line_is_made_anew_for_the_next_mail(
    database: Database, mailing: Settings, box: Box, waiting: list[str]
) -> None:
    box.hang_up.set()
    assert deliver(database, mailing, lambda: NOW).failed == 3
    assert all(mail.last_error for mail in mails(database))
    box.hang_up.clear()
    assert deliver(database, mailing, lambda: NOW + MINUTE).sent == 3


def test_a_server_that_is_not_there_loses_nothing(
    database: Database, mailing: Settings, waiting: list[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = replace(mailing, smtp_port=taken.getsockname()[1])
        assert deliver(database, dead, lambda: NOW).failed == 3
    assert all("refused" in mail.last_error.lower() for mail in mails(database))
    assert deliver(database, mailing, lambda: NOW + MINUTE).sent == 3


def test_a_process_that_dies_between_sending_and_noting_sends_once_more_with_the_same_identity(
    database: Database, mailing: Settings, box: Box, waiting: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed, pytest.raises(SystemExit):
        killed.setattr(outbox, "mark_sent", lambda *_: exit_now())
        deliver(database, mailing, lambda: NOW)
    assert len(box.taken) == 1
    assert deliver(database, mailing, lambda: NOW + CLAIMED_FOR).sent == 3
    identities = [message["Message-ID"] for message in box.taken]
    assert (len(identities), len(set(identities))) == (4, 3)
    assert identities[0] in identities[1:]


def exit_now() -> None:
    raise SystemExit


def test_two_processes_share_the_work(
    database: Database, mailing: Settings, box: Box, waiting: list[str]
) -> None:
    threads = [threading.Thread(target=deliver, args=(database, mailing, lambda: NOW)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(box.taken) == 3


def test_a_mail_server_without_the_demanded_protection_is_not_used(
    database: Database, mailing: Settings, box: Box, waiting: list[str]
) -> None:
    assert deliver(database, replace(mailing, smtp_tls="starttls"), lambda: NOW).failed == 3
    assert box.taken == []
    assert all("STARTTLS" in mail.last_error for mail in mails(database))


def test_a_message_is_plain_text_made_by_a_program(mailing: Settings) -> None:
    letter = Letter(ZEROS, "rae@example.test", "Größe – 12", "Zeile eins\nline two ✓\n", 1)
    message = message_from_bytes(message_of(letter, mailing, MONDAY).as_bytes(), policy=policy.default)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Mon, 02 Mar 2026 17:00:00 +0000"
    assert message["Subject"] == letter.subject
    assert message.get_content() == letter.body


def test_only_a_mail_that_ends_with_a_signed_link_can_be_ended(mailing: Settings) -> None:
    def headers(text: str, base: str = "https://permits.test") -> tuple[str | None, str | None]:
        body = text.replace("LINK", stop_link(base, mailing.secret_key, ZEROS, ZEROS))
        message = message_of(Letter(ZEROS, "rae@example.test", "s", body, 1), mailing, MONDAY)
        return message["List-Unsubscribe"], message["List-Unsubscribe-Post"]

    link = stop_link("https://permits.test", mailing.secret_key, ZEROS, ZEROS)
    assert headers("Stop this mail: LINK\n") == (f"<{link}>", "List-Unsubscribe=One-Click")
    assert headers("LINK", "http://permits.test")[1] is None
    assert headers("LINK", "http://permits.test")[0] is not None
    for text in ("", "Open it: https://permits.test/applications/1", "LINK and more", "LINKx"):
        assert headers(text) == (None, None), text


def test_a_second_header_cannot_be_smuggled_in(mailing: Settings) -> None:
    with pytest.raises(ValueError, match="newline|linefeed"):
        message_of(Letter(ZEROS, "rae@example.test\nBcc: all@example.test", "s", "b", 1), mailing, MONDAY)
