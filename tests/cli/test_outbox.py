"""Sending mails from the command line, on both databases."""

from sqlalchemy import func, select

from permitflow.db import Database
from permitflow.models import Mail
from tests.cli.conftest import Run
from tests.factories import City


def test_news_become_mails_that_wait_without_a_mail_server(run: Run, city: City, database: Database) -> None:
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    result = run("outbox", "send", "--json")
    assert result.status == 0
    assert result.json["news"] >= 1
    assert (result.json["sent"], result.json["failed"]) == (0, 0)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mail))
    assert run("outbox", "send").out == (
        "0 news written, 0 mails sent, 0 failed. No mail server is set up: mails stay in the outbox page.\n"
    )
