"""Payments of fees: recorded once each, never more than is due, and the step that waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.conditions import fields_named
from permitflow.engine.definition import Definition
from permitflow.engine.errors import ConflictOfInterest, NotAllowed
from permitflow.engine.machine import Actor, conflict
from permitflow.models import Payment
from permitflow.services import transitions
from permitflow.services.actors import APPLICANT
from permitflow.services.drafts import take
from permitflow.services.files import File
from permitflow.services.record import Datum
from permitflow.services.remedies import owe_for_payment
from permitflow.services.transitions import Act, Applied, Note

BALANCE = "fees.balance_cents"
LONGEST_REFERENCE = 128
_KNOWN = "A payment with this reference is recorded already. Check the number."


class PaymentRefused(Exception):
    """Money that cannot be recorded; `field` names the part of the form, the text says what to do."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Received:
    """Money that has arrived, as its provider vouches for it; `reference` is unique per provider and city."""

    provider: str
    reference: str
    amount_cents: int


class PaymentProvider(Protocol):
    """Whoever takes the money."""

    def receive(self, amount_cents: int, reference: str) -> Received:
        """Return what has arrived; raise PaymentRefused when nothing has."""


class OfflineRecord:
    """Money that came by check, transfer or at the counter: the reference on paper is the proof."""

    def receive(self, amount_cents: int, reference: str) -> Received:
        """Return the payment as it was declared; its reference in one spelling, so that it counts once."""
        plain = " ".join(reference.upper().split())
        if not plain:
            raise PaymentRefused("reference", "Enter the number of the check, transfer or receipt.")
        if len(plain) > LONGEST_REFERENCE:
            raise PaymentRefused("reference", f"A reference has at most {LONGEST_REFERENCE} characters.")
        return Received("offline", plain, amount_cents)


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A payment as somebody records it; `version` is the file's version on the form, `at` in microseconds."""

    application_id: str
    amount_cents: int
    reference: str
    actor: Actor
    role: str
    at: int
    version: int
    token: str | None = None


def record_payment(
    session: Session, record: PaymentRecord, provider: PaymentProvider | None = None
) -> Applied:
    """Record money received and, once nothing is left to pay, take the step that waited for it.

    The money stays recorded when that step is refused for another reason, such as an expired licence; the page
    then shows the reason beside the step.

    Raises:
        NotFound, Stale: as for every change of a file.
        ConflictOfInterest: a cashier belongs to the applying company.
        PaymentRefused: nothing is due, the amount is not above zero or more than is due, or the reference is known.
    """
    received = (provider or OfflineRecord()).receive(record.amount_cents, record.reference)
    taken = _Taking(received, record)
    noted = Note(
        record.application_id,
        "record_payment",
        "Payment recorded",
        record.actor.id,
        record.role,
        record.at,
        token=record.token,
        version=record.version,
        data=taken.data,
        words={"reference": received.reference},
        change=taken.write,
    )
    applied = transitions.note(session.connection(), noted)
    if taken.next_action is None:
        return applied
    act = Act(record.application_id, taken.next_action, record.actor, record.at, version=applied.version)
    try:
        with session.begin_nested():
            return take(session, act)
    except NotAllowed:
        return applied


def paying_action(definition: Definition, phase: str, roles: frozenset[str]) -> str | None:
    """Return the action that one of the roles takes once the fees are paid: the one whose clauses ask for it."""
    for name, spec in definition.actions.items():
        asks = any(BALANCE in fields_named(definition.clauses[clause].expression) for clause in spec.when)
        if asks and phase in spec.from_ and roles.intersection(spec.by):
            return name
    return None


class _Taking:
    """Writes a payment into a locked file; remembers the step that follows when nothing is left to pay."""

    def __init__(self, received: Received, record: PaymentRecord) -> None:
        self._received = received
        self._record = record
        self.data: dict[str, Datum] = {"amount_cents": received.amount_cents, "provider": received.provider}
        self.next_action: str | None = None

    def write(self, file: File) -> None:
        """Check the amount and the reference, and add the row."""
        received, record, columns = self._received, self._record, file.columns
        _refuse_own_company(record, str(columns["company_id"]))
        _refuse_amount(received.amount_cents, columns["fees_due_cents"] - columns["fees_paid_cents"])
        connection = file.channel.connection
        known = select(Payment.id).where(
            Payment.jurisdiction_id == file.jurisdiction_id,
            Payment.provider == received.provider,
            Payment.reference == received.reference,
        )
        if connection.scalar(known) is not None:
            raise PaymentRefused(
                "reference", "A payment with this reference is recorded already. Check the number."
            )
        values = {
            "id": new_id(),
            "jurisdiction_id": file.jurisdiction_id,
            "application_id": file.id,
            "amount_cents": received.amount_cents,
            "provider": received.provider,
            "reference": received.reference,
            "received_at": record.at,
            "recorded_by": record.actor.id,
        }
        try:
            connection.execute(insert(Payment), values)
        except IntegrityError as error:  # Another application took the same reference this instant.
            raise PaymentRefused("reference", _KNOWN) from error
        columns["fees_paid_cents"] += received.amount_cents
        file.changed()
        owed = owe_for_payment(file, record.at)
        if owed is not None:
            self.data["refund_cents"] = owed
        if columns["fees_paid_cents"] == columns["fees_due_cents"]:
            self.next_action = paying_action(file.machine.definition, file.phase, record.actor.roles)


def _refuse_own_company(record: PaymentRecord, company_id: str) -> None:
    if record.role != APPLICANT and company_id in record.actor.company_ids:
        raise ConflictOfInterest("record_payment", [conflict(record.role)])


def _refuse_amount(amount: int, balance: int) -> None:
    if balance <= 0:
        raise PaymentRefused("amount", "Nothing is due on this application.")
    if amount <= 0:
        raise PaymentRefused("amount", "Enter an amount above zero.")
    if amount > balance:
        dollars = f"${balance // 100:,}.{balance % 100:02d}"
        raise PaymentRefused("amount", f"Only {dollars} is due. Enter that amount or less.")
