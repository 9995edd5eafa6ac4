"""Refunds that a late decision owes: the cashier pays each out once, with a line in the record."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.errors import ConflictOfInterest, Refusal, UnmetClauses
from permitflow.engine.machine import Actor, conflict
from permitflow.models import Refund
from permitflow.services import statements as sql
from permitflow.services import transitions
from permitflow.services.errors import NotFound, Stale
from permitflow.services.files import File
from permitflow.services.record import Datum
from permitflow.services.transitions import Applied, Note

ACTION = "pay_out_refund"


@dataclass(frozen=True, slots=True)
class Payout:
    """A refund as a cashier pays it out; `reference` is the number on its paper, `at` in microseconds."""

    application_id: str
    refund_id: str
    reference: str
    actor: Actor
    role: str
    at: int
    version: int | None = None
    token: str | None = None


def pay_out(session: Session, payout: Payout) -> Applied:
    """Record that a refund was paid out.

    Raises:
        NotFound: the application owes no such refund.
        Stale: the file changed meanwhile, or the refund was paid out already.
        ConflictOfInterest: the cashier belongs to the applying company.
        UnmetClauses: fees are still due, so that what is owed back may still grow.
    """
    data = dict[str, Datum]()
    noted = Note(
        payout.application_id,
        ACTION,
        "Refund paid out",
        payout.actor.id,
        payout.role,
        payout.at,
        token=payout.token,
        version=payout.version,
        data=data,
        words={"reference": " ".join(payout.reference.upper().split())},
        change=lambda file: _settle(file, payout, data),
    )
    return transitions.note(session.connection(), noted)


def _settle(file: File, payout: Payout, data: dict[str, Datum]) -> None:
    if str(file.columns["company_id"]) in payout.actor.company_ids:
        raise ConflictOfInterest(ACTION, [conflict(payout.role)])
    query = select(Refund.amount_cents, Refund.clock, Refund.settled_at).where(
        Refund.id == payout.refund_id, Refund.application_id == file.id
    )
    refund = file.channel.connection.execute(query).one_or_none()
    if refund is None:
        raise NotFound
    if refund.settled_at is not None:
        raise Stale(file.id, payout.version, "This refund was paid out already.")
    if file.columns["fees_due_cents"] > file.columns["fees_paid_cents"]:
        refusal = Refusal("fees_due", "Fees are still due. The refund is counted when all of them are paid.")
        raise UnmetClauses(ACTION, [refusal])
    data |= {"amount_cents": refund.amount_cents, "clock": refund.clock}
    file.channel.write(sql.SETTLE_REFUND, {"key": payout.refund_id, "new_settled_at": payout.at})
