"""Uploaded bytes: checked by their content, hashed while they arrive, kept under their SHA-256."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import puremagic

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
ACCEPTED = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg")}
LONGEST_NAME = 120
MOST_PIXELS = 250_000_000
"""A 36 x 48 inch sheet scanned at 300 dpi has 156 million pixels; a pixel bomb has billions."""
_CHUNK = 1 << 20
_HEAD = 1 << 12
_TAIL = 1 << 11
_JPEG_SIGN = b"\xff\xd8"
_PNG_SIGN = b"\x89PNG\r\n\x1a\n"
_NOT_ACCEPTED = (
    "The file is not a PDF, PNG or JPEG. Save the document as PDF, or photograph it, and send that file."
)


class UploadRefused(Exception):
    """A file that cannot be taken; the text says why and what to do."""


class UploadTooLarge(UploadRefused):
    """The file is larger than the installation accepts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an installation accepts: bytes per file, and bytes of disk that must stay free."""

    max_bytes: int
    min_free_bytes: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies safely on the disk."""

    filename: str
    media_type: str
    size_bytes: int
    sha256: str


def store(stream: BinaryIO, claimed_name: str, folder: Path, limits: Limits) -> Stored:
    """Write a stream to the upload folder and return what it is.

    The bytes are on the disk under their SHA-256 when this returns; a row that names them may then commit. Bytes
    without a row are harmless. The claimed name is kept for people only, its ending never decides the type.

    Raises:
        UploadRefused: empty, too large, of another type, or an image with too many pixels.
        OSError: the disk is full (ENOSPC) or cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < limits.min_free_bytes:
        raise OSError(errno.ENOSPC, "not enough free disk space for uploads")
    draft = folder / f"incoming-{secrets.token_hex(16)}"
    try:
        sha256, size = _write(stream, draft, limits.max_bytes)
        media_type = media_type_of(draft)
        _keep(draft, path_of(folder, sha256))
    finally:
        draft.unlink(missing_ok=True)
    return Stored(clean_name(claimed_name, media_type), media_type, size, sha256)


def path_of(folder: Path, sha256: str) -> Path:
    """Return where the bytes with this SHA-256 (64 hex digits) lie."""
    return folder / sha256[:2] / sha256


def clean_name(claimed: str, media_type: str) -> str:
    """Return a file name fit for a header and a page.

    Folders, control characters and characters that change the writing direction are dropped; the ending follows
    from the content; at most 120 characters.
    """
    last = claimed.replace("\\", "/").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFC", last)
    kept = "".join(sign for sign in plain if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    endings = ACCEPTED[media_type]
    stem = kept.strip(" .")
    for ending in endings:
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)]
    stem = stem.strip(" .")[: LONGEST_NAME - len(endings[0])].strip(" .")
    return (stem or "document") + endings[0]


def media_type_of(path: Path) -> str:
    """Return the media type of a file by its content.

    Raises:
        UploadRefused: it is none of PDF, PNG, JPEG, is cut off, or has too many pixels.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
        media_type = _claimed_by(head)
        if media_type == PDF:
            _check_pdf(head, tail)
        else:
            size = _png_size(head) if media_type == PNG else _jpeg_size(file)
            _check_pixels(size)
    return media_type


def _write(stream: BinaryIO, draft: Path, max_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with draft.open("xb") as file:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise UploadTooLarge(
                    f"The file is larger than {max_bytes // 1_000_000} MB. Reduce it, or split it into several files."
                )
            digest.update(chunk)
            file.write(chunk)
        if size == 0:
            raise UploadRefused("The file is empty. Choose the file again.")
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def _keep(draft: Path, target: Path) -> None:
    """Move the bytes to their place; the folder is synced so that the name survives a power cut."""
    target.parent.mkdir(exist_ok=True)
    draft.replace(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _claimed_by(head: bytes) -> str:
    try:
        found = [match.mime_type for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        found = []
    for media_type in ACCEPTED:
        if media_type in found:
            return media_type
    raise UploadRefused(_NOT_ACCEPTED)


def _check_pdf(head: bytes, tail: bytes) -> None:
    if not head.startswith(b"%PDF-"):
        raise UploadRefused(_NOT_ACCEPTED)
    if b"%%EOF" not in tail:
        raise UploadRefused("The PDF is cut off or damaged. Save it again and send the new file.")


def _png_size(head: bytes) -> tuple[int, int]:
    if not head.startswith(_PNG_SIGN) or head[12:16] != b"IHDR" or len(head) < 24:
        raise UploadRefused(_NOT_ACCEPTED)
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _jpeg_size(file: BinaryIO) -> tuple[int, int]:
    """Read the frame header: the first marker SOF0 to SOF15 that is no table (ITU-T T.81, B.2.2)."""
    file.seek(len(_JPEG_SIGN))
    while True:
        marker = _marker(file)
        length = struct.unpack(">H", _exactly(file, 2))[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            _precision, height, width = struct.unpack(">BHH", _exactly(file, 5))
            return width, height
        if length < 2:
            raise _damaged_image()
        file.seek(length - 2, os.SEEK_CUR)


def _marker(file: BinaryIO) -> int:
    if _exactly(file, 1) != b"\xff":
        raise _damaged_image()
    marker = 0xFF
    while marker == 0xFF:
        marker = _exactly(file, 1)[0]
    return marker


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise _damaged_image()
    return data


def _damaged_image() -> UploadRefused:
    return UploadRefused(
        "The picture is cut off or damaged. Take it again, or save it again, and send that file."
    )


def _check_pixels(size: tuple[int, int]) -> None:
    width, height = size
    if not (width and height):
        raise _damaged_image()
    if width * height > MOST_PIXELS:
        raise UploadRefused(
            f"The picture has {width} x {height} pixels, more than can be shown. Scan it at 300 dots per inch or less."
        )
