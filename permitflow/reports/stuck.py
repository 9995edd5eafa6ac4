"""Files that do not move, each with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.analytics.stuck import OpenFile, StepHistory, StuckReason, why_stuck
from permitflow.models import Payment, PermitApplication
from permitflow.reports.flow import FileRow, VisitRow, in_scope
from permitflow.reports.scope import Scope, end_of_day
from permitflow.reports.steps import StepLine

GRAVITY = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class StuckFile:
    """A file that does not move: where it stands, and why, the gravest reason first."""

    file: FileRow
    steps: tuple[str, ...]
    reasons: tuple[StuckReason, ...]

    @property
    def severity(self) -> str:
        """Return how grave the first reason is: high, medium or low."""
        return self.reasons[0].severity


def histories(lines: Iterable[StepLine]) -> dict[str, StepHistory]:
    """Return what closed visits say about each step."""
    return {line.step: StepHistory(line.figures.closed, line.figures.waiting_p90) for line in lines}


def load_payments(session: Session, scope: Scope) -> dict[str, int]:
    """Return the last payment (microseconds) of each file that waits for payment though its fees are paid."""
    rows = session.execute(
        select(Payment.application_id, func.max(Payment.received_at))
        .join(PermitApplication, PermitApplication.id == Payment.application_id)
        .where(*in_scope(scope), PermitApplication.party == "payment")
        .where(PermitApplication.fees_paid_cents >= PermitApplication.fees_due_cents)
        .group_by(Payment.application_id)
    )
    return {row[0]: row[1] for row in rows}


def stuck_files(
    files: Sequence[FileRow],
    visits: Sequence[VisitRow],
    known: Mapping[str, StepHistory],
    paid: Mapping[str, int],
    scope: Scope,
) -> list[StuckFile]:
    """Return the undecided files that do not move, the gravest and then the oldest first.

    Args:
        files: submitted files; those decided are passed over.
        visits: of these files; those closed are passed over.
        known: what is known of each step, by step.
        paid: the instant of payment of files that still wait for it, by file.
        scope: gives the hour and the city's zone.
    """
    waiting: dict[str, list[VisitRow]] = {}
    for visit in visits:
        if visit.closed_at is None:
            waiting.setdefault(visit.application_id, []).append(visit)
    found = []
    for file in files:
        if file.decided_at is not None:
            continue
        places = waiting.get(file.id, [])
        reasons = _reasons(file, places, known, paid.get(file.id), scope)
        if reasons:
            found.append(StuckFile(file, tuple(place.step for place in places), reasons))
    return sorted(found, key=lambda one: (GRAVITY.index(one.severity), one.file.submitted_at))


def _reasons(
    file: FileRow,
    places: Sequence[VisitRow],
    known: Mapping[str, StepHistory],
    paid_at: int | None,
    scope: Scope,
) -> tuple[StuckReason, ...]:
    """Return each kind of reason once, the gravest first."""
    due_at = None if file.due_on is None else end_of_day(file.due_on, scope.city.zone)
    all_reasons = chain.from_iterable(
        why_stuck(
            OpenFile(
                file.party,
                file.party_since_at,
                place.opened_at,
                place.claimed_by is not None,
                due_at=due_at,
                paid_at=paid_at,
            ),
            known.get(place.step),
            scope.now,
        )
        for place in places
    )
    first = {reason.code: reason for reason in reversed(list(all_reasons))}
    return tuple(sorted(first.values(), key=lambda reason: GRAVITY.index(reason.severity)))
