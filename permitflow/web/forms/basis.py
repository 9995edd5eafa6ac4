"""The part of a correction item's form that says what it rests on, once a notice was sent."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import RadioField, SelectField
from wtforms.validators import Optional

from permitflow.services.one_notice import CHANGED, DANGER, EARLIER, Basis, Openings
from permitflow.web.forms.fields import SelectChoice, prose
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l

BASIS_WORDS: Mapping[str, str] = {
    CHANGED: _l("The material changed since the notice"),
    EARLIER: _l("An item of an earlier notice is not settled"),
    DANGER: _l("Health and safety, on the official's word"),
}


class BasisForm(Form):
    """What an item rests on: changed material, an earlier item, or a danger named by the official."""

    # Which of them hold is the service's to say: a list on a page may be older than the file.
    basis = RadioField(_l("What this item rests on"), [Optional()], choices=[], validate_choice=False)
    basis_material = SelectField(_l("What changed"), [Optional()], choices=[], validate_choice=False)
    basis_item = SelectField(_l("Which earlier item"), [Optional()], choices=[], validate_choice=False)
    basis_reason = prose(
        _l("What endangers health or safety"),
        hint=_l("A full sentence. The applicant reads it in the notice."),
    )

    def given_basis(self) -> Basis | None:
        """Return what was chosen; None when nothing was."""
        kind = self.basis.data or ""
        refs = {CHANGED: self.basis_material.data, EARLIER: self.basis_item.data}
        reason = (self.basis_reason.data or "") if kind == DANGER else ""
        return Basis(kind, refs.get(kind) or "", reason) if kind else None

    def offer(self, openings: Openings) -> None:
        """Fill the lists with what an item may rest on now."""
        choose = SelectChoice("", _l("Choose"))
        self.basis.choices = [SelectChoice(kind, BASIS_WORDS[kind]) for kind in openings.kinds]
        self.basis_material.choices = [choose, *(SelectChoice(*pair) for pair in openings.material)]
        self.basis_item.choices = [choose, *(SelectChoice(*pair) for pair in openings.items)]
