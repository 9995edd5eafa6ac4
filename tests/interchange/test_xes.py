"""XES logs: what is read, what is rejected event by event, and which files are refused."""

import gzip
import tracemalloc
from itertools import islice

import pytest

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange import xes
from permitflow.interchange.reading import BadFile, RejectedEvent
from permitflow.interchange.xes import read_xes
from tests.reference_data import reference_file

EVENT = """<event><string key="concept:name" value="{name}"/>
<date key="time:timestamp" value="1970-01-01T01:00:00.000001+01:00"/>{more}</event>"""
LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="case 1"/>{body}</trace></log>"""
LAUGHS = """<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><log><trace><string key="concept:name" value="&c;"/></trace></log>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>"""


def written(folder, content, name="log.xes"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def event(name="received", more=""):
    return EVENT.format(name=name, more=more)


def refused(path):
    with pytest.raises(BadFile) as refusal:
        list(read_xes(path))
    return refusal.value


def test_an_event_is_read_with_exact_instant_resource_and_lifecycle(tmp_path):
    more = """<string key="org:resource" value="ann"/><string key="lifecycle:transition" value="complete"/>"""
    path = written(tmp_path, LOG.format(body=event(more=more) + event("checked")))

    first, second = read_xes(path)

    assert first == LogEvent("case 1", "received", 1, 0, "ann", "complete", {})
    assert (second.activity, second.seq, second.resource, second.lifecycle) == ("checked", 1, None, None)


@pytest.mark.parametrize("opening", ["<log>", '<log xmlns="urn:other">', '<x:log xmlns:x="urn:x">'])
def test_a_log_is_read_in_any_namespace_or_none(tmp_path, opening):
    prefix = "x:" if "x:log" in opening else ""
    body = LOG.format(body=event()).partition("<trace>")[2].replace("</log>", f"</{prefix}log>")

    assert [read.case for read in read_xes(written(tmp_path, f"{opening}<trace>{body}"))] == ["case 1"]


def test_nested_attributes_keep_their_path_and_do_not_pose_as_the_events_own(tmp_path):
    nested = """<string key="fee" value="12"><string key="concept:name" value="inner"/>
    <list key="parts"><values><int key="paid" value="7"/></values></list></string>"""
    (read,) = read_xes(written(tmp_path, LOG.format(body=event(more=nested))))

    assert read.activity == "received"
    assert read.attributes == {"fee": "12", "fee/concept:name": "inner", "fee/parts/paid": "7"}


def test_attributes_of_the_trace_are_added_even_where_they_follow_its_events(tmp_path):
    body = event() + '<string key="channel" value="desk"/>'

    (read,) = read_xes(written(tmp_path, LOG.format(body=body)))

    assert (read.attributes, read.case_attributes) == ({}, {"channel": "desk"})


def test_declared_defaults_are_not_taken_for_facts(tmp_path):
    default = '<global scope="event"><string key="org:resource" value="UNKNOWN"/></global><trace>'

    (read,) = read_xes(written(tmp_path, LOG.format(body=event()).replace("<trace>", default)))

    assert (read.resource, read.attributes) == (None, {})


def test_events_that_cannot_be_placed_are_rejected_with_line_and_reason_and_the_rest_is_read(tmp_path):
    body = "\n".join(
        [
            '<event><date key="time:timestamp" value="1970-01-01T00:00:00Z"/></event>',
            '<event><string key="concept:name" value="undated"/></event>',
            event(),
            event().replace("1970-01-01T01:00:00.000001+01:00", "yesterday"),
        ]
    )
    rejected = []

    read = list(read_xes(written(tmp_path, LOG.format(body=body)), reject=rejected.append))

    assert [(good.activity, good.seq) for good in read] == [("received", 2)]
    assert rejected == [
        RejectedEvent("case 1", 0, 2, "The event has no concept:name."),
        RejectedEvent("case 1", 1, 3, "The event has no time:timestamp."),
        RejectedEvent("case 1", 3, 6, "“yesterday” is not an ISO 8601 date and time."),
    ]


def test_events_without_a_case_are_rejected(tmp_path):
    nameless = LOG.format(body=event()).replace('<string key="concept:name" value="case 1"/>', "")
    outside = f"<log>{event()}</log>"
    rejected = []

    assert list(read_xes(written(tmp_path, nameless), reject=rejected.append)) == []
    assert list(read_xes(written(tmp_path, outside), reject=rejected.append)) == []

    assert [bad.reason for bad in rejected] == [
        "The trace has no concept:name.",
        "The event stands outside a trace.",
    ]


def test_rejections_nobody_asks_for_are_passed_over(tmp_path):
    assert list(read_xes(written(tmp_path, f"<log>{event()}</log>"))) == []


def test_gzip_is_known_by_its_content_not_by_its_name(tmp_path):
    packed = gzip.compress(LOG.format(body=event()).encode())

    assert len(list(read_xes(written(tmp_path, packed, "log.xes")))) == 1
    assert len(list(read_xes(written(tmp_path, LOG.format(body=event()), "log.xes.gz")))) == 1


def test_progress_ends_at_the_size_of_the_file(tmp_path):
    path = written(tmp_path, LOG.format(body=event() * 3000))
    told = []

    list(read_xes(path, progress=told.append))

    assert told == sorted(told)
    assert len(told) > 2
    assert told[-1] == path.stat().st_size


@pytest.mark.parametrize("document", [LAUGHS, OUTSIDE])
def test_document_types_are_refused_before_anything_is_expanded(tmp_path, document):
    refusal = refused(written(tmp_path, document))

    assert "(DTD)" in str(refusal)
    assert refusal.line == 1


def test_a_truncated_gzip_file_is_refused(tmp_path):
    packed = gzip.compress(LOG.format(body=event() * 50).encode())

    assert "cut off" in str(refused(written(tmp_path, packed[:-20], "log.xes.gz")))


def test_a_damaged_gzip_file_is_refused(tmp_path):
    packed = bytearray(gzip.compress(LOG.format(body=event() * 50).encode()))
    packed[30:40] = b"\xff" * 10

    assert "damaged" in str(refused(written(tmp_path, bytes(packed), "log.xes.gz")))


def test_a_truncated_document_is_refused(tmp_path):
    whole = LOG.format(body=event())

    assert "ends before the log is complete" in str(refused(written(tmp_path, whole[:-20])))


def test_an_empty_file_is_refused(tmp_path):
    assert str(refused(written(tmp_path, b""))) == "log.xes: The file is empty."


def test_bytes_outside_the_encoding_are_named_with_their_line(tmp_path):
    wrong = LOG.format(body=event("café")).encode("latin-1")

    refusal = refused(written(tmp_path, wrong))

    assert "not UTF-8" in refusal.sentence
    assert refusal.line == 2


def test_latin_1_is_read_where_the_file_declares_it(tmp_path):
    declared = LOG.format(body=event("café")).replace("UTF-8", "ISO-8859-1").encode("latin-1")

    assert next(read_xes(written(tmp_path, declared))).activity == "café"


def test_a_false_declaration_of_the_encoding_is_named(tmp_path):
    assert "encoding" in refused(written(tmp_path, LOG.format(body="").replace("UTF-8", "UTF-16"))).sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("case,activity\n1,received\n", "not readable XML"),
        ("<html><body/></html>", "first element is <html>"),
        ("<log><trace></log>", "not readable XML (mismatched tag"),
    ],
)
def test_what_is_no_log_is_refused_with_the_reason(tmp_path, content, sentence):
    refusal = refused(written(tmp_path, content))

    assert sentence in refusal.sentence
    assert refusal.line == 1


def test_an_element_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xes, "LONGEST_ELEMENT", 1 << 17)
    giant = LOG.format(body=event("x" * (1 << 19)))

    assert "larger than" in refused(written(tmp_path, gzip.compress(giant.encode()))).sentence


def test_a_trace_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xes, "LONGEST_TRACE", 10)

    assert "more than 10 events" in refused(written(tmp_path, LOG.format(body=event() * 11))).sentence


def test_memory_does_not_grow_with_the_log(tmp_path):
    trace = f'<trace><string key="concept:name" value="c"/>{event() * 5}</trace>'
    path = written(tmp_path, gzip.compress(f"<log>{trace * 8000}</log>".encode()))

    events = read_xes(path)
    tracemalloc.start()
    read = sum(1 for _ in islice(events, 40_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert read == 40_000
    assert peak < 4_000_000


def test_a_real_log_is_read_whole_without_a_rejection():
    rejected = []

    events = list(read_xes(reference_file("receipt.xes.gz"), reject=rejected.append))

    assert (len(events), len({read.case for read in events}), rejected) == (8577, 1434, [])
    assert [read.seq for read in events] == list(range(8577))


def test_attributes_are_read_in_whatever_order_their_parts_are_written(tmp_path):
    turned = '<string value="12" key="fee"/><int id="x" key="paid" value="7"/><string key="empty" value=""/>'

    (read,) = read_xes(written(tmp_path, LOG.format(body=event(more=turned))))

    assert read.attributes == {"fee": "12", "paid": "7", "empty": ""}


def test_the_attributes_of_a_case_are_kept_once_for_all_its_events(tmp_path):
    body = (
        event()
        + event("checked")
        + '<string key="channel" value="desk"><string key="floor" value="2"/></string>'
    )

    first, second = read_xes(written(tmp_path, LOG.format(body=body)))

    assert first.case_attributes == {"channel": "desk", "channel/floor": "2"}
    assert first.case_attributes is second.case_attributes


@pytest.mark.parametrize(
    ("time", "day_only"),
    [("2026-03-08T00:00:00-05:00", True), ("2026-03-08", True), ("2026-03-08T00:00:00.001-05:00", False)],
)
def test_a_midnight_where_it_was_written_counts_as_a_day(tmp_path, time, day_only):
    body = event().replace("1970-01-01T01:00:00.000001+01:00", time)

    (read,) = read_xes(written(tmp_path, LOG.format(body=body)))

    assert read.day_only is day_only


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_instants_beyond_the_calendar_are_rejected(tmp_path, time):
    rejected = []
    body = event().replace("1970-01-01T01:00:00.000001+01:00", time)

    assert list(read_xes(written(tmp_path, LOG.format(body=body)), reject=rejected.append)) == []
    assert [bad.reason for bad in rejected] == [f"“{time}” lies outside the calendar."]


@pytest.mark.parametrize("element", ['<list key="a" value="b">', "<values>"])
def test_elements_too_deep_within_one_another_are_refused(tmp_path, element):
    closing = f"</{element[1:].partition(' ')[0].rstrip('>')}>"
    bomb = element * 5_000 + closing * 5_000

    assert "within one another" in refused(written(tmp_path, LOG.format(body=event(more=bomb)))).sentence


@pytest.mark.parametrize("encoding", ["x-nonsense", "Shift_JIS"])
def test_an_encoding_that_cannot_be_read_is_said(tmp_path, encoding):
    declared = LOG.format(body=event()).replace("UTF-8", encoding)

    assert "an encoding that cannot be read" in refused(written(tmp_path, declared)).sentence


@pytest.mark.parametrize(
    ("inside", "tag"), [(f"<trace>{event()}</trace>", "trace"), (f"<event>{event()}</event>", "event")]
)
def test_a_trace_or_an_event_within_another_is_refused(tmp_path, inside, tag):
    refusal = refused(written(tmp_path, LOG.format(body=inside)))

    assert refusal.sentence == f"<{tag}> begins within another element of the log."


def test_a_trace_without_events_is_not_passed_over_in_silence(tmp_path):
    rejected = []

    assert list(read_xes(written(tmp_path, LOG.format(body="")), reject=rejected.append)) == []
    assert [(bad.case, bad.reason) for bad in rejected] == [("case 1", "The trace holds no event.")]


def test_a_blank_person_is_nobody(tmp_path):
    more = '<string key="org:resource" value="  "/><string key="lifecycle:transition" value=""/>'

    (read,) = read_xes(written(tmp_path, LOG.format(body=event(more=more))))

    assert (read.resource, read.lifecycle, read.attributes) == (None, None, {})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path, encoding):
    text = LOG.format(body=event("café")).partition("?>")[2]

    assert next(read_xes(written(tmp_path, text.encode(encoding)))).activity == "café"


def test_a_gzip_file_of_two_members_is_read_to_its_end(tmp_path):
    text = LOG.format(body=event() * 4).encode()
    packed = gzip.compress(text[:300]) + gzip.compress(text[300:])

    assert len(list(read_xes(written(tmp_path, packed)))) == 4
