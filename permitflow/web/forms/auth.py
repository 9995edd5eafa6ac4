"""Forms of signing in."""

from __future__ import annotations

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l


class SignInForm(Form):
    """Address and password, where to go then, and perhaps a form that arrived too late."""

    email = StringField(
        _l("E-mail address"),
        validators=[InputRequired(_l("Enter your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Enter your password.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
    carried = HiddenField()


class PasswordForm(Form):
    """A new password, told by the one who knows the old one."""

    current_password = PasswordField(
        _l("Current password"),
        validators=[InputRequired(_l("Enter your current password."))],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(
        _l("New password"),
        description=_l("At least 15 characters. A few words that do not belong together are best."),
        validators=[InputRequired(_l("Enter a new password."))],
        render_kw={"autocomplete": "new-password"},
    )
    new_password_again = PasswordField(
        _l("New password again"),
        validators=[EqualTo("new_password", _l("The two new passwords differ. Type the same one twice."))],
        render_kw={"autocomplete": "new-password"},
    )
