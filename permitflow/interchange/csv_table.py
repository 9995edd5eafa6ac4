"""CSV tables: rows with their line numbers, a strict header, and cells that are safe to open elsewhere."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from permitflow.interchange.reading import BAD_GZIP, GZIP_MARK, BadFile, Progress, not_unpacked

PROGRESS_EVERY = 500
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = ",;\t|"
LONGEST_HEADER = 1 << 20
LONGEST_LIST = 300
LONGEST_RECORD = 16 << 20
"""Characters of a record after which a file is refused: one record is held in memory."""
csv.field_size_limit(LONGEST_RECORD)  # The library would refuse cells of more than 128 KiB.
QUOTED = re.compile('"[^"]*"')
DECLARED_DELIMITER = re.compile("sep=(.)\r?\n", re.IGNORECASE)
"""A first line with which a spreadsheet is told the delimiter."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"-\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
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

    A gzipped file is unpacked while it is read. `delimiter` None takes the one that a first line such as "sep=;"
    declares, otherwise whichever of comma, semicolon, tab and bar stands most often in the first line.

    Raises:
        BadFile: empty, in UTF-16 unasked, damaged, in an unknown encoding, with a delimiter that is none, a broken
            quotation, an undecodable header, or a column missing.
    """
    _check_form(path.name, encoding, delimiter)
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
            there = ", ".join(first.cells)[:LONGEST_LIST]
            raise BadFile(path.name, f"The column “{column}” is missing. There are: {there}.", first.line)
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
    """A cell that no spreadsheet takes for a formula: one that could be starts with an apostrophe; numbers stay.

    A cell that had the apostrophe before gets a second one, so that `csv_plain` gives back either.
    """
    could_be = cell.lstrip("'").startswith(FORMULA_STARTS) and not NUMBER.fullmatch(cell)
    return f"'{cell}" if could_be else cell


def csv_plain(cell: str) -> str:
    """A cell as it was before `csv_safe` wrote it."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(FORMULA_STARTS) else cell


def _check_form(name: str, encoding: str, delimiter: str | None) -> None:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except (LookupError, ValueError) as error:
        raise BadFile(name, f"There is no encoding “{encoding}”.") from error
    if delimiter and (len(delimiter) > 1 or delimiter in '"\r\n'):
        raise BadFile(name, f"A delimiter is one character, not “{delimiter}”.")


def _records(path: Path, encoding: str, delimiter: str | None, progress: Progress | None) -> Iterator[Row]:
    with path.open("rb") as raw:
        start = raw.peek(2)[:2]
        if start in UTF16_MARKS and codecs.lookup(encoding).name != "utf-16":
            raise BadFile(path.name, f"The file is in UTF-16, not in {encoding.upper()}.")
        content = gzip.GzipFile(fileobj=raw) if start == GZIP_MARK else raw
        codec = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        text = io.TextIOWrapper(content, encoding=codec, errors="surrogateescape", newline="")
        for number, row in enumerate(_parsed(text, path.name, delimiter)):
            yield row
            if progress and number % PROGRESS_EVERY == 0:
                progress(raw.tell())
        if progress:
            progress(raw.tell())


def _delimiter(text: io.TextIOWrapper) -> tuple[str, int]:
    """The delimiter, and how many lines stand before the header; the text then stands at the header."""
    first = text.readline(LONGEST_HEADER)
    if declared := DECLARED_DELIMITER.fullmatch(first):
        return declared[1], 1
    text.seek(0)
    outside = QUOTED.sub("", first)
    return max(DELIMITERS, key=outside.count), 0


class _Lines:
    """The lines of a file for the parser, which would put any number of any length together."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.of_record = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_RECORD)
        self.of_record += len(line)
        if not line:
            raise StopIteration
        if self.of_record >= LONGEST_RECORD:
            raise csv.Error("one row is larger than 16 MiB")
        return line


def _parsed(text: io.TextIOWrapper, name: str, delimiter: str | None) -> Iterator[Row]:
    line = 1
    try:
        between, before = (delimiter, 0) if delimiter else _delimiter(text)
        lines = _Lines(text)
        reader = csv.reader(lines, strict=True, delimiter=between)
        line += before
        for cells in reader:
            lines.of_record = 0
            if cells:
                yield Row(line, cells)
            line = reader.line_num + 1 + before
    except csv.Error as error:
        raise BadFile(name, f"The quotation marks or lines are broken ({error}).", line) from error
    except UnicodeError as error:
        raise BadFile(name, "The file is not in the encoding that was named.", line) from error
    except BAD_GZIP as error:
        raise BadFile(name, not_unpacked(error), line) from error
