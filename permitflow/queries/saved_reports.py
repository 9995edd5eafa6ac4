"""The saved reports that a manager sees: the own ones, those shared with the office, and who is mailed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from permitflow.models import Jurisdiction, ReportReceiver, SavedReport, User
from permitflow.services.saved_reports import DIGEST, managers_of


@dataclass(frozen=True, slots=True)
class SavedLine:
    """One saved report: instants in microseconds, shown in `zone`; `receivers` are names by the ids of people."""

    report: SavedReport
    city: str
    zone: str
    owner: str
    receivers: Mapping[str, str]

    @property
    def is_digest(self) -> bool:
        """Say whether it is the weekly digest."""
        return self.report.page == DIGEST


def saved_reports(session: Session, user_id: str, cities: Collection[str]) -> list[SavedLine]:
    """Return what somebody may open or is mailed in some cities, by name, by two statements."""
    mailed = select(ReportReceiver.saved_report_id).where(ReportReceiver.user_id == user_id)
    rows = session.execute(
        select(SavedReport, Jurisdiction.name, Jurisdiction.zone, User.name)
        .join(Jurisdiction, Jurisdiction.id == SavedReport.jurisdiction_id)
        .join(User, User.id == SavedReport.owner_id)
        .where(SavedReport.jurisdiction_id.in_(cities))
        .where(or_(SavedReport.owner_id == user_id, SavedReport.shared, SavedReport.id.in_(mailed)))
        .order_by(SavedReport.name, SavedReport.id)
    ).all()
    names: dict[str, dict[str, str]] = {}
    for report_id, who, name in session.execute(
        select(ReportReceiver.saved_report_id, User.id, User.name)
        .join(User, User.id == ReportReceiver.user_id)
        .where(ReportReceiver.saved_report_id.in_([report.id for report, _, _, _ in rows]))
        .order_by(User.name)
    ):
        names.setdefault(report_id, {})[who] = name
    return [
        SavedLine(report, city, zone, owner, names.get(report.id, {})) for report, city, zone, owner in rows
    ]


def saved_report(session: Session, report_id: str, user_id: str, cities: Collection[str]) -> SavedLine | None:
    """Return one saved report of those that somebody may open."""
    lines = saved_reports(session, user_id, cities)
    return next((line for line in lines if line.report.id == report_id), None)


def managers(session: Session, city_id: str) -> list[tuple[str, str]]:
    """Return id and name of the people who may look at a city's reports, by name."""
    query = select(User.id, User.name).where(User.id.in_(managers_of(city_id)), User.active.is_(True))
    return [(row.id, row.name) for row in session.execute(query.order_by(User.name, User.id))]
