"""Tables only: what is kept, with the constraints that the database itself holds."""

from permitflow.models.applications import CourtSpell, Document, Lane, PermitApplication, Visit
from permitflow.models.clocks import (
    Clock,
    ClockAnomaly,
    ClockExtension,
    ClockPause,
    ClockWarning,
    Hold,
    Refund,
)
from permitflow.models.corrections import ChecklistAnswer, CorrectionItem, CorrectionNotice
from permitflow.models.delegations import Delegation
from permitflow.models.fees import Fee, Payment
from permitflow.models.logs import ImportedCase, ImportedEvent, ImportedLog
from permitflow.models.outbox import Mail, OutboxMessage
from permitflow.models.people import Company, CompanyMember, RoleGrant, User, WebSession
from permitflow.models.permits import Permit
from permitflow.models.places import (
    CalendarClosure,
    CalendarEdit,
    CalendarPublication,
    CalendarVersion,
    Jurisdiction,
    JurisdictionWorkflow,
    NumberSeries,
    StoredDefinition,
)
from permitflow.models.projects import GateWake, Project
from permitflow.models.publications import (
    Move,
    PublicationAnswer,
    PublicationProposal,
    StepAlias,
    StoredMovePlan,
)
from permitflow.models.record import Event, EventPayload, UsedToken
from permitflow.models.reports import ReportReceiver, ReportRun, SavedReport

__all__ = [
    "CalendarClosure",
    "CalendarEdit",
    "CalendarPublication",
    "CalendarVersion",
    "ChecklistAnswer",
    "Clock",
    "ClockAnomaly",
    "ClockExtension",
    "ClockPause",
    "ClockWarning",
    "Company",
    "CompanyMember",
    "CorrectionItem",
    "CorrectionNotice",
    "CourtSpell",
    "Delegation",
    "Document",
    "Event",
    "EventPayload",
    "Fee",
    "GateWake",
    "Hold",
    "ImportedCase",
    "ImportedEvent",
    "ImportedLog",
    "Jurisdiction",
    "JurisdictionWorkflow",
    "Lane",
    "Mail",
    "Move",
    "NumberSeries",
    "OutboxMessage",
    "Payment",
    "Permit",
    "PermitApplication",
    "Project",
    "PublicationAnswer",
    "PublicationProposal",
    "Refund",
    "ReportReceiver",
    "ReportRun",
    "RoleGrant",
    "SavedReport",
    "StepAlias",
    "StoredDefinition",
    "StoredMovePlan",
    "UsedToken",
    "User",
    "Visit",
    "WebSession",
]
