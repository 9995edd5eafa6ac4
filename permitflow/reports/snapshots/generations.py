"""Writing a city's snapshot: whole, or what changed beside what is there, always into new files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import TABLES, in_memory
from permitflow.db import new_id
from permitflow.reports.scope import City, Workflows
from permitflow.reports.snapshots.breaking_off import breakable
from permitflow.reports.snapshots.gathering import Gatherer, Rules, rules_of
from permitflow.reports.snapshots.manifest import NAME, Manifest, sync_folder
from permitflow.reports.snapshots.reading import numbered
from permitflow.reports.snapshots.standing import Changes, Standing, changes

TABLES_OF_FILES = tuple(name for name in (*TABLES, "versions") if name != "days")
SMALL_DELTA = 2_000
DELTA_SHARE = 20
"""A delta of more than so many files and more than one in twenty becomes part of the base."""
REREAD_SHARE = 3
"""When more than one file in three has changed, all are read."""
Said = Callable[[int, int], None]
"""Told how many files of how many have been read."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A city's record, looked at in one read transaction, and where its snapshot goes.

    `reached` is told the name of each step of writing once it is done, so that a test can stop there.
    """

    session: Session
    city: City
    workflows: Workflows
    standing: Standing
    now: int
    folder: Path
    say: Said = lambda _done, _total: None
    reached: Callable[[str], None] = lambda _step: None
    small_delta: int = SMALL_DELTA

    def rules(self) -> Rules:
        """Return the rules by which the record becomes a snapshot."""
        return rules_of(self.session, self.city, self.workflows, self.standing.first_at, self.now)


def write_next(writing: Writing, manifest: Manifest | None) -> Manifest:
    """Return the generation after `manifest`, written beside it and made the snapshot of the folder."""
    # Nobody else writes now: what lies here beside the snapshot was left by a process that died.
    remove_others(writing.folder, manifest)
    if manifest is None or manifest.rules != writing.standing.rules:
        made = _write_base(writing)
    else:
        made = _write_changes(writing, manifest)
    made.write(writing.folder)
    writing.reached("named")
    remove_others(writing.folder, made)
    writing.reached("tidied")
    return made


def remove_others(folder: Path, manifest: Manifest | None) -> None:
    """Remove every data file but those of a generation; who has one open keeps it until it is closed."""
    kept = (manifest.base, manifest.delta) if manifest else ()
    for path in folder.glob("*.duckdb*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in kept:
            path.unlink(missing_ok=True)
    for path in folder.glob(f"{NAME}.*"):
        path.unlink(missing_ok=True)


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, writing: bool = False) -> None:
    """Attach a data file under a name that the program made."""
    quoted = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS {name}{'' if writing else ' (READ_ONLY)'}")


def merged(table: str, base: str, delta: str) -> str:
    """Return the statement that reads a table of a base with its delta, both by their attached names."""
    if not delta:
        return f"FROM {base}.{table}"
    if table == "days":
        return f"FROM {delta}.days"
    return f"FROM {base}.{table} ANTI JOIN {delta}.replaced USING (file) UNION ALL FROM {delta}.{table}"


def _write_base(writing: Writing) -> Manifest:
    name, total, last = _new_name("base"), writing.standing.files, 0
    with _new_file(writing, name) as connection:
        gathering = Gatherer(writing.session, connection, writing.rules(), "made.")
        for last in gathering.add(numbered(writing.session, writing.city)):
            writing.say(last, total)
            writing.reached("gathered")
    return _manifest(writing, base=name, next_file=last + 1)


def _write_changes(writing: Writing, manifest: Manifest) -> Manifest:
    name = _new_name("delta")
    with _new_file(writing, name) as connection:
        _attach_both(connection, writing.folder, manifest)
        connection.execute(
            "CREATE TEMP VIEW known AS SELECT file, id, version"
            f" FROM ({merged('files', 'base', _delta(manifest))}) JOIN ({merged('versions', 'base', _delta(manifest))}) USING (file)"
        )
        found = changes(writing.session, writing.city, connection, manifest, writing.standing)
        whole = len(found.read) * REREAD_SHARE > max(writing.standing.files, SMALL_DELTA)
        if not whole:
            next_file, changed = _gather_changes(writing, connection, manifest, found)
    if whole:
        return _write_base(writing)
    made = _manifest(
        writing, base=manifest.base, delta=name, next_file=next_file, changed=changed, of=manifest.base_bytes
    )
    if changed > max(writing.small_delta, writing.standing.files // DELTA_SHARE):
        return _compact(writing, made)
    return made


def _gather_changes(
    writing: Writing, connection: duckdb.DuckDBPyConnection, manifest: Manifest, found: Changes
) -> tuple[int, int]:
    """Fill a delta; return the next free number and how many files it has or hides."""
    fresh = iter(range(manifest.next_file, manifest.next_file + len(found.read)))
    files = [(next(fresh) if file is None else file, id_) for file, id_ in found.read]
    gathering = Gatherer(writing.session, connection, writing.rules(), "made.")
    for done in gathering.add(files):
        writing.say(done, len(files))
        writing.reached("gathered")
    touched = [file for file, _ in files] + list(found.gone)
    connection.execute(
        "CREATE TABLE made.replaced AS SELECT unnest($touched::INTEGER[]) AS file", {"touched": touched}
    )
    if manifest.delta:
        for table in TABLES_OF_FILES:
            connection.execute(
                f"INSERT INTO made.{table} FROM delta.{table} ANTI JOIN made.replaced USING (file)"
            )
        connection.execute(
            "INSERT INTO made.replaced FROM delta.replaced ANTI JOIN made.replaced USING (file)"
        )
    count = connection.execute("SELECT count(*) FROM made.replaced").fetchone()
    assert count is not None
    return next(fresh, manifest.next_file + len(found.read)), count[0]


def _compact(writing: Writing, manifest: Manifest) -> Manifest:
    """Write base and delta into one base."""
    name = _new_name("base")
    with _new_file(writing, name) as connection:
        _attach_both(connection, writing.folder, manifest)
        for table in (*TABLES, "versions"):
            connection.execute(f"CREATE TABLE made.{table} AS {merged(table, 'base', 'delta')}")
    return _manifest(writing, base=name, next_file=manifest.next_file)


def _manifest(
    writing: Writing, base: str, next_file: int, delta: str = "", changed: int = 0, of: int = 0
) -> Manifest:
    standing, folder = writing.standing, writing.folder
    return Manifest(
        generation=(delta or base).partition("-")[2].partition(".")[0],
        base=base,
        base_bytes=of or (folder / base).stat().st_size,
        delta=delta,
        delta_bytes=(folder / delta).stat().st_size if delta else 0,
        rules=standing.rules,
        files=standing.files,
        versions=standing.versions,
        newest_at=standing.newest_at,
        until=standing.until,
        next_file=next_file,
        changed=changed,
        as_of=writing.now,
    )


def _delta(manifest: Manifest) -> str:
    return "delta" if manifest.delta else ""


def _attach_both(connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
    attach(connection, folder / manifest.base, "base")
    if manifest.delta:
        attach(connection, folder / manifest.delta, "delta")


def _new_name(kind: str) -> str:
    return f"{kind}-{new_id()}.duckdb"


@contextmanager
def _new_file(writing: Writing, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the new data file attached as `made`; it is durable afterwards, or gone."""
    path, spill = writing.folder / name, writing.folder / f"{name}.spill"
    try:
        connection = in_memory()
        with breakable(connection), closing(connection):
            connection.execute("SET temp_directory = $path", {"path": str(spill)})
            attach(connection, path, "made", writing=True)
            writing.reached("begun")
            yield connection
            connection.execute("CHECKPOINT made")
            connection.execute("DETACH made")
        writing.reached("written")
        with path.open("rb") as file:
            os.fsync(file.fileno())
        sync_folder(writing.folder)
        writing.reached("synced")
    except BaseException:
        path.unlink(missing_ok=True)
        path.with_name(f"{name}.wal").unlink(missing_ok=True)
        raise
