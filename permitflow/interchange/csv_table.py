"""CSV tables: rows with their line numbers, a strict header, and cells that are safe to open elsewhere."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from permitflow.interchange.reading import BadFile, Progress

PROGRESS_EVERY = 500
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = ",;\t|"
LONGEST_HEADER = 1 << 20
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
UNDECODED = re.compile("[\udc80-\udcff]")
"""Where a byte could not be decoded, the text holds one of these in its place."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line of the file on which it begins, and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The header of a CSV file, checked, and its records, which are read as they are asked for."""

    header: list[str]
    rows: Iterator[Row]


def open_table(
    path: Path,
    encoding: str,
    needed: Sequence[str],
    progress: Progress | None = None,
    delimiter: str | None = ",",
) -> Table:
    """Opens a CSV file and checks that its header names each needed column exactly once.

    `delimiter` None takes whichever of comma, semicolon, tab and bar stands most often in the first line.

    Raises:
        BadFile: empty, in UTF-16, with a broken quotation, an undecodable header, or a column missing.
    """
    rows = _records(path, encoding, delimiter, progress)
    first = next(rows, None)
    if first is None:
        raise BadFile(path.name, "The file is empty.")
    bad_byte = undecodable(first.cells)
    if bad_byte is not None:
        raise BadFile(path.name, not_in_encoding(bad_byte, encoding), first.line)
    counts = Counter(first.cells)
    for column in needed:
        if column not in counts:
            raise BadFile(path.name, f"The column “{column}” is missing.", first.line)
        if counts[column] > 1:
            raise BadFile(path.name, f"The column “{column}” stands there twice.", first.line)
    return Table(first.cells, rows)


def undecodable(cells: Iterable[str]) -> int | None:
    """The first byte of a row that is not in the encoding of the file, or None."""
    for cell in cells:
        found = UNDECODED.search(cell)
        if found:
            return ord(found.group()) - 0xDC00
    return None


def not_in_encoding(byte: int, encoding: str) -> str:
    """The sentence about a byte that does not belong to the encoding."""
    return (
        f"The byte 0x{byte:02X} is not {encoding.upper()}; save the file as {encoding.upper()} and try again."
    )


def csv_safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that could be starts with an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _records(path: Path, encoding: str, delimiter: str | None, progress: Progress | None) -> Iterator[Row]:
    codec = "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding
    with path.open("rb") as raw:
        if raw.peek(2)[:2] in UTF16_MARKS:
            raise BadFile(path.name, f"The file is in UTF-16, not in {encoding.upper()}.")
        text = io.TextIOWrapper(raw, encoding=codec, errors="surrogateescape", newline="")
        between = delimiter or _delimiter(text)
        for number, row in enumerate(_parsed(text, path.name, between)):
            yield row
            if progress and number % PROGRESS_EVERY == 0:
                progress(raw.tell())
        if progress:
            progress(raw.tell())


def _delimiter(text: io.TextIOWrapper) -> str:
    first = text.readline(LONGEST_HEADER)
    text.seek(0)
    return max(DELIMITERS, key=first.count)


def _parsed(text: Iterable[str], name: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(text, strict=True, delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(name, f"The quotation marks or lines are broken ({error}).", line) from error
