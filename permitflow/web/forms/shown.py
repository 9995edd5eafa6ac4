"""What a form holds, in words: for summaries, and for the list of what has to be corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, Field, FieldList, FormField, SelectField

from permitflow.web.filters import money
from permitflow.web.forms.fields import Money
from permitflow.web.forms.steps import StepForm, form_for


@dataclass(frozen=True, slots=True)
class Section:
    """A group of answers under one heading; the heading is empty for a step without rows."""

    heading: str
    rows: tuple[tuple[str, str], ...]


def sections(step: str, answers: Any) -> tuple[Section, ...]:
    """Return the answers of a step in words, open questions left out."""
    form = form_for(step, answers)
    if step == "equipment":
        rows = [row for row in form["chargers"] if answers]  # type: ignore[attr-defined]  # A list of rows.
        return tuple(
            Section(_("Charger type %(number)d", number=number), _answers(row.form))
            for number, row in enumerate(rows, start=1)
        )
    if step == "people":
        found = (
            Section(str(row.label.text), _answers(row.form)) for row in form if isinstance(row, FormField)
        )
        return tuple(section for section in found if section.rows)
    return (Section("", _answers(form)),)


def _answers(form: Any) -> tuple[tuple[str, str], ...]:
    said = ((str(field.label.text), _words(field)) for field in form)
    return tuple((label, words) for label, words in said if words)


def _words(field: Field) -> str:
    if isinstance(field, BooleanField) or field.type == "CSRFTokenField" or field.data in (None, ""):
        return ""
    if isinstance(field, Money):
        return money(field.data or 0)
    if isinstance(field, SelectField):
        return next((str(option.label.text) for option in field if option.checked), "")
    return str(field.data)


def problems(form: StepForm | Any) -> list[tuple[str, str]]:
    """Return every error of a form and of the rows in it, as the id of its field and a sentence."""
    return list(_problems(form))


def _problems(form: Any) -> Iterator[tuple[str, str]]:
    for message in form.form_errors:
        yield "", str(message)
    for field in form:
        if isinstance(field, FormField):
            yield from _problems(field.form)
        elif isinstance(field, FieldList):
            for row in field:
                yield from _problems(row.form)
        else:
            yield from ((field.id, f"{field.label.text}: {message}") for message in field.errors)
