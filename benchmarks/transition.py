"""A full durable transition against a raw-SQL loop that does the least, in one run.

Ours: role, clauses, lanes and join, clocks, visits, courts, event with hash and commitments, outbox, single-use
token: a commercial file from submission to the official's approval, each step a transaction of its own.
Run: .venv/bin/python -m benchmarks.transition [--rounds 7] [--seconds 1.2] [--only sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from benchmarks import raw_loop
from permitflow.db import Database, new_id, upgrade
from permitflow.models import Visit
from permitflow.services import transitions
from permitflow.services.transitions import Act
from tests import factories
from tests.factories import DAY, MONDAY, City
from tests.postgres import running_cluster

WORKFLOW = "us-ca-commercial-ab970"
Run = Callable[[float], float]


class Office:
    """Drafts ready to be worked through, and the people who do it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.city: City = factories.city(database)
        self.actors = {role: self.city.actor(role) for role in (*factories.STAFF, "applicant")}

    def drafts(self, number: int) -> list[str]:
        """Prepare drafts outside the timed part."""
        return [self.city.draft(WORKFLOW) for _ in range(number)]

    def take(self, act: Act) -> None:
        """Take one action in a transaction of its own."""
        with self.database.connection() as connection:
            transitions.apply(connection, act)

    def acts(self, application: str) -> Iterator[Act]:
        """Yield what people do with a draft from submission to approval; each must be taken before the next."""
        yield Act(application, "submit", self.actors["applicant"], MONDAY, token=new_id())
        yield Act(application, "accept", self.actors["permit_technician"], MONDAY + DAY, token=new_id())
        for lane, role, visit in self._lanes(application):
            answer = Act(application, "approve", self.actors[role], MONDAY + 2 * DAY, token=new_id())
            yield replace(answer, lane=lane, visit_id=visit)
        official = self.actors["building_official"]
        yield Act(application, "approve", official, MONDAY + 3 * DAY, token=new_id())

    def live(self, application: str) -> Iterator[float]:
        """Take a draft from submission to approval, yielding the seconds of each durable transition."""
        for act in self.acts(application):
            started = time.perf_counter()
            self.take(act)
            yield time.perf_counter() - started

    def _lanes(self, application: str) -> list[tuple[str, str, str]]:
        query = select(Visit.lane, Visit.role, Visit.id).where(
            Visit.application_id == application, Visit.lane.is_not(None), Visit.role != "permit_technician"
        )
        with self.database.reading() as session:
            return [(str(lane), str(role), visit) for lane, role, visit in session.execute(query)]


def ours(office: Office) -> Run:
    """Return a run of our transitions for some seconds; it gives transitions per second."""

    def run(seconds: float) -> float:
        drafts = office.drafts(int(400 * seconds))
        done, spent = 0, 0.0
        for application in drafts:
            taken = list(office.live(application))
            done, spent = done + len(taken), spent + sum(taken)
            if spent > seconds:
                break
        return done / spent

    return run


def raw(change: raw_loop.Changer) -> Run:
    """Return a run of the raw loop; eight changes per file."""

    def run(seconds: float) -> float:
        done, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            file = new_id()
            for number in range(8):
                change(file, number)
            done += 8
        return done / (time.perf_counter() - started)

    return run


def threads(office: Office, number: int, seconds: float) -> tuple[float, float, float, float]:
    """Return transitions per second and the p50, p99 and worst milliseconds of one transition with N writers."""
    latencies: list[float] = []
    stop = time.perf_counter() + seconds
    piles = [office.drafts(int(60 * seconds)) for _ in range(number)]
    stop = time.perf_counter() + seconds

    def work(pile: list[str]) -> None:
        own: list[float] = []
        for application in pile:
            own.extend(office.live(application))
            if time.perf_counter() > stop:
                break
        latencies.extend(own)

    started = time.perf_counter()
    workers = [threading.Thread(target=work, args=(pile,)) for pile in piles]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    spent = time.perf_counter() - started
    latencies.sort()
    p50, p99 = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
    return len(latencies) / spent, p50 * 1000, p99 * 1000, latencies[-1] * 1000


@contextmanager
def sqlite_pair() -> Iterator[tuple[Run, Run, Office]]:
    """Yield raw, ours and the office on SQLite files in one folder."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ours.sqlite3"
        upgrade(url)
        database = Database(url)
        office = Office(database)
        yield raw(raw_loop.sqlite(Path(folder) / "raw.sqlite3")), ours(office), office
        database.dispose()


@contextmanager
def postgresql_pair() -> Iterator[tuple[Run, Run, Office]]:
    """Yield raw, ours and the office on one PostgreSQL server that syncs every commit."""
    durable = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "1GB"}
    durable |= {"autovacuum": "on"}
    with running_cluster(durable) as cluster:
        url = cluster.create("ours")
        upgrade(url)
        database = Database(url)
        office = Office(database)
        plain = cluster.create("raw").replace("postgresql+psycopg", "postgresql")
        yield raw(raw_loop.postgresql(plain)), ours(office), office
        database.dispose()


def compare(name: str, rounds: int, seconds: float) -> None:
    """Print the medians of shuffled, interleaved rounds and of their ratios."""
    with {"sqlite": sqlite_pair, "postgresql": postgresql_pair}[name]() as (baseline, own, office):
        baseline(0.3), own(0.3)
        rates: dict[str, list[float]] = {"raw": [], "ours": []}
        for _ in range(rounds):
            order = [("raw", baseline), ("ours", own)]
            random.shuffle(order)
            for label, run in order:
                rates[label].append(run(seconds))
        ratios = [mine / theirs for mine, theirs in zip(rates["ours"], rates["raw"], strict=True)]
        print(
            f"{name:<11} raw {statistics.median(rates['raw']):8.0f}/s   ours {statistics.median(rates['ours']):8.0f}/s"
            f"   ratio {statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})"
        )
        rate, p50, p99, worst = threads(office, 16, 4 * seconds)
        print(
            f"{name:<11} 16 threads {rate:8.0f}/s   p50 {p50:.1f} ms   p99 {p99:.1f} ms   worst {worst:.1f} ms"
            f"   p99/p50 {p99 / p50:.1f}"
        )


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
        compare(name, chosen.rounds, chosen.seconds)


if __name__ == "__main__":
    main()
