"""Cities from the command line, on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.models import Jurisdiction, JurisdictionWorkflow
from tests.cli.conftest import Run
from tests.factories import ROOT, City

PACK = ROOT / "workflows" / "us-ca"
VALUES = {"name": "Solano Vista", "state": "CA", "zone": "America/Los_Angeles", "prefix": "SOL"}


def add(run: Run, pack: Path = PACK, **changed: str):
    options = [f"--{name}={value}" for name, value in (VALUES | changed).items()]
    return run("city", "add", "solano-vista", f"--pack={pack}", *options)


def test_a_founded_city_is_there_with_its_workflows(run: Run, database: Database) -> None:
    result = add(run, contact="permits@solano-vista.example")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith("Solano Vista takes applications; ")
    with database.reading() as session:
        place = session.scalars(select(Jurisdiction)).one()
        active = session.scalar(select(func.count()).where(JurisdictionWorkflow.active))
    assert (place.slug, place.number_prefix, place.pack) == ("solano-vista", "SOL", "us-ca")
    assert (place.contact, active) == ("permits@solano-vista.example", 2)


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"state": "Cal"}, "two capital letters"), ({"zone": "America/Nowhere"}, "no time zone")],
)
def test_a_value_that_does_not_fit_is_one_sentence(run: Run, changed: dict[str, str], said: str) -> None:
    result = add(run, **changed)
    assert (result.status, result.out) == (1, "")
    assert said in result.err
    assert len(result.err.splitlines()) == 1
    assert run("city", "list").out == "There is no city yet.\n"


def test_a_folder_without_a_pack_is_one_sentence(run: Run, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        result = add(run, pack=folder)
        assert (result.status, result.out) == (1, "")
        assert str(folder) in result.err
        assert len(result.err.splitlines()) == 1


def test_a_missing_value_is_bad_usage(run: Run) -> None:
    result = run("city", "add", "solano-vista", "--name", "Solano Vista")
    assert result.status == 2
    assert "--state" in result.err


def test_new_workflows_replace_the_old_ones(run: Run, database: Database, city: City, tmp_path: Path) -> None:
    pack = tmp_path / "stricter"
    pack.mkdir()
    for file in PACK.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        (pack / file.name).write_text(text.replace("entry: Submitted\n", "entry: Sent to the city\n"))
    with database.reading() as session:
        before = _active(session)
    result = run("city", "publish", city.slug, str(pack))
    assert result.out == (
        "New applications of rio-verde run under: us-ca-commercial-ab970, us-ca-residential-instant.\n"
    )
    with database.reading() as session:
        after = _active(session)
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())


def _active(session: Session) -> dict[str, str]:
    rows = select(JurisdictionWorkflow.workflow, JurisdictionWorkflow.definition_hash)
    return {
        row.workflow: row.definition_hash for row in session.execute(rows.where(JurisdictionWorkflow.active))
    }


def test_publishing_to_an_unknown_city_or_from_a_broken_folder_is_one_sentence(
    run: Run, city: City, tmp_path: Path
) -> None:
    unknown = run("city", "publish", "atlantis", str(PACK))
    assert (unknown.status, unknown.out) == (1, "")
    assert unknown.err == "There is no city with the short name 'atlantis'.\n"
    (tmp_path / "pack.yaml").write_text("pack: broken\n", encoding="utf-8")
    broken = run("city", "publish", city.slug, str(tmp_path))
    assert (broken.status, len(broken.err.splitlines())) == (1, 1)


def test_cities_are_listed(run: Run, city: City) -> None:
    assert run("city", "list", "--json").json == [
        {
            "slug": "rio-verde",
            "name": "Rio Verde",
            "state": "CA",
            "zone": "America/Los_Angeles",
            "pack": "us-ca",
        }
    ]
    assert run("city", "list").out == "rio-verde  Rio Verde, CA (America/Los_Angeles, pack us-ca)\n"
