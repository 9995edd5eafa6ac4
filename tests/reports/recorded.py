"""Histories with what the record says beside the rows: events, correction items, pauses and people of the office."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from permitflow.db import Database
from permitflow.engine.definition import Definition
from permitflow.engine.loader import load_file
from permitflow.models import ClockPause, CorrectionItem, CorrectionNotice, Event
from permitflow.reports.asking import asking
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope, Workflows
from tests.reports.history import History, day

WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"


class Recorded(History):
    """A history whose events are written, too; they form no chain."""

    def event(
        self, application_id: str, action: str, at: float, actor: str = "system", **values: Any
    ) -> None:
        """One event; `values` are parts of its body."""
        self._seqs = getattr(self, "_seqs", {})
        seq = self._seqs[application_id] = self._seqs.get(application_id, 0) + 1
        given = {"actor": actor, "role": "system", "lane": "", "acting_for": "", "from": "a", "to": "a"}
        body = given | {"data": {}, "clauses": []} | values
        row = {
            "seq": seq,
            "action": action,
            "prev_hash": "0" * 64,
            "hash": "0" * 64,
            "body": json.dumps(body),
        }
        self.session.execute(
            insert(Event).values(
                application_id=application_id,
                jurisdiction_id=self.city_id,
                at=at if at > 10**9 else day(at),
                **row,
            )
        )

    def item(self, application_id: str, asked: float, by: str, basis: str | None) -> None:
        """One correction item of a notice of its own."""
        self._notices = getattr(self, "_notices", 0) + 1
        notice = self._insert(
            CorrectionNotice,
            jurisdiction_id=self.city_id,
            application_id=application_id,
            number=self._notices,
            round=1,
            issued_at=day(asked),
            issued_by=by,
        )
        self._insert(
            CorrectionItem,
            jurisdiction_id=self.city_id,
            application_id=application_id,
            notice_id=notice,
            number=1,
            round=1,
            severity="required",
            text="t",
            code_section="c",
            fix="f",
            status="open",
            created_by=by,
            created_at=day(asked),
            basis=basis,
        )

    def pause(self, clock_id: str, paused_on: date, resumed_on: date | None, reason: str) -> None:
        """One pause of a clock."""
        self._insert(
            ClockPause,
            jurisdiction_id=self.city_id,
            clock_id=clock_id,
            paused_on=paused_on,
            resumed_on=resumed_on,
            reason=reason,
        )


def definition(name: str) -> Definition:
    """A shipped workflow, e.g. us-ca/residential-instant."""
    return load_file(WORKFLOWS / f"{name}.yaml").definition


@contextmanager
def asked(
    database: Database, scope: Scope, definitions: Mapping[str, Definition] | None = None, **words: str
) -> Iterator[Ask]:
    """What a page is asked with; the city runs these definitions, by hash."""
    with database.reading() as session, asking(session, scope, words) as ask:
        yield replace(ask, workflows=Workflows(definitions)) if definitions else ask
