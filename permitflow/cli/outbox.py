"""Commands of the outbox."""

from __future__ import annotations

import click

from permitflow.cli.installation import as_json, database, show
from permitflow.cli.installation import settings as read_settings
from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.jobs.postman import deliver
from permitflow.services import outbox as outbox_verbs


@click.group()
def outbox() -> None:
    """Mails that wait."""


@outbox.command()
@as_json
def send(as_json: bool) -> None:
    """Write the mails of all untold news and send those that are due."""
    settings = read_settings()
    with database() as opened:
        told = 0
        while batch := _write_mails(opened, settings.base_url):
            told += batch
        delivery = deliver(opened, settings, now_us)
    document = {"news": told, "sent": delivery.sent, "failed": delivery.failed}
    words = f"{told} news written, {delivery.sent} mails sent, {delivery.failed} failed."
    idle = "" if settings.smtp_host else " No mail server is set up: mails stay in the outbox page."
    show(document, as_json, lambda: words + idle)


def _write_mails(opened: Database, base_url: str) -> int:
    with opened.transaction() as session:
        return outbox_verbs.expand(session, base_url, now_us())
