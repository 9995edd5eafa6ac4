"""The hash chain of one application's events: how an event is hashed, and how tampering is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from permitflow.ledger.canonical import read_canonical

GENESIS = "0" * 64

MESSAGES = {
    "sequence": "Event {seq} of application {id} stands where event {expected} belongs: one is missing, added or moved.",
    "link": "Event {seq} of application {id} does not continue the event before it.",
    "hash": "Event {seq} of application {id} does not have the hash that was recorded for it.",
    "not_canonical": "Event {seq} of application {id} is not written in canonical form.",
    "body_differs": "Event {seq} of application {id} names another application, number or predecessor than its row.",
    "truncated": "Application {id} ends at event {seq}, but event {expected} was recorded: its end is missing.",
    "tail_differs": "Application {id} ends with another event {seq} than the one on record, event {expected}.",
    "unlisted": "Application {id} has {seq} events, but is not on record itself.",
}


class StoredEvent(NamedTuple):
    """One event as its row stands in the table; `body` is the canonical JSON text that was hashed."""

    application_id: str
    seq: int
    prev_hash: str
    hash: str
    body: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a chain: where, a code for programs, and a sentence for people."""

    application_id: str
    seq: int
    code: str
    message: str


def leaf_hash(body: bytes) -> str:
    """Return the hash of an event's canonical bytes, as 64 hexadecimal digits.

    It is SHA-256 over a zero byte and `body`, the leaf hash of RFC 6962, so that a Merkle tree can take it over.
    """
    return sha256(b"\x00" + body).hexdigest()


def verify_chain(
    events: Iterable[StoredEvent], tails: Mapping[str, tuple[int, str]] | None = None
) -> Iterator[Problem]:
    """Yield every problem of the chains in `events`, in their order; nothing when all of them hold.

    `events` come ordered by application and sequence number and are read once, one at a time. Each must continue
    its predecessor (numbers from 1, the first one after GENESIS), carry its own hash, and be canonical text that
    names the application, number and predecessor of its row. `tails` gives, per application, the number and hash
    of its last event as kept elsewhere: only with it can a missing end, or a missing application, be seen.
    After a problem the walk goes on from the event as stored, so that one fault is not reported for all that follow.
    """
    seen: set[str] = set()
    application_id, seq, tip = "", 0, GENESIS
    for event in events:
        if event.application_id != application_id:
            yield from _tail_problems(application_id, (seq, tip), tails)
            application_id, seq, tip = event.application_id, 0, GENESIS
            seen.add(application_id)
        for code in _faults(event, seq + 1, tip):
            yield _problem(code, application_id, event.seq, seq + 1)
        seq, tip = event.seq, event.hash
    yield from _tail_problems(application_id, (seq, tip), tails)
    for absent in sorted((tails or {}).keys() - seen):
        yield from _tail_problems(absent, (0, GENESIS), tails)


def _faults(event: StoredEvent, seq: int, tip: str) -> list[str]:
    faults = []
    if event.seq != seq:
        faults.append("sequence")
    if event.prev_hash != tip:
        faults.append("link")
    # Half a surrogate pair has no UTF-8; letting it pass here leaves the finding to the checks below.
    if leaf_hash(event.body.encode("utf-8", "surrogatepass")) != event.hash:
        faults.append("hash")
    try:
        body = read_canonical(event.body)
    except ValueError:
        return [*faults, "not_canonical"]
    return faults if _speaks_of_its_row(body, event) else [*faults, "body_differs"]


def _speaks_of_its_row(body: object, event: StoredEvent) -> bool:
    return (
        isinstance(body, dict)
        and body.get("application_id") == event.application_id
        and body.get("seq") == event.seq
        and body["seq"] is not True
        and body.get("prev_hash") == event.prev_hash
    )


def _tail_problems(
    application_id: str, tail: tuple[int, str], tails: Mapping[str, tuple[int, str]] | None
) -> Iterator[Problem]:
    if tails is None or not application_id:
        return
    seq = tail[0]
    if application_id not in tails:
        yield _problem("unlisted", application_id, seq, 0)
    elif tail != tails[application_id]:
        expected = tails[application_id][0]
        yield _problem("truncated" if seq < expected else "tail_differs", application_id, seq, expected)


def _problem(code: str, application_id: str, seq: int, expected: int) -> Problem:
    message = MESSAGES[code].format(id=application_id, seq=seq, expected=expected)
    return Problem(application_id, seq, code, message)
