"""CSV tables: strict headers, line numbers, undecodable bytes, and cells no spreadsheet runs."""

import pytest

from permitflow.interchange.csv_table import csv_safe, open_table, undecodable
from permitflow.interchange.reading import BadFile


def opened(folder, content, needed=("a",), encoding="utf-8"):
    path = folder / "table.csv"
    path.write_bytes(content)
    return open_table(path, encoding, needed)


def test_rows_know_the_line_on_which_they_begin(tmp_path):
    table = opened(tmp_path, b'a,b\r\n1,"two\r\nlines"\r\n\r\n3,4\r\n')

    assert [(row.line, row.cells) for row in table.rows] == [(2, ["1", "two\r\nlines"]), (5, ["3", "4"])]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    assert opened(tmp_path, b"\xef\xbb\xbfa,b\n").header == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"b,c\n1,2\n", "line 1: The column “a” is missing."),
        (b"a,b,a\n1,2,3\n", "line 1: The column “a” stands there twice."),
        ("a,b\n".encode("utf-16"), "The file is in UTF-16, not in UTF-8."),
        (b"a,b\xe9\n", "line 1: The byte 0xE9 is not UTF-8"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_the_reason(tmp_path, content, sentence):
    with pytest.raises(BadFile) as refusal:
        opened(tmp_path, content)
    assert sentence in str(refusal.value)


def test_a_quotation_without_end_is_refused_where_it_begins(tmp_path):
    table = opened(tmp_path, b'a,b\n1,2\n3,"never closed\n5,6\n')

    with pytest.raises(BadFile, match="line 3: The quotation marks"):
        list(table.rows)


def test_a_byte_outside_the_encoding_is_found_in_its_row(tmp_path):
    good, bad = opened(tmp_path, b"a\ncaf\xc3\xa9\ncaf\xe9\n").rows

    assert (undecodable(good.cells), undecodable(bad.cells)) == (None, 0xE9)


def test_another_encoding_is_read_when_asked_for(tmp_path):
    (row,) = opened(tmp_path, b"a\ncaf\xe9\n", encoding="latin-1").rows

    assert row.cells == ["café"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_cells_that_could_be_formulas_are_written_as_text(cell):
    assert csv_safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "B100", "12 - 3", "a=b"])
def test_plain_cells_stay_as_they_are(cell):
    assert csv_safe(cell) == cell
