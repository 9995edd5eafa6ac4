"""Report runs on their thread: worked off, broken off, taken up after a death, and never holding up the sweep."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from config import Settings
from permitflow.db import Database
from permitflow.instants import SECOND
from permitflow.jobs.report_runs import CannotAnswer, ReportRuns, Tell
from permitflow.jobs.sweeper import Sweeper
from permitflow.models import ReportRun
from permitflow.reports.what_if import KIND, question_of
from permitflow.services import report_runs
from permitflow.services.report_runs import LEASE, Claimed, Wanted
from tests import factories
from tests.factories import MONDAY, City


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def ask(city: City, number: int = 0, kind: str = "count") -> str:
    with city.database.transaction() as session:
        wanted = Wanted(city.id, kind, {"number": number}, city.staff["manager"])
        return report_runs.ask(session, wanted, MONDAY)


def row(city: City, run_id: str) -> ReportRun:
    with city.database.reading() as session:
        return session.get_one(ReportRun, run_id)


def runs(city: City, watch: Watch, work: Callable[[Claimed, Tell], dict[str, Any]]) -> ReportRuns:
    return ReportRuns(city.database, watch, {"count": lambda _database, run, _at, tell: work(run, tell)})


def test_each_run_is_done_and_one_that_fails_keeps_no_other_from_it(city: City, watch: Watch) -> None:
    ids = [ask(city, number) for number in range(4)]

    def work(run: Claimed, tell: Tell) -> dict[str, Any]:
        number = run.question["number"]
        if number == 1:
            raise ZeroDivisionError
        if number == 2:
            raise CannotAnswer("Too little.")
        tell(1, 1)
        return {"number": number}

    assert runs(city, watch, work).work_off() == 4
    found = [row(city, run_id) for run_id in ids]
    assert [one.result for one in found] == [{"number": 0}, None, None, {"number": 3}]
    assert "log" in found[1].failure
    assert found[2].failure == "Too little."
    assert (found[0].done, found[0].total) == (1, 1)


def test_progress_is_written_once_a_second_as_it_is(city: City, watch: Watch) -> None:
    run_id, seen = ask(city), []

    def work(_run: Claimed, tell: Tell) -> dict[str, Any]:
        for done in range(1, 9):
            watch.at += SECOND // 2
            tell(done, 8)
            seen.append(row(city, run_id).done)
        return {}

    runs(city, watch, work).work_off()
    assert seen == [1, 1, 3, 3, 5, 5, 7, 7]
    assert row(city, run_id).done == 8


def test_a_cancelled_run_is_broken_off_at_its_next_sign(city: City, watch: Watch) -> None:
    run_id, after = ask(city), []

    def work(_run: Claimed, tell: Tell) -> dict[str, Any]:
        with city.database.transaction() as session:
            report_runs.cancel(session, run_id, frozenset({city.id}), watch.at)
        watch.at += 2 * SECOND
        tell(1, 2)
        after.append("went on")
        return {}

    runs(city, watch, work).work_off()
    assert after == []
    assert row(city, run_id).failure == report_runs.CANCELLED


def test_a_process_that_stops_gives_its_run_back(city: City, watch: Watch) -> None:
    run_id = ask(city)
    begun, go_on = threading.Event(), threading.Event()

    def work(_run: Claimed, tell: Tell) -> dict[str, Any]:
        begun.set()
        go_on.wait(20)
        tell(1, 2)
        return {}

    first = runs(city, watch, work)
    assert first.look() == 1
    begun.wait(20)
    assert first.look() == 0
    stopping = threading.Thread(target=first.stop)
    stopping.start()
    while not first._stop.is_set():
        pass
    go_on.set()
    stopping.join()
    assert row(city, run_id).worker is None
    assert runs(city, watch, lambda _run, _tell: {"by": "another"}).work_off() == 1
    assert row(city, run_id).result == {"by": "another"}


def test_the_run_of_a_killed_worker_is_taken_up_after_its_lease(city: City, watch: Watch) -> None:
    run_id = ask(city)
    with city.database.transaction() as session:
        assert report_runs.claim(session, "killed", watch.at) is not None
    other = runs(city, watch, lambda _run, _tell: {"done": True})
    assert other.work_off() == 0
    watch.at += LEASE
    assert other.work_off() == 1
    assert row(city, run_id).result == {"done": True}


def test_nothing_is_begun_when_nothing_waits(city: City, watch: Watch) -> None:
    assert runs(city, watch, lambda _run, _tell: {}).look() == 0


def test_the_sweeper_takes_up_a_simulation_and_says_when_there_is_too_little(
    city: City, settings: Settings
) -> None:
    with city.database.transaction() as session:
        question = question_of({"workflow": "", "pathway": "", "class": ""}, [])
        run_id = report_runs.ask(session, Wanted(city.id, KIND, question, city.staff["manager"]), MONDAY)
    sweeper = Sweeper(city.database, settings, clock=lambda: MONDAY)
    assert sweeper.sweep()["runs"] == 1
    thread = sweeper._runs._thread
    assert thread is not None
    thread.join(30)
    sweeper.stop()
    assert row(city, run_id).failure == "Only 0 files were finished; a simulation needs 20."
