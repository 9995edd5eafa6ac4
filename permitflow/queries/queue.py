"""The queue: what waits for a person's roles in one city, the most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from permitflow.models import Jurisdiction, PermitApplication, User, Visit
from permitflow.prepared import Channel, Prepared, as_date

PAGE_ROWS = 50
COUNTED = 1000
"""Counts stop here, so that a long queue costs no more than a short one."""

NO_DUE_DATE = date.max
Whose = Literal["all", "mine", "unclaimed"]
_COLUMNS: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...] = (
    Visit.id.label("visit"),
    Visit.application_id,
    Visit.due_on.label("due"),
    Visit.opened_at.label("since"),
    Visit.step,
    Visit.role,
    Visit.party,
    Visit.why,
    Visit.round,
    Visit.claimed_by,
    User.name,
    PermitApplication.number,
    PermitApplication.title,
    PermitApplication.definition_hash,
    Visit.company_id,
)
_START = ("0001-01-01", 0, "")
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place in the queue after which a page starts."""

    due_on: str
    opened_at: int
    visit_id: str

    def __str__(self) -> str:
        return f"{self.due_on}.{self.opened_at}.{self.visit_id}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Return the cursor that `text` spells; None when it spells none."""
        due_on, _, rest = text.partition(".")
        opened_at, _, visit_id = rest.partition(".")
        try:
            date.fromisoformat(due_on)
            return cls(due_on, int(opened_at), visit_id)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue: the roles asked for, whose files, a number or title to start with, the place."""

    roles: tuple[str, ...] = ()
    whose: Whose = "all"
    text: str = ""
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, in which city, with all roles held there."""

    user_id: str
    jurisdiction_id: str
    roles: tuple[str, ...]
    company_ids: frozenset[str]


