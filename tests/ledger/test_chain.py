"""Hash chains: every kind of tampering is found and named, and erasing a person's data is not taken for one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import pytest

from permitflow.ledger.canonical import canonical_bytes
from permitflow.ledger.chain import GENESIS, StoredEvent, leaf_hash, verify_chain
from permitflow.ledger.commitments import commit, new_salt, opens

FIRST, SECOND = "a" * 32, "b" * 32


def event(application_id: str, seq: int, prev_hash: str, **facts: Any) -> StoredEvent:
    body = {"application_id": application_id, "seq": seq, "prev_hash": prev_hash, **facts}
    raw = canonical_bytes(body)
    return StoredEvent(application_id, seq, prev_hash, leaf_hash(raw), raw.decode())


def chain(application_id: str, actions: Iterable[str]) -> list[StoredEvent]:
    events: list[StoredEvent] = []
    for seq, action in enumerate(actions, 1):
        tip = events[-1].hash if events else GENESIS
        events.append(event(application_id, seq, tip, action=action, reason="Größe geprüft"))
    return events


def tails_of(events: Iterable[StoredEvent]) -> dict[str, tuple[int, str]]:
    return {each.application_id: (each.seq, each.hash) for each in events}


def faults(
    events: Iterable[StoredEvent], tails: Mapping[str, tuple[int, str]] | None = None
) -> list[tuple[str, int, str]]:
    return [(found.application_id, found.seq, found.code) for found in verify_chain(events, tails)]


def rehashed(stored: StoredEvent, **changes: Any) -> StoredEvent:
    """What a forger writes who changes the body and also computes its new hash."""
    return event(**{**json.loads(stored.body), **changes})


@pytest.fixture
def events() -> list[StoredEvent]:
    return [
        *chain(FIRST, ["submitted", "claimed", "corrected", "approved"]),
        *chain(SECOND, ["submitted", "denied"]),
    ]


@pytest.fixture
def tails(events: list[StoredEvent]) -> dict[str, tuple[int, str]]:
    return tails_of(events)


def test_an_untouched_record_has_no_problem(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    assert faults(events) == []
    assert faults(events, tails) == []
    assert faults([], {}) == []
    assert faults(iter([]), {FIRST: (0, GENESIS)}) == []


def test_a_leaf_hash_begins_with_a_zero_byte() -> None:
    assert leaf_hash(b"{}") == sha256(b"\x00{}").hexdigest()
    assert len(GENESIS) == 64
    assert set(GENESIS) == {"0"}


def test_an_edited_body_is_found(events: list[StoredEvent]) -> None:
    events[1] = events[1]._replace(body=events[1].body.replace("claimed", "refused"))
    assert faults(events) == [(FIRST, 2, "hash")]


def test_an_edited_body_with_its_new_hash_is_found_by_the_next_event(events: list[StoredEvent]) -> None:
    events[1] = rehashed(events[1], action="refused")
    assert faults(events) == [(FIRST, 3, "link")]


def test_an_edited_last_event_with_its_new_hash_is_found_by_the_tail(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    events[3] = rehashed(events[3], action="denied")
    assert faults(events) == []
    assert faults(events, tails) == [(FIRST, 4, "tail_differs")]


@pytest.mark.parametrize(
    "change",
    [{"application_id": "c" * 32}, {"seq": 3}, {"prev_hash": "f" * 64}, {"hash": "f" * 64}],
    ids=["application_id", "seq", "prev_hash", "hash"],
)
def test_each_edited_column_is_found(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]], change: dict[str, Any]
) -> None:
    events[1] = events[1]._replace(**change)
    assert faults(events, tails)


@pytest.mark.parametrize(
    "change",
    [
        {"application_id": SECOND},
        {"seq": 3},
        {"seq": True},
        {"seq": "4"},
        {"prev_hash": GENESIS},
        {"prev_hash": None},
    ],
    ids=str,
)
def test_a_body_that_speaks_of_another_row_is_found(
    events: list[StoredEvent], change: dict[str, Any]
) -> None:
    body = canonical_bytes({**json.loads(events[3].body), **change})
    events[3] = events[3]._replace(body=body.decode(), hash=leaf_hash(body))
    assert faults(events) == [(FIRST, 4, "body_differs")]


def test_a_number_that_only_equals_true_is_not_a_number() -> None:
    body = canonical_bytes({"application_id": FIRST, "seq": True, "prev_hash": GENESIS})
    assert faults([StoredEvent(FIRST, 1, GENESIS, leaf_hash(body), body.decode())]) == [
        (FIRST, 1, "body_differs")
    ]


@pytest.mark.parametrize("text", ["null", "[]", "{}", '{"seq":1}'])
def test_a_body_without_its_place_is_found(text: str) -> None:
    stored = StoredEvent(FIRST, 1, GENESIS, leaf_hash(text.encode()), text)
    assert faults([stored]) == [(FIRST, 1, "body_differs")]


def test_a_deleted_first_event_is_found(events: list[StoredEvent]) -> None:
    del events[0]
    assert faults(events) == [(FIRST, 2, "sequence"), (FIRST, 2, "link")]


def test_a_deleted_middle_event_is_found(events: list[StoredEvent]) -> None:
    del events[1]
    assert faults(events) == [(FIRST, 3, "sequence"), (FIRST, 3, "link")]


def test_a_deleted_end_is_found_with_the_tails(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    assert faults([*events[:3], *events[4:]]) == []
    assert faults([*events[:3], *events[4:]], tails) == [(FIRST, 3, "truncated")]
    assert faults(events[:5], tails) == [(SECOND, 1, "truncated")]


def test_a_wholly_deleted_application_is_found_with_the_tails(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    assert faults(events[:4], tails) == [(SECOND, 0, "truncated")]
    assert faults(events[4:], tails) == [(FIRST, 0, "truncated")]


def test_events_of_an_application_that_is_not_on_record_are_found(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    del tails[SECOND]
    assert faults(events, tails) == [(SECOND, 2, "unlisted")]


def test_an_inserted_event_is_found(events: list[StoredEvent]) -> None:
    forged = event(FIRST, 3, events[1].hash, action="inspected")
    assert faults([*events[:2], forged, *events[2:]]) == [(FIRST, 3, "sequence"), (FIRST, 3, "link")]


def test_an_event_added_at_the_end_is_found_with_the_tails(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    forged = event(FIRST, 5, events[3].hash, action="reopened")
    assert faults([*events[:4], forged, *events[4:]], tails) == [(FIRST, 5, "tail_differs")]


def test_reordered_events_are_found(events: list[StoredEvent]) -> None:
    events[1], events[2] = events[2], events[1]
    assert faults(events)[:2] == [(FIRST, 3, "sequence"), (FIRST, 3, "link")]


def test_renumbered_events_are_found(events: list[StoredEvent]) -> None:
    events[1], events[2] = events[2]._replace(seq=2), events[1]._replace(seq=3)
    codes = faults(events)
    assert (FIRST, 2, "body_differs") in codes
    assert (FIRST, 3, "body_differs") in codes
    assert (FIRST, 2, "link") in codes


def test_events_swapped_between_applications_are_found(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    events[1], events[5] = events[5]._replace(application_id=FIRST), events[1]._replace(application_id=SECOND)
    codes = faults(events, tails)
    assert (FIRST, 2, "body_differs") in codes
    assert (SECOND, 2, "body_differs") in codes
    assert (SECOND, 2, "tail_differs") in codes


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ": ")])
def test_a_body_written_with_other_spacing_is_found(
    events: list[StoredEvent], separators: tuple[str, str]
) -> None:
    body = json.dumps(json.loads(events[3].body), sort_keys=True, ensure_ascii=False, separators=separators)
    events[3] = events[3]._replace(body=body)
    assert faults(events) == [(FIRST, 4, "hash"), (FIRST, 4, "not_canonical")]
    events[3] = events[3]._replace(hash=leaf_hash(body.encode()))
    assert faults(events) == [(FIRST, 4, "not_canonical")]


@pytest.mark.parametrize("body", ["", "{", "\ud800", '"\ud800"', "[" * 100_000, '{"a":1.5}'])
def test_a_body_that_is_no_record_is_reported_and_the_walk_goes_on(
    events: list[StoredEvent], body: str
) -> None:
    events[1] = events[1]._replace(body=body)
    events[4] = events[4]._replace(hash="f" * 64)
    found = faults(events)
    assert found[:2] == [(FIRST, 2, "hash"), (FIRST, 2, "not_canonical")]
    assert found[2:] == [(SECOND, 1, "hash"), (SECOND, 2, "link")]


def test_a_problem_is_told_in_a_sentence_that_names_its_place(
    events: list[StoredEvent], tails: dict[str, tuple[int, str]]
) -> None:
    events[0] = events[0]._replace(hash="f" * 64)
    del events[3], events[4]
    assert [found.message for found in verify_chain(events, tails)] == [
        f"Event 1 of application {FIRST} does not have the hash that was recorded for it.",
        f"Event 2 of application {FIRST} does not continue the event before it.",
        f"Application {FIRST} ends at event 3, but event 4 was recorded: its end is missing.",
        f"Application {SECOND} ends at event 1, but event 2 was recorded: its end is missing.",
    ]


def test_events_are_read_one_at_a_time(events: list[StoredEvent]) -> None:
    events[0] = events[0]._replace(hash="f" * 64)
    stream = iter(events)
    next(verify_chain(stream))
    assert len(list(stream)) == len(events) - 1


def test_erasing_a_value_and_its_salt_leaves_the_record_whole() -> None:
    payload: dict[str, tuple[str, bytes]] = {
        "owner_name": ("A. Resident", new_salt()),
        "phone": ("555 0100", new_salt()),
    }
    commitments = {name: commit(name, value, salt) for name, (value, salt) in payload.items()}
    stored = [event(FIRST, 1, GENESIS, action="submitted", commitments=commitments)]
    assert "Resident" not in stored[0].body

    del payload["owner_name"]

    assert faults(stored, tails_of(stored)) == []
    value, salt = payload["phone"]
    assert opens(json.loads(stored[0].body)["commitments"]["phone"], "phone", value, salt)
