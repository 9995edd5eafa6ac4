"""Event logs in XES (IEEE 1849), plain or gzipped, read as a stream."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.reading import BadFile, Progress, Reject, RejectedEvent
from permitflow.interchange.timestamps import parse_instant

CHUNK = 1 << 16
GZIP_MARK = b"\x1f\x8b"
LONGEST_ELEMENT = 16 << 20
"""Bytes without the start of an element after which a file is refused: one element is held in memory."""
LONGEST_TRACE = 1_000_000
"""Events of one trace after which a file is refused: a trace is held until its end."""


def read_xes(
    path: Path, progress: Progress | None = None, reject: Reject | None = None
) -> Iterator[LogEvent]:
    """Reads the events of an XES log in file order, holding no more than one trace at a time.

    An event's own attributes keep their keys, nested ones are named "outer/inner", and those of the trace
    are added as "case:key". Events without a concept:name or a readable time:timestamp, or in a trace
    without a concept:name, are passed to `reject`. Defaults that the log declares as global mean
    "unknown" and are not filled in.

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
    except EOFError as error:
        raise BadFile(name, "The gzip file is cut off before its end; fetch it again.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise BadFile(name, "The gzip file is damaged; fetch it again.") from error


def _feed(log: _OpenLog, chunk: bytes | None, name: str) -> None:
    """Parses one chunk, or ends the document at None, and says what is wrong in a sentence."""
    try:
        if chunk is None:
            log.parser.close()
        else:
            log.bytes_since_element += len(chunk)
            log.parser.feed(chunk)
    except DefusedXmlException as error:
        sentence = "The file declares a document type or entities (DTD), which are not accepted."
        raise BadFile(name, sentence, log.line) from error
    except ParseError as error:
        raise BadFile(name, _not_xml(error, chunk), error.position[0]) from error
    except _NotALog as error:
        raise BadFile(name, str(error), log.line) from error
    if log.bytes_since_element > LONGEST_ELEMENT:
        raise BadFile(name, "One element is larger than 16 MiB.", log.line)


def _not_xml(error: ParseError, chunk: bytes | None) -> str:
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
        self.parser = DefusedXMLParser(target=self, forbid_dtd=True)
        self.ready: list[LogEvent | RejectedEvent] = []
        self.bytes_since_element = 0
        self._open_keys: list[str | None] = []
        self._trace: dict[str, str] | None = None
        self._event: _OpenEvent | None = None
        self._events: list[_OpenEvent] = []
        self._seq = 0

    @property
    def line(self) -> int:
        """The line the parser has reached."""
        return self.parser.parser.CurrentLineNumber

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Opens a trace, an event or an attribute; everything else in a log is passed over."""
        self.bytes_since_element = 0
        tag = tag.rpartition("}")[2]  # A log is a log in any namespace or none.
        if not self._open_keys and tag != "log":
            raise _NotALog(f"The file is XML but no XES log: its first element is <{tag}>.")
        self._open_keys.append(attributes.get("key"))
        if tag == "trace":
            self._trace = {}
        elif tag == "event":
            self._event = _OpenEvent(self._seq, self.line)
            self._seq += 1
        elif "key" in attributes and "value" in attributes:
            self._keep(attributes["value"])

    def end(self, tag: str) -> None:
        """Closes what `start` opened."""
        self._open_keys.pop()
        tag = tag.rpartition("}")[2]
        if tag == "event" and self._event:
            self._close_event(self._event)
        elif tag == "trace" and self._trace is not None:
            self._close_trace(self._trace)

    def data(self, text: str) -> None:
        """Passes over text: a log says everything in attributes."""

    def close(self) -> None:
        """Ends the document."""

    def _keep(self, value: str) -> None:
        owner = self._event.attributes if self._event else self._trace
        if owner is not None:
            owner["/".join(key for key in self._open_keys if key)] = value

    def _close_event(self, event: _OpenEvent) -> None:
        self._event = None
        if self._trace is None:
            self.ready.append(RejectedEvent("", event.seq, event.line, "The event stands outside a trace."))
            return
        self._events.append(event)
        if len(self._events) > LONGEST_TRACE:
            raise _NotALog(f"One trace has more than {LONGEST_TRACE:,} events.")

    def _close_trace(self, trace: dict[str, str]) -> None:
        case = trace.get("concept:name", "")
        shared = {f"case:{key}": value for key, value in trace.items() if key != "concept:name"}
        self.ready += [_outcome(case, event, shared) for event in self._events]
        self._trace = None
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
        at_us = parse_instant(time)
    except ValueError as error:
        return RejectedEvent(case, event.seq, event.line, str(error))
    resource = own.pop("org:resource", None)
    lifecycle = own.pop("lifecycle:transition", None)
    return LogEvent(case, activity, at_us, event.seq, resource, lifecycle, {**shared, **own})
