"""Runs of reports: one worker at a time, a lease that a dead worker loses, and the same question asked once."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update

from permitflow.db import Database, new_id
from permitflow.instants import DAY
from permitflow.models import PermitApplication, ReportRun
from permitflow.services import report_runs
from permitflow.services.report_runs import KEPT, LEASE, MOST_TRIES, Claimed, Wanted
from tests import factories
from tests.factories import MONDAY, City

QUESTION = {"workflow": "", "changes": [{"step": "fire", "people": 1}]}


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def wanted(city: City, **more: object) -> Wanted:
    return Wanted(city.id, "what_if", QUESTION | more, city.staff["manager"])


def ask(city: City, at: int = MONDAY, **more: object) -> str:
    with city.database.transaction() as session:
        return report_runs.ask(session, wanted(city, **more), at)


def claim(city: City, worker: str = "a", at: int = MONDAY) -> Claimed | None:
    with city.database.transaction() as session:
        return report_runs.claim(session, worker, at)


def held(city: City, worker: str = "a", at: int = MONDAY) -> Claimed:
    run = claim(city, worker, at)
    assert run is not None
    return run


def row(city: City, run_id: str) -> ReportRun:
    with city.database.reading() as session:
        return session.get_one(ReportRun, run_id)


def test_the_same_question_on_the_same_record_is_asked_once(city: City) -> None:
    first = ask(city)
    assert ask(city, MONDAY + 1) == first
    assert ask(city, changes=[]) != first
    assert ask(city, MONDAY + DAY) != first
    file = city.draft("us-ca-commercial-ab970", MONDAY + 5)
    assert city.file(file).updated_at == MONDAY + 5
    assert ask(city, MONDAY + 6) != first


def test_a_run_is_held_by_one_worker_until_its_lease_runs_out(city: City) -> None:
    run_id = ask(city)
    first = held(city)
    assert claim(city, "b", MONDAY + LEASE - 1) is None
    second = held(city, "b", MONDAY + LEASE)
    assert second.id == run_id == first.id
    with city.database.transaction() as session:
        assert not report_runs.finish(session, first, {"late": True}, MONDAY + LEASE + 1)
        assert report_runs.finish(session, second, {"ok": True}, MONDAY + LEASE + 2)
    assert row(city, run_id).result == {"ok": True}
    assert claim(city, "a", MONDAY + DAY) is None


def test_progress_renews_the_lease_and_tells_of_a_cancelled_run(city: City) -> None:
    run_id, run = ask(city), held(city)
    with city.database.transaction() as session:
        assert report_runs.progress(session, run, 3, 60, MONDAY + LEASE - 1)
    assert claim(city, "b", MONDAY + LEASE) is None
    assert (row(city, run_id).done, row(city, run_id).total) == (3, 60)
    with city.database.transaction() as session:
        assert not report_runs.cancel(session, run_id, frozenset({new_id()}), MONDAY + 2)
        assert report_runs.cancel(session, run_id, frozenset({city.id}), MONDAY + 2)
        assert not report_runs.cancel(session, run_id, frozenset({city.id}), MONDAY + 3)
        assert not report_runs.progress(session, run, 4, 60, MONDAY + 3)
    assert ask(city, MONDAY + 4) != run_id


def test_what_kills_three_workers_is_given_up(city: City) -> None:
    run_id = ask(city)
    for number in range(MOST_TRIES):
        held(city, f"w{number}", MONDAY + number * LEASE)
    assert claim(city, "last", MONDAY + MOST_TRIES * LEASE) is None
    assert "three times" in row(city, run_id).failure


def test_a_run_that_is_given_back_is_free_at_once_and_was_no_try(city: City) -> None:
    run_id = ask(city)
    for _ in range(MOST_TRIES + 1):
        run = held(city)
        with city.database.transaction() as session:
            assert report_runs.give_back(session, run)
    assert row(city, run_id).tries == 0


def test_a_question_that_failed_may_be_asked_again(city: City) -> None:
    run_id, run = ask(city), held(city)
    with city.database.transaction() as session:
        assert report_runs.fail(session, run, "Too little.", MONDAY)
    assert ask(city) != run_id


def test_old_runs_are_forgotten_and_unfinished_ones_are_not(city: City) -> None:
    ask(city)
    run = held(city)
    kept = ask(city, changes=[])
    with city.database.transaction() as session:
        report_runs.finish(session, run, {}, MONDAY)
    with city.database.transaction() as session:
        assert not report_runs.has_old(session, MONDAY + KEPT - 1)
        assert report_runs.forget_old(session, MONDAY + KEPT - 1) == 0
        assert report_runs.has_old(session, MONDAY + KEPT)
        assert report_runs.forget_old(session, MONDAY + KEPT) == 1
    with city.database.reading() as session:
        assert session.scalars(select(ReportRun.id)).all() == [kept]


def test_many_workers_never_hold_the_same_run(city: City) -> None:
    for number in range(6):
        ask(city, changes=[number])
    taken: list[str] = []

    def work(name: str) -> None:
        while (run := claim(city, name)) is not None:
            taken.append(run.id)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 6


def test_many_who_ask_the_same_get_the_same_run(city: City) -> None:
    found: set[str] = set()
    threads = [threading.Thread(target=lambda: found.add(ask(city))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1


def test_runs_are_found_by_the_managers_of_their_city_alone(city: City) -> None:
    run_id = ask(city)
    elsewhere = factories.city(city.database, slug="monte-alto")
    with city.database.reading() as session:
        assert report_runs.find(session, run_id, frozenset({elsewhere.id})) is None
        assert report_runs.newest(session, "what_if", frozenset({elsewhere.id})) == []
        assert [one.id for one in report_runs.newest(session, "what_if", frozenset({city.id}))] == [run_id]
        assert session.scalar(select(func.count()).select_from(ReportRun)) == 1


def test_a_change_of_any_file_makes_it_another_question(city: City) -> None:
    file = city.draft("us-ca-commercial-ab970", MONDAY - 1)
    first = ask(city)
    with city.database.transaction() as session:
        session.execute(
            update(PermitApplication).where(PermitApplication.id == file).values(updated_at=MONDAY + 1)
        )
    assert ask(city) != first
