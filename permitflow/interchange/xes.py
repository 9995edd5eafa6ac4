"""Event logs in XES (IEEE 1849), plain or gzipped, read as a stream."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from sys import intern
from typing import BinaryIO
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.reading import (
    BAD_GZIP,
    GZIP_MARK,
    BadFile,
    Progress,
    Reject,
    RejectedEvent,
    given,
    not_unpacked,
)
from permitflow.interchange.timestamps import placed

CHUNK = 1 << 16
LONGEST_ELEMENT = 16 << 20
"""Bytes without the start of an element after which a file is refused: one element is held in memory."""
LONGEST_TRACE = 1_000_000
"""Events of one trace after which a file is refused: a trace is held until its end."""
DEEPEST = 100
"""Elements within one another after which a file is refused: an attribute's name tells all that it stands in."""


def read_xes(
    path: Path, progress: Progress | None = None, reject: Reject | None = None
) -> Iterator[LogEvent]:
    """Reads the events of an XES log in file order, holding no more than one trace at a time.

    An event's own attributes keep their keys, nested ones are named "outer/inner"; those of the trace are the
    attributes of its case. Events without a concept:name or a readable time:timestamp, or in a trace
    without a concept:name, are passed to `reject`. Defaults that the log declares as global mean
    "unknown" and are not filled in.

    A trace without any event is passed to `reject` too, so that no case is left out unsaid.

    Args:
        path: a .xes file or its gzipped form, told apart by content.
        progress: told how many bytes of the file have been read.
        reject: told each event that was not taken.

    Raises:
        BadFile: not XML, not XES, cut off, in another encoding than it says, or with a document type
            declaration, which could make a small file fill the memory.
    """
    log = _OpenLog()
    with path.open("rb") as raw:
        for chunk in _chunks(raw, path.name):
            _feed(log, chunk, path.name)
            yield from _taken(log, reject)
            if progress:
                progress(raw.tell())
    _feed(log, None, path.name)


def _chunks(raw: BinaryIO, name: str) -> Iterator[bytes]:
    mark = raw.read(2)
    raw.seek(0)
    if not mark:
        raise BadFile(name, "The file is empty.")
    if mark != GZIP_MARK:
        yield from iter(lambda: raw.read(CHUNK), b"")
        return
    try:
        with gzip.GzipFile(fileobj=raw) as unzipped:
            yield from iter(lambda: unzipped.read(CHUNK), b"")
    except BAD_GZIP as error:
        raise BadFile(name, not_unpacked(error)) from error


def _feed(log: _OpenLog, chunk: bytes | None, name: str) -> None:
    """Parses one chunk, or ends the document at None, and says what is wrong in a sentence."""
    try:
        if chunk is None:
            log.parser.Parse(b"", True)
        else:
            log.bytes_since_element += len(chunk)
            log.parser.Parse(chunk, False)
    except DefusedXmlException as error:
        sentence = "The file declares a document type or entities (DTD), which are not accepted."
        raise BadFile(name, sentence, log.line) from error
    except ExpatError as error:
        raise BadFile(name, _not_xml(error, chunk), error.lineno) from error
    except (LookupError, ValueError) as error:
        # The parser asks the library for encodings that it does not know itself; some the library cannot give.
        raise BadFile(name, "The file declares an encoding that cannot be read; save it as UTF-8.") from error
    except _NotALog as error:
        raise BadFile(name, str(error), log.line) from error
    if log.bytes_since_element > LONGEST_ELEMENT:
        raise BadFile(name, "One element is larger than 16 MiB.", log.line)


def _not_xml(error: ExpatError, chunk: bytes | None) -> str:
    if chunk is None:
        return "The file ends before the log is complete; fetch it again."
    problem = str(error).partition(":")[0]
    if "encoding" in problem:
        return f"The file is not in the encoding that it declares ({problem})."
    try:
        # The chunk may begin in the middle of a character; its end is left to the decoder.
        codecs.getincrementaldecoder("utf-8")().decode(chunk.lstrip(bytes(range(0x80, 0xC0))))
    except UnicodeDecodeError:
        return "The file is not readable XML: it holds bytes that are not UTF-8."
    return f"The file is not readable XML ({problem})."


def _taken(log: _OpenLog, reject: Reject | None) -> Iterator[LogEvent]:
    ready, log.ready = log.ready, []
    for outcome in ready:
        if isinstance(outcome, LogEvent):
            yield outcome
        elif reject:
            reject(outcome)


class _NotALog(Exception):
    """The document is XML, but not a log that can be taken."""


@dataclass(slots=True)
class _OpenEvent:
    """An event while it is read: where it began, and its attributes so far."""

    seq: int
    line: int
    attributes: dict[str, str] = field(default_factory=dict)


