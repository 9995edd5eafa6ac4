"""Moving open files to another version, for the office: the plan, its rehearsal, four eyes, progress, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from permitflow.engine.move_plan import MovePlan, propose
from permitflow.models import Jurisdiction
from permitflow.queries import moves as queries
from permitflow.queries.versions import active_of
from permitflow.services import definitions, move_plans, moves
from permitflow.services.move_plans import PlanRefused
from permitflow.services.publications import OFFICE
from permitflow.web import tokens
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.versions import CLOCK_POLICIES, LANE_POLICIES, as_lines, plan_rows, read_plan
from permitflow.web.versions import BAD_INPUT, CONFLICT, my_cities, my_city, of_my_city

STORE = "store_plan"
TRIED_AT_ONCE = 100
REFRESH_SECONDS = "5"
blueprint = Blueprint("moves", __name__, url_prefix="/admin/moves")


@blueprint.get("/<slug>/plan")
@access(roles=OFFICE)
def editor(slug: str) -> ResponseReturnValue:
    """The plan that suggests itself, to be changed, tried and stored."""
    with database().reading() as session:
        city = my_city(session, slug)
        plan = _suggested(session, city, request.args)
    return _editor_page(city, plan)


@blueprint.post("/<slug>/plan")
@access(roles=OFFICE)
def edit(slug: str) -> ResponseReturnValue:
    """Try the plan on the open files, each taken back; or store it for a second person."""
    with database().reading() as session:
        city = my_city(session, slug)
        plan = _suggested(session, city, request.form)
        old = definitions.definition_for(session.connection(), plan.from_hash)
        try:
            plan = read_plan(request.form, plan, old)
        except ValueError as wrong:
            return _editor_page(city, plan, problems=[str(wrong)]), BAD_INPUT
        found = [problem.message for problem in move_plans.check_plan(session, city.id, plan)]
    if found:
        return _editor_page(city, plan, problems=found), BAD_INPUT
    if request.form.get("do") != "store":
        tried = moves.rehearse(database(), city.id, plan, person().user_id, now(), TRIED_AT_ONCE)
        return _editor_page(city, plan, tried=tried)
    return _store(city, plan)


def _store(city: Jurisdiction, plan: MovePlan) -> ResponseReturnValue:
    seen = f"{plan.from_hash}{plan.to_hash}"
    key = tokens.check(request.form.get("token", ""), city.id, seen, STORE)
    try:
        with database().transaction() as session:
            move_plans.store_plan(session, city.id, plan, person().user_id, now(), key)
    except IntegrityError:
        # The form was sent twice: the plan is there already.
        pass
    except PlanRefused as refused:
        return _editor_page(city, plan, problems=list(refused.reasons)), CONFLICT
    flash(_("The plan is stored; another administrator or manager has to approve it."))
    return redirect(url_for(".plan", plan_id=key))


@blueprint.get("/<plan_id>")
@access(roles=OFFICE)
def plan(plan_id: str) -> ResponseReturnValue:
    """A stored plan: what it says, how far it has come, which files stayed and why."""
    with database().reading() as session:
        line = queries.plan(session, plan_id, my_cities())
        if line is None:
            raise NotFound
        city = session.get_one(Jurisdiction, line.row.jurisdiction_id)
        wanted, progress = move_plans.plan_of(line.row), moves.progress(session, plan_id)
        old, new = move_plans.both(session, wanted)
        files = queries.moved_files(session, plan_id)
    page = render_template(
        "versions/plan.html",
        city=city,
        line=line,
        plan=wanted,
        old=old,
        new=new,
        progress=progress,
        files=files,
        lane_policies=LANE_POLICIES,
        clock_policies=CLOCK_POLICIES,
        mine=line.row.created_by == person().user_id,
    )
    response = make_response(page)
    if line.standing == "running":
        response.headers["Refresh"] = REFRESH_SECONDS
    return response


@blueprint.post("/<plan_id>/approve")
@access(roles=OFFICE)
def approve(plan_id: str) -> ResponseReturnValue:
    """Approve a plan as its second person."""
    return _do(
        plan_id,
        "approve_plan",
        lambda session: move_plans.approve_plan(session, plan_id, person().user_id, now()),
        _("The plan is approved."),
    )


@blueprint.post("/<plan_id>/start")
@access(roles=OFFICE)
def start(plan_id: str) -> ResponseReturnValue:
    """Let the plan run, or go on."""
    return _do(
        plan_id,
        "start_plan",
        lambda session: move_plans.start(session, plan_id, now()),
        _("The files are being moved."),
    )


@blueprint.post("/<plan_id>/stop")
@access(roles=OFFICE)
def stop(plan_id: str) -> ResponseReturnValue:
    """Let the plan rest after the file it is at."""
    return _do(
        plan_id,
        "stop_plan",
        lambda session: move_plans.stop(
            session, plan_id, now(), _("Stopped by %(name)s.", name=person().name)
        ),
        _("The plan rests."),
    )


@blueprint.post("/<plan_id>/undo/<application_id>")
@access(roles=OFFICE)
def undo(plan_id: str, application_id: str) -> ResponseReturnValue:
    """Bring one file back, as long as nothing was done to it since."""
    return _do(
        plan_id,
        f"undo {application_id}",
        lambda session: moves.undo(session, plan_id, application_id, person().user_id, now()),
        _("The file stands where it stood before."),
    )


def _do(plan_id: str, word: str, do: Callable[[Session], None], told: str) -> ResponseReturnValue:
    with database().reading() as session:
        if queries.plan(session, plan_id, my_cities()) is None:
            raise NotFound
    tokens.check(request.form.get("token", ""), plan_id, 0, word)
    try:
        with database().transaction() as session:
            do(session)
    except PlanRefused as refused:
        page = render_template(
            "versions/refused.html", reasons=refused.reasons, back=url_for(".plan", plan_id=plan_id)
        )
        return page, CONFLICT
    flash(told)
    return redirect(url_for(".plan", plan_id=plan_id))


def _suggested(session: Session, city: Jurisdiction, asked: Any) -> MovePlan:
    old = of_my_city(session, city, asked.get("old", ""))
    to_hash = asked.get("new", "") or definitions.current_hash(
        session.connection(), city.id, old.definition.workflow
    )
    new = of_my_city(session, city, to_hash or "")
    return propose(old.definition, new.definition, (old.hash, new.hash))


def _editor_page(city: Jurisdiction, plan: MovePlan, **shown: Any) -> str:
    with database().reading() as session:
        old, new = move_plans.both(session, plan)
        counts = asdict(active_of(session, city.id, plan.from_hash))
        numbers = definitions.versions(session, city.id, plan.workflow)
    texts = {
        "actions": as_lines(plan.actions),
        "fact_names": as_lines(plan.facts.renames),
        "fact_values": as_lines(plan.facts.defaults),
    }
    return render_template(
        "versions/editor.html",
        city=city,
        plan=plan,
        old=old,
        new=new,
        rows=plan_rows(plan, old, counts),
        texts=texts,
        versions=numbers,
        lane_policies=LANE_POLICIES,
        clock_policies=CLOCK_POLICIES,
        **{"problems": [], "tried": None} | shown,
    )
