"""The event that tells of a change: what is hashed, and the words that are kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from permitflow.db import new_id
from permitflow.engine.conditions import ClauseResult
from permitflow.ledger.canonical import canonical_bytes
from permitflow.ledger.chain import leaf_hash
from permitflow.ledger.commitments import commit, new_salt
from permitflow.services import statements as sql
from permitflow.services.files import File

BODY_VERSION = 1

Datum = str | int


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, before it has a number and a hash.

    `data` is public and hashed as it stands; `words` may hold personal data and enter the hash only as salted
    commitments, so that they can be erased later.
    """

    action: str
    entry: str
    actor: str
    role: str
    from_state: str
    to_state: str
    at: int
    lane: str = ""
    acting_for: str = ""
    clauses: tuple[ClauseResult, ...] = ()
    data: Mapping[str, Datum] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    legal_on: str = ""


def append(file: File, entry: Entry) -> int:
    """Queue the event as the file's next one, chained to the one before it; return its number."""
    columns = file.columns
    columns["event_seq"] += 1
    columns["version"] += 1
    seq: int = columns["event_seq"]
    previous: str = columns["event_hash"]
    salted = {name: (value, new_salt()) for name, value in entry.words.items() if value}
    body = canonical_bytes(_body(file, entry, {name: commit(name, *pair) for name, pair in salted.items()}))
    columns["event_hash"] = leaf_hash(body)
    key = {"application_id": file.id, "seq": seq, "jurisdiction_id": file.jurisdiction_id}
    file.channel.write(
        sql.ADD_EVENT,
        key
        | {
            "at": entry.at,
            "action": entry.action,
            "body": body.decode(),
            "prev_hash": previous,
            "hash": columns["event_hash"],
        },
    )
    for name, (value, salt) in salted.items():
        file.channel.write(sql.ADD_PAYLOAD, key | {"name": name, "value": value, "salt": salt})
    return seq


def tell(file: File, kind: str, receiver: str, at: int) -> None:
    """Queue the news of the last event for one group of people."""
    file.channel.write(
        sql.ADD_OUTBOX,
        {
            "id": new_id(),
            "jurisdiction_id": file.jurisdiction_id,
            "application_id": file.id,
            "seq": file.columns["event_seq"],
            "kind": kind,
            "receiver": receiver,
            "created_at": at,
            "expanded_at": None,
        },
    )


def _body(file: File, entry: Entry, commitments: Mapping[str, str]) -> dict[str, object]:
    columns = file.columns
    return {
        "v": BODY_VERSION,
        "application_id": file.id,
        "jurisdiction_id": file.jurisdiction_id,
        "seq": columns["event_seq"],
        "prev_hash": columns["event_hash"],
        "version": columns["version"],
        "at": entry.at,
        "legal_on": entry.legal_on,
        "action": entry.action,
        "entry": entry.entry,
        "actor": entry.actor,
        "role": entry.role,
        "acting_for": entry.acting_for,
        "lane": entry.lane,
        "from": entry.from_state,
        "to": entry.to_state,
        "round": columns["round"],
        "clauses": [[result.clause, result.outcome] for result in entry.clauses],
        "document_set_hash": columns["document_set_hash"],
        "definition_hash": columns["definition_hash"],
        "data": dict(entry.data),
        "words": dict(commitments),
    }
