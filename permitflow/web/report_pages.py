"""The pages of the manager's report that are made of figures: each with its tables, files behind the numbers, CSV and JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from flask import Response, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from permitflow.analytics.metrics import METRICS, metric
from permitflow.engine.diagram import layout
from permitflow.reports import figure_files
from permitflow.reports.asking import LINES, Line, asking, lines
from permitflow.reports.beside import Counting
from permitflow.reports.figures import Figure
from permitflow.reports.file_lists import names
from permitflow.reports.page import Ask, Listing, Page
from permitflow.reports.pages import PAGES
from permitflow.reports.pages.heat_map import HEATS, drawn_map, figures
from permitflow.reports.pages.overview import overview
from permitflow.reports.prepared_page import Answered, in_reach
from permitflow.reports.scope import cities_of
from permitflow.services.errors import NotFound
from permitflow.web.access import access
from permitflow.web.context import database, person
from permitflow.web.errors import look_again
from permitflow.web.report_menu import page_address, quick_periods, report_menu
from permitflow.web.report_reassign import worst_parts
from permitflow.web.reports import (
    BAD_INPUT,
    ROLES,
    Question,
    blueprint,
    bottleneck_parts,
    page_links,
    page_number,
    question,
)

NAMES = ", ".join(f'"{name}"' for name in PAGES)
ADDRESS = f"/<any({NAMES}):page>"
SCOPE_WORDS = ("city", "from", "to", "workflow", "pathway", "class")
Parts = Mapping[str, Any]


def _overview(ask: Ask) -> Parts:
    found, as_of = in_reach(replace(ask, words={}), Answered("overview", overview))
    return {"told": found.told, "cards": found.cards, "figures": found.figures, "counted_at": as_of}


def _map(ask: Ask) -> Parts:
    found = drawn_map(ask)
    picture = layout(found.definition) if found else None
    return {
        "map": found,
        "picture": picture,
        "heats": HEATS,
        "figures": [found.figure] if found else figures(ask),
    }


OWN_LOOKS: Mapping[str, tuple[str, Callable[[Ask], Parts]]] = MappingProxyType(
    {
        "overview": ("reports/overview.html", _overview),
        "bottlenecks": ("reports/bottlenecks.html", bottleneck_parts),
        "map": ("reports/map.html", _map),
        "worst": ("reports/worst.html", worst_parts),
    }
)
"""Pages with a template of their own, and what it shows beside the figures."""
blueprint.add_app_template_global(report_menu)
blueprint.add_app_template_global(page_address, "report_address")
blueprint.add_app_template_global(quick_periods)


@blueprint.get("/")
@access(roles=ROLES)
def start() -> ResponseReturnValue:
    """Where the report begins."""
    kept = {name: request.args[name] for name in SCOPE_WORDS if name in request.args}
    return redirect(page_address("overview", kept))


@blueprint.get(ADDRESS)
@access(roles=ROLES)
def figure_page(page: str) -> ResponseReturnValue:
    """A page of figures."""
    asked = PAGES[page]
    with _asked() as (ask, form):
        template, parts, again = _look(asked, ask)
        kept = _kept(asked, ask)
        shown = render_template(
            template,
            page=asked,
            ask=ask,
            scope=ask.scope,
            question=form,
            metric=metric,
            kept=kept,
            periods=quick_periods(ask.scope, kept),
            choices=[(choice, list(choice.options(ask))) for choice in asked.choices],
            **parts,
        )
    return shown, 200 if form.understood else BAD_INPUT, again


@blueprint.get(f"{ADDRESS}/<figure>.csv")
@access(roles=ROLES)
def figure_csv(page: str, figure: str) -> ResponseReturnValue:
    """The table of a figure for a spreadsheet."""
    with _asked() as (ask, _form):
        text = figure_files.as_csv(_figure(PAGES[page], ask, figure))
    file = f"{page}-{figure}-{ask.scope.city.slug}-{ask.scope.from_on}-{ask.scope.to_on}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(text, mimetype="text/csv", headers=headers)


@blueprint.get(f"{ADDRESS}.json")
@access(roles=ROLES)
def figure_json(page: str) -> ResponseReturnValue:
    """Every figure of a page for programs."""
    with _asked() as (ask, _form):
        found = [figure_files.as_json(figure) for figure in PAGES[page].figures(ask)]
    return jsonify(page=page, **ask.scope.query(), as_of=ask.snapshot.as_of, figures=found)


@blueprint.get(f"{ADDRESS}/files/<listing>")
@access(roles=ROLES)
def figure_lines(page: str, listing: str) -> ResponseReturnValue:
    """The files behind a number."""
    wanted = PAGES[page].listings.get(listing)
    if wanted is None:
        raise NotFound
    start = LINES * page_number()
    with _asked() as (ask, _form):
        count, different, found = _lines(ask, f"{page} {listing} {start}", wanted, start)
        called = names(ask.session, [line.application_id for line in found])
        title = wanted.title(ask)
    return render_template(
        "reports/listing.html",
        page=PAGES[page],
        scope=ask.scope,
        kept=_kept(PAGES[page], ask),
        workflows=ask.workflows,
        title=title,
        lines=found,
        names=called,
        count=count,
        different=different,
        pages=page_links(start, count),
    )


@blueprint.get("/help")
@access(public=True)
def help_page() -> ResponseReturnValue:
    """What every figure means, for everybody who reads one."""
    return render_template("reports/help.html", metrics=METRICS)


@blueprint.get("/help.json")
@access(public=True)
def help_json() -> ResponseReturnValue:
    """What every figure means, for programs."""
    return jsonify(metrics=[figure_files.as_meaning(one) for one in METRICS])


def _look(page: Page, ask: Ask) -> tuple[str, Parts, dict[str, str]]:
    """The template of a page, what it shows, and headers; how far its figures are while they are being counted."""
    template, parts = OWN_LOOKS.get(page.id, ("reports/page.html", _plain(page)))
    try:
        return template, parts(ask), {}
    except Counting as waiting:
        return "reports/counting.html", {"figures": [], "waiting": waiting}, look_again(waiting)


def _plain(page: Page) -> Callable[[Ask], Parts]:
    return lambda ask: {"figures": page.figures(ask)}


def _lines(ask: Ask, name: str, listing: Listing, start: int) -> tuple[int, int, Sequence[Line]]:
    """A page of a list; of very many visits it is counted beside the request like the figures."""

    def listed(asked: Ask) -> tuple[int, int, Sequence[Line]]:
        return lines(asked, listing.lines(asked), start)

    return in_reach(ask, Answered(f"list {name}", listed))[0]


def _kept(page: Page, ask: Ask) -> dict[str, str]:
    """The words of the address that its links carry on: the scope, and the page's own choices."""
    chosen = {choice.name: ask.word(choice.name) for choice in page.choices}
    return ask.scope.query() | {name: value for name, value in chosen.items() if value}


@contextmanager
def _asked() -> Iterator[tuple[Ask, Question]]:
    """What the address asks, with the snapshot open."""
    with database().reading() as session:
        form = question(session)
        with asking(session, form.scope, request.args.to_dict()) as ask:
            form.form.offer_classes(_classes(ask))
            cities = tuple(cities_of(session, person().cities_with(*ROLES)))
            yield replace(ask, cities=cities, hurried=True), form


def _classes(ask: Ask) -> set[str]:
    """The classes that any file of the city belongs to, as the form names them."""
    found = ask.snapshot.rows(
        "SELECT DISTINCT unnest(['level=' || level, 'project_type=' || project_type, "
        "'public_land=' || public_land]) FROM files"
    )
    return {name for (name,) in found if name is not None}


def _figure(page: Page, ask: Ask, name: str) -> Figure:
    found = next((figure for figure in page.figures(ask) if figure.id == name), None)
    if found is None:
        raise NotFound
    return found
