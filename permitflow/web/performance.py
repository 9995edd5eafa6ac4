"""How a city performs, for everybody: the figures of the manager's report that name nobody, without signing in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from permitflow.analytics.metrics import metric
from permitflow.queries import register as records
from permitflow.reports import figure_files
from permitflow.reports.asking import asking
from permitflow.reports.page import Ask
from permitflow.reports.performance import performance
from permitflow.reports.scope import find_city, last_days
from permitflow.services.errors import NotFound
from permitflow.web.access import access
from permitflow.web.context import database, now, visitor

KEPT_SECONDS = 300
"""How long others may keep an answer; a page with somebody's name on it is nobody else's."""
blueprint = Blueprint("performance", __name__, url_prefix="/performance")


@blueprint.get("")
@access(public=True)
def cities() -> ResponseReturnValue:
    """The cities whose figures can be read."""
    with database().reading() as session:
        found = records.cities(session)
    return render_template("public/performance_cities.html", cities=found)


@blueprint.get("/<slug>")
@access(public=True)
def city(slug: str) -> ResponseReturnValue:
    """The last year of a city."""
    with _asked(slug) as ask:
        page = render_template(
            "public/performance.html", ask=ask, scope=ask.scope, found=performance(ask), metric=metric
        )
    return _kept(Response(page, mimetype="text/html"))


@blueprint.get("/<slug>.json")
@access(public=True)
def city_json(slug: str) -> ResponseReturnValue:
    """The same for programs."""
    with _asked(slug) as ask:
        found = performance(ask)
        figures = [figure_files.as_json(figure) for figure in found.figures]
        told = {"as_of": found.as_of, **ask.scope.query()}
    return _kept(jsonify(figures=figures, **told))


@blueprint.get("/<slug>/<figure>.csv")
@access(public=True)
def city_csv(slug: str, figure: str) -> ResponseReturnValue:
    """One table for a spreadsheet."""
    with _asked(slug) as ask:
        found = next((one for one in performance(ask).figures if one.id == figure), None)
    if found is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{found.id}.csv"'}
    return _kept(Response(figure_files.as_csv(found), mimetype="text/csv", headers=headers))


@contextmanager
def _asked(slug: str) -> Iterator[Ask]:
    with database().reading() as session:
        place = find_city(session, slug)
        if place is None:
            raise NotFound
        with asking(session, last_days(place, now())) as ask:
            yield replace(ask, hurried=True)


def _kept(response: Response) -> Response:
    if visitor() is None:
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.vary.add("Cookie")
    return response
