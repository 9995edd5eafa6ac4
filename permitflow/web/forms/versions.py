"""The forms of versions: a proposal, and the plan that moves open files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from pydantic import ValidationError
from wtforms import DateField, FileField, SelectField
from wtforms.validators import InputRequired

from permitflow.engine.definition import Definition
from permitflow.engine.move_plan import ClockMove, FactMoves, LaneMove, MovePlan
from permitflow.web.forms.fields import SelectChoice, prose
from permitflow.web.forms.form import Form
from permitflow.web.forms.form import later as _l

LANE_POLICIES = {
    "keep": _l("keep its answer"),
    "reset": _l("ask anew"),
    "waive": _l("waive"),
    "drop": _l("take away"),
}
CLOCK_POLICIES = {
    "keep_due": _l("keep the date"),
    "keep_consumed": _l("keep the used days, new length"),
    "restart": _l("start anew"),
    "drop": _l("take away"),
}
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""A whole number that stays the same when it is read and written; a ZIP code with a zero in front is a text."""


class ProposalForm(Form):
    """Which version, from which day, and why."""

    shipped = SelectField(
        _l("Version"), description=_l("A file of the city's pack, or a version that was in use before.")
    )
    file = FileField(
        _l("Or a workflow file of your own"), description=_l("A YAML file; it replaces the choice above.")
    )
    effective_on = DateField(
        _l("New applications use it from"), [InputRequired(_l("Enter the day."))], render_kw={"type": "date"}
    )
    note = prose(_l("Why"), required=_l("Say why the version changes; it is kept for ever."), longest=2000)


def proposal_form(choices: Iterable[tuple[str, str]], **values: object) -> ProposalForm:
    """Return the form with the versions that can be chosen, as (value, words)."""
    form = ProposalForm(**values)
    form.shipped.choices = [SelectChoice("", _l("None")), *(SelectChoice(*choice) for choice in choices)]
    return form


@dataclass(frozen=True, slots=True)
class MapRow:
    """One line of the plan's editor: an old part with its files, and what is chosen for it."""

    name: str
    title: str
    files: int
    to: str
    policy: str = ""


def plan_rows(
    plan: MovePlan, old: Definition, counts: Mapping[str, Mapping[str, int]]
) -> dict[str, list[MapRow]]:
    """Return the lines of a plan by section: phases, reviews and clocks of the old version."""
    phases = [
        MapRow(name, phase.title, counts["phases"].get(name, 0), plan.phases.get(name, ""))
        for name, phase in old.phases.items()
        if not phase.final
    ]
    lanes, clocks = list[MapRow](), list[MapRow]()
    for name, lane in old.lanes.items():
        kept = plan.lanes.get(name, LaneMove(policy="keep"))
        lanes.append(MapRow(name, lane.title, counts["lanes"].get(name, 0), kept.to or "", kept.policy))
    for name, clock in old.clocks.items():
        held = plan.clocks.get(name, ClockMove(policy="keep_due"))
        clocks.append(MapRow(name, clock.title, counts["clocks"].get(name, 0), held.to or "", held.policy))
    return {"phases": phases, "lanes": lanes, "clocks": clocks}


def read_plan(form: Mapping[str, str], base: MovePlan, old: Definition) -> MovePlan:
    """Return the plan that an editor's form says; raises ValueError with a sentence for what cannot be read."""
    phases = {name: to for name in old.phases if (to := form.get(f"phase.{name}", ""))}
    lanes, clocks = dict(_moves(form, "lane", old.lanes)), dict(_moves(form, "clock", old.clocks))
    try:
        return MovePlan(
            workflow=base.workflow,
            from_hash=base.from_hash,
            to_hash=base.to_hash,
            phases=phases,
            lanes={name: LaneMove.model_validate(move) for name, move in lanes.items()},
            clocks={name: ClockMove.model_validate(move) for name, move in clocks.items()},
            actions=_pairs(form.get("actions", "")),
            facts=FactMoves(
                renames=_pairs(form.get("fact_names", "")),
                defaults={name: _value(text) for name, text in _pairs(form.get("fact_values", "")).items()},
            ),
            notice=form.get("notice", "").strip(),
            reason=form.get("reason", "").strip(),
            override=form.get("override", "").strip(),
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _moves(
    form: Mapping[str, str], kind: str, parts: Iterable[str]
) -> Iterator[tuple[str, dict[str, str | None]]]:
    for name in parts:
        to, policy = form.get(f"{kind}.{name}.to", ""), form.get(f"{kind}.{name}.policy", "")
        if policy == "drop":
            yield name, {"to": None, "policy": policy}
        elif to and policy:
            yield name, {"to": to, "policy": policy}


def _pairs(text: str) -> dict[str, str]:
    """Read lines such as `old = new`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, sign, value = (part.strip() for part in line.partition("="))
        if not sign or not name:
            wrong = _("Write one pair in each line, such as “old = new”, not “%(line)s”.", line=line.strip())
            raise ValueError(wrong)
        if name in found:
            raise ValueError(_("“%(name)s” stands in two lines; leave one of them out.", name=name))
        found[name] = value
    return found


def _value(text: str) -> bool | int | str:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _WHOLE.fullmatch(text) else text


def as_lines(pairs: Mapping[str, object]) -> str:
    """Return pairs as the editor shows them, one in each line."""
    return "\n".join(
        f"{name} = {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in pairs.items()
    )
