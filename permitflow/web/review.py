"""The reviewer's pages: the queue, the workspace of one file, and what can be decided there."""

from __future__ import annotations

from typing import Any, cast, get_args
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from permitflow.engine.errors import MissingInput, UnmetClauses
from permitflow.engine.machine import Actor
from permitflow.models import Visit
from permitflow.queries import queue as queues
from permitflow.queries.queue import Cursor, QueueRow, Viewer, Wanted, Whose
from permitflow.queries.workspace import find_application, workspace
from permitflow.services import checklists, claims, notices, transitions
from permitflow.services.actors import acting, actor_for
from permitflow.services.definitions import definition_for
from permitflow.services.errors import NotFound, Stale
from permitflow.services.one_notice import BasisRefused
from permitflow.services.open_reviews import lock_review, refuse_claimed
from permitflow.services.transitions import Act
from permitflow.web import tokens
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.filters import why
from permitflow.web.forms.fields import tidy
from permitflow.web.forms.review import FindingForm, answers, conditions
from permitflow.web.navigation import OFFICE_ROLES
from permitflow.web.review_desk import VERDICT_WORDS, Reopened, desk, entry_words
from permitflow.web.review_queue import drawn_rows, role_links

BAD_INPUT = 422
LONGEST_SEARCH = 100
LONGEST_TEXT = 10_000
blueprint = Blueprint("review", __name__, url_prefix="/review")


@blueprint.get("/")
@access(staff=True)
def queue() -> ResponseReturnValue:
    """What waits for my roles, the most urgent first."""
    viewer, wanted = _viewer(), _wanted()
    if not viewer.roles:
        return render_template("review/no_role.html")
    with database().glance() as connection:
        page = queues.queue_page(connection, viewer, wanted)
        hashes = {row.definition_hash for row in page.rows}
        definitions = {hash_: definition_for(connection, hash_) for hash_ in hashes}
    return render_template(
        "review/queue.html",
        page=page,
        rows=drawn_rows(page, definitions, viewer.user_id, now()),
        roles=role_links(page, wanted),
        wanted=wanted,
        city_id=viewer.jurisdiction_id,
        cities=person().cities,
        filters=urlencode({"role": request.args.get("role", ""), "show": wanted.whose, "q": wanted.text}),
    )


@blueprint.post("/next")
@access(staff=True)
def take_next() -> ResponseReturnValue:
    """Take the most urgent file that nobody else has, and open it."""
    viewer = _viewer()
    with database().transaction() as session:
        row = queues.next_file(session.connection(), viewer) if viewer.roles else None
        if row is not None and row.claimed_by is None:
            claims.claim(session.connection(), row.visit_id, _actor(viewer.jurisdiction_id), now())
    return _open(row)


@blueprint.post("/visits/<visit_id>/take")
@access(staff=True)
def take(visit_id: str) -> ResponseReturnValue:
    """Take a waiting file and open it."""
    application_id, actor = _at_visit(visit_id)
    with database().transaction() as session:
        claims.claim(session.connection(), visit_id, actor, now())
    return _back(application_id, visit_id)


@blueprint.post("/visits/<visit_id>/release")
@access(staff=True)
def release(visit_id: str) -> ResponseReturnValue:
    """Give a file back to the queue."""
    _application_id, actor = _at_visit(visit_id)
    with database().transaction() as session:
        claims.release(session.connection(), visit_id, actor, now())
    flash(_("The file is back in the queue."))
    return redirect(url_for("review.queue"))


@blueprint.post("/visits/<visit_id>/give")
@access(roles=("manager",))
def give(visit_id: str) -> ResponseReturnValue:
    """Give a file to a colleague, on a manager's word."""
    application_id, manager = _at_visit(visit_id)
    with database().transaction() as session:
        city = session.get_one(Visit, visit_id).jurisdiction_id
        colleague = actor_for(session, request.form.get("user_id", ""), city, None)
        claims.reassign(session.connection(), visit_id, colleague, manager, now())
    flash(_("Your colleague has the file now."))
    return _back(application_id, visit_id)


@blueprint.get("/<application_id>")
@access(staff=True)
def file(application_id: str) -> ResponseReturnValue:
    """The workspace of one file."""
    return _workspace_page(application_id, request.args.get("visit"))


