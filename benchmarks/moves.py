"""How long it takes to move open files to another version: `python -m benchmarks.moves --files 1000`.

Each file is moved under its lock in a durable transaction of its own; the rehearsal before it takes each back.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from permitflow.db import Database, upgrade
from permitflow.services import move_plans, moves
from tests import factories
from tests.moving import NEW, in_review, plan_for, publish

AT = factories.MONDAY + 3 * factories.DAY


def main() -> None:
    """Build a city with open files, rehearse their move, move them, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--url", help="A migrated, empty database; else SQLite in a temporary folder.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.url or f"sqlite:///{Path(folder) / 'moves.sqlite3'}"
        if not asked.url:
            upgrade(url)
        database = Database(url)
        measure(database, asked.files)
        database.dispose()


def measure(database: Database, files: int) -> None:
    """Move so many files and print the times in seconds."""
    city = factories.city(database)
    old = publish(city)
    for _ in range(files):
        in_review(city)
    new = publish(city, NEW, factories.MONDAY)
    plan = plan_for(old, new)
    start = time.perf_counter()
    tried = moves.rehearse(database, city.id, plan, city.staff["manager"], AT, files)
    rehearsed = time.perf_counter() - start
    with database.transaction() as session:
        plan_id = move_plans.store_plan(session, city.id, plan, city.staff["administrator"], AT)
        move_plans.approve_plan(session, plan_id, city.staff["manager"], AT)
        move_plans.start(session, plan_id, AT)
    start = time.perf_counter()
    while moves.continue_running(database, AT):
        pass
    moved = time.perf_counter() - start
    with database.reading() as session:
        results = moves.progress(session, plan_id).results
    print(f"rehearsed {len(tried)} files in {rehearsed:.1f} s; moved {results} in {moved:.1f} s")


if __name__ == "__main__":
    main()
