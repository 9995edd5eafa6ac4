"""What all readers share: progress, the event that was not taken, and the refusal of a whole file."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass

GZIP_MARK = b"\x1f\x8b"
BAD_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)
"""What unpacking a gzip file raises when the file is cut off or damaged."""

Progress = Callable[[int], None]
"""Told, now and then, how many bytes of the file on disk have been read."""


class BadFile(Exception):
    """A file that cannot be read: its name, a full sentence, and the line where one is known."""

    def __init__(self, name: str, sentence: str, line: int | None = None) -> None:
        self.name = name
        self.sentence = sentence
        self.line = line
        place = name if line is None else f"{name}, line {line}"
        super().__init__(f"{place}: {sentence}")


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """An event that could not be taken: its case if known, its position and line, and the reason."""

    case: str
    seq: int
    line: int
    reason: str


Reject = Callable[[RejectedEvent], None]


def not_unpacked(error: Exception) -> str:
    """The sentence about a gzip file that raised one of BAD_GZIP."""
    if isinstance(error, EOFError):
        return "The gzip file is cut off before its end; fetch it again."
    return "The gzip file is damaged; fetch it again."


def given(text: str | None) -> str | None:
    """A text as it stands, None where it is missing, empty or blank."""
    return text if text and not text.isspace() else None
