"""The statements of one transition."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
    update,
)

from permitflow.models import (
    CalendarVersion,
    Clock,
    ClockPause,
    CorrectionItem,
    CourtSpell,
    Event,
    EventPayload,
    Fee,
    Jurisdiction,
    Lane,
    OutboxMessage,
    PermitApplication,
    UsedToken,
    Visit,
)
from permitflow.prepared import Prepared, inserting, updating

_ID: BindParameter[str] = bindparam("application_id")

_CALENDAR: ColumnElement[str] = (
    select(CalendarVersion.id)
    .where(CalendarVersion.jurisdiction_id == PermitApplication.jurisdiction_id)
    .order_by(CalendarVersion.version.desc())
    .limit(literal_column("1"))
    .scalar_subquery()
)

WRITTEN_COLUMNS = (
    "number",
    "state",
    "party",
    "party_since_at",
    "round",
    "version",
    "fees_due_cents",
    "fees_paid_cents",
    "draft_items",
    "open_items",
    "unanswered_items",
    "document_kinds",
    "document_set_hash",
    "due_on",
    "event_seq",
    "event_hash",
    "submitted_at",
    "decided_at",
    "outcome",
)
FILE_COLUMNS = (
    "id",
    "jurisdiction_id",
    "company_id",
    "workflow",
    "definition_hash",
    "facts",
    *WRITTEN_COLUMNS,
)

# The row is locked by a statement of its own: what a later statement reads is then what the last writer left.
READ_FILE = Prepared(
    select(
        *(getattr(PermitApplication, name) for name in FILE_COLUMNS),
        Jurisdiction.zone,
        Jurisdiction.number_prefix,
        _CALENDAR.label("calendar_version_id"),
    )
    .join(Jurisdiction, Jurisdiction.id == PermitApplication.jurisdiction_id)
    .where(PermitApplication.id == _ID)
    .with_for_update(of=PermitApplication)
)
_NO_NUMBER, _NO_DAY = cast(null(), BigInteger), cast(null(), Date)
READ_PARTS = Prepared(
    union_all(
        select(
            literal_column("'lane'").label("part"),
            Lane.id,
            Lane.lane,
            Lane.role,
            Lane.state,
            cast(Lane.required, Integer),
            cast(Lane.informational, Integer),
            Lane.round,
            _NO_DAY,
            _NO_DAY,
        ).where(Lane.application_id == _ID),
        select(
            literal_column("'visit'"),
            Visit.id,
            Visit.step,
            Visit.lane,
            Visit.claimed_by,
            Visit.claimed_at,
            Visit.worked_us,
            _NO_NUMBER,
            Visit.due_on,
            _NO_DAY,
        )
        .where(Visit.application_id == _ID)
        .where(Visit.closed_at.is_(None)),
        select(
            literal_column("'clock'"),
            Clock.id,
            Clock.clock,
            Clock.state,
            Clock.calendar_version_id,
            Clock.length,
            _NO_NUMBER,
            _NO_NUMBER,
            Clock.started_on,
            Clock.due_on,
        )
        .where(Clock.application_id == _ID)
        .where(Clock.stopped_at.is_(None)),
    )
)
READ_PAUSES = Prepared(
    select(ClockPause.id, ClockPause.paused_on, ClockPause.resumed_on, ClockPause.reason)
    .where(ClockPause.clock_id == bindparam("clock_id"))
    .order_by(ClockPause.paused_on)
)
COUNT_DRAFTS = Prepared(
    select(func.count())
    .select_from(CorrectionItem)
    .where(CorrectionItem.application_id == _ID)
    .where(CorrectionItem.lane == bindparam("lane"))
    .where(CorrectionItem.notice_id.is_(None))
)

ADD_LANE = inserting(Lane.__table__)
WRITE_LANE = updating(
    Lane.__table__, "required", "state", "round", "conditions", "reason", "decided_by", "decided_at"
)
OPEN_VISIT = inserting(Visit.__table__)
CLOSE_VISIT = updating(Visit.__table__, "worked_us", "closed_at", "closed_by", "closing_action")
MOVE_DUE = updating(Visit.__table__, "due_on")
START_SPELL = inserting(CourtSpell.__table__)
END_SPELL = Prepared(
    update(CourtSpell)
    .where(CourtSpell.application_id == _ID)
    .where(CourtSpell.ended_at.is_(None))
    .values(ended_at=bindparam("new_ended_at"))
)
START_CLOCK = inserting(Clock.__table__)
WRITE_CLOCK = updating(Clock.__table__, "state", "due_on", "stopped_at", "stopped_on")
PAUSE_CLOCK = inserting(ClockPause.__table__)
RESUME_CLOCK = updating(ClockPause.__table__, "resumed_on")
READ_CHARGED = Prepared(select(Fee.fee).where(Fee.application_id == _ID))
ADD_FEE = inserting(Fee.__table__)
ADD_EVENT = inserting(Event.__table__)
ADD_PAYLOAD = inserting(EventPayload.__table__)
ADD_OUTBOX = inserting(OutboxMessage.__table__)
USE_TOKEN = inserting(UsedToken.__table__)


@lru_cache(maxsize=512)
def write_file(changed: tuple[str, ...]) -> Prepared:
    """Return the update of an application's changed columns: an index whose columns are left out is not touched."""
    return updating(PermitApplication.__table__, *changed)
