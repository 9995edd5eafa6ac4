"""The sliders of a what-if: one for each thing that may be changed at a step, read from a form without a class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from permitflow.analytics.changes import Change
from permitflow.analytics.visits import AGENCY
from permitflow.reports.what_if import MOST_DAYS, MOST_PEOPLE, StepNow
from permitflow.web.forms.form import later as _l

PEOPLE, DAYS, RETURNS, ORDER, CLOCK = "people", "days", "returns", "order", "clock"
EXACT = "exact-"
ALL_RETURNS = 100
LEAST_DAYS = 14
ORDERS = {"": _l("As today"), "oldest": _l("Oldest first"), "due": _l("By due date")}


@dataclass(frozen=True, slots=True)
class Slider:
    """A whole number between two bounds; `neutral` leaves things as they are. `text` is what was typed beside it."""

    name: str
    label: str
    low: int
    high: int
    neutral: int
    value: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class StepSliders:
    """What may be changed at one step; `order` is the chosen order, None where nobody takes files, `clock` the length of
    its legal clock, None where it has none."""

    now: StepNow
    slider: Slider
    order: str | None
    clock: Slider | None = None


@dataclass(frozen=True, slots=True)
class WhatIfForm:
    """The whole form: the steps, the check at intake, and what is wrong as (id of the field, sentence)."""

    steps: tuple[StepSliders, ...]
    returns: Slider
    problems: tuple[tuple[str, str], ...]

    def changes(self) -> list[Change]:
        """Return what is to be tried; nothing for a form that was left as it was."""
        found = [change for step in self.steps if (change := _change(step)) is not None]
        if self.returns.value:
            found.append(Change(fewer_returns=self.returns.value / ALL_RETURNS))
        return found


def what_if_form(steps: Iterable[StepNow], sent: Mapping[str, str]) -> WhatIfForm:
    """Return the form for the steps of an office as far as it was filled in; bad answers keep their text."""
    problems: list[tuple[str, str]] = []
    shown = tuple(
        _step(step, sent, problems) for step in steps if step.has_people or step.usual_days is not None
    )
    label = _("Returns that a check at intake prevents, of 100")
    returns = _read(Slider(RETURNS, label, 0, ALL_RETURNS, 0, 0), sent, problems)
    return WhatIfForm(shown, returns, tuple(problems))


def _step(step: StepNow, sent: Mapping[str, str], problems: list[tuple[str, str]]) -> StepSliders:
    if step.has_people:
        fewest = -min(step.people, MOST_PEOPLE)
        label = _("Reviewers more or fewer: %(step)s", step=step.title)
        slider = Slider(f"{PEOPLE}-{step.step}", label, fewest, MOST_PEOPLE, 0, 0)
        order = sent.get(f"{ORDER}-{step.step}", "")
        return StepSliders(
            step,
            _read(slider, sent, problems),
            order if order in ORDERS else "",
            _clock(step, sent, problems),
        )
    most = min(max(2 * (step.usual_days or 0), LEAST_DAYS), MOST_DAYS)
    label = _("Days after which nobody waits any longer: %(step)s", step=step.title)
    return StepSliders(
        step, _read(Slider(f"{DAYS}-{step.step}", label, 1, most, most, most), sent, problems), None
    )


def _clock(step: StepNow, sent: Mapping[str, str], problems: list[tuple[str, str]]) -> Slider | None:
    if step.clock is None:
        return None
    usual = step.clock.days
    label = (
        _("Business days of the legal clock: %(step)s", step=step.title)
        if step.clock.unit == "business"
        else _("Calendar days of the legal clock: %(step)s", step=step.title)
    )
    most = min(max(2 * usual, LEAST_DAYS), MOST_DAYS)
    return _read(Slider(f"{CLOCK}-{step.step}", label, 1, max(most, usual), usual, usual), sent, problems)


def _read(slider: Slider, sent: Mapping[str, str], problems: list[tuple[str, str]]) -> Slider:
    """The slider as it was sent: what was typed beside it goes before where it was left."""
    typed = sent.get(EXACT + slider.name, "").strip()
    text = typed or sent.get(slider.name, "").strip()
    if not text:
        return slider
    value = int(text) if len(text) <= 4 and text.lstrip("-").isdecimal() and text.isascii() else None
    if value is None or not slider.low <= value <= slider.high:
        bounds = {"label": slider.label, "low": slider.low, "high": slider.high}
        problems.append(
            (EXACT + slider.name, _("%(label)s: enter a whole number from %(low)s to %(high)s.", **bounds))
        )
        value = slider.neutral
    return Slider(slider.name, slider.label, slider.low, slider.high, slider.neutral, value, typed)


def _change(step: StepSliders) -> Change | None:
    slider, name = step.slider, step.now.step
    moved = slider.value != slider.neutral
    if step.now.party == AGENCY:
        longer = step.clock.value - step.clock.neutral if step.clock else 0
        if not moved and not step.order and not longer:
            return None
        return Change(
            name,
            people=slider.value,
            order="due" if step.order == "due" else "oldest" if step.order else None,
            clock_days=longer,
            clock_unit=step.now.clock.unit if step.now.clock else "business",
        )
    return Change(name, outside_days=slider.value) if moved else None
