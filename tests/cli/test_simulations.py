"""Comparing two versions of a workflow from the command line."""

from pathlib import Path

from sqlalchemy import select

from permitflow.models import StoredDefinition
from tests.cli.conftest import Run
from tests.factories import City

SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
HOME, OTHER = (str(SHIPPED / pack / "residential-instant.yaml") for pack in ("us-generic", "us-ca"))


def test_a_made_up_year_before_and_after(run: Run) -> None:
    result = run("workflow", "simulate", "--from", HOME, "--under", OTHER, "--files", "3", "--json")
    assert result.status == 0
    document = result.json
    assert set(document) == {"from", "under", "before", "after"}
    assert document["before"]["files"] == document["after"]["files"] == 3
    assert "before: 3 of 3 files" in result.err
    words = run("workflow", "simulate", "--from", HOME, "--under", HOME, "--files", "3").out
    assert words.splitlines()[0].split() == ["before", "after"]
    figures = [line.split()[-2:] for line in words.splitlines()[1:]]
    assert all(left == right for left, right in figures)


def test_a_replay_needs_a_city_a_day_and_files(run: Run, city: City) -> None:
    usual = ("workflow", "simulate", "--from", HOME, "--under", OTHER)
    assert run(*usual, "--city", city.slug).status == 2
    nothing = run(*usual, "--city", city.slug, "--since", "2026-01-01")
    assert (nothing.status, "No application" in nothing.err) == (1, True)
    unknown = run(*usual, "--city", "nowhere", "--since", "2026-01-01")
    assert (unknown.status, "no city 'nowhere'" in unknown.err) == (1, True)


def test_a_version_is_a_file_or_a_stored_hash(run: Run, city: City) -> None:
    with city.database.reading() as session:
        stored = session.scalars(
            select(StoredDefinition.hash).where(StoredDefinition.workflow == "us-ca-residential-instant")
        ).one()
    result = run("workflow", "simulate", "--from", stored, "--under", OTHER, "--files", "1", "--json")
    assert result.json["from"] == stored
    refused = run("workflow", "simulate", "--from", "f" * 64, "--under", OTHER)
    assert (refused.status, "neither a file nor the hash" in refused.err) == (1, True)
