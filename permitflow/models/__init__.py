"""Tables only: what is kept, with the constraints that the database itself holds."""

from permitflow.models.applications import CourtSpell, Document, Lane, PermitApplication, Visit
from permitflow.models.clocks import Clock, ClockPause
from permitflow.models.corrections import ChecklistAnswer, CorrectionItem, CorrectionNotice
from permitflow.models.fees import Fee, Payment
from permitflow.models.logs import ImportedEvent, ImportedLog
from permitflow.models.outbox import Mail, OutboxMessage
from permitflow.models.people import Company, CompanyMember, RoleGrant, User, WebSession
from permitflow.models.permits import Permit
from permitflow.models.places import (
    CalendarClosure,
    CalendarVersion,
    Jurisdiction,
    JurisdictionWorkflow,
    NumberSeries,
    StoredDefinition,
)
from permitflow.models.record import Event, EventPayload, UsedToken

__all__ = [
    "CalendarClosure",
    "CalendarVersion",
    "ChecklistAnswer",
    "Clock",
    "ClockPause",
    "Company",
    "CompanyMember",
    "CorrectionItem",
    "CorrectionNotice",
    "CourtSpell",
    "Document",
    "Event",
    "EventPayload",
    "Fee",
    "ImportedEvent",
    "ImportedLog",
    "Jurisdiction",
    "JurisdictionWorkflow",
    "Lane",
    "Mail",
    "NumberSeries",
    "OutboxMessage",
    "Payment",
    "Permit",
    "PermitApplication",
    "RoleGrant",
    "StoredDefinition",
    "UsedToken",
    "User",
    "Visit",
    "WebSession",
]
