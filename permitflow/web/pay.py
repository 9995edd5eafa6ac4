"""Paying the fees of one's own application."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from permitflow.queries.application_page import application_page
from permitflow.services.actors import APPLICANT
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.filing import applicant, own_application
from permitflow.web.payments import fees_page, take_payment

blueprint = Blueprint("pay", __name__)


@blueprint.get("/<application_id>/pay")
@access(signed_in=True)
def form(application_id: str) -> ResponseReturnValue:
    """What is due, how to pay, and the form that says that it was paid."""
    with database().reading() as session:
        application = own_application(session, application_id)
        page = application_page(session, application, person().user_id, now())
    return fees_page(page, url_for(".record", application_id=application_id))


@blueprint.post("/<application_id>/pay")
@access(signed_in=True)
def record(application_id: str) -> ResponseReturnValue:
    """Record a payment that the applicant sent."""
    with database().reading() as session:
        application = own_application(session, application_id)
        page = application_page(session, application, person().user_id, now())
    refused = take_payment(
        page, applicant(application), APPLICANT, url_for(".record", application_id=application_id)
    )
    return refused or redirect(url_for("applications.page", application_id=application_id))
