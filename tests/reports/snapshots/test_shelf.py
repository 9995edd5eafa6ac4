"""The open snapshots of a process: attached once, kept while somebody reads, given up when damaged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from permitflow.analytics.snapshot import TABLES, in_memory
from permitflow.reports.snapshots.gathering import VERSIONS
from permitflow.reports.snapshots.generations import attach
from permitflow.reports.snapshots.manifest import Manifest
from permitflow.reports.snapshots.shelf import Shelf


def made(folder: Path, base: str, delta: str = "") -> Manifest:
    """A generation of two files of the base; the delta has another state of the second."""
    for name, rows, hidden in ((base, (1, 2), ""), (delta, (2,), "2")):
        if name and not (folder / name).exists():
            with closing(in_memory()) as connection:
                attach(connection, folder / name, "made", writing=True)
                for table, columns in {**TABLES, "versions": VERSIONS, "replaced": "file INTEGER"}.items():
                    connection.execute(f"CREATE TABLE made.{table} ({columns})")
                for file in rows:
                    connection.execute(f"INSERT INTO made.files (file, state) VALUES ({file}, '{name}')")
                if hidden:
                    connection.execute(f"INSERT INTO made.replaced VALUES ({hidden})")
    return Manifest(base, base, 0, delta, 0, "r", 2, 2, 0, "2027-01-01", 3, 0, 0)


@contextmanager
def looking(shelf: Shelf, folder: Path, manifest: Manifest) -> Iterator[duckdb.DuckDBPyConnection]:
    connection, closed = shelf.open(folder, manifest)
    yield connection
    connection.close()
    closed(True)


def states(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT file, state FROM files ORDER BY file").fetchall()


def attached(connection: duckdb.DuckDBPyConnection) -> set[str]:
    names = connection.execute("SELECT database_name FROM duckdb_databases() WHERE NOT internal").fetchall()
    return {name for (name,) in names} - {"memory"}


def test_a_delta_takes_the_place_of_its_files(tmp_path: Path) -> None:
    with looking(Shelf(), tmp_path, made(tmp_path, "base-1.duckdb", "delta-1.duckdb")) as connection:
        assert states(connection) == [(1, "base-1.duckdb"), (2, "delta-1.duckdb")]


def test_files_are_attached_once_and_while_somebody_reads_them(tmp_path: Path) -> None:
    shelf, old, new = Shelf(), made(tmp_path, "base-1.duckdb"), made(tmp_path, "base-2.duckdb")
    with looking(shelf, tmp_path, old) as reader, looking(shelf, tmp_path, old):
        with looking(shelf, tmp_path, new) as newer:
            assert attached(newer) == {"base_1", "base_2"}
            assert states(newer) == [(1, "base-2.duckdb"), (2, "base-2.duckdb")]
        assert states(reader) == [(1, "base-1.duckdb"), (2, "base-1.duckdb")]
    with looking(shelf, tmp_path, new) as last:
        assert attached(last) == {"base_2"}


def test_the_newest_stays_open_without_readers(tmp_path: Path) -> None:
    shelf, manifest = Shelf(), made(tmp_path, "base-1.duckdb")
    with looking(shelf, tmp_path, manifest):
        pass
    (tmp_path / "base-1.duckdb").unlink()
    with looking(shelf, tmp_path, manifest) as connection:
        assert len(states(connection)) == 2


def test_after_damage_the_next_reader_gets_a_fresh_start(tmp_path: Path) -> None:
    shelf, old, new = Shelf(), made(tmp_path, "base-1.duckdb"), made(tmp_path, "base-2.duckdb")
    reader, closed_later = shelf.open(tmp_path, old)
    spoiled, closed = shelf.open(tmp_path, new)
    closed(False)
    with looking(shelf, tmp_path, new) as fresh:
        assert attached(fresh) == {"base_2"}
        assert len(states(reader)) == len(states(fresh)) == 2
        closed_later(True)
    for one in (reader, spoiled):
        one.close()


def test_files_that_are_gone_or_foreign_are_refused(tmp_path: Path) -> None:
    manifest = made(tmp_path, "base-1.duckdb")
    (tmp_path / "base-1.duckdb").unlink()
    with pytest.raises(duckdb.Error):
        Shelf().open(tmp_path, manifest)
    (tmp_path / "base-1.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(duckdb.Error):
        Shelf().open(tmp_path, manifest)


def test_what_is_open_can_only_be_read(tmp_path: Path) -> None:
    with (
        looking(Shelf(), tmp_path, made(tmp_path, "base-1.duckdb")) as connection,
        pytest.raises(duckdb.Error),
    ):
        connection.execute("DELETE FROM base_1.files")
