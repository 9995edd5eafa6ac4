"""The permit as a PDF for screen, print and screen readers (PDF/UA-1), with a QR code that leads to its check page."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import segno
import typst

from permitflow.instants import to_datetime
from permitflow.queries.sentence import english_day

_SHEET = Path(__file__).resolve().parents[2] / "templates" / "letters" / "permit.typ"
_STATUS = {
    "valid": "Valid",
    "expired": "EXPIRED: no work may be done under this permit",
    "revoked": "REVOKED: no work may be done under this permit",
    "suspended": "SUSPENDED: no work may be done under this permit",
    "finaled": "Completed: the final inspection passed",
    "cancelled": "CANCELLED: no work may be done under this permit",
}


@dataclass(frozen=True, slots=True)
class PermitSheet:
    """What the permit says; `issued_at` in microseconds, `equipment` as answered in the form."""

    number: str
    title: str
    status: str
    city: str
    address: str
    holder: str
    description: str
    issued_on: date
    issued_at: int
    expires_on: date | None
    application_number: str
    equipment: Sequence[Mapping[str, Any]]
    conditions: Sequence[str]
    inspections: Sequence[str]
    check_url: str
    record: str
    """The last event of the file and its hash, for whoever compares the sheet with the record."""


def render(sheet: PermitSheet) -> bytes:
    """Return the PDF of a permit; the same sheet gives the same bytes.

    It claims PDF/UA-1. Where no font of the host has a character of a name, the claim is dropped rather than the
    permit.
    """
    data = json.dumps(_words(sheet), ensure_ascii=False)
    try:
        return _compiled(data, sheet.issued_at, accessible=True)
    except typst.TypstError:
        return _compiled(data, sheet.issued_at, accessible=False)


def _compiled(data: str, issued_at: int, *, accessible: bool) -> bytes:
    return typst.compile(
        _SHEET.read_bytes(),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards="ua-1" if accessible else None,
        # typst takes whole seconds.
        timestamp=to_datetime(issued_at).replace(microsecond=0),
    )


def _words(sheet: PermitSheet) -> dict[str, Any]:
    facts = [
        ("Address", sheet.address),
        ("Permit holder", sheet.holder),
        ("Work", sheet.description),
        ("Issued", english_day(sheet.issued_on)),
        ("Expires", english_day(sheet.expires_on) if sheet.expires_on else ""),
        ("Application", sheet.application_number),
    ]
    return {
        "language": "en",
        "page_word": "Page",
        "city": sheet.city,
        "title": sheet.title,
        "number": sheet.number,
        "status_line": _STATUS.get(sheet.status, sheet.status),
        "facts": [fact for fact in facts if fact[1]],
        "equipment_title": "Chargers allowed",
        "equipment_head": ["Number", "Charger", "Power supply", "Ports each"],
        "equipment": [_row(row) for row in sheet.equipment] or [["", "See the approved plans", "", ""]],
        "conditions_title": "Conditions",
        "conditions": list(sheet.conditions),
        "inspections_title": "Inspections to ask for",
        "inspections": list(sheet.inspections),
        "check_title": "Check this permit",
        "check_words": "Scan the code, or open this address, to see whether the permit is in force today:",
        "check_url": sheet.check_url,
        "record_words": f"Record: {sheet.record}",
        "qr": _qr(sheet.check_url),
        "qr_alt": f"QR code that opens {sheet.check_url}",
    }


def _row(row: Mapping[str, Any]) -> list[str]:
    model = " ".join(str(row[key]) for key in ("manufacturer", "model") if row.get(key))
    listing = f" ({row['listing']})" if row.get("listing") else ""
    units = (("amps", "A"), ("volts", "V"), ("phase", "phase"))
    supply = ", ".join(f"{row[key]} {unit}" for key, unit in units if row.get(key))
    return [
        str(row.get("quantity", "")),
        (model or str(row.get("level", ""))) + listing,
        supply,
        str(row.get("ports", "")),
    ]


def _qr(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    return drawn.getvalue().decode()
