"""Sends the outbox's mails by SMTP and notes the result of each in a transaction of its own."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from config import Settings
from permitflow.db import Database
from permitflow.instants import to_datetime
from permitflow.services import outbox
from permitflow.services.outbox import Letter
from permitflow.services.saved_reports import read_stop_link

TIMEOUT_SECONDS = 20
FIRST_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round of sending came to."""

    sent: int = 0
    failed: int = 0


class Unfolded(UnstructuredHeader, BaseHeader):
    """A header on one line: an address too long for one would be taken apart into encoded words, which nobody follows."""

    def fold(self, *, policy: Policy) -> str:
        """Return the header as it is sent."""
        return f"{self.name}: {self}{policy.linesep}"


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", Unfolded)
POLICY = EmailPolicy(header_factory=HEADERS)


class Line:
    """The connection to the mail server, made at the first mail and anew when it broke."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def send(self, message: EmailMessage) -> None:
        """Hand one mail to the server; raises OSError or SMTPException when it is not taken."""
        if self._server is None:
            self._server = _dial(self._settings)
            _introduce(self._server, self._settings)
        self._server.send_message(message)

    def hang_up(self) -> None:
        """Close the connection, whatever state it is in."""
        server, self._server = self._server, None
        if server is not None:
            server.close()


def deliver(database: Database, settings: Settings, clock: Callable[[], int]) -> Delivery:
    """Send every mail that is due; without a mail server they stay in the outbox to be read there."""
    if not settings.smtp_host:
        return Delivery()
    with database.transaction() as session:
        letters = outbox.claim(session, clock())
    sent = 0
    with Line(settings) as line:
        for letter in letters:
            sent += _send(line, database, settings, letter, clock)
    return Delivery(sent, len(letters) - sent)


def _send(
    line: Line, database: Database, settings: Settings, letter: Letter, clock: Callable[[], int]
) -> bool:
    try:
        line.send(message_of(letter, settings, clock()))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        line.hang_up()
        with database.transaction() as session:
            outbox.mark_failed(session, letter, _reason(error), clock(), final=_is_final(error))
        return False
    with database.transaction() as session:
        outbox.mark_sent(session, letter.id, clock())
    return True


def message_of(letter: Letter, settings: Settings, at: int) -> EmailMessage:
    """Return a mail as it goes over the line; its identity is that of its row, so that a second copy shows.

    A mail that can be ended by its last link says so in its headers (RFC 2369), for one click if the link is safe from
    eavesdroppers (RFC 8058).
    """
    message = EmailMessage(POLICY)
    message["From"] = settings.smtp_from
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(to_datetime(at))
    message["Message-ID"] = f"<{letter.id}@{settings.smtp_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    link = read_stop_link(settings.secret_key, letter.body)
    if link:
        message["List-Unsubscribe"] = f"<{link}>"
    if link and link.startswith("https:"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.body)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def _dial(settings: Settings) -> smtplib.SMTP:
    where = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_tls == "tls":
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)


def _introduce(server: smtplib.SMTP, settings: Settings) -> None:
    if settings.smtp_tls == "starttls":
        server.starttls(context=ssl.create_default_context())
    if settings.smtp_user:
        server.login(settings.smtp_user, settings.smtp_password)


def _is_final(error: Exception) -> bool:
    """Say whether the server refuses this very address for good (RFC 5321, 4.2.1); anything else may pass."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= FIRST_PERMANENT for code, _text in error.recipients.values())


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_decoded(text)}" for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return str(error) or type(error).__name__


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
