"""The menu of the manager's report, and the periods it offers: links that keep the scope of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from flask import current_app, url_for
from flask_babel import gettext as _

from permitflow.reports.pages import PAGES
from permitflow.reports.scope import Scope
from permitflow.web.forms.form import later as _l
from permitflow.web.navigation import Link

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_l("Overview"), ("overview",)),
    (_l("Lost time"), ("bottlenecks", "map", "contribution", "step-times", "finished", "flow")),
    (_l("Open files"), ("ageing", "worst", "promises", "survival")),
    (_l("Law"), ("clocks", "pathways", "overrides")),
    (_l("Quality"), ("quality", "handovers", "workload", "classes")),
    (_l("Trust"), ("data-quality", "red-flags")),
    (_l("Compare"), ("cities", "what-if")),
    (_l("Exports"), ("exports", "saved-reports", "own", "help")),
)
"""Each group with the ids of its pages; one that does not exist is left out."""
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "bottlenecks": _l("Bottlenecks"),
        "map": _l("Map"),
        "step-times": _l("Time at each step"),
        "contribution": _l("What each step adds"),
        "finished": _l("Finished files"),
        "flow": _l("Flow"),
        "ageing": _l("Age"),
        "worst": _l("Worst ten"),
        "promises": _l("Forecasts"),
        "survival": _l("Still open after"),
        "clocks": _l("Legal clocks"),
        "pathways": _l("Ways to the permit"),
        "overrides": _l("Overrides"),
        "quality": _l("Quality"),
        "handovers": _l("Handovers"),
        "workload": _l("Workload"),
        "classes": _l("Kinds of applicants"),
        "data-quality": _l("Data quality"),
        "red-flags": _l("Red flags"),
        "cities": _l("Cities"),
        "what-if": _l("What if"),
        "exports": _l("Exports"),
        "saved-reports": _l("Saved reports"),
        "own": _l("Own figures"),
        "help": _l("What the figures mean"),
    }
)
"""Short names for the menu; a page without one shows its title."""
ENDPOINTS: Mapping[str, str] = MappingProxyType(
    {
        "what-if": "what_if.start",
        "exports": "reports.exports",
        "saved-reports": "saved_reports.index",
        "help": "reports.help_page",
    }
)
"""Pages that are not made of figures alone."""
FIGURE_PAGE = "reports.figure_page"


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the menu with its links; `current` when the open page is one of them."""

    label: str
    links: tuple[Link, ...]

    @property
    def current(self) -> bool:
        """Say whether the open page is in this group."""
        return any(link.current for link in self.links)


def report_menu(query: Mapping[str, str], current: str = "") -> list[Group]:
    """The groups of the menu; `query` is the scope as parameters of an address, `current` the id of the open page."""
    groups = [Group(str(label), tuple(_links(ids, query, current))) for label, ids in GROUPS]
    rest = [id_ for id_ in PAGES if not any(id_ in ids for _label, ids in GROUPS)]
    if rest:
        groups.append(Group(_("More"), tuple(_links(rest, query, current))))
    return [group for group in groups if group.links]


def page_address(id_: str, query: Mapping[str, Any]) -> str:
    """The address of a page of the report, empty when there is no such page."""
    if id_ in PAGES:
        return url_for(FIGURE_PAGE, page=id_, **query)
    endpoint = ENDPOINTS.get(id_, "")
    return url_for(endpoint, **query) if endpoint in current_app.view_functions else ""


def _links(ids: Iterable[str], query: Mapping[str, str], current: str) -> Iterable[Link]:
    for id_ in ids:
        address = page_address(id_, query)
        if address:
            yield Link(_label(id_), address, id_ == current)


def _label(id_: str) -> str:
    return str(LABELS[id_]) if id_ in LABELS else PAGES[id_].title.say(_)


def quick_periods(scope: Scope, kept: Mapping[str, str]) -> list[Link]:
    """Periods that people ask for often, as links that keep the other words of the address."""
    today = scope.today
    year = date(today.year, 1, 1)
    spans = [
        (_("last 30 days"), today - timedelta(days=29), today),
        (_("last 90 days"), today - timedelta(days=89), today),
        (_("last 365 days"), today - timedelta(days=364), today),
        (_("this year"), year, today),
        (_("last year"), date(today.year - 1, 1, 1), year - timedelta(days=1)),
    ]
    return [
        Link(
            label,
            "?" + urlencode({**kept, "from": first.isoformat(), "to": last.isoformat()}),
            (first, last) == (scope.from_on, scope.to_on),
        )
        for label, first, last in spans
    ]
