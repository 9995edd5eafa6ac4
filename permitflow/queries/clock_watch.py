"""What went wrong with the machine's own clock, as managers and administrators read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from permitflow.instants import SECOND
from permitflow.models import ClockAnomaly, Jurisdiction, PermitApplication

MOST = 100


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One leap of the clock, `noticed_at` in microseconds, to be shown in `zone`.

    `kind` is regression or jump, `seconds` how far as a number with three decimals. `application_id` and `number`
    name the file whose act came before its last one, when that is how it was noticed.
    """

    kind: str
    noticed_at: int
    seconds: str
    application_id: str | None
    number: str
    zone: str


def anomalies(session: Session, cities: Collection[str]) -> tuple[Anomaly, ...]:
    """Return the newest leaps of the machine's clock, and those noticed on files of some cities; at most 100."""
    known = session.execute(select(Jurisdiction.id, Jurisdiction.zone).where(Jurisdiction.id.in_(cities)))
    zones = {row.id: row.zone for row in known}
    rows = session.execute(
        select(ClockAnomaly, PermitApplication.number)
        .outerjoin(PermitApplication, PermitApplication.id == ClockAnomaly.application_id)
        .where(or_(ClockAnomaly.jurisdiction_id.is_(None), ClockAnomaly.jurisdiction_id.in_(cities)))
        .order_by(ClockAnomaly.noticed_at.desc(), ClockAnomaly.id.desc())
        .limit(MOST)
    )
    usual = min(zones.values(), default="UTC")
    return tuple(
        Anomaly(
            one.kind,
            one.noticed_at,
            f"{abs(one.drift_us) / SECOND:,.3f}",
            one.application_id,
            number or "",
            zones.get(one.jurisdiction_id or "", usual),
        )
        for one, number in rows
    )
