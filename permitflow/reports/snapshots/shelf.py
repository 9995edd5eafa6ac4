"""The snapshots that a process has open: their files are attached once and read by every request through them."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import duckdb

from permitflow.analytics.snapshot import TABLES, in_memory
from permitflow.reports.snapshots.generations import attach, merged
from permitflow.reports.snapshots.manifest import Manifest


class Shelf:
    """One DuckDB instance, bounded as a whole; a generation stays attached while somebody reads it or none is newer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._readers: dict[tuple[Path, str], int] = {}
        self._newest: dict[Path, Manifest] = {}

    def open(
        self, folder: Path, manifest: Manifest
    ) -> tuple[duckdb.DuckDBPyConnection, Callable[[bool], None]]:
        """Return a connection with the tables of a generation, and what to call with its soundness afterwards.

        Raises duckdb.Error when its files are gone or damaged.
        """
        with self._lock:
            instance = self._instance = self._instance or self._start()
            names = [name for name in (manifest.base, manifest.delta) if name]
            for name in names:
                if (folder, name) not in self._readers:
                    attach(instance, folder / name, _attached(name))
                    self._readers[folder, name] = 0
            for name in names:
                self._readers[folder, name] += 1
            self._newest[folder] = manifest
            connection = instance.cursor()
        connection.execute("SET enable_progress_bar = false")
        base, delta = _attached(manifest.base), manifest.delta and _attached(manifest.delta)
        for table in TABLES:
            connection.execute(f"CREATE TEMP VIEW {table} AS {merged(table, base, delta)}")
        return connection, lambda sound: self._close(instance, folder, names, sound)

    def close(self) -> None:
        """Free what its instance holds; nobody reads from it any more."""
        with self._lock:
            instance, self._instance = self._instance, None
        if instance is not None:
            instance.close()

    def _close(
        self, instance: duckdb.DuckDBPyConnection, folder: Path, names: list[str], sound: bool
    ) -> None:
        with self._lock:
            if instance is not self._instance:
                return
            for name in names:
                self._readers[folder, name] -= 1
            if not sound:
                # DuckDB may give an instance up as a whole when it meets damage: the next reader gets a new one.
                self._instance, self._readers, self._newest = None, {}, {}
            self._tidy(folder)

    def _tidy(self, folder: Path) -> None:
        newest = self._newest.get(folder)
        keep = (newest.base, newest.delta) if newest else ()
        for place, name in [key for key, readers in self._readers.items() if not readers]:
            if place == folder and name not in keep and self._instance is not None:
                self._instance.execute(f"DETACH {_attached(name)}")
                del self._readers[place, name]

    def _start(self) -> duckdb.DuckDBPyConnection:
        instance = in_memory()
        spill = tempfile.mkdtemp(prefix="permitflow-report-")
        instance.execute("SET temp_directory = $path", {"path": spill})
        weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        return instance


def _attached(name: str) -> str:
    return name.partition(".")[0].replace("-", "_")
