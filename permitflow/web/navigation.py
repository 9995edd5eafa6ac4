"""Where a person can go: the links of the header, and the page after signing in."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from permitflow.queries.people import Person
from permitflow.web.context import visitor

OFFICE_ROLES = frozenset({"manager", "administrator"})
CASHIER = "cashier"


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the header."""

    label: str
    path: str
    current: bool


def home_of(person: Person) -> str:
    """The page a person starts with: the queue, the fees, the reports, the outbox, or their own applications."""
    if person.roles - OFFICE_ROLES - {CASHIER}:
        return "/review/"
    if CASHIER in person.roles:
        return "/payments/"
    if "manager" in person.roles:
        return "/reports/overview"
    return "/admin/outbox" if person.is_staff else "/applications/"


def links() -> list[Link]:
    """The links of the header for whoever looks at the page."""
    return [Link(label, path, _is_current(path)) for label, path in _places(visitor())]


def _is_current(path: str) -> bool:
    return request.path == path or (path.endswith("/") and request.path.startswith(path))


def _places(person: Person | None) -> list[tuple[str, str]]:
    if person is None:
        return [*_public(), (_("Application status"), "/status")]
    if not person.is_staff:
        return [(_("My applications"), "/applications/"), (_("Company"), "/companies/"), *_public()]
    return [*_work(person), *_public()]


def _public() -> list[tuple[str, str]]:
    return [
        (_("Check a permit"), "/permits/check"),
        (_("Register"), "/permits"),
        (_("Performance"), "/performance"),
    ]


def _work(person: Person) -> list[tuple[str, str]]:
    places = [(_("My queue"), "/review/")] if person.roles - OFFICE_ROLES else []
    if CASHIER in person.roles:
        places.append((_("Fees to receive"), "/payments/"))
    if person.company_ids:
        places.append((_("My applications"), "/applications/"))
    if "manager" in person.roles:
        places.append((_("Reports"), "/reports/"))
    if person.roles & OFFICE_ROLES:
        places += [(_("Outbox"), "/admin/outbox"), (_("Workflows"), "/admin/workflows")]
        places.append((_("Calendars"), "/admin/calendars"))
    return places
