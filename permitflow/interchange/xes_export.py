"""Event logs written as XES (IEEE 1849), as a stream; what is read again gives the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, timedelta, timezone
from itertools import groupby
from xml.sax.saxutils import quoteattr

from permitflow.analytics.eventlog import LogEvent
from permitflow.instants import to_datetime

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/></global>
<classifier name="Activity" keys="concept:name"/>
"""
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold; the replacement character stands in its place."""
ONE_HOUR = timedelta(hours=1)


def write_xes(events: Iterable[LogEvent]) -> Iterator[bytes]:
    """Yields the bytes of a log, a trace at a time.

    Args:
        events: those of one case one after another, in the order in which they are to be read.
    """
    yield HEAD.encode()
    for case, trace in groupby(events, key=lambda event: event.case):
        yield _trace(case, list(trace)).encode()
    yield b"</log>\n"


def written_time(event: LogEvent) -> str:
    """The instant in ISO 8601, with an offset that keeps its precision.

    A midnight is read as a day without an hour. So an event of a known hour is never written as midnight, and
    one of which only the day is known always is: the offset is chosen, the instant stays the same.
    """
    moment = to_datetime(event.at_us, "UTC")
    passed = timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )
    if event.day_only and passed and not passed.seconds % 60 and not passed.microseconds:
        # West of Greenwich the day began after midnight there, east of it before.
        offset = -passed if passed <= timedelta(hours=12) else timedelta(days=1) - passed
        return moment.astimezone(timezone(offset)).isoformat()
    if not event.day_only and not passed:
        return moment.astimezone(timezone(ONE_HOUR)).isoformat()
    return moment.astimezone(UTC).isoformat()


def _trace(case: str, events: list[LogEvent]) -> str:
    shared = "".join(_attributes(events[0].case_attributes))
    inside = "".join(map(_event, events))
    return f"<trace>\n{_text('concept:name', case)}{shared}{inside}</trace>\n"


def _event(event: LogEvent) -> str:
    named = {"org:resource": event.resource, "lifecycle:transition": event.lifecycle}
    known = {key: value for key, value in named.items() if value}
    date = f'<date key="time:timestamp" value="{written_time(event)}"/>'
    texts = "".join(_attributes(known | dict(event.attributes)))
    return f"<event>{_text('concept:name', event.activity)}{date}{texts}</event>\n"


def _attributes(values: Mapping[str, str]) -> Iterator[str]:
    return (_text(key, value) for key, value in values.items())


def _text(key: str, value: str) -> str:
    return f"<string key={_quoted(key)} value={_quoted(value)}/>"


def _quoted(text: str) -> str:
    return quoteattr(NOT_XML.sub("\ufffd", text))
