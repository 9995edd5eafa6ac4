"""The manager's report on a city with very many applications: gathering, renewing, opening, and every page.

    python -m benchmarks.live_report                      1,000,000 applications, made in a temporary folder
    python -m benchmarks.live_report --keep FOLDER        the database and the snapshot stay there for the next run
    python -m benchmarks.live_report --applications 20000

Every page is asked as a manager's browser asks it, without the template: the snapshot is opened, and the figures are
built for the last 365 days, twice, and for five years: the first answer, which may be how far the figures are, the moment
from which they stand, and the next look.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import config
from benchmarks.big_city import CITY, demo_city, grow
from benchmarks.report import peak_mib
from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.reports.asking import asking
from permitflow.reports.beside import Counting
from permitflow.reports.pages import PAGES
from permitflow.reports.prepared_page import Prepared
from permitflow.reports.scope import City, Scope, find_city, last_days
from permitflow.reports.snapshots.renewal import with_reports
from permitflow.reports.snapshots.store import KEY, Store
from permitflow.reports.usual import prepare

CHANGED = 500
YEARS = timedelta(days=5 * 365)
LIMIT = 1.0
"""Seconds within which a page should answer, whatever the period."""
LOOK_AGAIN_SECONDS = 0.25


def seeded(folder: Path, applications: int) -> Path:
    """Return the database, made unless an earlier run left it."""
    path = folder / f"city-{applications}.sqlite3"
    if not path.exists():
        began, demo = time.perf_counter(), folder / "demo.sqlite3"
        if not demo.exists():
            demo_city(demo, folder / "uploads")
        draft = path.with_suffix(".draft")
        grow(demo, draft, applications)
        draft.rename(path)
        print(f"{applications:,} applications seeded in {time.perf_counter() - began:.0f} s")
    return path


def opened(folder: Path, path: Path) -> Database:
    """Return the database with its snapshots."""
    environ = os.environ | {
        "DATABASE_URL": f"sqlite:///{path}",
        "SECRET_KEY": "a key for measurements that guards nothing at all",
        "PERMITFLOW_INSTANCE_DIR": str(folder / f"instance-{path.stem}"),
    }
    return with_reports(config.load(environ))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def change(path: Path, city: City) -> None:
    """Raise the version of some files, as any act does."""
    connection = sqlite3.connect(path, timeout=60)
    connection.execute(
        "UPDATE permit_applications SET version = version + 1, updated_at = ? WHERE id IN (SELECT id FROM permit_applications"
        " WHERE jurisdiction_id = ? AND submitted_at IS NOT NULL ORDER BY id DESC LIMIT ?)",
        (now_us(), city.id, CHANGED),
    )
    connection.commit()
    connection.close()


def renewals(database: Database, path: Path, city: City) -> None:
    """Print what the first gathering, a look and a renewal take."""
    store: Store = database.info[KEY]
    first = timed(lambda: store.refresh(city, now_us()))
    print(f"first gathering, or a look at what is there   {first:8.2f} s")
    change(path, city)
    renewed = timed(lambda: store.refresh(city, now_us()))
    print(f"renewal after {CHANGED} changed files             {renewed:8.2f} s")
    print(
        f"a look when nothing changed                   {timed(lambda: store.refresh(city, now_us())):8.2f} s"
    )
    usual = last_days(city, now_us())
    for name in ("first opening", "opening"):
        print(f"{name:<13}                                 {timed(lambda: _open(database, usual)):8.3f} s")


def _open(database: Database, scope: Scope) -> None:
    with database.reading() as session, asking(session, scope) as ask:
        ask.snapshot.row("SELECT count(*) FROM chosen WHERE in_period(decided_at)")


def results(database: Database, city: City) -> None:
    """Forget the results of earlier runs, and print what the background takes for those of the usual period."""
    store: Store = database.info[KEY]
    shutil.rmtree(store.place(city) / "results", ignore_errors=True)
    print(f"results of the usual period, beside requests  {timed(lambda: prepare(database, city)):8.2f} s")


def look(database: Database, scope: Scope, page: str) -> bool:
    """Ask a page as a request does; False when its figures are still being counted."""
    with database.reading() as session, asking(session, scope) as ask:
        try:
            PAGES[page].figures(replace(ask, hurried=True))
        except Counting as waiting:
            if waiting.failed:
                raise
            return False
    return True


def first_answer_and_figures(database: Database, scope: Scope, page: str) -> tuple[float, float]:
    """Return the seconds until a page first answers, and until its figures stand."""
    began = time.perf_counter()
    stands = look(database, scope, page)
    first = time.perf_counter() - began
    while not stands:
        time.sleep(LOOK_AGAIN_SECONDS)
        stands = look(database, scope, page)
    return first, time.perf_counter() - began


def counted(database: Database, scope: Scope, page: str) -> None:
    """Build the figures of a page from the record, as for a period that nothing was prepared for."""
    build = PAGES[page].figures
    with database.reading() as session, asking(session, scope) as ask:
        (build.figures if isinstance(build, Prepared) else build)(ask)


def pages(database: Database, city: City, wanted: list[str]) -> None:
    """Print what each page takes; `counted` is the year at one go, without anything that was prepared of the page."""
    year = last_days(city, now_us())
    years = replace(year, from_on=year.to_on - YEARS)
    print(
        f"{'page':<16}{'year':>10}{'again':>13}{'counted':>13}{'five years':>15}{'figures':>11}{'again':>13}"
    )
    slowest = ("", 0.0)
    for page in wanted or PAGES:
        first, again = (timed(partial(look, database, year, page)) for _ in range(2))
        at_one_go = timed(partial(counted, database, year, page))
        answer, figures = first_answer_and_figures(database, years, page)
        taken = (first, again, at_one_go, answer, figures, timed(partial(look, database, years, page)))
        slowest = max(slowest, (page, max(first, answer)), key=lambda one: one[1])
        cells = (f"{seconds:>9.2f} s {'*' if seconds > LIMIT else ' '} " for seconds in taken)
        print(f"{page:<16}" + "".join(cells).rstrip(), flush=True)
    print(f"* longer than {LIMIT:.0f} s; slowest first answer: {slowest[0]} {slowest[1]:.2f} s")
    print(f"memory at the peak {peak_mib():,.0f} MiB")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--applications", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="the folder in which everything stays for the next run")
    parser.add_argument("--pages", nargs="*", default=[], help="only these pages")
    parser.add_argument("--without-renewals", action="store_true", help="change nothing, measure pages alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = seeded(folder, asked.applications)
        database = opened(folder, path)
        with database.reading() as session:
            city = find_city(session, CITY)
        assert city is not None
        if not asked.without_renewals:
            renewals(database, path, city)
        results(database, city)
        if not asked.without_renewals:
            # What was prepared shows the record before these changes, as it mostly does.
            change(path, city)
            database.info[KEY].refresh(city, now_us())
        pages(database, city, asked.pages)
        database.dispose()


if __name__ == "__main__":
    main()
