"""The history of one application: every event in order, its hash, and whether the chain holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.ledger.chain import StoredEvent, verify_chain
from permitflow.models import Event, EventPayload, PermitApplication, User
from permitflow.services.definitions import definition_for

_SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event: what happened when, by whom and for whom, with the words that were not erased; `at` in microseconds.

    `to_title` is what the version of that time calls the phase it led to; empty when it is today's version.
    """

    seq: int
    at: int
    entry: str
    who: str
    for_whom: str
    role: str
    lane: str
    to_state: str
    to_title: str
    moved: bool
    data: dict[str, str | int]
    words: tuple[tuple[str, str], ...]
    short_hash: str


@dataclass(frozen=True, slots=True)
class History:
    """All events of an application, newest first; `verified` says that their chain is whole."""

    lines: tuple[HistoryLine, ...]
    verified: bool

    def stations(self) -> tuple[HistoryLine, ...]:
        """Return the events that moved the file, oldest first."""
        return tuple(line for line in reversed(self.lines) if line.moved)


def history(session: Session, application: PermitApplication) -> History:
    """Return the history of an application, its chain verified against the end that the file remembers."""
    events = session.execute(
        select(Event.seq, Event.at, Event.prev_hash, Event.hash, Event.body)
        .where(Event.application_id == application.id)
        .order_by(Event.seq)
    ).all()
    stored = [StoredEvent(application.id, row.seq, row.prev_hash, row.hash, row.body) for row in events]
    tail = {application.id: (application.event_seq, application.event_hash)}
    verified = not any(verify_chain(stored, tail))
    words = _words(session, application.id)
    bodies = [json.loads(row.body) for row in events]
    names = _names(session, {body[key] for body in bodies for key in ("actor", "acting_for")})
    titles = _earlier_titles(session, application, bodies)
    lines = [
        _line(body, row.hash, words.get(row.seq, []), names, titles)
        for row, body in zip(reversed(events), reversed(bodies), strict=True)
    ]
    return History(tuple(lines), verified)


def _earlier_titles(
    session: Session, application: PermitApplication, bodies: list[dict[str, Any]]
) -> dict[str, str]:
    """Return what phases were called in the versions that the file was moved from; nothing is read for most files."""
    hashes = dict.fromkeys(body["definition_hash"] for body in bodies)
    titles: dict[str, str] = {}
    for definition_hash in hashes:
        if definition_hash != application.definition_hash:
            phases = definition_for(session.connection(), definition_hash).phases
            titles |= {name: phase.title for name, phase in phases.items()}
    return titles


def _line(
    body: dict[str, Any],
    hash_: str,
    words: list[tuple[str, str]],
    names: dict[str, str],
    titles: dict[str, str],
) -> HistoryLine:
    return HistoryLine(
        seq=body["seq"],
        at=body["at"],
        entry=str(body["entry"]),
        who=names.get(str(body["actor"]), ""),
        for_whom=names.get(str(body["acting_for"]), ""),
        role=str(body["role"]),
        lane=str(body["lane"]),
        to_state=str(body["to"]),
        to_title=titles.get(str(body["to"]), ""),
        moved=body["from"] != body["to"] and not body["lane"],
        data=body["data"],
        words=tuple(words),
        short_hash=hash_[:_SHOWN_DIGITS],
    )


def _words(session: Session, application_id: str) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for row in session.execute(
        select(EventPayload.seq, EventPayload.name, EventPayload.value)
        .where(EventPayload.application_id == application_id)
        .order_by(EventPayload.seq, EventPayload.name)
    ):
        found.setdefault(row.seq, []).append((row.name, row.value))
    return found


def _names(session: Session, user_ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}
