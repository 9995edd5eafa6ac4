"""The one spelling of a record: canonical JSON bytes, a subset of RFC 8785 that needs no floating-point rules."""

from __future__ import annotations

import json
import unicodedata
from typing import NoReturn

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_bytes(value: object) -> bytes:
    """Return the canonical JSON of `value` in UTF-8: keys sorted, no spaces, nothing escaped without need.

    `value` holds strings, integers, booleans, None, lists and dictionaries, and no subclass of these.
    Raises ValueError for any other type, an integer beyond 2**53 - 1 either way, a string that is not in Unicode
    form NFC or holds half of a surrogate pair, a key that is not an ASCII string, and nesting deeper than 32.
    Source: RFC 8785. It sorts keys by UTF-16 code units and Python by code points; on ASCII keys the two agree.
    """
    _refuse_uncanonical(value, DEEPEST)
    return _encode(value).encode()


def read_canonical(text: str) -> object:
    """Return the value that canonical JSON `text` spells.

    Raises ValueError when `text` is not JSON, or is not character for character what `canonical_bytes` writes for
    its value: a space, an escape, an order of keys or a number of another making is refused.
    """
    try:
        value: object = _decode(text)
        if _encode(value) != text:
            raise ValueError("The text is JSON, but not in its canonical spelling.")
    except RecursionError:
        raise ValueError(f"A record nests at most {DEEPEST} levels deep.") from None
    # ASCII text of little depth cannot break the remaining rules, and the walk would double the time of a read.
    if not text.isascii() or text.count("{") + text.count("[") > DEEPEST:
        _refuse_uncanonical(value, DEEPEST)
    return value


def _refuse_uncanonical(value: object, levels: int) -> None:
    kind = type(value)
    if isinstance(value, str) and kind is str:
        _refuse_bad_string(value)
    elif isinstance(value, int) and kind is int:
        _refuse_large_integer(value)
    elif isinstance(value, dict) and kind is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                raise ValueError(f"The keys of a record are ASCII strings, not {key!r}.")
        _refuse_uncanonical_members(list(value.values()), levels)
    elif isinstance(value, list) and kind is list:
        _refuse_uncanonical_members(value, levels)
    elif value is not None and kind is not bool:
        raise ValueError(
            f"A record holds strings, integers, booleans, null, lists and objects, not {kind.__name__}."
        )


def _refuse_uncanonical_members(members: list[object], levels: int) -> None:
    if not levels:
        raise ValueError(f"A record nests at most {DEEPEST} levels deep.")
    for member in members:
        _refuse_uncanonical(member, levels - 1)


def _refuse_bad_string(value: str) -> None:
    if value.isascii():
        return
    if not unicodedata.is_normalized("NFC", value):
        raise ValueError("A string of a record is in Unicode form NFC; normalise it where it enters.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("A string of a record holds whole characters, not half of a surrogate pair.")


def _refuse_large_integer(value: int) -> None:
    if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
        raise ValueError(f"An integer of a record lies between -{LARGEST_INTEGER} and {LARGEST_INTEGER}.")


def _integer(digits: str) -> int:
    value = int(digits)
    _refuse_large_integer(value)
    return value


def _refuse_decimal(digits: str) -> NoReturn:
    raise ValueError(f"A record holds integers, not the decimal number {digits}.")


_decode = json.JSONDecoder(
    parse_int=_integer, parse_float=_refuse_decimal, parse_constant=_refuse_decimal
).decode