@blueprint.post("/<application_id>/checklist")
@access(staff=True)
def save_checklist(application_id: str) -> ResponseReturnValue:
    """Save the whole checklist of a step."""
    visit_id = request.form.get("visit_id", "")
    _of_file, actor = _at_visit(visit_id, application_id)
    with database().transaction() as session:
        connection = session.connection()
        review = lock_review(connection, visit_id, "answer_checklist", actor)
        given = answers(request.form, review.checklist)
        checklists.save_checklist(connection, visit_id, given, actor, now())
    flash(_("Checklist saved."))
    return _back(application_id, visit_id)


@blueprint.post("/<application_id>/items")
@access(staff=True)
def add_item(application_id: str) -> ResponseReturnValue:
    """Add a correction item to the notice that is being prepared."""
    form = FindingForm()
    visit_id = form.visit_id.data or ""
    _of_file, actor = _at_visit(visit_id, application_id)
    if not form.validate():
        return _workspace_page(application_id, visit_id, Reopened(form=form)), BAD_INPUT
    try:
        with database().transaction() as session:
            notices.draft_item(session.connection(), visit_id, form.finding(), actor, now())
    except BasisRefused as refused:
        form.basis.errors = [why(refusal) for refusal in refused.refusals]
        return _workspace_page(application_id, visit_id, Reopened(form=form)), BAD_INPUT
    flash(_("Correction added. The applicant sees it when the notice goes out."))
    return _back(application_id, visit_id)


@blueprint.post("/<application_id>/items/<item_id>/remove")
@access(staff=True)
def remove_item(application_id: str, item_id: str) -> ResponseReturnValue:
    """Take back a correction item that was not sent."""
    visit_id = request.form.get("visit_id", "")
    _of_file, actor = _at_visit(visit_id, application_id)
    with database().transaction() as session:
        notices.remove_item(session.connection(), visit_id, item_id, actor)
    flash(_("Correction removed."))
    return _back(application_id, visit_id)


@blueprint.post("/<application_id>/lanes/<lane>/<action>")
@access(staff=True)
def decide(application_id: str, lane: str, action: str) -> ResponseReturnValue:
    """Answer one lane: approve, approve with conditions, request corrections, or not applicable."""
    typed = request.form
    visit_id = typed.get("visit_id", "")
    _of_file, actor = _at_visit(visit_id, application_id)
    act = Act(
        application_id,
        action,
        actor,
        now(),
        {"reason": tidy(typed.get("reason"))[:LONGEST_TEXT]},
        lane=lane,
        visit_id=visit_id,
        conditions=conditions(typed.get("conditions", "")),
        token=tokens.check(typed.get("token", ""), application_id, visit_id, action),
        document_set_hash=typed.get("document_set_hash", ""),
    )
    return _act(act)


@blueprint.post("/<application_id>/lanes/<lane>/waive")
@access(staff=True)
def waive(application_id: str, lane: str) -> ResponseReturnValue:
    """End a review without an answer, on the authority that the workflow names."""
    version, form = _version(), f"waive-{lane}"
    act = Act(
        application_id,
        "waive",
        _on_file(application_id),
        now(),
        {"reason": tidy(request.form.get("reason"))[:LONGEST_TEXT]},
        lane=lane,
        token=tokens.check(request.form.get("token", ""), application_id, version, form),
        version=version,
    )
    return _act(act, form)


@blueprint.post("/<application_id>/steps/<action>")
@access(staff=True)
def step(application_id: str, action: str) -> ResponseReturnValue:
    """Take a step of the workflow: accept, issue, deny, inspect, whatever the definition gives to my roles."""
    version = _version()
    act = Act(
        application_id,
        action,
        _on_file(application_id),
        now(),
        _inputs(),
        token=tokens.check(request.form.get("token", ""), application_id, version, action),
        version=version,
    )
    return _act(act)


