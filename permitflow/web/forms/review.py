"""Forms of the reviewer: findings, checklists, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from permitflow.engine.definition import ChecklistItem
from permitflow.services.checklists import VERDICTS, Answer, Verdict
from permitflow.services.notices import Finding
from permitflow.web.forms.basis import BasisForm
from permitflow.web.forms.fields import SelectChoice, line, tidy
from permitflow.web.forms.form import later as _l

LONGEST_NOTE = 2000
LONGEST_TEXT = 4000
LONGEST_SECTION = 200
MOST_CONDITIONS = 50


def _needed(kind: type[StringField], label: str, sentence: str, hint: str = "") -> StringField:
    """A text without which a correction item is none; blanks alone do not count."""
    longest = LONGEST_SECTION if kind is StringField else LONGEST_TEXT
    checks = [DataRequired(sentence), Length(max=longest)]
    return kind(label, checks, filters=[tidy], description=hint)


class FindingForm(BasisForm):
    """One correction item: what is wrong, where, the section it breaks, and what would fix it."""

    visit_id = HiddenField()
    text = _needed(TextAreaField, _l("What is wrong"), _l("Say what is wrong."))
    code_section = _needed(
        StringField,
        _l("Code section"),
        _l("Name the code section. A request without one cannot be answered."),
        _l("For example CEC 625.41."),
    )
    fix = _needed(TextAreaField, _l("What would fix it"), _l("Say what would fix it."))
    place = line(_l("Place"), hint=_l("Sheet, document or field, for example E-1."))
    severity = RadioField(
        _l("Kind"),
        choices=[
            SelectChoice("required", _l("Required: must be corrected")),
            SelectChoice("advisory", _l("Advisory: binds nobody")),
        ],
        default="required",
    )

    def finding(self) -> Finding:
        """Return what was typed."""
        return Finding(
            self.text.data or "",
            self.code_section.data or "",
            self.fix.data or "",
            self.place.data or "",
            "advisory" if self.severity.data == "advisory" else "required",
            self.given_basis(),
        )


def answers(typed: Mapping[str, str], lines: Iterable[ChecklistItem]) -> dict[str, Answer]:
    """Return the answered lines of a checklist: 'answer-<line>' holds a verdict, 'note-<line>' a note."""
    found: dict[str, Answer] = {}
    for item in lines:
        verdict = _verdict(typed.get(f"answer-{item.id}", ""))
        if verdict is not None:
            found[item.id] = Answer(verdict, tidy(typed.get(f"note-{item.id}"))[:LONGEST_NOTE])
    return found


def _verdict(text: str) -> Verdict | None:
    return next((verdict for verdict in VERDICTS if verdict == text), None)


def conditions(text: str) -> tuple[str, ...]:
    """Return the conditions of an approval: one per line, blank lines left out."""
    lines = (tidy(line_) for line_ in text.splitlines())
    return tuple(line_ for line_ in lines if line_)[:MOST_CONDITIONS]
