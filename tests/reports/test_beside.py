"""What is too dear for a request is counted once, beside it: who waits, who does not, and what a failure says."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from permitflow.analytics.snapshot import THREADS
from permitflow.db import Database
from permitflow.reports import beside
from permitflow.reports.beside import Beside, Counting, lately
from permitflow.reports.kept import Dear, build, place_of
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope
from permitflow.reports.snapshots import breaking_off
from permitflow.reports.snapshots.store import KEY, Store
from tests.reports.history import asked, three_files, told

PATIENCE = 30.0


@dataclass
class Counted:
    """A result of two statements, of which the second has to wait for leave."""

    times: int = 0
    asked: threading.Event = field(default_factory=threading.Event)
    leave: threading.Event = field(default_factory=threading.Event)
    threads: set[str] = field(default_factory=set)
    error: Exception | None = None

    @property
    def dear(self) -> Dear:
        return Dear("counted", self)

    def __call__(self, ask: Ask) -> Any:
        self.times += 1
        self.threads.add(threading.current_thread().name)
        ask.snapshot.row("SELECT 1")
        self.asked.set()
        assert self.leave.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        return ask.snapshot.row("SELECT count(*) FROM chosen")[0]


@dataclass
class Large:
    """A city that counts as large, and who counts beside its requests."""

    database: Database
    scope: Scope
    counter: Beside
    store: Store

    @contextmanager
    def hurried(self, scope: Scope | None = None) -> Iterator[Ask]:
        with asked(self.database, scope or self.scope) as ask:
            yield replace(ask, hurried=True)

    def look(self, dear: Dear, scope: Scope | None = None) -> Any:
        with self.hurried(scope) as ask:
            return lately(ask, dear).value

    def refused(self, dear: Dear, scope: Scope | None = None) -> Counting:
        with pytest.raises(Counting) as raised:
            self.look(dear, scope)
        return raised.value


@pytest.fixture
def large(database: Database, tmp_path: Path) -> Iterator[Large]:
    scope = told(database, three_files)
    store = Store(database, tmp_path, large=1)
    counter = Beside(database, patience=0, few=0)
    store.clock = lambda: scope.now
    database.info |= {KEY: store, beside.KEY: counter}
    assert store.refresh(scope.city, scope.now) is not None
    yield Large(database, scope, counter, store)
    store.wait()


def test_it_is_counted_once_for_all_who_ask(large: Large) -> None:
    counted = Counted()
    assert large.refused(counted.dear).total == 0
    assert counted.asked.wait(PATIENCE)
    assert large.refused(counted.dear).done == 1
    counted.leave.set()
    large.counter.wait()
    assert [large.look(counted.dear) for _ in range(2)] == [4, 4]
    assert (counted.times, counted.threads) == (1, {"report figures"})
    again, other = Counted(leave=counted.leave), replace(large.scope, from_on=large.scope.to_on)
    assert large.refused(again.dear, other).total in (0, 2)
    large.counter.wait()
    assert large.look(again.dear, other) == 4


def test_who_waits_a_moment_gets_what_is_quick(large: Large) -> None:
    counted = Counted()
    counted.leave.set()
    large.counter.patience = PATIENCE
    assert large.look(counted.dear) == 4
    assert counted.threads == {"report figures"}


@pytest.mark.parametrize("why", ["patient", "small", "few", "nobody counts"])
def test_others_are_counted_in_place(large: Large, why: str) -> None:
    counted = Counted()
    counted.leave.set()
    if why == "small":
        large.store.large = 1_000
    if why == "few":
        large.counter.few = 5
    if why == "nobody counts":
        del large.database.info[beside.KEY]
    with large.hurried() as ask:
        assert lately(replace(ask, hurried=why != "patient"), counted.dear).value == 4
    assert counted.threads == {threading.current_thread().name}


def test_a_failure_is_told_and_not_tried_again_at_once(
    large: Large, caplog: pytest.LogCaptureFixture
) -> None:
    counted = Counted(error=RuntimeError("no figures today"))
    counted.leave.set()
    large.refused(counted.dear)
    large.counter.wait()
    assert large.refused(counted.dear).failed
    assert (counted.times, "no figures today" in caplog.text) == (1, True)
    (wanted,) = large.counter.wanted.values()
    assert wanted.failed_at is not None
    wanted.failed_at -= beside.FORGET_SECONDS
    counted.error = None
    assert not large.refused(counted.dear).failed
    large.counter.wait()
    assert large.look(counted.dear) == 4


def test_what_cannot_be_written_down_fails(large: Large) -> None:
    counted = Counted()
    counted.leave.set()
    with large.hurried() as ask:
        place = place_of(ask, counted.dear)
    assert place is not None
    place.mkdir(parents=True)
    large.refused(counted.dear)
    large.counter.wait()
    assert large.refused(counted.dear).failed


def test_another_process_may_be_counting_it(large: Large) -> None:
    counted = Counted()
    counted.leave.set()
    with (large.store.place(large.scope.city) / "counting").open("a") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        large.refused(counted.dear)
        assert not counted.asked.wait(0.2)
        with large.hurried() as ask:
            build(ask, Dear("counted", lambda _ask: "theirs"))
    large.counter.wait()
    assert (large.look(counted.dear), counted.times) == ("theirs", 0)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux knows priorities of threads.")
def test_it_is_counted_by_threads_of_its_own_that_yield_to_requests(large: Large) -> None:
    spill = "SELECT current_setting('temp_directory')"

    def polite(ask: Ask) -> Any:
        nice = []
        for thread in Path("/proc/self/task").iterdir():
            with suppress(ProcessLookupError):
                nice.append(os.getpriority(os.PRIO_PROCESS, int(thread.name)))
        return [nice.count(beside.NICE), *ask.snapshot.row(spill)]

    large.counter.patience = PATIENCE
    count, theirs = large.look(Dear("polite", polite))
    assert count >= THREADS
    with large.hurried() as ask:
        assert ask.snapshot.row(spill) != (theirs,)


def test_a_process_that_ends_does_not_wait_for_it(
    large: Large, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaking_off, "_ending", threading.Event())
    asked = threading.Event()

    def endless(ask: Ask) -> Any:
        asked.set()
        return ask.snapshot.row("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")

    large.refused(Dear("endless", endless))
    large.refused(Dear("next", lambda _ask: "counted"))
    assert asked.wait(PATIENCE)
    breaking_off.end()
    large.counter.wait()
    assert not [one for one in threading.enumerate() if one.name == "report figures"]
    assert caplog.text == ""


def test_what_a_thread_held_is_freed_before_the_process_may_end(
    large: Large, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[object] = []
    monkeypatch.setattr(beside.Shelf, "close", lambda _shelf: freed.append(breaking_off.at_work[:]))
    large.refused(Dear("counted", lambda _ask: "counted"))
    large.counter.wait()
    assert freed == [[()]]


def test_no_more_is_wanted_than_can_be_remembered(large: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, late = Counted(), Dear("late", lambda _ask: "late")
    monkeypatch.setattr(beside, "MOST_WANTED", 1)
    large.refused(counted.dear)
    large.refused(late)
    counted.leave.set()
    large.counter.wait()
    large.refused(late)
    large.counter.wait()
    assert large.look(late) == "late"
