"""Writing YAML that the strict reader reads back as it was: plain words plain, everything else in double quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Value = str | int | bool | None | Mapping[str, "Value"] | Sequence["Value"]

_PLAIN = re.compile(r"[A-Za-z(][A-Za-z0-9_ ./()-]*[A-Za-z0-9_)]|[A-Za-z]")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
# What JSON leaves as it is and YAML does not print: the control characters above ASCII and the byte order mark.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_WIDE = 110


def written(value: Mapping[str, Value]) -> str:
    """Return a block as YAML text; short lists and blocks of scalars stand on one line."""
    return "".join(f"{line}\n" for line in _block(value, ""))


def _block(value: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, inner in value.items():
        name = f"{indent}{_scalar(key)}:"
        short = _flow(inner)
        if len(name) + len(short) < _WIDE and (indent or not inner or not isinstance(inner, Mapping)):
            yield f"{name} {short}"
        elif isinstance(inner, Mapping):
            yield name
            yield from _block(inner, indent + "  ")
        elif isinstance(inner, Sequence) and not isinstance(inner, str):
            yield name
            yield from (f"{indent}  - {_flow(item)}" for item in inner)
        else:
            yield f"{name} {short}"


def _flow(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: str | int | bool | None) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
