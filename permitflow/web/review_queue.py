"""The queue as it is shown. A page has fifty rows, so what rows share is worked out once and not once for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import NamedTuple

from flask import get_template_attribute, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from permitflow.engine.definition import Definition
from permitflow.instants import DAY, local_date
from permitflow.queries.queue import COUNTED, NO_DUE_DATE, QueuePage, QueueRow, Wanted
from permitflow.services.open_reviews import step_title
from permitflow.web.filters import local_day

PLACES = ("due", "visit", "application", "number", "title", "why", "step", "age", "court", "holder")
"""What differs from row to row; the macro of the row is drawn once with these names in braces."""


class RoleLink(NamedTuple):
    """One of my roles with how many files wait for it."""

    role: str
    label: str
    waiting: str
    current: bool


def role_links(page: QueuePage, wanted: Wanted) -> list[RoleLink]:
    """Return my roles with their counts, as filters; all of them together first when there are several."""
    links = [
        RoleLink(role, _(role.replace("_", " ").capitalize()), count_words(count), wanted.roles == (role,))
        for role, count in page.counts.items()
    ]
    if len(links) == 1:
        return links
    total = sum(page.counts.values())
    return [RoleLink("", _("All my roles"), count_words(total), not wanted.roles), *links]


def count_words(count: int) -> str:
    """Return a bounded count: '14', '999+'."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def drawn_rows(page: QueuePage, definitions: Mapping[str, Definition], user_id: str, now: int) -> Markup:
    """Return the rows of the table; `definitions` holds the workflow of each row by its hash."""
    locale, today, base = str(get_locale()), local_date(now, page.zone), url_for("review.queue")
    shared: dict[tuple[str, str, str, int], tuple[str, str]] = {}
    drawn = []
    for row in page.rows:
        key = (row.definition_hash, row.step, row.why, row.round)
        if key not in shared:
            shared[key] = step_words(definitions[row.definition_hash], row.step, row.why, row.round)
        step, why = shared[key]
        values = {
            "due": due_words(locale, row.due_on, today),
            "visit": row.visit_id,
            "application": row.application_id,
            "number": escape(row.number),
            "title": escape(row.title),
            "why": why,
            "step": step,
            "age": age_words(locale, (now - row.opened_at) // DAY),
            "court": court_chip(locale, row.party),
            "holder": escape(row.claimed_by_name),
        }
        drawn.append(row_pattern(locale, base, take_of(row, user_id)) % values)
    return Markup("".join(drawn))  # noqa: S704  # Every value above is an id, a macro's answer, or escaped.


def step_words(definition: Definition, step: str, why: str, round_: int) -> tuple[str, str]:
    """Return the step and why a file came to it: a first review, a resubmission, or what was done before."""
    title = escape(step_title(definition, step))
    if round_ > 1:
        return title, escape(_("Resubmission, round %(round)d", round=round_))
    if step in definition.lanes:
        return title, escape(_("First review"))
    action = definition.actions.get(why)
    return title, escape(_(action.entry) if action else why.replace("_", " "))


def take_of(row: QueueRow, user_id: str) -> str:
    """Return what the person may do with a row: take it, release it, or nothing, for one of two reasons."""
    if row.own_company:
        return "conflict"
    if row.claimed_by is None:
        return "take"
    return "release" if row.claimed_by == user_id else "taken"


@lru_cache(maxsize=64)
def row_pattern(_locale: str, base: str, take: str) -> str:
    """Return a row as a pattern: the macro drawn once, with a place to fill for each value."""
    macro = get_template_attribute("review/queue_row.html", "row")
    return str(macro(base, take, {name: f"%({name})s" for name in PLACES}))


@lru_cache(maxsize=4096)
def due_words(_locale: str, due_on: date, today: date) -> str:
    """Return a due date with its sign."""
    sign = str(get_template_attribute("macros/signs.html", "due_sign")(due_on, today))
    return sign if due_on == NO_DUE_DATE else f"{escape(local_day(due_on))} {sign}"


@lru_cache(maxsize=4096)
def age_words(_locale: str, days: int) -> str:
    """Return how long a file has waited, in days."""
    return escape(ngettext("%(num)d day", "%(num)d days", days) if days > 0 else _("today"))


@lru_cache(maxsize=64)
def court_chip(_locale: str, party: str) -> str:
    """Return the sign of whose court a file is in."""
    return str(get_template_attribute("macros/signs.html", "court_chip")(party))