class _OpenLog:
    """A log while it is parsed: turns elements into events; those of a trace are ready at its end."""

    def __init__(self) -> None:
        builder = DefusedXMLParser(forbid_dtd=True)
        self.parser = builder.parser
        # The elements come straight from expat, without a tree builder between: half of the time of a large log.
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.DefaultHandlerExpand = None
        self.parser.CharacterDataHandler = None
        self.ready: list[LogEvent | RejectedEvent] = []
        self.bytes_since_element = 0
        self._paths: list[str] = []
        self._path = ""
        self._trace: dict[str, str] | None = None
        self._event: _OpenEvent | None = None
        self._owner: dict[str, str] | None = None
        self._events: list[_OpenEvent] = []
        self._seq = 0

    @property
    def line(self) -> int:
        """The line the parser has reached."""
        return int(self.parser.CurrentLineNumber)

    def start(self, tag: str, pairs: list[str]) -> None:
        """Opens a trace, an event or an attribute; everything else in a log is passed over.

        `pairs` holds the XML attributes as name, value, name, value.
        """
        self.bytes_since_element = 0
        path = self._path
        self._paths.append(path)
        if path or len(pairs) != 4 or pairs[0] != "key" or pairs[2] != "value":
            self._open_unusual(tag, pairs)
            return
        # Every event has the names of attributes anew, from the parser; one of each is enough in memory.
        self._path = key = intern(pairs[1])
        if key and self._owner is not None:
            self._owner[key] = pairs[3]

    def end(self, tag: str) -> None:
        """Closes what `start` opened."""
        of_attribute = self._path
        self._path = self._paths.pop()
        if of_attribute:
            return
        tag = tag.rpartition("}")[2]
        if tag == "event" and self._event:
            self._close_event(self._event)
        elif tag == "trace" and self._trace is not None:
            self._close_trace(self._trace)

    def _open_unusual(self, tag: str, pairs: list[str]) -> None:
        """An element that is no plain attribute: a trace, an event, a list, or attributes within others."""
        if len(self._paths) > DEEPEST:
            raise _NotALog(f"More than {DEEPEST} elements stand within one another.")
        tag = tag.rpartition("}")[2]  # A log is a log in any namespace or none.
        if len(self._paths) == 1 and tag != "log":
            raise _NotALog(f"The file is XML but no XES log: its first element is <{tag}>.")
        if tag in {"trace", "event"} and not self._path:
            self._open_owner(tag)
            return
        named = dict(zip(pairs[::2], pairs[1::2], strict=True))
        key, value = named.get("key"), named.get("value")
        if not key:
            return
        self._path = path = intern(f"{self._path}/{key}" if self._path else key)
        if value is not None and self._owner is not None:
            self._owner[path] = value

    def _open_owner(self, tag: str) -> None:
        if self._event is not None or (tag == "trace" and self._trace is not None):
            raise _NotALog(f"<{tag}> begins within another element of the log.")
        if tag == "trace":
            self._trace = self._owner = {}
            return
        self._event = _OpenEvent(self._seq, self.line)
        self._owner = self._event.attributes
        self._seq += 1

    def _close_event(self, event: _OpenEvent) -> None:
        self._event = None
        self._owner = self._trace
        if self._trace is None:
            self.ready.append(RejectedEvent("", event.seq, event.line, "The event stands outside a trace."))
            return
        self._events.append(event)
        if len(self._events) > LONGEST_TRACE:
            raise _NotALog(f"One trace has more than {LONGEST_TRACE:,} events.")

    def _close_trace(self, trace: dict[str, str]) -> None:
        case = trace.pop("concept:name", "")
        if not self._events:
            self.ready.append(RejectedEvent(case, self._seq, self.line, "The trace holds no event."))
        self.ready += [_outcome(case, event, trace) for event in self._events]
        self._trace = self._owner = None
        self._events = []


def _outcome(case: str, event: _OpenEvent, shared: dict[str, str]) -> LogEvent | RejectedEvent:
    own = event.attributes
    activity = own.pop("concept:name", "")
    time = own.pop("time:timestamp", "")
    reason = ""
    if not case.strip():
        reason = "The trace has no concept:name."
    elif not activity.strip():
        reason = "The event has no concept:name."
    elif not time:
        reason = "The event has no time:timestamp."
    if reason:
        return RejectedEvent(case, event.seq, event.line, reason)
    try:
        at_us, day_only = placed(time)
    except ValueError as error:
        return RejectedEvent(case, event.seq, event.line, str(error))
    resource = given(own.pop("org:resource", ""))
    lifecycle = given(own.pop("lifecycle:transition", ""))
    return LogEvent(case, activity, at_us, event.seq, resource, lifecycle, own, shared, day_only)
