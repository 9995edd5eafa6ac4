"""The right that a missed deadline gives: told when the time runs out, and counted in money when the city decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from permitflow.db import new_id
from permitflow.engine.clock_def import ClockDef, RemedyDef
from permitflow.engine.remedies import refund_cents
from permitflow.prepared import as_date
from permitflow.services import statements as sql
from permitflow.services.files import ClockRow, File
from permitflow.services.record import Datum
from permitflow.services.runs import Run

_NO_DECISION = frozenset({"withdrawn", "abandoned", "expired"})


def owe(
    file: File, clock: ClockRow, run: Run, events: frozenset[str], on: date, at: int
) -> Mapping[str, Datum]:
    """Write down what a late decision owes to the applicant; return what the record says of it.

    `on` is the legal date of the decision and `at` its instant. Nothing is owed by a number that nobody checked, by
    a right without money, or when the applicant withdrew and there was no decision.
    """
    remedy = run.spec.remedy
    if remedy is None or not remedy.refund or not run.spec.verified or not _decides(file, events):
        return {}
    length, used, base = run.span(), run.used(on), _base(file, remedy)
    owed = refund_cents(base, length, used, remedy.refund)
    if owed:
        _owe(file, clock.id, clock.clock, _Owed(owed, _basis(run.spec, used, length, base)), at)
    return {
        "late_clock": clock.clock,
        "used_days": used,
        "length_days": length,
        "paid_cents": base,
        "refund_cents": owed,
    }


def owe_for_payment(file: File, at: int) -> int | None:
    """Count anew what late decisions owe, now that more of the fees is paid; return the cents, None when none was late.

    Many cities charge after they have decided: what is owed is a share of what was paid, whenever it was paid. A
    refund that was paid out already stays as it is. `at` is the instant in microseconds.
    """
    clocks = file.machine.definition.clocks
    if not any(spec.remedy is not None and spec.remedy.refund for spec in clocks.values()):
        return None
    total = None
    for late in _late_decisions(file):
        spec = clocks.get(str(late["late_clock"]))
        if spec is not None and spec.remedy is not None and spec.verified:
            total = (total or 0) + _owe_again(file, spec, late, at)
    return total


def dollars(cents: int) -> str:
    """Return an amount in words for people."""
    return f"${cents // 100:,}.{cents % 100:02d}"


@dataclass(frozen=True, slots=True)
class _Owed:
    """An amount in cents, and its arithmetic in words."""

    cents: int
    basis: str


def _basis(spec: ClockDef, used: int, length: int, base: int) -> str:
    assert spec.remedy is not None
    unit = "business day" if spec.unit == "business_day" else "calendar day"
    paid = f"computed from {dollars(base)} paid"
    return f"{spec.title}: {used} {unit}s used of {length}; {paid}. {spec.remedy.citation}"


def _owe(file: File, clock_id: str, clock: str, owed: _Owed, at: int) -> None:
    row: dict[str, object] = {
        "id": new_id(),
        "jurisdiction_id": file.jurisdiction_id,
        "application_id": file.id,
    }
    row |= {"clock_id": clock_id, "clock": clock, "amount_cents": owed.cents, "basis": owed.basis}
    file.channel.write(sql.OWE_REFUND, row | {"created_at": at, "settled_at": None})


def _late_decisions(file: File) -> list[dict[str, Datum]]:
    """Return what the record says of each late decision, with its legal date."""
    (rows,) = file.channel.read((sql.READ_BODIES, {"application_id": file.id}))
    bodies = [json.loads(row[0]) for row in rows]
    return [body["data"] | {"on": body["legal_on"]} for body in bodies if "late_clock" in body["data"]]


def _owe_again(file: File, spec: ClockDef, late: Mapping[str, Datum], at: int) -> int:
    """Write what one late decision owes by what is paid now; return the cents."""
    assert spec.remedy is not None
    name, used, length = str(late["late_clock"]), int(late["used_days"]), int(late["length_days"])
    base = _base(file, spec.remedy)
    owed = _Owed(refund_cents(base, length, used, spec.remedy.refund), _basis(spec, used, length, base))
    (rows,) = file.channel.read((sql.READ_STOPPED, {"application_id": file.id}))
    for clock_id, clock, stopped_on, refund_id, amount, settled_at in rows:
        if clock != name or as_date(stopped_on) != date.fromisoformat(str(late["on"])):
            continue
        if refund_id is None and owed.cents:
            _owe(file, clock_id, name, owed, at)
        elif refund_id is not None and settled_at is None and amount != owed.cents:
            file.channel.write(
                sql.MOVE_REFUND, {"key": refund_id, "new_amount_cents": owed.cents, "new_basis": owed.basis}
            )
    return owed.cents


def _base(file: File, remedy: RemedyDef) -> int:
    """Return the money that a refund is a share of, in cents: what was paid of the named fees."""
    paid = int(file.columns["fees_paid_cents"])
    if not remedy.fees:
        return paid
    (rows,) = file.channel.read((sql.READ_CHARGES, {"application_id": file.id}))
    return min(paid, sum(int(amount) for fee, amount in rows if fee in remedy.fees))


def _decides(file: File, events: frozenset[str]) -> bool:
    definition = file.machine.definition
    for event in events & definition.actions.keys():
        target = definition.phases[definition.actions[event].target(file.phase)]
        if target.outcome in _NO_DECISION:
            return False
    return True
