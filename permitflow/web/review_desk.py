"""The workspace as it is shown: what this person can do with this file now, and why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from permitflow.engine.definition import ChecklistItem, Definition
from permitflow.engine.errors import Refusal
from permitflow.engine.lanes import LaneAnswer
from permitflow.engine.machine import Actor, Choice, allowed, conflict
from permitflow.engine.review import why_not_lane
from permitflow.models import ChecklistAnswer, CorrectionItem
from permitflow.queries.deadlines import count_of
from permitflow.queries.sentence import sentence
from permitflow.queries.workspace import VisitLine, Workspace, colleagues
from permitflow.services import one_notice
from permitflow.services.actors import acting
from permitflow.services.claims import MANAGER
from permitflow.services.one_notice import NO_NOTICE, Openings
from permitflow.services.open_reviews import checklist_of, step_title
from permitflow.services.transitions import Act
from permitflow.web.context import person
from permitflow.web.filters import say
from permitflow.web.forms.form import later as _l
from permitflow.web.forms.review import FindingForm

LANE_DECISIONS: Mapping[str, tuple[str, str, str]] = {
    "approve": (_l("Approve"), _l("Approved"), "primary"),
    "request_corrections": (_l("Request corrections"), _l("Corrections requested"), "plain"),
    "approve_with_conditions": (_l("Approve with conditions"), _l("Approved with conditions"), "plain"),
    "mark_not_applicable": (_l("Not applicable"), _l("Marked as not applicable"), "plain"),
}
VERDICT_WORDS: Mapping[str, str] = {
    "pass": _l("Pass"),
    "fail": _l("Fail"),
    "not_applicable": _l("Not applicable"),
    "needs_info": _l("Needs information"),
}


@dataclass(frozen=True, slots=True)
class Reopened:
    """A form that comes back: the action with every reason why it was refused, or the finding as it was typed."""

    action: str = ""
    problems: Sequence[Refusal] = ()
    form: FindingForm | None = None


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """One answer that a lane can get, with what still hinders it."""

    action: str
    label: str
    tone: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A review that this person's role may waive, with what still hinders it."""

    lane: str
    title: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """One line of the checklist with the answer it has."""

    item: ChecklistItem
    verdict: str
    note: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What this person sees of a file beyond the file itself."""

    visit: VisitLine | None
    step: str
    sentence: str
    mine: bool
    obstacle: str
    checklist: tuple[ChecklistLine, ...]
    drafting: bool
    drafts: tuple[CorrectionItem, ...]
    form: FindingForm
    lane_choices: tuple[LaneChoice, ...]
    choices: tuple[Choice, ...]
    waivers: tuple[Waiver, ...]
    colleagues: tuple[tuple[str, str], ...]
    checks: tuple[tuple[str, str, str], ...]
    role_titles: Mapping[str, str]
    step_titles: Mapping[str, str]
    again: Reopened = field(default_factory=Reopened)
    openings: Openings = NO_NOTICE
    """What a new correction may rest on, once a notice was sent."""

    def typed(self, action: str, name: str) -> str:
        """Return what was typed into a refused action's form; empty for every other form."""
        return request.form.get(name, "") if action == self.again.action else ""


def desk(session: Session, file: Workspace, visit_id: str | None, again: Reopened | None) -> Desk:
    """Return the workspace of one person: the step that waits for them, and every action with its reasons."""
    me, again = person(), again or Reopened()
    city = file.application.jurisdiction_id
    actor = acting(me.user_id, me.grants[city], me.company_ids, None, me.lent_in(city))
    visit = file.visit(visit_id, actor.roles)
    if visit is None and (MANAGER in actor.roles or _names_danger(file, actor)):
        visit = next(iter(file.visits), None)
    obstacle = _obstacle(file, visit, actor)
    mine = visit is not None and not obstacle
    drafts = file.drafts_of(visit.lane) if visit else ()
    holders: tuple[tuple[str, str], ...] = ()
    if visit and visit.role and MANAGER in actor.roles:
        holders = colleagues(session, city, visit.role)
    openings = _openings(session, file, visit, actor)
    form = again.form or _finding_form(file, visit)
    form.offer(openings if mine else replace(openings, material=(), items=()))
    return Desk(
        visit,
        step_title(file.definition, visit.step) if visit else "",
        _sentence(file),
        mine,
        obstacle,
        _checklist(file, visit),
        (mine or _names_danger(file, actor)) and _drafts_items(file, visit),
        drafts,
        form,
        _lane_choices(file, visit, actor, len(drafts)),
        allowed(file.file.machine, actor, file.file.situation()),
        _waivers(file, actor),
        holders,
        tuple((check.outcome, _(check.message), check.citation) for check in file.checks),
        {name: role.title for name, role in file.definition.roles.items()},
        {line.step: step_title(file.definition, line.step) for line in file.visits},
        again,
        openings,
    )


