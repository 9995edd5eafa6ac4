"""The cashier's pages: what waits for payment, and the payments of one application."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from permitflow.engine.machine import Actor
from permitflow.models import PermitApplication
from permitflow.queries import applications
from permitflow.queries.application_page import ApplicationPage, application_page
from permitflow.services import payments
from permitflow.services.actors import acting
from permitflow.services.errors import NotFound
from permitflow.services.payments import PaymentRecord, PaymentRefused
from permitflow.web import tokens
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.payments import PaymentForm
from permitflow.web.forms.shown import problems
from permitflow.web.navigation import CASHIER

BAD_INPUT = 422
ACTION = "record_payment"
blueprint = Blueprint("payments", __name__, url_prefix="/payments")


@blueprint.get("/", endpoint="list")
@access(roles=(CASHIER,))
def list_() -> ResponseReturnValue:
    """The applications of my cities that wait for money."""
    with database().reading() as session:
        rows = applications.unpaid(session, person().cities_with(CASHIER))
    return render_template("payments/list.html", rows=rows)


@blueprint.get("/<application_id>")
@access(roles=(CASHIER,))
def form(application_id: str) -> ResponseReturnValue:
    """What is due on one application, and the form that records what was received."""
    with database().reading() as session:
        application = _of_my_city(session, application_id)
        page = application_page(session, application, person().user_id, now())
    return fees_page(page, url_for(".record", application_id=application_id))


@blueprint.post("/<application_id>")
@access(roles=(CASHIER,))
def record(application_id: str) -> ResponseReturnValue:
    """Record money that was received at the counter."""
    with database().reading() as session:
        application = _of_my_city(session, application_id)
        page = application_page(session, application, person().user_id, now())
    who = person()
    granted = who.grants[application.jurisdiction_id]
    actor = acting(who.user_id, granted, who.company_ids, application.company_id)
    refused = take_payment(page, actor, CASHIER, url_for(".record", application_id=application_id))
    return refused or redirect(url_for(".form", application_id=application_id))


def fees_page(page: ApplicationPage, target: str, form: PaymentForm | None = None) -> ResponseReturnValue:
    """Show the fees of an application with the form that records a payment and is sent to `target`."""
    form = form or PaymentForm(formdata=None, data={"amount": max(page.money.balance_cents, 0)})
    status = BAD_INPUT if form.errors else 200
    return render_template(
        "payments/fees.html", page=page, form=form, target=target, action=ACTION, problems=problems(form)
    ), status


def take_payment(page: ApplicationPage, actor: Actor, role: str, target: str) -> ResponseReturnValue | None:
    """Record the payment that was sent; return the page again when it cannot be recorded."""
    application_id = page.application.id
    version = request.form.get("version", type=int)
    token = tokens.check(request.form.get("token", ""), application_id, version, ACTION)
    form = PaymentForm()
    if not form.validate():
        return fees_page(page, target, form)
    amount, reference = form.amount.data or 0, form.reference.data or ""
    paid = PaymentRecord(application_id, amount, reference, actor, role, now(), version or 0, token)
    try:
        with database().transaction() as session:
            payments.record_payment(session, paid)
    except PaymentRefused as refused:
        form[refused.field].errors = [_(str(refused))]
        return fees_page(page, target, form)
    flash(_("The payment is recorded."))
    return None


def _of_my_city(session: Session, application_id: str) -> PermitApplication:
    application = session.get(PermitApplication, application_id)
    if application is None or application.jurisdiction_id not in person().cities_with(CASHIER):
        raise NotFound
    return application
