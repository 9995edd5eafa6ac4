"""Verifying the record from the command line, on both databases."""

from sqlalchemy import Connection, text

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
        drop_triggers(database, connection)
        connection.exec_driver_sql(
            "UPDATE events SET body = replace(body, '\"round\":1', '\"round\":2') WHERE seq = 2"
        )


def drop_triggers(database: Database, connection: Connection) -> None:
    """Take away what protects the record, for this transaction."""
    if database.embedded:
        names = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'")
        )
        for (name,) in names.all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def test_every_file_stands_where_its_record_says(run: Run, city: City) -> None:
    application_id = city.in_review()
    city.act(application_id, "approve", "electrical_examiner", lane="electrical")
    result = run("audit", "replay", "--json")
    assert result.status == 0
    assert result.json["ok"] is True
    assert result.json["differences"] == []
    assert run("audit", "replay").out.startswith("Every file stands where its record says: ")


def test_a_file_changed_behind_its_record_is_named(run: Run, city: City, database: Database) -> None:
    application_id = city.in_review()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE lanes SET state = 'approved' WHERE lane = 'fire'")
        connection.exec_driver_sql("UPDATE permit_applications SET state = 'fees_due'")
    result = run("audit", "replay", "--json")
    assert result.status == 1
    names = [one["name"] for one in result.json["differences"]]
    assert names == ["phase", "lanes"]
    assert application_id in run("audit", "replay").out


def test_a_record_that_cannot_be_played_is_named(run: Run, city: City, database: Database) -> None:
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    with database.engine.begin() as connection:
        drop_triggers(database, connection)
        connection.exec_driver_sql("DELETE FROM event_payloads")
        connection.exec_driver_sql("DELETE FROM events WHERE seq = 1")
    result = run("audit", "replay")
    assert result.status == 1
    assert "cannot be played" in result.out
