"""Figures of a log against the same figures in plain SQL, and the import of a large log.

    python benchmarks/report.py                    one million events, pm4py beside it, the import of 560,000
    python benchmarks/report.py --large            ten million events as well
    python benchmarks/report.py --without-pm4py    nothing is installed

Each measurement runs in a process of its own on a seeded log that is written once as Parquet. The plain SQL reads
the same columns and asks DuckDB for the same figures of steps and edges and nothing else. pm4py is installed into a
throw-away environment; where that fails the line says so.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.event_log import write_parquet, write_xes
from permitflow.analytics.edges import edge_table
from permitflow.analytics.log_steps import log_steps
from permitflow.analytics.log_table import LogTable
from permitflow.db import Database, upgrade
from permitflow.reports.imported_log import log_table

ROOT = Path(__file__).parent.parent
MILLION = 1_000_000
IMPORTED = 560_000
ROUNDS = 3
_MOVES = """
CREATE TABLE moves AS SELECT activity, person, lag(activity) OVER w AS before, t - lag(t) OVER w AS gap,
    row_number() OVER again AS nth, lag(person) OVER again AS person_of_last
FROM read_parquet($1)
WINDOW w AS (PARTITION BY case_id ORDER BY t, seq), again AS (PARTITION BY case_id, activity ORDER BY t, seq)
"""
_EDGES = """
SELECT before, activity, count(*) AS n, avg(gap), median(gap), min(gap), max(gap), sum(gap), stddev_samp(gap)
FROM moves WHERE before IS NOT NULL GROUP BY ALL ORDER BY n DESC
"""
_STEPS = """
SELECT activity, count(*), median(gap), quantile_cont(gap, 0.85), quantile_cont(gap, 0.9), sum(gap),
    100.0 * sum(gap) / sum(sum(gap)) OVER (), count(*) FILTER (nth = 1),
    count(*) FILTER (nth > 1 AND person = person_of_last), count(*) FILTER (nth > 1 AND person <> person_of_last)
FROM moves GROUP BY activity
"""
_PM4PY_READ = """
import sys, time, pandas, pm4py
from pm4py.algo.discovery.dfg.adapters.pandas.df_statistics import get_dfg_graph
started, worked = time.perf_counter(), time.process_time()
log = pandas.read_parquet(sys.argv[1])
log["time:timestamp"] = pandas.to_datetime(log["t"], unit="us", utc=True)
log = log.rename(columns={"case_id": "case:concept:name", "activity": "concept:name", "person": "org:resource"})
"""
_PM4PY_DOCUMENTED = """
log = pm4py.format_dataframe(log)
pm4py.discover_dfg(log)
pm4py.discover_performance_dfg(log, perf_aggregation_key="all")
"""
_PM4PY_INNER = """
log = log.sort_values(["case:concept:name", "t", "seq"])
get_dfg_graph(log, measure="both", perf_aggregation_key="all", sort_timestamp_along_case_id=False)
"""
_PM4PY_END = """
pm4py.get_rework_cases_per_activity(log)
print(time.perf_counter() - started, time.process_time() - worked)
"""
PM4PY = {
    "as documented": _PM4PY_READ + _PM4PY_DOCUMENTED + _PM4PY_END,
    "inner functions": _PM4PY_READ + _PM4PY_INNER + _PM4PY_END,
}
"""The edges and the rework; it has no percentiles of steps, which ours computes beside them."""


def ours(path: str) -> None:
    """The product's own steps and edges."""
    with LogTable.of_parquet(path) as table:
        edge_table(table)
        log_steps(table)


def plain(path: str) -> None:
    """The same figures in plain SQL, nothing else."""
    connection = duckdb.connect(config={"memory_limit": "1GB"})
    connection.execute(_MOVES, [path])
    connection.execute(_EDGES).fetchall()
    connection.execute(_STEPS).fetchall()


def taken(path: str) -> None:
    """An imported log, read from the database for a report."""
    database = Database(f"sqlite:///{path}")
    with database.reading() as session, log_table(session, "large") as table:
        edge_table(table)
        log_steps(table)
    database.dispose()


TASKS = {"ours": ours, "plain": plain, "taken": taken}


