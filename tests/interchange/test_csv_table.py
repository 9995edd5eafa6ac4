"""CSV tables: strict headers, line numbers, undecodable bytes, and cells no spreadsheet runs."""

import gzip

import pytest

from permitflow.interchange import csv_table
from permitflow.interchange.csv_table import csv_plain, csv_safe, open_table, undecodable
from permitflow.interchange.reading import BadFile


def opened(folder, content, needed=("a",), encoding="utf-8", delimiter=","):
    path = folder / "table.csv"
    path.write_bytes(content)
    return open_table(path, encoding, needed, delimiter=delimiter)


def test_rows_know_the_line_on_which_they_begin(tmp_path):
    table = opened(tmp_path, b'a,b\r\n1,"two\r\nlines"\r\n\r\n3,4\r\n')

    assert [(row.line, row.cells) for row in table.rows] == [(2, ["1", "two\r\nlines"]), (5, ["3", "4"])]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    assert opened(tmp_path, b"\xef\xbb\xbfa,b\n").header == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"b,c\n1,2\n", "line 1: The column “a” is missing. There are: b, c."),
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


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1-2", "-a", "@SUM(A1)", "\tx", "\rx", "\n=1", "'=1"])
def test_cells_that_could_be_formulas_are_written_as_text(cell):
    assert csv_safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "B100", "12 - 3", "a=b", "-1", "-12.50", "-1,5", "-2e-3", "'quoted'"])
def test_plain_cells_stay_as_they_are(cell):
    assert csv_safe(cell) == cell


@pytest.mark.parametrize(
    "content", [b'a;"b, c, d, e"\n1;2\n', b"sep=;\r\na;b,c,d,e\n1;2\n", b"a\tb\n1\t2\n", b"a|b\n1|2\n"]
)
def test_the_delimiter_is_read_off_the_header(tmp_path, content):
    (row,) = opened(tmp_path, content, delimiter=None).rows

    assert row.cells == ["1", "2"]


def test_lines_are_counted_from_the_first_also_where_it_declares_the_delimiter(tmp_path):
    table = opened(tmp_path, b"sep=;\na;b\n1;2\n", delimiter=None)

    assert [row.line for row in table.rows] == [3]


def test_a_gzipped_table_is_unpacked_and_a_cut_one_refused(tmp_path):
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 9)

    assert len(list(opened(tmp_path, packed).rows)) == 9
    with pytest.raises(BadFile, match="cut off"):
        list(opened(tmp_path, packed[:-9]).rows)


def test_utf_16_is_read_when_asked_for(tmp_path):
    (row,) = opened(tmp_path, "a,b\né,2\n".encode("utf-16"), encoding="utf-16").rows

    assert row.cells == ["é", "2"]


@pytest.mark.parametrize("encoding", ["nonsense", "rot13"])
def test_an_encoding_that_does_not_exist_is_refused(tmp_path, encoding):
    with pytest.raises(BadFile, match=f"There is no encoding “{encoding}”"):
        opened(tmp_path, b"a\n", encoding=encoding)


@pytest.mark.parametrize("delimiter", [";;", '"', "\n"])
def test_a_delimiter_is_one_character(tmp_path, delimiter):
    with pytest.raises(BadFile, match="A delimiter is one character"):
        opened(tmp_path, b"a\n", delimiter=delimiter)


@pytest.mark.parametrize("content", [b"a\n" + b"x" * (1 << 21), b"a\n" + b'"\n",' * (1 << 19)])
def test_a_row_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.setattr(csv_table, "LONGEST_RECORD", 1 << 20)
    with pytest.raises(BadFile, match="one row is larger"):
        list(opened(tmp_path, gzip.compress(content)).rows)


def test_a_cell_of_a_million_characters_is_read(tmp_path):
    (row,) = opened(tmp_path, b"a\n" + b"x" * 1_000_000).rows

    assert len(row.cells[0]) == 1_000_000


@pytest.mark.parametrize("cell", ["=1+1", "-1", "'quoted'", "", "'", "'=1+1", "''-a", "'-1", "plain"])
def test_what_was_written_safely_is_read_as_it_was(cell):
    assert csv_plain(csv_safe(cell)) == cell
