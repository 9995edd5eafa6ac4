"""Plans are approved by a second person and run file by file; a process that dies loses nothing and does nothing twice."""

from __future__ import annotations

import multiprocessing
import os
import threading

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.definition import LoadedDefinition
from permitflow.models import Move, StoredMovePlan
from permitflow.services import move_file, move_plans, moves
from permitflow.services.errors import NotFound, Stale
from tests import factories, moving
from tests.factories import DAY, MONDAY, City
from tests.moving import AT, NEW, answer, finish, pin, plan_for, publish, run

KILLED = 9


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def versions(city: City) -> tuple[LoadedDefinition, LoadedDefinition]:
    old = publish(city)
    return old, publish(city, NEW, MONDAY - DAY + 1)


def results(city: City, plan_id: str) -> dict[str, int]:
    with city.database.reading() as session:
        return moves.progress(session, plan_id).results


def test_a_plan_moves_every_open_file_once(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    files = pin(city, 5)
    past = files.pop()
    for lane in ("electrical", "fire"):
        answer(city, past, lane)
    plan_id = run(city, plan_for(*versions))
    with city.database.reading() as session:
        assert moves.progress(session, plan_id).waiting == 5
    finish(city)
    assert {city.file(file).state for file in files} == {"plan_review"}
    assert city.file(past).state == "ready"
    assert results(city, plan_id) == {"moved": 4, "unmoved": 1}
    with city.database.reading() as session:
        ((behind, _number, result, reasons),) = moves.left_behind(session, plan_id)
        row = session.get_one(StoredMovePlan, plan_id)
    assert (behind, result) == (past, "unmoved")
    assert "Load study" in reasons[0]
    assert row.finished_at == AT
    assert moves.continue_running(city.database, AT) == 0
    assert [moving.actions_of(city, file).count("migrated") for file in files] == [1] * 4


def test_the_rehearsal_changes_nothing_and_says_what_would_be(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    files = pin(city, 2)
    for lane in ("electrical", "fire"):
        answer(city, files[1], lane)
    before = [
        moving.rows(city, model, file)
        for model in (moving.Visit, moving.Clock, moving.Event)
        for file in files
    ]
    first, second = moves.rehearse(
        city.database, city.id, plan_for(*versions), city.staff["administrator"], AT
    )
    assert first.migrated is not None
    assert first.migrated.phases == ("in_review", "plan_review")
    assert ("Load study", "", "waiting") in first.migrated.lanes
    assert [(change.title, change.before == change.after) for change in first.migrated.clocks] == [
        ("Decision", True)
    ]
    assert (second.migrated, len(second.reasons)) == (None, 1)
    after = [
        moving.rows(city, model, file)
        for model in (moving.Visit, moving.Clock, moving.Event)
        for file in files
    ]
    assert after == before


def test_one_file_can_be_brought_back_until_somebody_acts(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    first, second = pin(city, 2)
    plan_id = run(city, plan_for(*versions))
    finish(city)
    answer(city, second, "fire", at=AT + DAY)

    def undo(file: str) -> None:
        with city.database.transaction() as session:
            moves.undo(session, plan_id, file, city.staff["administrator"], AT + 2 * DAY)

    undo(first)
    assert (city.file(first).state, city.file(first).definition_hash) == ("in_review", versions[0].hash)
    with pytest.raises(Stale):
        undo(second)
    with pytest.raises(NotFound):
        undo(first)
    assert results(city, plan_id) == {"moved": 1, "undone": 1}
    moves.continue_running(city.database, AT + 3 * DAY)
    assert city.file(first).state == "in_review", "what was brought back is not moved again"


def test_two_workers_at_once_move_each_file_once(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    files = pin(city, 6)
    plan_id = run(city, plan_for(*versions))
    workers = [threading.Thread(target=moves.continue_running, args=(city.database, AT)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    finish(city)
    assert results(city, plan_id) == {"moved": 6}
    assert [moving.actions_of(city, file).count("migrated") for file in files] == [1] * 6


def test_a_plan_stops_when_too_many_files_fail(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition], monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(city, 6)
    plan_id = run(city, plan_for(*versions))

    def fail(*arguments: object) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patch:
        patch.setattr(move_file, "move", fail)
        moves.continue_running(city.database, AT)
    assert results(city, plan_id) == {"failed": 3}
    with city.database.reading() as session:
        assert session.get_one(StoredMovePlan, plan_id).stopped_why == "3 of 3 files failed."
    assert moves.continue_running(city.database, AT) == 0
    with city.database.transaction() as session:
        move_plans.start(session, plan_id, AT)
    finish(city)
    assert results(city, plan_id) == {"failed": 3, "moved": 3}


def _die_after(url: str, files: int) -> None:
    """Run the plans in this process and kill it after so many files, in the middle of the next one's transaction."""
    moved = 0
    move = move_file.move

    def counted(*arguments: object) -> object:
        nonlocal moved
        moved += 1
        done = move(*arguments)  # type: ignore[arg-type]
        if moved > files:
            os._exit(KILLED)
        return done

    move_file.move = counted  # type: ignore[assignment]
    moves.continue_running(Database(url), AT)
    os._exit(0)


def test_a_process_killed_half_way_is_taken_up_where_it_stopped(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    files = pin(city, 5)
    plan_id = run(city, plan_for(*versions))
    context = multiprocessing.get_context("fork")
    for after in (2, 1):
        child = context.Process(target=_die_after, args=(city.database.url, after))
        child.start()
        child.join(60)
        assert child.exitcode == KILLED
    assert results(city, plan_id) == {"moved": 3}
    for file in files:
        under = city.file(file).definition_hash
        assert (under == versions[1].hash) == ("migrated" in moving.actions_of(city, file))
    finish(city)
    assert results(city, plan_id) == {"moved": 5}
    assert [moving.actions_of(city, file).count("migrated") for file in files] == [1] * 5
    with city.database.reading() as session:
        assert len(session.scalars(select(Move.application_id)).all()) == 5
