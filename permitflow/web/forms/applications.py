"""Forms of the installer's pages besides the steps: where to begin, signing, uploading, answering, acting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from permitflow.engine.definition import ActionDef, InputDef
from permitflow.engine.inputs import check_input, inputs_of
from permitflow.models import Company, Project
from permitflow.queries.application_page import Paper
from permitflow.queries.applications import Offer
from permitflow.services.drafts import DECLARATIONS
from permitflow.web.filters import why
from permitflow.web.forms.fields import SelectChoice, line, prose
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l

PROJECT_WORDS = {
    "residential": _l("charger at a home"),
    "multifamily": _l("chargers at apartments"),
    "workplace": _l("chargers at a workplace"),
    "commercial": _l("chargers at a shop or other business"),
    "fast_charging_plaza": _l("plaza of fast chargers"),
    "curbside": _l("chargers at the curb of a street"),
    "public_land": _l("agreement for chargers on public land"),
    "funding": _l("grant or rebate"),
    "site_plan": _l("site plan for a plaza"),
    "plaza_with_site_plan": _l("building permit for a plaza with a site plan"),
    "zoning_permit": _l("zoning permit"),
}
"""The words for usual project types; a city's own type is shown by its name."""
LONGEST_NUMBER = 40
NEW_PROJECT = "new"
INPUT = "input-"
"""Stands before the name that a workflow gives to an input, which may be a name that forms use themselves."""
ACCEPT = ".pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg"


class NewApplicationForm(Form):
    """For which company, in which city, for what kind of project."""

    company = SelectField(_l("Company"), [InputRequired(_l("Choose the company that applies."))])
    project = RadioField(
        _l("City and kind of project"),
        [InputRequired(_l("Choose the city and what you want to build."))],
    )
    part_of = SelectField(
        _l("Is it part of a project with other applications?"),
        description=_l(
            "One application can then wait for another, such as a zoning permit, also across cities."
        ),
    )
    project_title = line(_l("Name of the new project"), hint=_l("Such as: Depot on Main Street."))


def new_application_form(
    companies: Sequence[Company], offers: Iterable[Offer], projects: Iterable[Project]
) -> NewApplicationForm:
    """Return the form with the choices a person has; a kind of project is named by city and type."""
    form = NewApplicationForm()
    names = {company.id: company.name for company in companies}
    form.part_of.choices = [
        SelectChoice("", _("No, it stands alone")),
        SelectChoice(NEW_PROJECT, _("Yes, of a new project")),
        *(SelectChoice(one.id, f"{one.title} ({names.get(one.company_id, '')})") for one in projects),
    ]
    form.company.choices = [SelectChoice(company.id, company.name) for company in companies]
    form.project.choices = [
        SelectChoice(f"{offer.jurisdiction_id}:{offer.project_type}", project_label(offer))
        for offer in offers
    ]
    return form


def project_label(offer: Offer) -> str:
    """Return the words for one kind of project in one city."""
    words = PROJECT_WORDS.get(offer.project_type) or offer.project_type.replace("_", " ")
    return f"{offer.city}, {offer.state}: {words}"


class SignForm(Form):
    """The declarations and the signature under an application."""

    owner_consent = BooleanField(_l("The owner of the property agrees to this work."))
    no_adverse_impact = BooleanField(
        _l("As far as I know, the work harms neither public health nor safety and meets the codes in force.")
    )
    signed_name = line(
        _l("Your full name, as your signature"),
        required=_l("Type your full name to sign."),
        hint=_l("By typing it you declare that everything in this application is true."),
        autocomplete="name",
    )

    def declared(self) -> tuple[str, ...]:
        """Return the declarations that were made."""
        return tuple(name for name in DECLARATIONS if self[name].data)


class UploadForm(Form):
    """One document."""

    file = FileField(_l("File"), [InputRequired(_l("Choose a file."))], render_kw={"accept": ACCEPT})


class AnswerForm(Form):
    """The reply to one correction item, perhaps with a new version of a document."""

    reply = prose(
        _l("Your answer"),
        hint=_l("What you changed and where, or why nothing has to change."),
        required=_l("Write what you changed, or why nothing has to change."),
    )
    kind = SelectField(_l("The file is a new version of"), coerce=str)
    file = FileField(_l("File"), render_kw={"accept": ACCEPT})


def answer_form(item_id: str, papers: Iterable[Paper], **values: Any) -> AnswerForm:
    """Return the form of one item; its fields carry the item's id, since a page holds several."""
    form = AnswerForm(prefix=f"{item_id}-", **values)
    form.kind.choices = [SelectChoice(paper.kind, paper.spec.title) for paper in papers]
    return form


def action_form(spec: ActionDef, today: date) -> Form:
    """Return a form with a field, named `INPUT` + name, for each input that an action asks for on a city's date."""
    fields = {INPUT + name: _input(name, wanted, today) for name, wanted in inputs_of(spec).items()}
    return cast(Form, type("ActionForm", (Form,), fields)())


def _input(name: str, wanted: InputDef, today: date) -> Field:
    title = _(wanted.title)
    parts = (_(wanted.help) if wanted.help else "", wanted.citation and f"({wanted.citation})")
    hint = " ".join(part for part in parts if part)
    required = _("Fill in “%(title)s”.", title=title) if wanted.required else ""
    if wanted.type == "text":
        return prose(title, hint=hint, required=required)

    def fits(_form: object, shown: Field) -> None:
        for refusal in check_input(name, wanted, shown.data or "", today):
            raise ValidationError(why(refusal))

    keyboard = {"type": "date"} if wanted.type == "date" else {"inputmode": "numeric"}
    return line(title, hint=hint, required=required, longest=LONGEST_NUMBER, checks=[fits], **keyboard)
