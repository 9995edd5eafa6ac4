"""The sweeper: looks every few seconds for what is due and does it; the truth stays in the rows it looks at.

One thread of the server does this on the embedded database. On PostgreSQL any number of `permitflow worker`
processes may: rows that one of them holds are skipped by the others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from config import Settings
from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.jobs import report_mails
from permitflow.jobs.postman import deliver
from permitflow.jobs.report_runs import ReportRuns
from permitflow.reports.snapshots.renewal import renew_all
from permitflow.reports.snapshots.store import KEY
from permitflow.services import anomalies, holds, ladder, moves, outbox, projects, publications, sessions
from permitflow.services.calendar_recounts import continue_reprojection
from permitflow.services.timers import fire_due

log = logging.getLogger(__name__)
STOP_SECONDS = 5.0
MINUTE_US = 60_000_000


def steady_us() -> int:
    """Return the reading of a clock that nobody can set, in microseconds since some instant."""
    return time.monotonic_ns() // 1000


@dataclass(slots=True)
class Sweeper:
    """Does what is due, once or again and again on a thread of its own."""

    database: Database
    settings: Settings
    clock: Callable[[], int] = now_us
    steady: Callable[[], int] = steady_us
    _looked: tuple[int, int] | None = None
    _renewed: int | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _runs: ReportRuns = field(init=False)

    def __post_init__(self) -> None:
        self._runs = ReportRuns(self.database, self.clock)

    def sweep(self) -> dict[str, int]:
        """Do everything that is due now and return how much of each; what fails is logged and waits for the next."""
        return {
            "anomalies": self._try("anomalies", self._look_at_the_time),
            "holds": self._try("holds", self._carry_holds),
            "clocks": self._try("clocks", self._fire_clocks),
            "gates": self._try("gates", lambda: projects.wake(self.database, self.clock())),
            "calendars": self._try("calendars", lambda: continue_reprojection(self.database, self.clock())),
            "versions": self._try("versions", lambda: publications.activate_all(self.database, self.clock())),
            "moves": self._try("moves", lambda: moves.continue_running(self.database, self.clock())),
            "warnings": self._try("warnings", self._warn),
            "news": self._try("news", self._expand),
            "report_mails": self._try("report_mails", self._mail_reports),
            "runs": self._try("runs", self._runs.look),
            "old_runs": self._try("old_runs", self._runs.forget),
            "mails": self._try("mails", lambda: deliver(self.database, self.settings, self.clock).sent),
            "sessions": self._try("sessions", self._forget_sessions),
            "reports": self._try("reports", self._renew_reports),
        }

    def start(self) -> None:
        """Sweep on a thread until `stop`; nothing starts when the settings turn the sweeper off."""
        if self.settings.sweep_seconds and self._thread is None:
            self._thread = threading.Thread(target=self.run, name="sweeper", daemon=True)
            self._thread.start()

    def run(self) -> None:
        """Sweep, wait, and sweep again until `stop`."""
        while not self._stop.is_set():
            self.sweep()
            self._stop.wait(self.settings.sweep_seconds or 1)

    def stop(self) -> None:
        """Ask the thread to end and wait for the sweep it is in; a report run is given back."""
        self._stop.set()
        self._runs.stop()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _try(self, name: str, work: Callable[[], int]) -> int:
        try:
            return work()
        except Exception:
            # One kind of work must not keep the others from being done; the rows still say what is due.
            log.exception("The sweep of %s failed.", name)
            return 0

    def _mail_reports(self) -> int:
        return report_mails.write_due(self.database, self.settings, self.clock())

    def _look_at_the_time(self) -> int:
        wall, steady = self.clock(), self.steady()
        before, self._looked = self._looked, (wall, steady)
        if before is None:
            return 0
        drift = anomalies.drift_us(wall - before[0], steady - before[1])
        if not drift:
            return 0
        with self.database.connection() as connection:
            anomalies.note_drift(connection, drift, wall, "sweeper")
        return 1

    def _renew_reports(self) -> int:
        """Renew the snapshots of cities whose reports are read, every few minutes, on threads of their own."""
        store, every = self.database.info.get(KEY), self.settings.report_minutes * MINUTE_US
        now = self.steady()
        if store is None or not every or (self._renewed is not None and now - self._renewed < every):
            return 0
        self._renewed = now
        return renew_all(store)

    def _carry_holds(self) -> int:
        return holds.carry_on(self.database, self.clock())

    def _warn(self) -> int:
        return ladder.warn_due(self.database, self.clock())

    def _fire_clocks(self) -> int:
        return fire_due(self.database, self.clock())

    def _expand(self) -> int:
        told = 0
        while batch := self._expand_some():
            told += batch
        return told

    def _expand_some(self) -> int:
        with self.database.transaction() as session:
            return outbox.expand(session, self.settings.base_url, self.clock())

    def _forget_sessions(self) -> int:
        with self.database.transaction() as session:
            return sessions.forget_ended(session, self.clock(), sessions.Limits.of(self.settings))
