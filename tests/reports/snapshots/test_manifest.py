"""The file that says which files are a snapshot is believed only when everything in it is right."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from permitflow.reports.snapshots import manifest
from permitflow.reports.snapshots.manifest import NAME, Manifest, forget, read_manifest

KNOWN = Manifest("g", "base.duckdb", 4, "delta.duckdb", 2, "rules", 3, 9, 100, "2027-07-01", 4, 1, 200)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.duckdb").write_bytes(b"base")
    (tmp_path / "delta.duckdb").write_bytes(b"de")
    KNOWN.write(tmp_path)
    return tmp_path


def test_it_is_read_as_it_was_written(folder: Path) -> None:
    assert read_manifest(folder) == KNOWN
    assert sorted(path.name for path in folder.iterdir()) == ["base.duckdb", "delta.duckdb", NAME]


def test_the_newer_takes_the_place_of_the_older(folder: Path) -> None:
    newer = replace(KNOWN, delta="", delta_bytes=0, versions=10)
    newer.write(folder)
    assert read_manifest(folder) == newer


def test_without_one_there_is_no_snapshot(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "nowhere") is None
    forget(tmp_path)


def test_a_snapshot_can_be_given_up(folder: Path) -> None:
    forget(folder)
    assert read_manifest(folder) is None
    assert (folder / "base.duckdb").exists()


def spoil(change: Callable[[dict[str, dict[str, object]]], object]) -> Callable[[Path], object]:
    def spoiling(folder: Path) -> None:
        told = json.loads((folder / NAME).read_text())
        change(told)
        (folder / NAME).write_text(json.dumps(told))

    return spoiling


@pytest.mark.parametrize(
    "spoiling",
    [
        spoil(lambda told: told["snapshot"].update(versions=8)),
        spoil(lambda told: told["snapshot"].update(more=1)),
        spoil(lambda told: told["snapshot"].pop("files")),
        spoil(lambda told: told.update(duckdb={})),
        spoil(lambda told: told.pop("checksum")),
        lambda folder: (folder / NAME).write_text("[]"),
        lambda folder: (folder / NAME).write_bytes(b"\xff{"),
        lambda folder: (folder / NAME).write_text((folder / NAME).read_text()[:-5]),
        lambda folder: (folder / "base.duckdb").write_bytes(b"bas"),
        lambda folder: (folder / "delta.duckdb").write_bytes(b"del"),
        lambda folder: (folder / "delta.duckdb").unlink(),
    ],
)
def test_what_cannot_be_trusted_is_no_snapshot(folder: Path, spoiling: Callable[[Path], object]) -> None:
    spoiling(folder)
    assert read_manifest(folder) is None


def test_files_of_another_format_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "FORMAT", manifest.FORMAT + 1)
    assert read_manifest(folder) is None