def measured(task: str, path: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processor time and MiB at the peak of one task in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.report", "--task", task, "--path", str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return found["seconds"], found["processor"], found["mib"]


def peak_mib() -> float:
    """The most memory this process held; getrusage would tell at least what its parent held when it was started."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


def run_task(task: str, path: str) -> None:
    """What the process of one measurement does."""
    started, worked = time.perf_counter(), time.process_time()
    TASKS[task](path)
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    mib = peak_mib()
    print(json.dumps({"seconds": seconds, "processor": processor, "mib": mib}))


def compared(events: int, folder: Path, rounds: int) -> tuple[Path, float, float]:
    """Ours and plain SQL in turns at one size: prints both, returns the file and our seconds and processor time."""
    path = folder / f"log-{events}.parquet"
    write_parquet(path, events)
    runs = [(measured("ours", path), measured("plain", path)) for _ in range(rounds)]
    for name, place in (("ours", 0), ("plain SQL", 1)):
        seconds, processor, mib = (median(run[place][figure] for run in runs) for figure in range(3))
        print(f"{events:>10,} events  {name:<10} {seconds:7.2f} s  {processor:7.2f} s cpu  {mib:6.0f} MiB")
    ratio = median(mine[0] / other[0] for mine, other in runs)
    busy = median(mine[1] / other[1] for mine, other in runs)
    print(f"{events:>10,} events  ours / plain: {ratio:.2f} by the clock, {busy:.2f} by processor time")
    return path, median(run[0][0] for run in runs), median(run[0][1] for run in runs)


def against_pm4py(path: Path, own_seconds: float, own_processor: float, folder: Path) -> None:
    """pm4py on the same file, in an environment that is thrown away."""
    home = folder / "pm4py"
    steps = (
        [sys.executable, "-m", "venv", str(home)],
        [str(home / "bin" / "pip"), "install", "-q", "pm4py", "pyarrow"],
    )
    for step in steps:
        done = subprocess.run(step, check=False, capture_output=True, text=True)
        if done.returncode:
            print(
                "     pm4py could not be installed:",
                (done.stderr.strip() or "no reason given").splitlines()[-1],
            )
            return
    for name, program in PM4PY.items():
        command = [str(home / "bin" / "python"), "-c", program, str(path)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            print(f"     pm4py ({name}) failed:", done.stderr.strip().splitlines()[-1])
            continue
        seconds, processor = map(float, done.stdout.split()[-2:])
        print(
            f"{MILLION:>10,} events  pm4py, {name:<16}{seconds:6.2f} s  {processor:6.2f} s cpu, "
            f"{seconds / own_seconds:.1f} x ours by the clock, {processor / own_processor:.1f} x by processor time"
        )


def imported(folder: Path) -> None:
    """The import of a large log from XES, and a report on it from the database."""
    file, database = folder / "large.xes.gz", folder / "large.db"
    write_xes(file, IMPORTED)
    upgrade(f"sqlite:///{database}")
    environ = os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "SECRET_KEY": "a key for measurements that guards nothing at all",
        "PERMITFLOW_INSTANCE_DIR": str(folder / "instance"),
    }
    command = [sys.executable, "-c", "from permitflow.cli import main; main()", "import", "log", str(file)]
    started = time.perf_counter()
    subprocess.run([*command, "--name", "large"], cwd=ROOT, env=environ, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    print(f"{IMPORTED:>10,} events  import     {seconds:7.2f} s")
    seconds, processor, mib = measured("taken", database)
    print(
        f"{IMPORTED:>10,} events  report from the database {seconds:.2f} s  {processor:.2f} s cpu  {mib:.0f} MiB"
    )


def sizes(large: bool) -> Iterator[tuple[int, int]]:
    """How many events, and how many rounds."""
    yield MILLION, ROUNDS
    if large:
        yield 10 * MILLION, 1


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--without-pm4py", action="store_true")
    parser.add_argument("--without-import", action="store_true")
    parser.add_argument("--task", choices=TASKS)
    parser.add_argument("--path")
    asked = parser.parse_args()
    if asked.task:
        run_task(asked.task, asked.path)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = [compared(events, folder, rounds) for events, rounds in sizes(asked.large)]
        if not asked.without_pm4py:
            against_pm4py(*found[0], folder)
        if not asked.without_import:
            imported(folder)


if __name__ == "__main__":
    main()
