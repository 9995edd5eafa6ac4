"""YAML that could mean two things is refused with its line."""

import pytest

from permitflow.engine.errors import DefinitionError
from permitflow.engine.strict_yaml import MAX_BYTES, decode, read


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' is given twice"),
        ("a: {b: 1, b: 2}\n", 1, "given twice"),
        ("a: &x 1\n", 1, "anchors"),
        ("a: 1\nb: *x\n", 2, "aliases"),
        ("a: &x {b: 1}\nc: *x\n", 1, "anchors"),
        ("a:\n  <<: {b: 1}\n", 2, "merge keys"),
        ("a: !!str 1\n", 1, "tags"),
        ("a: !python/object:os.system x\n", 1, "tags"),
        ("a: !!python/name:os.system\n", 1, "tags"),
        ("a: 1\n---\nb: 2\n", 2, "more than one document"),
        ("%YAML 1.1\n---\na: yes\n", 2, "directives"),
        ("1: a\n", 1, "the key '1' must be text"),
        ("true: a\n", 1, "must be text"),
        ("? [a, b]\n: c\n", 1, "a key must be one piece of text"),
        ("a: 1.5\n", 1, "could be read in two ways"),
        ("a: 1e3\n", 1, "could be read in two ways"),
        ("a: .inf\n", 1, "could be read in two ways"),
        ("a: .NaN\n", 1, "could be read in two ways"),
        ("a: 012\n", 1, "could be read in two ways"),
        ("a: 0x1F\n", 1, "could be read in two ways"),
        ("a: 0o17\n", 1, "could be read in two ways"),
        ("a: 1_000\n", 1, "could be read in two ways"),
        ("a: +5\n", 1, "could be read in two ways"),
        ("a: 9007199254740992\n", 1, "too large"),
        ("a: " + "9" * 5000 + "\n", 1, "too large"),
        ("a: 1\nb:\t2\n", 2, "tabs"),
        ("a: 1\n# a\tb\n", 2, "tabs"),
        ("a: [1, 2\n", 2, "not readable YAML"),
        ("a: 'open\n", 2, "not readable YAML"),
        ("a: \x07\n", None, "not readable YAML"),
        ("", None, "the file is empty"),
        ("# only a comment\n", None, "the file is empty"),
        ("a: " + "[" * 17 + "]" * 17 + "\n", 1, "nested more than 16 deep"),
        ("a: " + "[" * 60_000, 1, "nested more than 16 deep"),
        ("a: " + "x" * MAX_BYTES, None, "larger than 256 KiB"),
    ],
)
def test_refused(text: str, line: int | None, words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(text, "city.yaml")
    assert words in caught.value.message
    assert caught.value.line == line


def test_plain_words_stay_text_and_numbers_become_numbers() -> None:
    text = (
        "a: on\nb: NO\nc: 12:30\nd: 2026-01-01\ne: -7\nf: true\ng: null\nh:\ni: '5'\nj: v1.2\nk: 5 A\nl: ~\n"
    )
    expected = {"a": "on", "b": "NO", "c": "12:30", "d": "2026-01-01", "e": -7, "f": True}
    expected |= {"g": None, "h": None, "i": "5", "j": "v1.2", "k": "5 A", "l": None}
    assert read(text, "city.yaml").value == expected


def test_folded_text_is_joined() -> None:
    assert read("a: >-\n  one\n  two\n", "city.yaml").value == {"a": "one two"}


def test_lines_of_nested_parts() -> None:
    document = read("a:\n  b:\n    - x\n    - y\n", "city.yaml")
    assert document.lines == {"a": 1, "a.b": 2, "a.b.0": 3, "a.b.1": 4}


def test_sixteen_levels_are_allowed() -> None:
    assert read("[" * 16 + "]" * 16, "city.yaml").value


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    with pytest.raises(DefinitionError, match=r"city.yaml:2: the file is not UTF-8 text"):
        decode(b"a: 1\nb: \xe9\n", "city.yaml")


def test_a_byte_order_mark_does_not_matter() -> None:
    assert decode("a: é".encode("utf-8-sig"), "city.yaml") == "a: é"


def test_too_many_bytes_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(DefinitionError, match="larger than 256 KiB"):
        decode(b"\xff" * (MAX_BYTES + 1), "city.yaml")
