"""Versions from the command line: what differs, two people, a plan, a rehearsal, the moves, and one brought back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from permitflow.cli.versions import VERSION_COMMANDS
from permitflow.instants import now_us
from permitflow.models import User
from tests.cli.conftest import Run
from tests.factories import DAY, City
from tests.moving import NEW, OLD, WORKFLOW, in_review, publish, version_in_use

SCENARIO = """\
scenario: An application is sent
workflow: small
starts: "2026-03-02T10:00"
facts: {equipment.station_count: 2, equipment.port_count: 2}
steps:
  - {do: submit, who: applicant}
  - {expect: {phase: intake}}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "sent.yaml").write_text(SCENARIO)
    paths = [tmp_path / name for name in ("old.yaml", "new.yaml")]
    for path, text in zip(paths, (OLD, NEW), strict=True):
        path.write_text(text)
    return str(paths[0]), str(paths[1])


def email(city: City, role: str) -> str:
    with city.database.reading() as session:
        return session.scalars(select(User.email).where(User.id == city.staff[role])).one()


def test_the_commands_are_those_of_the_contract() -> None:
    names = {command.name for command in VERSION_COMMANDS}
    assert names == {"versions", "diff", "publish", "approve", "plan", "dry-run", "move", "undo"}


def test_a_difference_is_told_in_words_and_as_data(run: Run, files: tuple[str, str]) -> None:
    told = run("workflow", "diff", *files)
    assert told.out.startswith("mapped:\n  mapped      Renamed phase: “Plan review” (in_review)")
    found = run("workflow", "diff", *files, "--json").json
    assert found["class"] == "mapped"
    assert found["changed_terms"] == ["Decision: 20 business days -> 15 business days."]
    assert run("workflow", "diff", files[0], files[0]).out == "Nothing differs.\n"
    unknown = run("workflow", "diff", files[0], "abcdef")
    assert (unknown.status, unknown.err) == (1, "There is no file or version 'abcdef'.\n")


def test_from_the_proposal_to_the_file_that_is_brought_back(
    run: Run, city: City, files: tuple[str, str], tmp_path: Path
) -> None:
    publish(city)
    first, second = in_review(city), in_review(city)
    admin, manager = email(city, "administrator"), email(city, "manager")
    proposed = run("workflow", "publish", files[1], "--city", city.slug, "--by", admin)
    assert proposed.status == 0, proposed.err
    proposal = proposed.out.split()[2].rstrip(".")
    own = run("workflow", "approve", proposal, "--by", admin)
    assert (own.status, own.err) == (
        1,
        "Nobody approves their own proposal; another administrator or manager has to.\n",
    )
    assert "Version 2.0.0 of small is approved" in run("workflow", "approve", proposal, "--by", manager).out
    assert version_in_use(city)[1] == "2.0.0"

    listed = run("workflow", "versions", "--city", city.slug, "--json").json
    pinned = {line["version"]: line["open_files"] for line in listed if line["workflow"] == WORKFLOW}
    assert pinned == {"2.0.0": 0, "1.0.0": 2}
    assert "1.0.0" in run("workflow", "versions", "--city", city.slug).out

    old_hash = city.file(first).definition_hash
    path = tmp_path / "plan.json"
    written = run("workflow", "plan", "--city", city.slug, "--from", old_hash[:12], "--out", str(path))
    assert "Say why the open files move" in written.err
    refused = run("workflow", "dry-run", str(path), "--city", city.slug)
    assert refused.status == 1
    path.write_text(json.dumps(json.loads(path.read_text()) | {"reason": "The council decided so"}))
    tried = run("workflow", "dry-run", str(path), "--city", city.slug, "--json")
    assert [one["to"] for one in tried.json["files"]] == ["plan_review", "plan_review"]
    assert "in_review -> plan_review" in run("workflow", "dry-run", str(path), "--city", city.slug).out
    assert city.file(first).state == "in_review"

    stored = run("workflow", "move", str(path), "--city", city.slug, "--by", admin)
    plan_id = stored.out.split()[2].rstrip(".")
    early = run("workflow", "move", plan_id, "--by", manager, "--execute")
    assert (early.status, early.err) == (1, "A second person has to approve the plan first.\n")
    done = run("workflow", "move", plan_id, "--by", manager, "--approve", "--execute")
    assert (done.status, done.out) == (0, "Approved.\n2 moved; 0 to go.\n")
    assert city.file(first).state == "plan_review"
    number = city.file(second).number or second
    assert run("workflow", "undo", plan_id, number, "--by", admin).status == 0
    assert city.file(second).state == "in_review"
    assert run("workflow", "undo", plan_id, number, "--by", admin).status == 1


def test_only_the_office_of_the_city_stores_plans(
    run: Run, city: City, files: tuple[str, str], tmp_path: Path
) -> None:
    publish(city)
    application = in_review(city)
    publish(city, NEW, now_us() + DAY)
    path = tmp_path / "plan.json"
    run(
        "workflow",
        "plan",
        "--city",
        city.slug,
        "--from",
        city.file(application).definition_hash,
        "--out",
        str(path),
    )
    refused = run("workflow", "move", str(path), "--city", city.slug, "--by", email(city, "planner"))
    assert (refused.status, refused.err.startswith("There is no such city, or you hold no office role")) == (
        1,
        True,
    )
    path.write_text('{"workflow": "small"}')
    assert "Field required" in run("workflow", "dry-run", str(path), "--city", city.slug).err


def test_a_city_that_works_takes_new_workflows_from_two_people_only(
    run: Run, city: City, tmp_path: Path
) -> None:
    publish(city)
    in_review(city)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "sent.yaml").write_text(SCENARIO)
    (tmp_path / "small.yaml").write_text(NEW)
    (tmp_path / "pack.yaml").write_text(
        "pack: generic-test\ntitle: Small\ncountry: US\nsummary: Small\nworkflows: [small.yaml]\n"
    )
    refused = run("city", "publish", city.slug, str(tmp_path))
    assert (refused.status, "needs two people" in refused.err) == (1, True)
    admin, manager = email(city, "administrator"), email(city, "manager")
    told = run("city", "publish", city.slug, str(tmp_path), "--by", admin)
    assert told.out.startswith("small: permitflow workflow approve ")
    assert version_in_use(city)[1] == "1.0.0"
    done = run("city", "publish", city.slug, str(tmp_path), "--by", admin, "--approve-as", manager)
    assert done.out == "New applications of rio-verde run under small.\n", done.err
    assert version_in_use(city)[1] == "2.0.0"
    again = run("city", "publish", city.slug, str(tmp_path), "--by", admin)
    assert again.out == "The city uses these workflows already.\n"
