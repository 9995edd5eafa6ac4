"""What if: sliders for an office, the simulation that a worker runs, and what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from permitflow.analytics.metrics import metric
from permitflow.models import ReportRun
from permitflow.reports import figure_files, what_if, what_if_result
from permitflow.reports.asking import asking
from permitflow.reports.scope import Scope, cities_of, last_days, workflows_of
from permitflow.services import report_runs
from permitflow.services.errors import NotFound
from permitflow.services.report_runs import CANCELLED, Wanted
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.what_if import ORDERS, WhatIfForm, what_if_form
from permitflow.web.reports import BAD_INPUT, ROLES, question

blueprint = Blueprint("what_if", __name__, url_prefix="/what-if")


@dataclass(frozen=True, slots=True)
class Shown:
    """A run with the scope of its page and the titles of its city's steps."""

    run: ReportRun
    scope: Scope
    titles: Callable[[str], str]

    @property
    def state(self) -> str:
        """Return waiting, running, cancelled, failed or done."""
        if self.run.finished_at is None:
            return "waiting" if self.run.worker is None else "running"
        if self.run.result is not None:
            return "done"
        return "cancelled" if self.run.failure == CANCELLED else "failed"


@blueprint.get("/")
@access(roles=ROLES)
def start() -> ResponseReturnValue:
    """The office as it is, with a slider for each thing that may be changed."""
    return _start_page()


@blueprint.post("/")
@access(roles=ROLES)
def ask() -> ResponseReturnValue:
    """Queue a simulation; the same question on the same record leads to the one that is there."""
    with database().reading() as session:
        scope, form, _problem = _form(session)
    if form is None or form.problems:
        return _start_page(), BAD_INPUT
    narrowed = {"workflow": scope.workflow, "pathway": scope.pathway, "class": scope.class_}
    asked = what_if.question_of(narrowed, form.changes())
    with database().transaction() as session:
        run_id = report_runs.ask(session, Wanted(scope.city.id, what_if.KIND, asked, person().user_id), now())
    return redirect(url_for(".run", run_id=run_id))


@blueprint.get("/runs/<run_id>")
@access(roles=ROLES)
def run(run_id: str) -> ResponseReturnValue:
    """How far a simulation is, or what came out."""
    with database().reading() as session:
        shown = _shown(session, run_id)
    result = shown.run.result
    return render_template(
        "what_if/run.html",
        shown=shown,
        scope=shown.scope,
        tried=what_if_result.tried(shown.run.question, shown.titles),
        declared=result.get("declared", 0) if result else 0,
        trust=what_if_result.trust(result) if result else None,
        figures=what_if_result.figures(result, shown.titles) if result else [],
        metric=metric(what_if_result.METRIC),
    )


@blueprint.post("/runs/<run_id>/cancel")
@access(roles=ROLES)
def cancel(run_id: str) -> ResponseReturnValue:
    """Break a simulation off."""
    with database().transaction() as session:
        if report_runs.find(session, run_id, _cities()) is None:
            raise NotFound
        ended = report_runs.cancel(session, run_id, _cities(), now())
    flash(_("The simulation is broken off.") if ended else _("That had ended already."))
    return redirect(url_for(".run", run_id=run_id))


@blueprint.get("/runs/<run_id>.json")
@access(roles=ROLES)
def run_json(run_id: str) -> ResponseReturnValue:
    """A simulation for programs."""
    with database().reading() as session:
        shown = _shown(session, run_id)
    result = shown.run.result
    found = what_if_result.figures(result, shown.titles) if result else []
    told = what_if_result.trust(result) if result else None
    return jsonify(
        state=shown.state,
        done=shown.run.done,
        total=shown.run.total,
        question=shown.run.question,
        trusted=told.enough if told else None,
        figures=[figure_files.as_json(figure) for figure in found],
    )


@blueprint.get("/runs/<run_id>/<figure>.csv")
@access(roles=ROLES)
def run_csv(run_id: str, figure: str) -> ResponseReturnValue:
    """A table of a simulation for a spreadsheet."""
    with database().reading() as session:
        shown = _shown(session, run_id)
    tables = what_if_result.figures(shown.run.result, shown.titles) if shown.run.result else []
    found = next((one for one in tables if one.id == figure), None)
    if found is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="what-if-{figure}.csv"'}
    return Response(figure_files.as_csv(found), mimetype="text/csv", headers=headers)


def _start_page() -> str:
    with database().reading() as session:
        scope, form, problem = _form(session)
        asked = question(session).form
        earlier = report_runs.newest(session, what_if.KIND, frozenset({scope.city.id}))
    return render_template(
        "what_if/start.html",
        scope=scope,
        question=asked,
        form=form,
        problem=problem,
        earlier=earlier,
        orders=ORDERS,
    )


def _form(session: Session) -> tuple[Scope, WhatIfForm | None, str]:
    """The scope of the address with its sliders, or a sentence why there are none."""
    scope = question(session).scope
    with asking(session, scope) as asked:
        try:
            visits = what_if.load_visits(asked)
        except what_if.TooManyVisits:
            told = _(
                "These are too many files for one simulation. Choose a kind of application, a way or a class."
            )
            return scope, None, told
        clocks = what_if.clocks_of(asked)
        steps = what_if.steps_now(visits, asked.scope.now, asked.workflows.step_title, clocks)
    form = what_if_form(steps, request.form)
    told = "" if form.steps else _("Nothing has happened here yet that a simulation could learn from.")
    return scope, form if form.steps else None, told


def _shown(session: Session, run_id: str) -> Shown:
    found = report_runs.find(session, run_id, _cities())
    if found is None or found.kind != what_if.KIND:
        raise NotFound
    (city,) = cities_of(session, frozenset({found.jurisdiction_id}))
    asked = found.question
    scope = last_days(city, found.asked_at, asked["workflow"])
    return Shown(found, scope, workflows_of(session, city).step_title)


def _cities() -> frozenset[str]:
    return person().cities_with(*ROLES)
