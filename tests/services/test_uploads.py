"""Uploaded bytes are judged by their content, and lie on the disk before anybody names them."""

import errno
import hashlib
import io
import shutil
import struct
from collections import namedtuple
from pathlib import Path

import pytest

from permitflow.services import uploads
from permitflow.services.uploads import Limits, UploadRefused, UploadTooLarge, clean_name, path_of, store

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
ROOMY = Limits(max_bytes=1_000_000, min_free_bytes=0)


def png(width: int, height: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0)
        + b"\0" * 40
    )


def jpeg(width: int, height: int) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    table = b"\xff\xc4" + struct.pack(">H", 6) + b"\0\0\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + app + table + frame + b"\0" * 20 + b"\xff\xd9"


def kept(data: bytes, name: str, folder: Path, limits: Limits = ROOMY) -> uploads.Stored:
    return store(io.BytesIO(data), name, folder, limits)


@pytest.mark.parametrize(
    ("data", "media_type", "ending"),
    [
        (PDF_BYTES, "application/pdf", ".pdf"),
        (png(20, 10), "image/png", ".png"),
        (jpeg(20, 10), "image/jpeg", ".jpg"),
    ],
)
def test_a_file_lies_under_its_hash(data: bytes, media_type: str, ending: str, tmp_path: Path) -> None:
    stored = kept(data, "plan", tmp_path)
    digest = hashlib.sha256(data).hexdigest()
    assert stored == uploads.Stored("plan" + ending, media_type, len(data), digest)
    assert path_of(tmp_path, digest) == tmp_path / digest[:2] / digest
    assert path_of(tmp_path, digest).read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == [digest[:2]], "nothing half-written is left"


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    first, second = kept(PDF_BYTES, "a.pdf", tmp_path), kept(PDF_BYTES, "b.pdf", tmp_path)
    assert first.sha256 == second.sha256
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello, this is no plan", "not a PDF, PNG or JPEG"),
        (b"MZ" + b"\0" * 200, "not a PDF, PNG or JPEG"),
        (b"<html><script>alert(1)</script>%PDF-1.7 %%EOF", "not a PDF, PNG or JPEG"),
        (b"PK\3\4" + PDF_BYTES, "not a PDF, PNG or JPEG"),
        (b"%PDF1.7" + PDF_BYTES, "not a PDF, PNG or JPEG"),
        (b"%PDX" + PDF_BYTES, "not a PDF, PNG or JPEG"),
        (PDF_BYTES[:-8], "cut off"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "not a PDF, PNG or JPEG"),
        (jpeg(20, 10)[:30], "cut off"),
        (b"\xff\xd8\xff\xe0" + b"\0\1" + b"\0" * 40, "cut off"),
        (b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"\0\0" + b"nonsense" * 8, "cut off"),
        (png(0, 10), "cut off"),
        (png(60_000, 60_000), "pixels"),
        (jpeg(65_000, 65_000), "pixels"),
    ],
)
def test_what_is_refused(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(UploadRefused, match=words):
        kept(data, "plan.pdf", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_over_the_limit_is_refused_while_it_arrives(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(UploadTooLarge, match="larger than 2 MB"):
        store(endless, "plan.pdf", tmp_path, Limits(2_000_000, 0))  # type: ignore[arg-type]  # A raw stream reads alike.
    assert endless.given < 4_000_000
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_seen_before_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage(100, 99, 1))
    with pytest.raises(OSError, match="free disk space") as full:
        kept(PDF_BYTES, "plan.pdf", tmp_path, Limits(1_000_000, 2))
    assert full.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\plans\\sheet 1.PDF", "sheet 1.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe.pdf"),
        ("line\r\nbreak\x00.pdf", "linebreak.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("photo.pdf.pdf ", "photo.pdf.pdf"),
        ("Pla\u0301n <1>.pdf", "Pl\u00e1n 1.pdf"),
    ],
)
def test_names_are_cleaned(claimed: str, expected: str) -> None:
    assert clean_name(claimed, uploads.PDF) == expected


def test_a_long_name_keeps_its_ending() -> None:
    name = clean_name("x" * 500 + ".jpeg", uploads.JPEG)
    assert len(name) == 120
    assert name.endswith(".jpg")
