"""The command that names bottlenecks, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from permitflow.cli.log_bottleneck import HEALTHY
from permitflow.db import Database
from permitflow.instants import DAY, now_us
from tests.cli.conftest import Run
from tests.desk import NOON
from tests.reports.history import History

HEAD = "case:concept:name,concept:name,time:timestamp,org:resource,lifecycle:transition\n"


def _pile(open_days: int) -> str:
    """Forty days of two files each at one step, of which the second of each day lies for some days."""
    lines = []
    for day in range(40):
        at = date(2026, 1, 1) + timedelta(days=day)
        on = at + timedelta(days=open_days)
        lines += [f"a{day},fire,{at}T09:00:00Z,,schedule", f"a{day},fire,{at}T09:00:00Z,Ann,start"]
        lines += [f"a{day},fire,{at}T10:00:00Z,Ann,complete", f"b{day},fire,{at}T10:00:00Z,,schedule"]
        lines += [f"b{day},fire,{on}T11:00:00Z,Ann,start", f"b{day},fire,{on}T12:00:00Z,Ann,complete"]
    return HEAD + "\n".join(lines) + "\n"


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> None:
    for name, days in (("piled", 20), ("well", 0)):
        path = tmp_path / f"{name}.csv"
        path.write_text(_pile(days), encoding="utf-8")
        assert run("import", "log", str(path), "--name", name).status == 0


@pytest.mark.usefixtures("imported")
def test_a_bottleneck_is_printed_as_json_and_in_words(run: Run) -> None:
    (found,) = run("report", "bottleneck", "--log", "piled", "--json").json["steps"]
    assert set(found) == {"step", "cause", "files", "days_lost", "share", "sentence"}
    assert (found["step"], found["cause"], found["files"]) == ("fire", "unassigned", 40)
    # Forty files lay for 20 days and an hour each, and that is nearly all of everybody's time.
    assert found["days_lost"] == pytest.approx(40 * (20 + 1 / 24), abs=0.1)
    assert found["share"] > 0.99
    assert run("report", "bottleneck", "--log", "piled").out.strip() == found["sentence"]


@pytest.mark.usefixtures("imported")
def test_a_healthy_log_has_an_empty_list(run: Run) -> None:
    assert run("report", "bottleneck", "--log", "well", "--json").json == {"steps": []}
    assert run("report", "bottleneck", "--log", "well").out.strip() == HEALTHY


def test_the_files_of_a_city_have_the_same_keys(run: Run, database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        ago = (now_us() - NOON) / DAY - 60
        for number in range(30):
            came = ago + number
            file = history.file(f"A-{number}", came, came + 13)
            history.stay(file, "fire", came, came + 12.1, claimed=came + 12, closed_by=history.installer)
        History(session, "quiet")
    (found,) = run("report", "bottleneck", "--city", "testville", "--json").json["steps"]
    assert set(found) == {"step", "cause", "files", "days_lost", "share", "sentence"}
    assert (found["step"], found["files"], found["days_lost"]) == ("fire", 30, pytest.approx(360, abs=0.1))
    assert run("report", "bottleneck", "--city", "testville").out.strip() == found["sentence"]
    assert run("report", "bottleneck", "--city", "quiet", "--json").json == {"steps": []}


def test_exactly_one_source_is_named_and_it_exists(run: Run) -> None:
    assert run("report", "bottleneck").status == 2
    assert run("report", "bottleneck", "--log", "piled", "--city", "testville").status == 2
    assert "There is no city 'atlantis'" in run("report", "bottleneck", "--city", "atlantis").err


def test_an_unknown_log_is_one_sentence(run: Run) -> None:
    result = run("report", "bottleneck", "--log", "other", "--json")
    assert (result.status, result.out) == (1, "")
    assert result.err == "There is no log 'other'; imported are: none.\n"
