"""The event that tells of a change: what is hashed, and the words that are kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from permitflow.db import new_id
from permitflow.engine.conditions import ClauseResult
from permitflow.engine.lanes import LaneState
from permitflow.instants import SECOND
from permitflow.ledger.canonical import canonical_bytes
from permitflow.ledger.chain import leaf_hash
from permitflow.ledger.commitments import commit, new_salt
from permitflow.services import anomalies
from permitflow.services import statements as sql
from permitflow.services.files import File, standing_of

BODY_VERSION = 2
"""From version 2 on an event says which lanes and clocks it changed, so that the record alone tells how a file stands."""
CLOCK_TOLERANCE = 2 * SECOND
"""Two machines may differ by so much without a word."""

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


def no_earlier(file: File, at: int) -> int:
    """Return the instant of an act on a file: never before the file's last one, whatever the clock says.

    A clock that was set back by more than the tolerance is noticed; the next event says by how much.
    """
    last: int = file.columns["updated_at"]
    if at >= last - CLOCK_TOLERANCE:
        return at
    file.regression_us = last - at
    anomalies.note_regression(file, at, last)
    return last + 1


def append(file: File, entry: Entry) -> int:
    """Queue the event as the file's next one, chained to the one before it; return its number."""
    columns = file.columns
    entry = replace(entry, at=no_earlier(file, entry.at))
    if file.regression_us:
        entry = replace(entry, data={**entry.data, "clock_regression_us": file.regression_us})
        file.regression_us = 0
    file.known_past = None
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


def tell(file: File, kind: str, receiver: str, at: int) -> str:
    """Queue the news of the last event for one group of people; return its id."""
    news_id = new_id()
    file.channel.write(
        sql.ADD_OUTBOX,
        {
            "id": news_id,
            "jurisdiction_id": file.jurisdiction_id,
            "application_id": file.id,
            "seq": file.columns["event_seq"],
            "kind": kind,
            "receiver": receiver,
            "created_at": at,
            "expanded_at": None,
        },
    )
    return news_id


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
        **_changes(file),
    }


def _changes(file: File) -> dict[str, object]:
    """Return the lanes, clocks and outcome that differ from what the record says so far; None for what is gone."""
    told, now = file.told, standing_of(file)
    if now == told:
        return {}
    file.told = now
    changes: dict[str, object] = {}
    for part, shown in (("lanes", _lane), ("clocks", _clock)):
        names = sorted(now[part].keys() | told[part].keys())
        changed = [name for name in names if now[part].get(name) != told[part].get(name)]
        if changed:
            changes[part] = {name: shown(now[part].get(name)) for name in changed}
    if now["outcome"] != told["outcome"]:
        changes["outcome"] = now["outcome"]
    return changes


def _lane(state: LaneState | None) -> dict[str, object] | None:
    if state is None:
        return None
    return {"state": state.state, "required": state.required, "round": state.round}


def _clock(clock: tuple[str, date, date | None] | None) -> dict[str, object] | None:
    if clock is None:
        return None
    state, started_on, due_on = clock
    return {"state": state, "started_on": started_on.isoformat(), "due_on": due_on and due_on.isoformat()}