def _act(act: Act, form: str = "") -> ResponseReturnValue:
    """Do it, say so, and open the next file; what is missing comes back on the same page with all that was typed."""
    try:
        with database().transaction() as session:
            connection = session.connection()
            if act.visit_id is not None:
                refuse_claimed(lock_review(connection, act.visit_id, act.action, act.actor), act.actor)
            transitions.apply(connection, act)
    except (MissingInput, UnmetClauses) as refused:
        again = Reopened(form or act.action, refused.refusals)
        return _workspace_page(act.application_id, act.visit_id, again), BAD_INPUT
    except Stale as stale:
        # A lane is compared by its visit; the version on the form still tells what happened since.
        raise Stale(stale.application_id, _version(), str(stale)) from stale
    return _go_on(act)


def _go_on(act: Act) -> Response:
    """Open the next file of the queue in the same city."""
    with database().reading() as session:
        application = find_application(session, person(), act.application_id)
        if application is None:
            raise NotFound
        viewer = _viewer_in(application.jurisdiction_id)
        row = queues.next_file(session.connection(), viewer) if viewer.roles else None
        entry = entry_words(definition_for(session.connection(), application.definition_hash), act)
    flash(_("%(entry)s: %(number)s.", entry=entry, number=application.number or application.title))
    if row is not None:
        flash(_("This is the next file of your queue."))
    return _open(row)


def _workspace_page(application_id: str, visit_id: str | None, again: Reopened | None = None) -> str:
    with database().reading() as session:
        found = workspace(session, person(), application_id, now())
        if found is None:
            raise NotFound
        shown = desk(session, found, visit_id, again)
    return render_template("review/workspace.html", desk=shown, file=found, verdict_words=VERDICT_WORDS)


def _open(row: QueueRow | None) -> Response:
    """Go to a file of the queue, or to the queue when nothing is left."""
    if row is None:
        return _to("review.queue")
    return _to("review.file", application_id=row.application_id, visit=row.visit_id)


def _back(application_id: str, visit_id: str) -> Response:
    return _to("review.file", application_id=application_id, visit=visit_id)


def _to(endpoint: str, **values: Any) -> Response:
    return make_response(redirect(url_for(endpoint, **values)))


def _inputs() -> dict[str, str]:
    """The texts of an action's form, by the names that the workflow gives them."""
    typed = request.form.items()
    return {name[6:]: tidy(text)[:LONGEST_TEXT] for name, text in typed if name.startswith("input-")}


def _version() -> int | None:
    """The file's version that the form was made from."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _actor(jurisdiction_id: str) -> Actor:
    """The person as staff of a city: on these pages nobody acts as an applicant."""
    me = person()
    granted = me.grants.get(jurisdiction_id, frozenset())
    return acting(me.user_id, granted, me.company_ids, None, me.lent_in(jurisdiction_id))


def _on_file(application_id: str) -> Actor:
    with database().reading() as session:
        application = find_application(session, person(), application_id)
    if application is None:
        raise NotFound
    return _actor(application.jurisdiction_id)


def _at_visit(visit_id: str, application_id: str | None = None) -> tuple[str, Actor]:
    """Return the application of a visit and the person as its city's staff; of the one application when it is named."""
    with database().reading() as session:
        visit = session.get(Visit, visit_id)
    if visit is None or application_id not in (None, visit.application_id):
        raise NotFound
    if visit.jurisdiction_id not in person().grants:
        raise NotFound
    return visit.application_id, _actor(visit.jurisdiction_id)


def _viewer() -> Viewer:
    """The person in the city asked for, or in the first one where there is something to review."""
    me = person()
    wanted = request.values.get("city", "")
    if wanted in me.grants:
        return _viewer_in(wanted)
    cities = sorted(me.grants, key=lambda city: (not me.grants[city] - OFFICE_ROLES, me.cities.get(city, "")))
    return _viewer_in(cities[0])


def _viewer_in(jurisdiction_id: str) -> Viewer:
    me = person()
    roles = tuple(sorted(me.grants[jurisdiction_id] - OFFICE_ROLES))
    return Viewer(me.user_id, jurisdiction_id, roles, me.company_ids)


def _wanted() -> Wanted:
    """The filters in the address; what cannot be read is left out."""
    role, whose = request.args.get("role"), request.args.get("show", "all")
    return Wanted(
        (role,) if role else (),
        cast(Whose, whose) if whose in get_args(Whose) else "all",
        request.args.get("q", "")[:LONGEST_SEARCH],
        Cursor.read(request.args.get("after", "")),
    )
