"""Works off report runs on a thread beside the sweep, so that a simulation of minutes keeps no clock from firing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from permitflow.db import Database, new_id
from permitflow.instants import SECOND
from permitflow.reports import what_if
from permitflow.reports.asking import asking
from permitflow.reports.scope import cities_of, last_days
from permitflow.reports.snapshots.store import Gathering
from permitflow.services import report_runs
from permitflow.services.report_runs import Claimed

log = logging.getLogger(__name__)
STOP_SECONDS = 5.0
BETWEEN_SIGNS = SECOND
Tell = Callable[[int, int], None]
Work = Callable[[Database, Claimed, int, Tell], dict[str, Any]]


class Broken(Exception):
    """Nobody waits for this run any more, or the process is asked to stop."""


class CannotAnswer(Exception):
    """The record does not give an answer; the sentence says why."""


def _what_if(database: Database, run: Claimed, at: int, tell: Tell) -> dict[str, Any]:
    with database.reading() as session:
        (city,) = cities_of(session, frozenset({run.city_id}))
        asked = run.question
        usual = last_days(city, at, asked["workflow"])
        with asking(session, replace(usual, pathway=asked["pathway"], class_=asked["class"])) as ask:
            now = ask.scope.now
            try:
                visits = what_if.load_visits(ask)
            except what_if.TooManyVisits as problem:
                raise CannotAnswer(str(problem)) from None
            away = what_if.declared(ask)
    try:
        return what_if.answer(visits, now, what_if.changes_of(run.question), tell, away)
    except what_if.TooLittleHistory as problem:
        raise CannotAnswer(str(problem)) from None


WORK: Mapping[str, Work] = {what_if.KIND: _what_if}


@dataclass(slots=True)
class ReportRuns:
    """Takes up runs that wait, one after another, on one thread of this process."""

    database: Database
    clock: Callable[[], int]
    work: Mapping[str, Work] = field(default_factory=lambda: WORK)
    _worker: str = field(default_factory=new_id)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def look(self) -> int:
        """Forget old runs, and when any wait and none is being worked on here, begin; return how many were begun."""
        if self._thread is not None and self._thread.is_alive():
            return 0
        with self.database.reading() as session:
            waiting = report_runs.is_waiting(session, self.clock())
        if not waiting or self._stop.is_set():
            return 0
        self._thread = threading.Thread(target=self.work_off, name="report-runs", daemon=True)
        self._thread.start()
        return 1

    def forget(self) -> int:
        """Delete runs that ended long ago."""
        with self.database.reading() as session:
            if not report_runs.has_old(session, self.clock()):
                return 0
        with self.database.transaction() as session:
            return report_runs.forget_old(session, self.clock())

    def work_off(self) -> int:
        """Do every run that waits, and return how many were taken up."""
        taken = 0
        while not self._stop.is_set():
            with self.database.transaction() as session:
                run = report_runs.claim(session, self._worker, self.clock())
            if run is None:
                break
            taken += 1
            self._do(run)
        return taken

    def stop(self) -> None:
        """Break off what is being done, so that another process can take it up at once."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _do(self, run: Claimed) -> None:
        try:
            result = self.work[run.kind](self.database, run, self.clock(), self._signs(run))
        except Broken:
            if self._stop.is_set():
                self._end(lambda session: report_runs.give_back(session, run))
            return
        except (CannotAnswer, Gathering) as problem:
            why = str(problem)
        except Exception:
            # A fault in one question must not keep the others from being answered.
            log.exception("The report run %s failed.", run.id)
            why = "The work failed; the log of the installation says why."
        else:
            self._end(lambda session: report_runs.finish(session, run, result, self.clock()))
            return
        self._end(lambda session: report_runs.fail(session, run, why, self.clock()))

    def _end(self, write: Callable[[Any], bool]) -> None:
        with self.database.transaction() as session:
            write(session)

    def _signs(self, run: Claimed) -> Tell:
        """What the work calls as it goes on; it writes once a second and breaks the work off when asked to."""
        last = self.clock() - BETWEEN_SIGNS

        def tell(done: int, total: int) -> None:
            nonlocal last
            if self._stop.is_set():
                raise Broken
            at = self.clock()
            if at - last < BETWEEN_SIGNS:
                return
            last = at
            with self.database.transaction() as session:
                held = report_runs.progress(session, run, done, total, at)
            if not held:
                raise Broken

        return tell