def entry_words(definition: Definition, act: Act) -> str:
    """Return what was done, in the past tense."""
    if act.lane is not None and act.action == "waive":
        return _("Review waived")
    if act.lane is not None:
        return str(LANE_DECISIONS[act.action][1])
    return _(definition.actions[act.action].entry)


def _obstacle(file: Workspace, visit: VisitLine | None, actor: Actor) -> str:
    """Return why this person cannot work on the open step; empty when they can."""
    if file.application.company_id in actor.company_ids:
        return _(conflict("").message)
    if visit is None:
        return _("Nothing of this file waits for your roles now.")
    if visit.role not in actor.roles:
        role = file.definition.roles.get(visit.role or "")
        return _("This step waits for: %(role)s.", role=role.title if role else visit.role)
    if visit.claimed_by not in (None, actor.id):
        return _("%(name)s has taken this step. Only one person works on it at a time.", name=visit.claimer)
    return ""


def _sentence(file: Workspace) -> str:
    count = count_of(file.deadlines, file.application.due_on)
    phrases = sentence(file.application, file.definition, file.city.zone, today=file.today, count=count)
    if file.definition.phases[file.application.state].next:
        # What comes next is told to the applicant; a reviewer knows.
        phrases = phrases[:-1]
    return say(phrases)


def _checklist(file: Workspace, visit: VisitLine | None) -> tuple[ChecklistLine, ...]:
    if visit is None:
        return ()
    lines = []
    for item in checklist_of(file.definition, visit.step):
        answer: ChecklistAnswer | None = file.answers.get((visit.step, item.id))
        lines.append(ChecklistLine(item, answer.answer if answer else "", answer.note if answer else ""))
    return tuple(lines)


def _names_danger(file: Workspace, actor: Actor) -> bool:
    """Whether this person may add items for health and safety in the reviews of others, now that a notice was sent."""
    rule = file.definition.one_notice
    outsider = file.application.company_id not in actor.company_ids
    return bool(file.notices) and outsider and rule is not None and rule.official in actor.roles


def _openings(session: Session, file: Workspace, visit: VisitLine | None, actor: Actor) -> Openings:
    if visit is None or not file.notices:
        return NO_NOTICE
    return one_notice.openings(session.connection(), file.definition, file.application.id, visit.lane, actor)


def _drafts_items(file: Workspace, visit: VisitLine | None) -> bool:
    """Whether corrections can be written at this step: in every lane, and where an action of the phase sends them."""
    if visit is None or visit.lane is not None:
        return visit is not None
    actions = file.file.machine.from_phase.get(visit.step, ())
    return any(file.definition.actions[action].needs_items for action in actions)


def _finding_form(file: Workspace, visit: VisitLine | None) -> FindingForm:
    """An empty form, or one that is filled from the checklist line in the address."""
    values: dict[str, str] = {"visit_id": visit.id if visit else ""}
    wanted = request.args.get("line")
    for item in checklist_of(file.definition, visit.step) if visit and wanted else ():
        if item.id == wanted:
            text = _("Not shown or not met: %(line)s", line=item.text)
            values |= {"text": text, "code_section": item.citation, "fix": item.fix}
    return FindingForm(formdata=None, **values)


def _lane_choices(
    file: Workspace, visit: VisitLine | None, actor: Actor, drafted: int
) -> tuple[LaneChoice, ...]:
    """The answers of the lane that is open; texts that the reviewer would still write are not counted as missing."""
    if visit is None or visit.lane is None:
        return ()
    choices = []
    for action, (label, _done, tone) in LANE_DECISIONS.items():
        answer = LaneAnswer(visit.lane, action, drafted, conditions=1, reason=label)
        refusals = why_not_lane(file.file.machine, answer, actor, file.file.situation())
        choices.append(LaneChoice(action, label, tone, refusals or _held(visit, actor)))
    return tuple(choices)


def _waivers(file: Workspace, actor: Actor) -> tuple[Waiver, ...]:
    """The open reviews of the phase that one of the actor's roles may waive."""
    found = []
    for name in file.definition.phases[file.application.state].lanes:
        spec, lane = file.definition.lanes[name], file.file.lanes.get(name)
        if spec.waived_by in actor.roles and lane is not None and lane.state.is_open:
            answer = LaneAnswer(name, "waive", len(file.drafts_of(name)), reason=spec.title)
            refusals = why_not_lane(file.file.machine, answer, actor, file.file.situation())
            found.append(Waiver(name, spec.title, refusals))
    return tuple(found)


def _held(visit: VisitLine, actor: Actor) -> tuple[Refusal, ...]:
    if visit.claimed_by in (None, actor.id):
        return ()
    return (Refusal("claimed", "{name} has taken this step.", {"name": visit.claimer or ""}),)
