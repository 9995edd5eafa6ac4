"""XES as it is written: read again, every event is the one that was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.xes import read_xes
from permitflow.interchange.xes_export import write_xes, written_time
from tests.reference_data import reference_file

MIDNIGHT = 1_767_225_600_000_000
"""2026-01-01T00:00:00Z in microseconds."""
HOUR = 3_600_000_000
XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1
)
NAMES = XML_TEXT.filter(str.strip)
KEYS = st.sampled_from(["fee", "a/b", "note"])


def again(events: list[LogEvent], folder: Path) -> list[LogEvent]:
    path = folder / "log.xes"
    path.write_bytes(b"".join(write_xes(events)))
    return list(read_xes(path))


@st.composite
def logs(draw: st.DrawFn) -> list[LogEvent]:
    cases = draw(st.lists(NAMES, unique=True, min_size=1, max_size=3))
    events = []
    for case in cases:
        shared = draw(st.dictionaries(KEYS, XML_TEXT, max_size=2))
        for _ in range(draw(st.integers(1, 3))):
            day_only = draw(st.booleans())
            at = draw(st.integers(-(10**15), 2 * 10**15))
            at = at // HOUR * HOUR if day_only else at
            person, step = draw(st.none() | XML_TEXT), draw(NAMES)
            own = draw(st.dictionaries(KEYS, XML_TEXT, max_size=2))
            told = draw(st.sampled_from([None, "start", "complete"]))
            events.append(LogEvent(case, step, at, len(events), person, told, own, shared, day_only))
    return events


@settings(max_examples=200)
@given(logs())
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, events: list[LogEvent]
) -> None:
    assert again(events, tmp_path_factory.mktemp("xes")) == events


def test_a_known_hour_is_never_written_as_a_bare_day() -> None:
    exact = LogEvent("1", "a", MIDNIGHT, 0)
    assert written_time(exact) == "2026-01-01T01:00:00+01:00"
    assert written_time(replace(exact, day_only=True)) == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("hours", "local"), [(8, "2026-01-01T00:00:00-08:00"), (22, "2026-01-02T00:00:00+02:00")]
)
def test_a_day_is_written_as_its_own_midnight(hours: int, local: str) -> None:
    event = LogEvent("1", "a", MIDNIGHT + hours * HOUR, 0, day_only=True)
    assert written_time(event) == local


def test_markup_breaks_and_forbidden_characters_do_no_harm(tmp_path: Path) -> None:
    bad = LogEvent('<1> & "2"', "a\x00b\nc", 1, 0, attributes={"k<": "]]>&'\t"})
    (read,) = again([bad], tmp_path)
    assert (read.case, read.activity, read.attributes) == ('<1> & "2"', "a\ufffdb\nc", {"k<": "]]>&'\t"})


def test_a_log_without_events_is_still_a_log(tmp_path: Path) -> None:
    assert again([], tmp_path) == []
    assert ElementTree.fromstring((tmp_path / "log.xes").read_bytes()).tag.endswith("log")


def test_a_real_log_comes_back_event_by_event(tmp_path: Path) -> None:
    events = list(read_xes(reference_file("receipt.xes.gz")))
    assert again(events, tmp_path) == events
