"""Fields that leave an unanswered question unanswered, and say in a sentence what they expect."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, IntegerField, RadioField, SelectField, StringField, TextAreaField, fields
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, StopValidation
from wtforms.widgets import TextInput

from permitflow.web.forms.form import later as _l

SelectChoice = fields.SelectChoice  # type: ignore[attr-defined]  # The stubs are one release behind.
MOST_CENTS = 10**12
_MONEY = re.compile(r"\$?\s*(\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.(\d{2}))?", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,12}", re.ASCII)
_MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def tidy(value: str | None) -> str:
    """Return typed text in the one spelling that is kept: Unicode form NFC, without blanks around it."""
    return unicodedata.normalize("NFC", value or "").strip()


def asked(required: Any) -> Any:
    """Return the validator for whether an answer must be given; `required` is the sentence when it is missing."""
    return DataRequired(required) if required else Optional()


def _readable(_form: object, field: Field) -> None:
    """Say only once what is wrong with an answer that could not be read."""
    if field.errors:
        raise StopValidation


def line(
    label: Any,
    *,
    hint: Any = "",
    required: Any = "",
    longest: int = 200,
    checks: Iterable[Any] = (),
    **kw: Any,
) -> StringField:
    """One line of text with further checks, if any; `kw` are attributes of the input."""
    validators = [asked(required), Length(max=longest), *checks]
    return StringField(label, validators, filters=[tidy], description=hint, render_kw=kw)


def prose(label: Any, *, hint: Any = "", required: Any = "", longest: int = 4000) -> TextAreaField:
    """Several lines of text."""
    return TextAreaField(label, [asked(required), Length(max=longest)], filters=[tidy], description=hint)


def mailbox(label: Any, *, hint: Any = "", required: Any = "") -> StringField:
    """An e-mail address; only a mail can prove that it exists."""
    wrong = _l("Enter an e-mail address, such as name@example.com.")
    checks = [asked(required), Length(max=254), Regexp(_MAILBOX, message=wrong)]
    return StringField(label, checks, filters=[tidy], description=hint, render_kw={"type": "email"})


class Whole(IntegerField):
    """A whole number, or nothing; commas between thousands are welcome."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if text and not _WHOLE.fullmatch(text):
            raise ValueError(_("Enter a whole number, such as 48. You entered “%(text)s”.", text=text))
        if text:
            self.data = int(text.replace(",", ""))


def whole(label: Any, low: int, high: int, *, hint: Any = "", required: Any = "") -> Whole:
    """A whole number between two bounds; the unit stands in the label."""
    wrong = _l("Enter a whole number from %(min)s to %(max)s.")
    keyboard = {"inputmode": "numeric"}
    return Whole(
        label,
        [_readable, asked(required), NumberRange(low, high, wrong)],
        description=hint,
        render_kw=keyboard,
    )


class Money(Field):
    """An amount of US dollars, kept as whole cents; read exactly, never through a fraction."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data // 100}.{self.data % 100:02d}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read '250', '250.00' or '$1,250.00'."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        found = _MONEY.fullmatch(text)
        if text and not found:
            raise ValueError(
                _("Enter an amount in dollars, such as 250.00. You entered “%(text)s”.", text=text)
            )
        if found:
            self.data = int(found[1].replace(",", "")) * 100 + int(found[2] or 0)


def money(label: Any, *, hint: Any = "", required: Any = "") -> Money:
    """An amount of US dollars."""
    keyboard = {"inputmode": "decimal"}
    bounds = NumberRange(0, MOST_CENTS, _l("Enter an amount of at most ten billion dollars."))
    return Money(label, [_readable, asked(required), bounds], description=hint, render_kw=keyboard)


def _known(value: object) -> object:
    """Return an answer as it is kept: whole numbers as such, and None for a question not answered."""
    text = "" if value is None else str(value)
    return int(text) if text.isdigit() else text or None


def choice(
    label: Any, options: Iterable[tuple[str, Any]], *, hint: Any = "", required: Any = ""
) -> SelectField:
    """One of several answers in a list that starts with 'not chosen'."""
    choices = [SelectChoice("", _l("Choose")), *(SelectChoice(value, text) for value, text in options)]
    return SelectField(label, [asked(required)], coerce=_known, choices=choices, description=hint)


def _said(value: object) -> bool | None:
    return {"True": True, "yes": True, "False": False, "no": False}.get(str(value))


def yes_no(label: Any, *, hint: Any = "") -> RadioField:
    """Yes, no, or not known yet: what nobody knows is never taken for a no."""
    options = (("yes", _l("Yes")), ("no", _l("No")), ("", _l("Not known yet")))
    choices = [SelectChoice(value, text) for value, text in options]
    return RadioField(label, [Optional()], coerce=_said, choices=choices, description=hint)


def answer_of(field: Field) -> object:
    """Return what a field says, as it is kept; None when the question was left open."""
    return None if field.data in ("", None) else field.data
