"""YAML 1.2 read strictly: what could mean two things is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from permitflow.engine.errors import DefinitionError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER_LIKE = re.compile(r"[-+]?(\.[0-9]|[0-9])[0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|0[ox][0-9a-fA-F]+")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Document:
    """The content of one file and, for each dotted path, the line where it starts."""

    value: object
    lines: dict[str, int]


@dataclass(slots=True)
class _Open:
    """A mapping or list that has begun and not yet ended."""

    value: dict[str, object] | list[object]
    path: str
    key: str | None = None
    key_line: int = 0


@dataclass(slots=True)
class _Builder:
    """Builds the document from parse events, so that nothing is resolved behind our back."""

    file: str
    lines: dict[str, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: object = None
    documents: int = 0

    def refuse(self, event: Event, message: str) -> DefinitionError:
        return DefinitionError(self.file, event.start_mark.line + 1, message)

    def take(self, event: Event) -> None:
        if isinstance(event, AliasEvent):
            raise self.refuse(event, "aliases (*name) are not allowed; write the text out")
        if isinstance(event, DocumentStartEvent):
            self._start_document(event)
        elif isinstance(event, ScalarEvent):
            self._refuse_marks(event)
            self._scalar(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._refuse_marks(event)
            self._begin(event, {} if isinstance(event, MappingStartEvent) else [])
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.stack.pop()

    def _start_document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.refuse(event, "the file holds more than one document; keep one per file")
        if event.version or event.tags:
            raise self.refuse(event, "directives (%YAML, %TAG) are not allowed")

    def _refuse_marks(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        if event.anchor is not None:
            raise self.refuse(event, "anchors (&name) are not allowed; write the text out")
        if event.tag is not None:
            raise self.refuse(event, "tags (!name) are not allowed; quote the value if it is text")

    def _begin(self, event: Event, value: dict[str, object] | list[object]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.refuse(event, f"blocks are nested more than {MAX_DEPTH} deep")
        path = self._put(event, value)
        self.stack.append(_Open(value, path))

    def _scalar(self, event: ScalarEvent) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            top.key = self._key(event, top.value)
            top.key_line = event.start_mark.line + 1
        else:
            self._put(event, self._resolve(event))

    def _key(self, event: ScalarEvent, mapping: dict[str, object]) -> str:
        key = self._resolve(event)
        if key == "<<":
            raise self.refuse(event, "merge keys (<<) are not allowed; write the text out")
        if not isinstance(key, str):
            raise self.refuse(event, f"the key {event.value!r} must be text; put it in quotes")
        if key in mapping:
            raise self.refuse(event, f"the key '{key}' is given twice")
        return key

    def _put(self, event: Event, value: object) -> str:
        """Place a value in the open block and return its dotted path."""
        if not self.stack:
            self.root = value
            return ""
        top, line = self.stack[-1], event.start_mark.line + 1
        if isinstance(top.value, list):
            name = str(len(top.value))
            top.value.append(value)
        elif top.key is None:
            raise self.refuse(event, "a key must be one piece of text, not a list or a block")
        else:
            name, line = top.key, top.key_line
            top.value[name] = value
            top.key = None
        path = f"{top.path}.{name}" if top.path else name
        self.lines[path] = line
        return path

    def _resolve(self, event: ScalarEvent) -> object:
        text: str = event.value
        if event.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return self._integer(event, text)
        if _NUMBER_LIKE.fullmatch(text) or _NOT_FINITE.fullmatch(text):
            raise self.refuse(
                event, f"'{text}' could be read in two ways; write a plain whole number, or quote it as text"
            )
        return text

    def _integer(self, event: ScalarEvent, text: str) -> int:
        if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
            raise self.refuse(event, f"the number {text[:20]} is too large")
        return int(text)


def decode(raw: bytes, file: str) -> str:
    """Return the text of a file; refuses what is too large or not UTF-8.

    Raises DefinitionError with the line of the first bad byte.
    """
    if len(raw) > MAX_BYTES:
        raise DefinitionError(file, None, f"the file is larger than {MAX_BYTES // 1024} KiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DefinitionError(file, line, "the file is not UTF-8 text") from error


def read_text(path: Path) -> str:
    """Return the text of a file. Raises DefinitionError when it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DefinitionError(str(path), None, f"the file cannot be opened: {error.strerror}") from error
    return decode(raw, str(path))


def read(text: str, file: str) -> Document:
    """Return the content of one strict YAML 1.2 document.

    Values are text, whole numbers, true, false, null, lists and blocks with text keys. Refused are duplicate
    keys, anchors, aliases, merge keys, tags, directives, several documents, tabs, fractions, numbers in other
    notations, blocks nested more than MAX_DEPTH deep and text over MAX_BYTES.
    Raises DefinitionError with file, line and sentence.
    """
    kept = _read(text, file)
    return Document(deepcopy(kept.value), dict(kept.lines))


@lru_cache(maxsize=64)
def _read(text: str, file: str) -> Document:
    """Return the document of a text, kept: the workflows that cities share are read again and again."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise DefinitionError(file, None, f"the file is larger than {MAX_BYTES // 1024} KiB")
    if "\t" in text:
        line = text.count("\n", 0, text.index("\t")) + 1
        raise DefinitionError(file, line, "tabs are not allowed; use spaces")
    builder = _Builder(file)
    for event in _events(text, file):
        builder.take(event)
    if builder.documents == 0:
        raise DefinitionError(file, None, "the file is empty")
    return Document(builder.root, builder.lines)


def _events(text: str, file: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        problem = getattr(error, "problem", None) or "it holds characters that YAML does not allow"
        raise DefinitionError(file, line, f"this is not readable YAML: {problem}") from error
