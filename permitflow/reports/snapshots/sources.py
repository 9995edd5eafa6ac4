"""What a snapshot is read from: for each part of a file, the columns of the record and how they travel.

A part of many files travels as one JSON array for each column, made by the database itself: neither it nor the
snapshot then handles single values in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from permitflow.models import (
    Clock,
    ClockPause,
    CorrectionItem,
    CorrectionNotice,
    CourtSpell,
    Event,
    Payment,
    PermitApplication,
    Visit,
)

Joined = tuple[Any, ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Source:
    """A part of files: the column of the application's id, and (name, column, type in the snapshot) of each column."""

    name: str
    application: Any
    columns: tuple[tuple[str, Any, str], ...]
    join: Joined | None = None

    def texts(self, session: Session, ids: Sequence[str]) -> list[str]:
        """Return each column of these applications' rows as the text of a JSON array, by one statement."""
        sqlite = session.get_bind().dialect.name == "sqlite"
        gather = func.json_group_array if sqlite else func.json_agg
        taken: Select[*tuple[Any, ...]] = select(
            *(func.coalesce(cast(gather(column), Text), "[]") for _, column, _ in self.columns)
        )
        if self.join is not None:
            taken = taken.select_from(self.application.class_).join(*self.join)
        return list(session.execute(taken.where(self.application.in_(ids))).one())


def _fact(group: str, name: str) -> Any:
    return PermitApplication.facts[group][name].as_string()


def _named(model: Any, kinds: str) -> tuple[tuple[str, Any, str], ...]:
    """Columns of a table from words like `step due_on:DATE`; texts need no type."""
    parts = [word.partition(":") for word in kinds.split()]
    return tuple((name, getattr(model, name), kind or "VARCHAR") for name, _, kind in parts)


def _of(model: Any, kinds: str) -> tuple[tuple[str, Any, str], ...]:
    return (("application_id", model.application_id, "VARCHAR"), *_named(model, kinds))


_FILES = (
    "id workflow definition_hash state party party_since_at:BIGINT due_on:DATE submitted_at:BIGINT decided_at:BIGINT"
    " outcome round:INTEGER company_id station_count:INTEGER fees_due_cents:BIGINT fees_paid_cents:BIGINT"
    " open_items:INTEGER reopened_at:BIGINT version:INTEGER"
)
_VISITS = (
    "id step lane role party round:INTEGER why due_on:DATE opened_at:BIGINT first_claimed_at:BIGINT claimed_at:BIGINT"
    " claimed_by worked_us:BIGINT closed_at:BIGINT closed_by closing_action"
)
_CLOCKS = (
    "id clock round:INTEGER state unit length:INTEGER holder verified:BOOLEAN started_on:DATE due_on:DATE"
    " stopped_on:DATE started_at:BIGINT stopped_at:BIGINT lapsed_at:BIGINT"
)
FILES = Source(
    "files",
    PermitApplication.id,
    (
        *_named(PermitApplication, _FILES),
        ("level", _fact("equipment", "level"), "VARCHAR"),
        ("project_type", _fact("project", "type"), "VARCHAR"),
        ("public_land", _fact("site", "public_land"), "VARCHAR"),
    ),
)
PARTS = (
    Source("paid", Payment.application_id, _of(Payment, "received_at:BIGINT")),
    Source("visits", Visit.application_id, _of(Visit, _VISITS)),
    Source("spells", CourtSpell.application_id, _of(CourtSpell, "party started_at:BIGINT ended_at:BIGINT")),
    Source("clocks", Clock.application_id, _of(Clock, _CLOCKS)),
    Source(
        "pauses",
        Clock.application_id,
        (
            *_of(Clock, "clock"),
            *_named(ClockPause, "clock_id paused_on:DATE resumed_on:DATE reason hold_id"),
        ),
        (ClockPause, ClockPause.clock_id == Clock.id),
    ),
    Source(
        "items",
        CorrectionItem.application_id,
        (
            *_of(CorrectionItem, "notice_id lane round:INTEGER severity code_section status"),
            *_named(CorrectionNotice, "issued_at:BIGINT"),
            *_named(CorrectionItem, "answered_at:BIGINT created_by basis"),
        ),
        (CorrectionNotice, CorrectionNotice.id == CorrectionItem.notice_id),
    ),
    Source(
        "events",
        Event.application_id,
        (*_of(Event, "seq:INTEGER"), ("happened_at", Event.at, "BIGINT"), *_named(Event, "action body")),
    ),
)
"""Everything of a file beside its own row."""
