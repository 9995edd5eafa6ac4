"""Forms of the installer's pages besides the steps: where to begin, signing, uploading, answering, acting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired

from permitflow.engine.definition import ActionDef
from permitflow.models import Company
from permitflow.queries.application_page import Paper
from permitflow.queries.applications import Offer
from permitflow.services.drafts import DECLARATIONS
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
}
"""The words for usual project types; a city's own type is shown by its name."""
ACCEPT = ".pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg"


class NewApplicationForm(Form):
    """For which company, in which city, for what kind of project."""

    company = SelectField(_l("Company"), [InputRequired(_l("Choose the company that applies."))])
    project = RadioField(
        _l("City and kind of project"),
        [InputRequired(_l("Choose the city and what you want to build."))],
    )


def new_application_form(companies: Sequence[Company], offers: Iterable[Offer]) -> NewApplicationForm:
    """Return the form with the choices a person has; a project is named by city and type."""
    form = NewApplicationForm()
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


def action_form(spec: ActionDef) -> Form:
    """Return a form with a field for each text that an action asks for."""
    fields = {
        name: prose(
            wanted.title,
            hint=" ".join(part for part in (wanted.help, wanted.citation and f"({wanted.citation})") if part),
            required=_("Fill in “%(title)s”.", title=wanted.title) if wanted.required else "",
        )
        for name, wanted in spec.inputs.items()
    }
    return cast(Form, type("ActionForm", (Form,), fields)())