class QueueRow(NamedTuple):
    """One file waiting at one step; a tuple, because a page makes fifty of them."""

    visit_id: str
    application_id: str
    due_on: date
    opened_at: int
    step: str
    role: str
    party: str
    why: str
    round: int
    claimed_by: str | None
    claimed_by_name: str
    number: str
    title: str
    definition_hash: str
    own_company: bool

    def can_be_taken_by(self, user_id: str) -> bool:
        """Whether the person may open this file for a decision."""
        return not self.own_company and self.claimed_by in (None, user_id)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, with the number of files that wait for each role (at most COUNTED)."""

    city: str
    zone: str
    rows: tuple[QueueRow, ...]
    counts: dict[str, int]
    following: Cursor | None


def queue_page(connection: Connection, viewer: Viewer, wanted: Wanted) -> QueuePage:
    """Return a page of what waits for the wanted roles, by legal due date, then by age.

    Only roles that the viewer holds, at least one, are looked at; asking for none means all of them. Three
    statements, whatever the length of the queue.
    """
    asked = tuple(role for role in wanted.roles if role in viewer.roles) or viewer.roles
    (city,), (counted,), found = Channel(connection).read(
        (_city(), {"city": viewer.jurisdiction_id}),
        (_counts(len(viewer.roles)), _role_values(viewer, viewer.roles)),
        (_rows(len(asked), wanted.whose, bool(wanted.text.strip())), _values(viewer, wanted, asked)),
    )
    rows = tuple(_row(row, viewer.company_ids) for row in found[:PAGE_ROWS])
    counts = dict(zip(viewer.roles, counted, strict=True))
    following = None
    if len(found) > PAGE_ROWS:
        last = rows[-1]
        following = Cursor(last.due_on.isoformat(), last.opened_at, last.visit_id)
    return QueuePage(city[0], city[1], rows, counts, following)


def next_file(connection: Connection, viewer: Viewer) -> QueueRow | None:
    """Return the most urgent file that the viewer has taken or may take."""
    page = queue_page(connection, viewer, Wanted())
    return next((row for row in page.rows if row.can_be_taken_by(viewer.user_id)), None)


def _row(row: Sequence[Any], company_ids: frozenset[str]) -> QueueRow:
    visit_id, application_id, due_on, opened_at, step, role, party, why, round_, claimed_by, *rest = row
    claimer, number, title, definition_hash, company_id = rest
    return QueueRow(
        visit_id,
        application_id,
        as_date(due_on) or NO_DUE_DATE,
        opened_at,
        step,
        role,
        party,
        why,
        round_,
        claimed_by,
        claimer or "",
        number or "",
        title,
        definition_hash,
        company_id in company_ids,
    )


def _role_values(viewer: Viewer, roles: tuple[str, ...]) -> dict[str, object]:
    values: dict[str, object] = {f"role_{place}": role for place, role in enumerate(roles)}
    return values | {"city": viewer.jurisdiction_id}


def _values(viewer: Viewer, wanted: Wanted, asked: tuple[str, ...]) -> dict[str, object]:
    after = wanted.after
    due_on, opened_at, visit_id = (after.due_on, after.opened_at, after.visit_id) if after else _START
    values = {"me": viewer.user_id, "due_on": due_on, "opened_at": opened_at, "visit_id": visit_id}
    text = wanted.text.strip()
    values |= {"number": text.upper(), "past_number": text.upper() + _LAST_CHARACTER, "title": _pattern(text)}
    return _role_values(viewer, asked) | values


def _pattern(text: str) -> str:
    """Return the LIKE pattern for a title that starts with `text`."""
    for sign in "\\%_":
        text = text.replace(sign, "\\" + sign)
    return text.lower() + "%"


def _open(place: int) -> list[ColumnElement[bool]]:
    """The open visits of one role; this wording is what the partial index of the queue answers."""
    return [
        Visit.closed_at.is_(None),
        Visit.jurisdiction_id == bindparam("city"),
        Visit.role == bindparam(f"role_{place}"),
    ]


@lru_cache
def _city() -> Prepared:
    return Prepared(select(Jurisdiction.name, Jurisdiction.zone).where(Jurisdiction.id == bindparam("city")))


@lru_cache
def _counts(roles: int) -> Prepared:
    """One row with one bounded count for each role; a long queue is only looked at as far as the bound."""
    return Prepared(select(*(_bounded_count(place) for place in range(roles))))


def _bounded_count(place: int) -> ColumnElement[int]:
    waiting = select(Visit.id).where(*_open(place))
    counted = select(func.count()).select_from(Visit).where(*_open(place)).scalar_subquery()
    return case((waiting.offset(COUNTED - 1).limit(1).exists(), COUNTED), else_=counted)


@lru_cache
def _rows(roles: int, whose: Whose, searched: bool) -> Prepared:
    """The page: one ordered read of the queue's index for each role, merged until the page is full.

    A plain IN over several roles would sort the whole queue first.
    """
    parts = [_of_role(place, whose, searched) for place in range(roles)]
    merged = union_all(*parts) if roles > 1 else parts[0]
    return Prepared(merged.order_by("due", "since", "visit").limit(PAGE_ROWS + 1))


def _of_role(place: int, whose: Whose, searched: bool) -> Select[Any]:
    place_in_queue = tuple_(Visit.due_on, Visit.opened_at, Visit.id)
    start = tuple_(
        bindparam("due_on", type_=Visit.due_on.type),
        bindparam("opened_at", type_=Visit.opened_at.type),
        bindparam("visit_id", type_=Visit.id.type),
    )
    chosen = (
        select(*_COLUMNS)
        .join(PermitApplication, PermitApplication.id == Visit.application_id)
        .outerjoin(User, User.id == Visit.claimed_by)
        .where(*_open(place), place_in_queue > start)
    )
    if whose == "mine":
        chosen = chosen.where(Visit.claimed_by == bindparam("me"))
    if whose == "unclaimed":
        chosen = chosen.where(Visit.claimed_by.is_(None))
    return chosen.where(_starts_with()) if searched else chosen


def _starts_with() -> ColumnElement[bool]:
    number = PermitApplication.number
    return or_(
        number.between(bindparam("number"), bindparam("past_number")),
        func.lower(PermitApplication.title).like(bindparam("title"), escape="\\"),
    )
