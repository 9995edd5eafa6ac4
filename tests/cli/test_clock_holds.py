"""The commands that stop and release the legal clocks of a city."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from permitflow.cli.clock_holds import clock_hold, clock_release
from permitflow.db import Database
from permitflow.models import Clock, Hold
from tests.cli.conftest import Run
from tests.factories import City
from tests.services.clock_lab import Lab, lab, workflow


@pytest.fixture
def here(database: Database) -> Lab:
    return lab(database, workflow(decision={}))


def test_the_commands(here: Lab, environ: dict[str, str]) -> None:
    application = here.accepted()
    runner = CliRunner(env=environ)
    held = runner.invoke(
        clock_hold, ["--city", "rio-verde", "--reason", "Flood", "--from", "2026-03-04", "--json"]
    )
    assert held.exit_code == 0, held.output
    with here.database.reading() as session:
        hold_id = session.scalars(select(Hold.id)).one()
    assert hold_id in held.output
    assert here.clock(application).state == "paused"
    released = runner.invoke(clock_release, [hold_id])
    assert released.output.strip() == "The clocks of 1 files run again."
    unknown = runner.invoke(clock_hold, ["--city", "nowhere", "--reason", "Flood"])
    assert unknown.exit_code == 1
    assert "There is no city" in unknown.output
    assert runner.invoke(clock_release, ["nothing"]).exit_code == 1


def test_one_file_is_held_by_its_number(run: Run, city: City) -> None:
    held, other = (city.in_review() for _ in range(2))
    number = city.file(held).number
    assert number is not None
    found = run(
        *("clock", "hold", "--city", city.slug, "--reason", "Flood", "--from", "2026-03-03"),
        *("--application", number, "--json"),
    )
    assert found.json["files"] == 1
    with city.database.reading() as session:
        states = dict(
            session.execute(select(Clock.application_id, Clock.state).where(Clock.stopped_at.is_(None))).all()
        )
    assert (states[held], states[other]) == ("paused", "running")


def test_what_cannot_be_held_is_one_sentence(run: Run, city: City) -> None:
    asked = ("clock", "hold", "--city", city.slug, "--reason")
    unknown = run(*asked, "Flood", "--application", "RIO-A-2026-99999")
    assert (unknown.status, unknown.err) == (1, "There is no application 'RIO-A-2026-99999' in this city.\n")
    assert run(*asked, "Flood", "--from", "2026-02-30").status == 2
    assert run(*asked, " ").status == 1
    with city.database.reading() as session:
        assert session.scalars(select(Hold.id)).all() == []
