"""Forms about a company."""

from __future__ import annotations

from wtforms import DateField
from wtforms.validators import Optional

from permitflow.services.companies import CompanyDetails
from permitflow.web.forms.fields import line, mailbox, prose
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l


class CompanyForm(Form):
    """What a company says of itself."""

    name = line(_l("Name"), required=_l("Enter the company's name."), autocomplete="organization")
    licence_number = line(
        _l("Contractor licence number"), longest=64, hint=_l("Cities check it before a permit is issued.")
    )
    licence_class = line(_l("Licence class"), longest=64, hint=_l("Such as C-10."))
    licence_expires_on = DateField(
        _l("Licence valid until"), [Optional()], format="%Y-%m-%d", render_kw={"type": "date"}
    )
    address = prose(_l("Address"), longest=500)
    phone = line(_l("Phone"), longest=40, inputmode="tel", autocomplete="tel")

    def details(self) -> CompanyDetails:
        """Return what was entered."""
        return CompanyDetails(
            name=self.name.data or "",
            licence_number=self.licence_number.data or "",
            licence_class=self.licence_class.data or "",
            licence_expires_on=self.licence_expires_on.data,
            address=self.address.data or "",
            phone=self.phone.data or "",
        )


class MemberForm(Form):
    """Somebody who shall act for the company."""

    email = mailbox(
        _l("E-mail address of your colleague"),
        required=_l("Enter the e-mail address of your colleague's account."),
    )
