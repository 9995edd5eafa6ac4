"""Roles lent to colleagues: who acts for whom, from when until when."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from permitflow.queries.delegations import Holder, delegations, holders
from permitflow.services import delegations as verbs
from permitflow.services.claims import MANAGER
from permitflow.services.delegations import ADMINISTRATOR, DelegationProblem
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.delegations import LendForm, lend_form
from permitflow.web.forms.form import later as _l
from permitflow.web.forms.shown import problems

BAD_INPUT = 422
STANDINGS = {"planned": _l("planned"), "running": _l("running"), "over": _l("over"), "ended": _l("ended")}
blueprint = Blueprint("delegations", __name__, url_prefix="/delegations")


@blueprint.get("/", endpoint="list")
@access(staff=True)
def list_() -> ResponseReturnValue:
    """The roles lent from me and to me; in my cities' office, all of them."""
    return _page(_form())


@blueprint.post("/")
@access(staff=True)
def lend() -> ResponseReturnValue:
    """Lend a role."""
    form = _form()
    if not form.validate():
        return _page(form), BAD_INPUT
    try:
        with database().transaction() as session:
            verbs.lend(session, form.loan(), person().user_id, now())
    except DelegationProblem as problem:
        form.form_errors.append(_(str(problem)))
        return _page(form), BAD_INPUT
    flash(_("The role is lent."))
    return redirect(url_for(".list"))


@blueprint.post("/<delegation_id>/end")
@access(staff=True)
def end(delegation_id: str) -> ResponseReturnValue:
    """End a loan now; files claimed under it go back to the queue."""
    with database().transaction() as session:
        ended = verbs.end(session, delegation_id, person().user_id, now())
    flash(_("The role is no longer lent.") if ended else _("That had ended already."))
    return redirect(url_for(".list"))


def _form() -> LendForm:
    me = person()
    with database().reading() as session:
        staff = holders(session, list(me.grants))
    return lend_form([one for one in staff if _may_lend(one)], staff)


def _may_lend(one: Holder) -> bool:
    me = person()
    is_administrator = ADMINISTRATOR in me.grants[one.jurisdiction_id]
    return one.role != ADMINISTRATOR and (is_administrator or one.user_id == me.user_id)


def _page(form: LendForm) -> str:
    me = person()
    with database().reading() as session:
        lines = delegations(session, me.user_id, me.cities_with(MANAGER, ADMINISTRATOR), now())
    return render_template(
        "admin/delegations.html", form=form, lines=lines, standings=STANDINGS, problems=problems(form)
    )
