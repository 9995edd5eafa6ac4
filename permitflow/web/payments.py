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
from permitflow.queries.refunds import refunds_owed
from permitflow.services import payments, refunds
from permitflow.services.actors import acting
from permitflow.services.errors import NotFound
from permitflow.services.payments import PaymentRecord, PaymentRefused
from permitflow.services.refunds import Payout
from permitflow.web import tokens
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.payments import PaymentForm, PayoutForm
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
        owed = refunds_owed(session, person().cities_with(CASHIER))
    return render_template("payments/list.html", rows=rows, refunds=owed)


@blueprint.get("/<application_id>")
@access(roles=(CASHIER,))
def form(application_id: str) -> ResponseReturnValue:
    """What is due on one application, and the form that records what was received."""
    return fees_page(_page(application_id), url_for(".record", application_id=application_id), desk=True)


@blueprint.post("/<application_id>")
@access(roles=(CASHIER,))
def record(application_id: str) -> ResponseReturnValue:
    """Record money that was received at the counter."""
    page = _page(application_id)
    refused = take_payment(page, _cashier(page), CASHIER, url_for(".record", application_id=application_id))
    return refused or redirect(url_for(".form", application_id=application_id))


@blueprint.post("/<application_id>/refunds/<refund_id>")
@access(roles=(CASHIER,))
def pay_out(application_id: str, refund_id: str) -> ResponseReturnValue:
    """Record that a refund was paid out."""
    page = _page(application_id)
    version = request.form.get("version", type=int)
    token = tokens.check(request.form.get("token", ""), application_id, version, refund_id)
    form = PayoutForm()
    if not form.validate():
        target = url_for(".record", application_id=application_id)
        return fees_page(page, target, payout=form, desk=True)
    payout = Payout(
        application_id, refund_id, form.paper.data or "", _cashier(page), CASHIER, now(), version, token
    )
    with database().transaction() as session:
        refunds.pay_out(session, payout)
    flash(_("The refund is recorded as paid out."))
    return redirect(url_for(".form", application_id=application_id))


def fees_page(
    page: ApplicationPage,
    target: str,
    form: PaymentForm | None = None,
    payout: PayoutForm | None = None,
    *,
    desk: bool = False,
) -> ResponseReturnValue:
    """Show the fees of an application with the form that records a payment and is sent to `target`.

    At the cashier's desk also the refunds that have to be paid out.
    """
    form = form or PaymentForm(formdata=None, data={"amount": max(page.money.balance_cents, 0)})
    payout = payout or (PayoutForm(formdata=None) if desk else None)
    found = [*problems(form), *(problems(payout) if payout else ())]
    return render_template(
        "payments/fees.html",
        page=page,
        form=form,
        target=target,
        action=ACTION,
        payout=payout.paper if payout else None,
        problems=found,
    ), BAD_INPUT if found else 200


def take_payment(page: ApplicationPage, actor: Actor, role: str, target: str) -> ResponseReturnValue | None:
    """Record the payment that was sent; return the page again when it cannot be recorded."""
    desk = role == CASHIER
    application_id = page.application.id
    version = request.form.get("version", type=int)
    token = tokens.check(request.form.get("token", ""), application_id, version, ACTION)
    form = PaymentForm()
    if not form.validate():
        return fees_page(page, target, form, desk=desk)
    amount, reference = form.amount.data or 0, form.reference.data or ""
    paid = PaymentRecord(application_id, amount, reference, actor, role, now(), version or 0, token)
    try:
        with database().transaction() as session:
            payments.record_payment(session, paid)
    except PaymentRefused as refused:
        form[refused.field].errors = [_(str(refused))]
        return fees_page(page, target, form, desk=desk)
    flash(_("The payment is recorded."))
    return None


def _page(application_id: str) -> ApplicationPage:
    with database().reading() as session:
        application = _of_my_city(session, application_id)
        return application_page(session, application, person().user_id, now())


def _cashier(page: ApplicationPage) -> Actor:
    who, application = person(), page.application
    city = application.jurisdiction_id
    return acting(who.user_id, who.grants[city], who.company_ids, application.company_id, who.lent_in(city))


def _of_my_city(session: Session, application_id: str) -> PermitApplication:
    application = session.get(PermitApplication, application_id)
    if application is None or application.jurisdiction_id not in person().cities_with(CASHIER):
        raise NotFound
    return application
