"""The pages of an installer's company: what it says of itself, and who acts for it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from permitflow.queries.companies import CompanyPage, companies_of, company_page
from permitflow.services import companies
from permitflow.services.companies import CompanyRefused
from permitflow.services.errors import NotFound, Stale
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.companies import CompanyForm, MemberForm
from permitflow.web.forms.shown import problems

BAD_INPUT = 422
CONFLICT = 409
blueprint = Blueprint("companies", __name__, url_prefix="/companies")


@blueprint.get("/", endpoint="list")
@access(signed_in=True)
def list_() -> ResponseReturnValue:
    """The person's companies; the only one at once."""
    with database().reading() as session:
        found = companies_of(session, person().company_ids)
    if len(found) == 1:
        return redirect(url_for(".page", company_id=found[0].id))
    return render_template("companies/list.html", companies=found)


@blueprint.get("/new")
@access(signed_in=True)
def new() -> ResponseReturnValue:
    """The form for a new company."""
    return render_template("companies/new.html", form=CompanyForm(), problems=[])


@blueprint.post("/new")
@access(signed_in=True)
def found() -> ResponseReturnValue:
    """Create a company with the person as its administrator."""
    form = CompanyForm()
    if not form.validate():
        return render_template("companies/new.html", form=form, problems=problems(form)), BAD_INPUT
    with database().transaction() as session:
        company_id = companies.found(session, form.details(), person().user_id, now())
    flash(_("The company is created. You can apply for permits now."))
    return redirect(url_for(".page", company_id=company_id))


@blueprint.get("/<company_id>")
@access(signed_in=True)
def page(company_id: str) -> ResponseReturnValue:
    """One company and its members."""
    return _company_page(company_id)


@blueprint.post("/<company_id>")
@access(signed_in=True)
def describe(company_id: str) -> ResponseReturnValue:
    """Save what the company says of itself."""
    form = CompanyForm()
    version = request.form.get("version", default=0, type=int)
    if not form.validate():
        return _company_page(company_id, form=form), BAD_INPUT
    try:
        with database().transaction() as session:
            companies.describe(session, company_id, form.details(), version, person().user_id)
    except Stale as stale:
        form.form_errors.append(_(str(stale)))
        return _company_page(company_id, form=form), CONFLICT
    flash(_("Saved."))
    return redirect(url_for(".page", company_id=company_id))


@blueprint.post("/<company_id>/members")
@access(signed_in=True)
def add_member(company_id: str) -> ResponseReturnValue:
    """Let a colleague act for the company."""
    form = MemberForm()
    if not form.validate():
        return _company_page(company_id, member_form=form), BAD_INPUT
    try:
        with database().transaction() as session:
            companies.add_member(session, company_id, form.email.data or "", person().user_id, now())
    except CompanyRefused as refused:
        form.email.errors = [_(str(refused))]
        return _company_page(company_id, member_form=form), BAD_INPUT
    flash(_("Your colleague can act for the company now."))
    return redirect(url_for(".page", company_id=company_id))


@blueprint.post("/<company_id>/members/<user_id>/appoint")
@access(signed_in=True)
def appoint(company_id: str, user_id: str) -> ResponseReturnValue:
    """Make a colleague an administrator."""
    with database().transaction() as session:
        companies.appoint(session, company_id, user_id, person().user_id)
    flash(_("Your colleague administers the company as well now."))
    return redirect(url_for(".page", company_id=company_id))


@blueprint.post("/<company_id>/members/<user_id>/end")
@access(signed_in=True)
def end(company_id: str, user_id: str) -> ResponseReturnValue:
    """End what a colleague may do for the company."""
    try:
        with database().transaction() as session:
            companies.end_membership(session, company_id, user_id, person().user_id, now())
    except CompanyRefused as refused:
        return _company_page(company_id, refused=_(str(refused))), CONFLICT
    if user_id == person().user_id:
        return redirect(url_for(".list"))
    flash(_("This person no longer acts for the company."))
    return redirect(url_for(".page", company_id=company_id))


def _company_page(
    company_id: str, form: CompanyForm | None = None, member_form: MemberForm | None = None, refused: str = ""
) -> str:
    shown = _mine(company_id)
    found = [*(problems(form) if form else []), *(problems(member_form) if member_form else [])]
    return render_template(
        "companies/page.html",
        page=shown,
        form=form or CompanyForm(formdata=None, obj=shown.company),
        member_form=member_form or MemberForm(formdata=None),
        problems=[*found, *([("", refused)] if refused else [])],
    )


def _mine(company_id: str) -> CompanyPage:
    with database().reading() as session:
        shown = company_page(session, company_id, person().user_id)
    if shown is None:
        raise NotFound
    return shown
