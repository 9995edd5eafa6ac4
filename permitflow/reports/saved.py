"""Addresses of report pages that are kept: read from what a person copied, and asked again on a later day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from permitflow.instants import local_date
from permitflow.reports.pages import PAGES
from permitflow.reports.scope import EARLIEST, LATEST, City, Scope, last_days

PREFIX = "/reports/"
SCOPE_WORDS = ("from", "to", "workflow", "pathway", "class")
LONGEST_WORD = 100


class NotAReport(ValueError):
    """The address names no page of the report, or says something that no page understands."""


@dataclass(frozen=True, slots=True)
class Address:
    """A page with the words of its address; `city` is a short name or empty, and no part of the words."""

    page: str
    city: str
    words: Mapping[str, str]


def read_address(text: str) -> Address:
    """Return the page and the words of an address, with or without the host.

    Raises:
        NotAReport: the sentence says what does not fit.
    """
    parts = urlsplit(text.strip())
    page = parts.path.removeprefix(PREFIX)
    if not parts.path.startswith(PREFIX) or page not in PAGES:
        raise NotAReport("This is not the address of a report page.")
    given = dict(parse_qsl(parts.query)[:20])
    known = {*SCOPE_WORDS, *(choice.name for choice in PAGES[page].choices)}
    words = {
        name: value[:LONGEST_WORD] for name, value in given.items() if name in known and value.isprintable()
    }
    _period(words)
    return Address(page, given.get("city", ""), words)


def scope_of(city: City, words: Mapping[str, str], days: int | None, now: int) -> Scope:
    """Return what a kept address covers on this day; `days` make the period move along with today."""
    usual = last_days(city, now)
    first, last = _period(words)
    last = last or usual.to_on
    first = first or last - (usual.to_on - usual.from_on)
    if days is not None:
        last = local_date(now, city.zone)
        first = last - timedelta(days=days - 1)
    narrowed = (words.get(name, "") for name in ("pathway", "class"))
    return Scope(city, first, last, words.get("workflow", ""), now, *narrowed)


def path_of(page: str, scope: Scope, words: Mapping[str, str]) -> str:
    """Return the address of a page for a scope, with the further words of the page."""
    further = {name: value for name, value in words.items() if name not in SCOPE_WORDS}
    return f"{PREFIX}{page}?{urlencode(scope.query() | further)}"


def _period(words: Mapping[str, str]) -> tuple[date | None, date | None]:
    try:
        first, last = (
            date.fromisoformat(words[name]) if words.get(name) else None for name in ("from", "to")
        )
    except ValueError:
        raise NotAReport("The address has a day that does not exist.") from None
    if any(on and not EARLIEST <= on <= LATEST for on in (first, last)) or (first and last and last < first):
        raise NotAReport("The address has a period that does not exist.")
    return first, last
