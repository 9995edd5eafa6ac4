"""Verifying the record from the command line, on both databases."""

from sqlalchemy import text

from permitflow.db import Database
from tests.cli.conftest import Run
from tests.factories import City


def test_a_whole_record_holds(run: Run, city: City) -> None:
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    result = run("audit", "verify", "--json")
    assert result.status == 0
    assert result.json["ok"] is True
    assert result.json["applications"] == 1
    assert result.json["events"] >= 2
    assert result.json["problems"] == []
    assert run("audit", "verify").out.startswith("The record holds: ")


def test_an_empty_record_holds(run: Run) -> None:
    assert run("audit", "verify", "--json").json == {
        "ok": True,
        "applications": 0,
        "events": 0,
        "problems": [],
    }


def test_the_first_bad_event_is_named(run: Run, city: City, database: Database) -> None:
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    tamper(database, application_id)
    result = run("audit", "verify", "--json")
    assert result.status == 1
    assert result.json["ok"] is False
    first = result.json["problems"][0]
    assert (first["application_id"], first["seq"]) == (application_id, 2)
    words = run("audit", "verify")
    assert words.status == 1
    assert f"Event 2 of application {application_id}" in words.out


def tamper(database: Database, application_id: str) -> None:
    """Change an event behind the back of the triggers that protect it, as the owner of the file can."""
    with database.engine.begin() as connection:
        if database.embedded:
            names = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'")
            )
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.exec_driver_sql(
            "UPDATE events SET body = replace(body, '\"round\":1', '\"round\":2') WHERE seq = 2"
        )
