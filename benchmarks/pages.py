"""The reviewer's queue of fifty rows, signed in, as a whole request, against the least Flask can do in the same run.

Twice: inside the process (the cost of our own code), and through gunicorn on loopback (what a city would see).
Run: .venv/bin/python -m benchmarks.pages [--sizes 10000 1000000] [--rounds 7] [--seconds 1.5] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool
from werkzeug.test import EnvironBuilder

import config
from benchmarks import minimal_page
from benchmarks.bulk_files import Filled, fill
from benchmarks.http_load import measure, served
from permitflow.app import create_app
from permitflow.services.sessions import Limits

PATH = "/review/"
SERVER_CONNECTIONS = 8
KEY = "a key for benchmarks that guards nothing at all"
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")
Request = Callable[[], bytes]


def environment(folder: Path, url: str) -> dict[str, str]:
    """The variables of an installation on one of the filled databases."""
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": KEY,
        "PERMITFLOW_INSTANCE_DIR": str(folder),
        "PERMITFLOW_SESSION_IDLE_MINUTES_STAFF": "1440",
        "PERMITFLOW_SWEEP_SECONDS": "0",
        "PERMITFLOW_LOG_LEVEL": "ERROR",
    }


def filled(folder: Path, applications: int) -> Filled:
    """Return the filled database of a size; one that an earlier run left in the folder is used again."""
    path, note = folder / f"{applications}.sqlite3", folder / f"{applications}.json"
    if note.exists():
        return Filled(**json.loads(note.read_text(encoding="utf-8")))
    start = time.perf_counter()
    limits = Limits.of(config.load(environment(folder, f"sqlite:///{path}")))
    made = fill(path, applications, limits)
    note.write_text(
        json.dumps({"url": made.url, "token": made.token, "applications": applications}), encoding="utf-8"
    )
    print(f"{applications:,} applications filled in {time.perf_counter() - start:.0f} s")
    return made


def inside(wsgi: Any, token: str) -> Request:
    """Return a request made without a network: the WSGI application called as a server calls it."""
    base = EnvironBuilder(path=PATH, headers={"Cookie": f"session={token}"}).get_environ()

    def request() -> bytes:
        answered: list[str] = []
        answer = wsgi(dict(base), lambda status, _headers, _error=None: answered.append(status))
        body = b"".join(answer)
        answer.close()
        if not answered[0].startswith("200"):
            raise RuntimeError(answered[0])
        return body

    return request


@contextmanager
def statements(app: Any) -> Iterator[list[str]]:
    """Gather every statement that reaches SQLite, whoever sends it."""
    seen: list[str] = []
    database = app.extensions["permitflow"].database
    database.dispose()

    def listen(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(lambda sql: None if sql.startswith(NOT_COUNTED) else seen.append(sql))

    event.listen(Pool, "connect", listen)
    try:
        yield seen
    finally:
        event.remove(Pool, "connect", listen)
        database.dispose()


def rounds(contestants: dict[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """Let everybody run in each round, in another order every time."""
    order, figures = list(contestants), {name: [] for name in contestants}
    for _ in range(count):
        random.shuffle(order)
        for name in order:
            figures[name].append(contestants[name]())
    return figures


def timed(request: Request, seconds: float) -> Callable[[], float]:
    """Return a run that gives the median seconds of a request."""

    def run() -> float:
        taken, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            request()
            taken.append(time.perf_counter() - start)
        return statistics.median(taken)

    return run


def in_process(files: list[Filled], folder: Path, options: argparse.Namespace) -> None:
    """Print statements, size and median time of the page at each size, and the growth between them."""
    contestants = {"minimal": timed(inside(minimal_page.app, ""), options.seconds)}
    for one in files:
        app = create_app(config.load(environment(folder, one.url)))
        request = inside(app, one.token)
        request()
        with statements(app) as seen:
            request()
            seen.clear()
            body = request()
            print(
                f"{one.applications:>9,}: {len(seen)} statements, {body.count(b'<tr>') - 1} rows, {len(body):,} bytes"
            )
        contestants[f"{one.applications:,}"] = timed(request, options.seconds)
    figures = rounds(contestants, options.rounds)
    print("In the process, median of a request:")
    for name, taken in figures.items():
        print(
            f"  {name:>9}: {statistics.median(taken) * 1e6:8.0f} us  ({min(taken) * 1e6:.0f}..{max(taken) * 1e6:.0f})"
        )
    first, last = (figures[f"{files[place].applications:,}"] for place in (0, -1))
    print(f"  growth: {_ratio(last, first):.2f} (aim at most 1.20)")


def through_gunicorn(files: list[Filled], folder: Path, options: argparse.Namespace) -> None:
    """Print requests per second of each page through gunicorn, and the ratio to the minimal page."""
    with ExitStack() as stack:
        rates: dict[str, Callable[[], float]] = {}
        servers = [("minimal", "benchmarks.minimal_page:app", "", "")]
        servers += [(f"{one.applications:,}", "wsgi:app", one.url, one.token) for one in files]
        waits: dict[str, list[float]] = {name: [] for name, *_ in servers}
        for name, application, url, token in servers:
            variables = environment(folder, url) if url else {}
            port = stack.enter_context(served(application, variables))
            request = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session={token}\r\n\r\n".encode()
            measure(port, request, SERVER_CONNECTIONS, 0.5)
            rates[name] = _rate(port, request, options.seconds, waits[name])
        figures = rounds(rates, options.rounds)
    print(f"Through gunicorn (2 workers of 4 threads), {SERVER_CONNECTIONS} connections:")
    for name, found in figures.items():
        p50, p99 = (statistics.quantiles(waits[name], n=100)[place] * 1e3 for place in (49, 98))
        ratio = _ratio(found, figures["minimal"])
        print(
            f"  {name:>9}: {statistics.median(found):7.0f}/s  p50 {p50:.2f} ms  p99 {p99:.2f} ms  x minimal {ratio:.2f}"
        )


def _rate(port: int, request: bytes, seconds: float, waits: list[float]) -> Callable[[], float]:
    def run() -> float:
        load = measure(port, request, SERVER_CONNECTIONS, seconds)
        waits.extend(load.seconds)
        return load.rate

    return run


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios of each round: noise that hits a whole round cancels out."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))


def main() -> None:
    """Fill the databases, then measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one round of one contestant")
    parser.add_argument("--keep", type=Path, help="keep the filled databases in this folder for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="permitflow-pages-") as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        files = [filled(folder, size) for size in options.sizes]
        in_process(files, folder, options)
        through_gunicorn(files, folder, options)


if __name__ == "__main__":
    main()
