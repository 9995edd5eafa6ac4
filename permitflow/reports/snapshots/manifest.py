"""The one small file that says which files are a city's snapshot; it is replaced whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

FORMAT = 2
"""Of the files; another one is never read, the snapshot is gathered anew."""
NAME = "snapshot.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A generation: its files with their lengths, and the state of the record that it shows.

    `base` has most files; `delta`, if any, those that changed since, and takes their place. `rules` stands for calendar,
    renamed steps and the like; `files`, `versions` and `newest_at` are the count of files, the sum of their versions and
    their last change; `until` is the last day of the business clock; `next_file` is the next free number.
    """

    generation: str
    base: str
    base_bytes: int
    delta: str
    delta_bytes: int
    rules: str
    files: int
    versions: int
    newest_at: int
    until: str
    next_file: int
    changed: int
    as_of: int

    def write(self, folder: Path) -> None:
        """Make this the snapshot of the folder, durably and at once."""
        fields = asdict(self)
        text = json.dumps({**_versions(), "checksum": _checksum(fields), "snapshot": fields})
        draft = folder / f"{NAME}.{os.getpid()}"
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / NAME)
        sync_folder(folder)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the snapshot of a folder; None when there is none that this program can trust."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        fields = told.pop("snapshot")
        if told != {**_versions(), "checksum": _checksum(fields)}:
            return None
        manifest = Manifest(**fields)
        lengths = {manifest.base: manifest.base_bytes, manifest.delta: manifest.delta_bytes}
        sound = all((folder / name).stat().st_size == length for name, length in lengths.items() if name)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return manifest if sound else None


def forget(folder: Path) -> None:
    """Give the snapshot of a folder up."""
    (folder / NAME).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _versions() -> dict[str, object]:
    return {"format": FORMAT, "duckdb": duckdb.__version__}


def _checksum(fields: object) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
