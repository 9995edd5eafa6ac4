"""The statements of one transition."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)

from permitflow.models import (
    CalendarVersion,
    Clock,
    ClockAnomaly,
    ClockExtension,
    ClockPause,
    ClockWarning,
    CorrectionItem,
    CourtSpell,
    Event,
    EventPayload,
    Fee,
    GateWake,
    Hold,
    Jurisdiction,
    Lane,
    OutboxMessage,
    PermitApplication,
    Refund,
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
    "reopened_at",
    "project_id",
)
FILE_COLUMNS = (
    "id",
    "jurisdiction_id",
    "company_id",
    "workflow",
    "definition_hash",
    "facts",
    "updated_at",
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
            Clock.lapsed_at,
            _NO_NUMBER,
            Clock.started_on,
            Clock.due_on,
        )
        .where(Clock.application_id == _ID)
        .where(Clock.stopped_at.is_(None)),
    )
)
# What a file's past, its clocks and its project say; read only for definitions that ask.
READ_BODIES = Prepared(select(Event.body).where(Event.application_id == _ID).order_by(Event.seq))
READ_RUNS = Prepared(
    select(Clock.clock, Clock.state, Clock.due_on, Clock.stopped_on).where(Clock.application_id == _ID)
)
READ_DECIDED = Prepared(
    select(PermitApplication.id, PermitApplication.workflow, PermitApplication.outcome)
    .where(PermitApplication.project_id == bindparam("project_id"))
    .where(PermitApplication.id != _ID)
    .where(PermitApplication.outcome.is_not(None))
)
READ_SIBLINGS = Prepared(
    select(
        PermitApplication.id,
        PermitApplication.jurisdiction_id,
        PermitApplication.definition_hash,
        PermitApplication.workflow,
        PermitApplication.outcome,
    )
    .where(PermitApplication.project_id == bindparam("project_id"))
    .where(PermitApplication.id != _ID)
    .order_by(PermitApplication.id)
)
ADD_WAKE = inserting(GateWake.__table__)
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


# The clocks of a file: what their arithmetic rests on, and what becomes of them.
_CLOCK_ID: BindParameter[str] = bindparam("clock_id")
_NO_TEXT = cast(null(), String)
READ_RUN = Prepared(
    union_all(
        select(
            literal_column("'pause'").label("part"),
            ClockPause.id,
            ClockPause.paused_on.label("began_on"),
            ClockPause.resumed_on,
            cast(ClockPause.reason, String),
            ClockPause.hold_id,
            _NO_NUMBER,
        ).where(ClockPause.clock_id == _CLOCK_ID),
        select(
            literal_column("'extension'"),
            ClockExtension.id,
            ClockExtension.extended_on,
            _NO_DAY,
            cast(ClockExtension.event, String),
            _NO_TEXT,
            cast(ClockExtension.length, BigInteger),
        ).where(ClockExtension.clock_id == _CLOCK_ID),
        select(
            literal_column("'warning'"),
            ClockWarning.id,
            ClockWarning.warned_on,
            _NO_DAY,
            cast(ClockWarning.rung, String),
            _NO_TEXT,
            _NO_NUMBER,
        ).where(ClockWarning.clock_id == _CLOCK_ID),
    ).order_by("began_on")
)
READ_HOLDS = Prepared(
    select(Hold.id, Hold.from_on, Hold.reason)
    .where(Hold.jurisdiction_id == bindparam("jurisdiction_id"))
    .where(or_(Hold.application_id.is_(None), Hold.application_id == _ID))
    .where(Hold.finished_at.is_(None))
    .where(Hold.released_at.is_(None))
    # Whoever lifts the hold waits for this file, and so finds the clock that starts in it.
    .with_for_update(read=True)
)
READ_CHARGES = Prepared(select(Fee.fee, Fee.amount_cents).where(Fee.application_id == _ID))
READ_STOPPED = Prepared(
    select(Clock.id, Clock.clock, Clock.stopped_on, Refund.id, Refund.amount_cents, Refund.settled_at)
    .outerjoin(Refund, Refund.clock_id == Clock.id)
    .where(Clock.application_id == _ID, Clock.stopped_on.is_not(None))
    .order_by(Clock.id)
)
START_CLOCK = inserting(Clock.__table__)
WRITE_CLOCK = updating(
    Clock.__table__, "state", "due_on", "stopped_at", "stopped_on", "calendar_version_id", "next_warning_on"
)
ANSWER_LAPSE = updating(Clock.__table__, "lapsed_at")
PLAN_WARNING = updating(Clock.__table__, "next_warning_on")
PAUSE_CLOCK = inserting(ClockPause.__table__)
RESUME_CLOCK = updating(ClockPause.__table__, "resumed_on")
EXTEND_CLOCK = inserting(ClockExtension.__table__)
NOTE_WARNING = inserting(ClockWarning.__table__)
OWE_REFUND = inserting(Refund.__table__)
MOVE_REFUND = updating(Refund.__table__, "amount_cents", "basis")
SETTLE_REFUND = updating(Refund.__table__, "settled_at")
NOTE_ANOMALY = inserting(ClockAnomaly.__table__)
