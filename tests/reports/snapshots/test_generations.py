"""The generations of a city of few files: whole, with what changed beside it, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import in_memory
from permitflow.db import Database
from permitflow.reports.scope import workflows_of
from permitflow.reports.snapshots.generations import Writing, attach, merged, remove_others, write_next
from permitflow.reports.snapshots.manifest import Manifest, read_manifest
from permitflow.reports.snapshots.standing import standing_of
from tests.reports.history import NOW, History, day

Told = list[tuple[object, ...]]


class Kept:
    """A city with three files and the folder of its snapshot."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder, self.steps = database, folder, list[str]()
        with database.transaction() as session:
            history = History(session)
            self.city = history.city
            self.files = [history.file(f"A-{number}", 10 + number, version=1) for number in range(3)]

    @contextmanager
    def changing(self) -> Iterator[History]:
        with self.database.transaction() as session:
            history = object.__new__(History)
            history.session, history.city_id, history.city = session, self.city.id, self.city
            yield history

    def write(self, manifest: Manifest | None, **told: Any) -> Manifest:
        with self.database.reading() as session:
            return write_next(replace(self._writing(session), **told), manifest)

    def _writing(self, session: Session) -> Writing:
        workflows = workflows_of(session, self.city)
        standing = standing_of(session, self.city, workflows, day(NOW))
        reached: Callable[[str], None] = self.steps.append
        return Writing(session, self.city, workflows, standing, day(NOW), self.folder, reached=reached)

    def shown(self, manifest: Manifest) -> Told:
        with closing(in_memory()) as connection:
            attach(connection, self.folder / manifest.base, "base")
            if manifest.delta:
                attach(connection, self.folder / manifest.delta, "delta")
            sql = merged("files", "base", "delta" if manifest.delta else "")
            return connection.execute(f"SELECT file, id, state FROM ({sql}) ORDER BY file").fetchall()


@pytest.fixture
def kept(database: Database, tmp_path: Path) -> Kept:
    folder = tmp_path / "kept"
    folder.mkdir()
    return Kept(database, folder)


def test_whole_then_a_delta_then_whole_again(kept: Kept) -> None:
    first = kept.write(None)
    assert (first.files, first.next_file, first.delta, first.changed) == (3, 4, "", 0)
    with kept.changing() as history:
        history.change(kept.files[1], state="issued", version=2, updated_at=day(50))
    second = kept.write(first)
    assert (second.base, second.changed, second.next_file) == (first.base, 1, 4)
    assert [(row[0], row[2]) for row in kept.shown(second)] == [
        (1, "in_review"),
        (2, "issued"),
        (3, "in_review"),
    ]
    with kept.changing() as history:
        history.change(kept.files[2], submitted_at=None)
        history.change(kept.files[0], state="denied", version=2, updated_at=day(51))
    third = kept.write(second, small_delta=1)
    assert (third.delta, third.files) == ("", 2)
    assert third.base != first.base
    assert kept.shown(third) == [(1, kept.files[0], "denied"), (2, kept.files[1], "issued")]
    assert read_manifest(kept.folder) == third


def test_only_the_files_of_a_generation_remain(kept: Kept) -> None:
    first = kept.write(None)
    (kept.folder / "base-old.duckdb").write_bytes(b"")
    (kept.folder / "delta-old.duckdb.wal").write_bytes(b"")
    (kept.folder / "delta-old.duckdb.spill").mkdir()
    (kept.folder / "snapshot.json.77").write_bytes(b"")
    remove_others(kept.folder, first)
    assert {path.name for path in kept.folder.iterdir()} == {first.base, "snapshot.json"}
    remove_others(kept.folder, None)
    assert {path.name for path in kept.folder.iterdir()} == {"snapshot.json"}


def test_other_rules_make_it_whole(kept: Kept) -> None:
    first = kept.write(None)
    second = kept.write(replace(first, rules="others"))
    assert second.base != first.base
    assert not (kept.folder / first.base).exists()


def test_steps_are_told_in_order_and_a_stop_leaves_what_was_there(kept: Kept) -> None:
    first = kept.write(None)
    assert kept.steps == ["begun", "gathered", "written", "synced", "named", "tidied"]

    def stop(step: str) -> None:
        if step == "written":
            raise RuntimeError(step)

    with pytest.raises(RuntimeError):
        kept.write(None, reached=stop)
    assert read_manifest(kept.folder) in (first, None)
    assert len(list(kept.folder.glob("base-*.duckdb*"))) <= 1


def test_tables_are_merged_file_by_file_but_days_as_a_whole() -> None:
    assert merged("files", "b", "") == "FROM b.files"
    assert merged("days", "b", "d") == "FROM d.days"
    assert "ANTI JOIN d.replaced USING (file)" in merged("visits", "b", "d")


def test_a_folder_may_have_a_quote_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "the city's"
    folder.mkdir()
    with closing(in_memory()) as connection:
        attach(connection, folder / "base.duckdb", "made", writing=True)
        connection.execute("CREATE TABLE made.one (a INTEGER)")
    assert (folder / "base.duckdb").exists()
