"""The refusal of a file: name, line where known, sentence."""

import gzip

import pytest

from permitflow.interchange.reading import BadFile, given, not_unpacked


def test_a_refusal_reads_as_one_sentence_with_its_place():
    assert str(BadFile("log.xes", "It is empty.")) == "log.xes: It is empty."
    assert str(BadFile("log.xes", "It is cut off.", 7)) == "log.xes, line 7: It is cut off."


@pytest.mark.parametrize(
    ("text", "kept"), [("ann", "ann"), (" a ", " a "), ("  ", None), ("", None), (None, None)]
)
def test_blank_texts_name_nothing(text, kept):
    assert given(text) == kept


def test_a_cut_file_and_a_damaged_one_are_told_apart():
    assert "cut off" in not_unpacked(EOFError())
    assert "damaged" in not_unpacked(gzip.BadGzipFile())
