"""The one spelling of a record: what is written, and what is refused on the way in and on the way out."""

from __future__ import annotations

import json
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.ledger.canonical import DEEPEST, LARGEST_INTEGER, canonical_bytes, read_canonical


class Action(StrEnum):
    APPROVE = "approve"


def nested(levels: int) -> object:
    value: object = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, False, None], "B": "x"}, '{"B":"x","a":[true,false,null],"b":1}'),
        ({"list": [], "object": {}}, '{"list":[],"object":{}}'),
        ([-1, 0, LARGEST_INTEGER, -LARGEST_INTEGER], "[-1,0,9007199254740991,-9007199254740991]"),
        ("Größe 22 €, 電気, 🔌", '"Größe 22 €, 電気, 🔌"'),
        ('a"b\\c/d', r'"a\"b\\c/d"'),
        ("\b\t\n\f\r\x00\x1f\x7f\u2028", '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\u2028"'),
    ],
)
def test_canonical_bytes_follow_the_rules_of_rfc_8785(value: object, text: str) -> None:
    assert canonical_bytes(value) == text.encode()
    assert read_canonical(text) == value


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (1.0, "not float"),
        ({"a": [{"kw": 7.2}]}, "not float"),
        (float("nan"), "not float"),
        (b"bytes", "not bytes"),
        ((1, 2), "not tuple"),
        ({1, 2}, "not set"),
        (Action.APPROVE, "not Action"),
        ({1: "a"}, "keys of a record are ASCII strings, not 1"),
        ({"a": {None: 1}}, "keys of a record are ASCII strings, not None"),
        ({"größe": 1}, "keys of a record are ASCII strings"),
        ("Gro\u0308ße", "Unicode form NFC"),
        ({"a": ["e\u0301"]}, "Unicode form NFC"),
        ("\ud83d", "half of a surrogate pair"),
        (LARGEST_INTEGER + 1, "An integer of a record lies between"),
        (-LARGEST_INTEGER - 1, "An integer of a record lies between"),
        (nested(DEEPEST + 1), "at most 32 levels deep"),
        (nested(5000), "at most 32 levels deep"),
    ],
)
def test_what_has_no_canonical_bytes_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        canonical_bytes(value)


def test_the_deepest_record_is_written_and_read() -> None:
    deepest = nested(DEEPEST)
    assert read_canonical(canonical_bytes(deepest).decode()) == deepest


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '{"a":1} ',
        ' {"a":1}',
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        r'"\u0041"',
        r'"\u00e9"',
        r'"a\/b"',
        r'"\u001F"',
        r'"\ud800"',
        '"\ud800"',
        '"e\u0301"',
        '{"größe":1}',
        "1.0",
        "1e3",
        "-0",
        "01",
        "9007199254740992",
        "-9007199254740992",
        "9" * 5000,
        "NaN",
        "Infinity",
        "\ufeff1",
        "",
        "{",
        "nul",
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        "[" * 100_000 + "]" * 100_000,
    ],
)
def test_text_in_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_canonical(text)


def test_brackets_in_text_are_not_taken_for_nesting() -> None:
    assert read_canonical('"' + "[" * 100 + '"') == "[" * 100


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x2FF)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
@settings(database=None, deadline=None, max_examples=300)
def test_every_value_survives_the_way_out_and_back(value: object) -> None:
    text = canonical_bytes(value).decode()
    assert read_canonical(text) == value
    assert json.loads(text) == value


@given(VALUES, st.integers(1, 3))
@settings(database=None, deadline=None, max_examples=200)
def test_another_layout_of_the_same_value_is_refused(value: object, indent: int) -> None:
    pretty = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent)
    if pretty != canonical_bytes(value).decode():
        with pytest.raises(ValueError, match="canonical spelling"):
            read_canonical(pretty)
