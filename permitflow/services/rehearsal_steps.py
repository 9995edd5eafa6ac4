"""The steps of a scenario, done by the services that people use, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.clean_site import OF_THE_FILE, put_fact
from permitflow.engine.definition import ActionDef, InputDef
from permitflow.engine.errors import NotAllowed
from permitflow.engine.scenario import Step
from permitflow.instants import SECOND, local_date
from permitflow.models import Clock, CorrectionItem, PermitApplication, Visit
from permitflow.services import answers, drafts, notices, one_notice, payments, projects, timers, transitions
from permitflow.services.actors import APPLICANT
from permitflow.services.errors import NotFound, Stale
from permitflow.services.files import File
from permitflow.services.one_notice import Basis
from permitflow.services.payments import PaymentRefused
from permitflow.services.rehearsal_stage import Stage, attach, attach_required, end_sibling, moment
from permitflow.services.transitions import Act, Note

MINUTE = 60 * SECOND
NEVER = date(9999, 12, 31)


class StepFailed(Exception):
    """A step that did not go as the scenario says; the text says what was expected and what is."""


def play(stage: Stage, step: Step) -> None:
    """Move the clock to a step and take it. Raises StepFailed."""
    if step.on is not None:
        move_to(stage, moment(step.on, stage.calendar.zone))
    tick(stage)
    try:
        _VERBS[step.verb](stage, step)
    except NotAllowed as refused:
        _check_refusal(step, [refusal.code for refusal in refused.refusals], str(refused))
    except Stale as refused:
        _check_refusal(step, ["stale"], str(refused))
    except NotFound as refused:
        _check_refusal(step, ["not_found"], str(refused))
    except PaymentRefused as refused:
        _check_refusal(step, [refused.field], str(refused))
    else:
        if step.refused is not None:
            raise StepFailed(f"expected the refusal '{step.refused}', but the step was taken")
    stage.now += MINUTE


def move_to(stage: Stage, target: int) -> None:
    """Move the clock forward; what lapses on the way happens at its own midnight."""
    if target < stage.now:
        raise StepFailed("the clock of a scenario only moves forward")
    cursor = local_date(stage.now, stage.calendar.zone) - timedelta(days=1)
    last = local_date(target, stage.calendar.zone)
    while (due := _next_due(stage, cursor)) < last:
        cursor = max(due, cursor)
        midnight = stage.calendar.end_of_day_us(due)
        if midnight > stage.now:
            stage.now = midnight
            tick(stage)
        cursor += timedelta(days=1)
    stage.now = target


def tick(stage: Stage) -> None:
    """Do what the sweeper does at this moment."""
    timers.fire_due(stage.database, stage.now)
    if stage.project is not None:
        projects.wake(stage.database, stage.now)


def _next_due(stage: Stage, cursor: date) -> date:
    """Return the earliest due date of a running clock from a day on."""
    with stage.database.reading() as session:
        found = session.scalar(
            select(Clock.due_on)
            .where(Clock.state == "running", Clock.due_on >= cursor)
            .order_by(Clock.due_on)
            .limit(1)
        )
    return found or NEVER


def _check_refusal(step: Step, codes: list[str], sentence: str) -> None:
    if step.refused is None:
        raise StepFailed(f"refused ({', '.join(codes)}): {sentence}")
    if step.refused not in codes:
        raise StepFailed(f"expected the refusal '{step.refused}', but it was {', '.join(codes)}: {sentence}")


def _do(stage: Stage, step: Step) -> None:
    who = step.who or APPLICANT
    with stage.database.transaction() as session:
        actor = stage.actor(session, who)
        if step.lane is not None:
            transitions.apply(session.connection(), _lane_act(session, stage, step))
            return
        act = Act(stage.application, step.do or "", actor, stage.now, _inputs(stage, step))
        if who.partition("#")[0] == APPLICANT:
            drafts.take(session, act)
        else:
            transitions.apply(session.connection(), act)


def _lane_act(session: Session, stage: Stage, step: Step) -> Act:
    verb = step.do or ""
    inputs = {name: str(value) for name, value in step.inputs.items()}
    if step.reason or verb in ("mark_not_applicable", "waive"):
        inputs.setdefault("reason", step.reason or "As found in the file.")
    conditions = step.conditions or (
        ("Call 48 hours before the work.",) if verb == "approve_with_conditions" else ()
    )
    visit = _open_visit(session, stage, step.lane or "")
    return Act(
        stage.application,
        verb,
        stage.actor(session, step.who or APPLICANT),
        stage.now,
        inputs,
        lane=step.lane,
        visit_id=visit.id if visit else None,
        conditions=conditions,
    )


def _inputs(stage: Stage, step: Step) -> dict[str, str]:
    """Return the inputs of a step; a required one that is not given is filled with a sentence."""
    spec = stage.definition.actions.get(step.do or "")
    given = {name: str(value) for name, value in step.inputs.items()}
    if spec is None or step.refused is not None:
        return given
    return {**sentences(spec), **given}


def sentences(spec: ActionDef) -> dict[str, str]:
    """Return a text for every text that an action demands; dates and numbers are left to the caller."""
    return {name: _sentence(given) for name, given in spec.inputs.items() if given.required and _free(given)}


def _free(given: InputDef) -> bool:
    return given.type == "text"


def _sentence(given: InputDef) -> str:
    return f"{given.title}: as the file shows."


def _item(stage: Stage, step: Step) -> None:
    with stage.database.transaction() as session:
        actor = stage.actor(session, step.who or APPLICANT)
        visit = _open_visit(session, stage, step.item or "")
        if visit is None:
            raise StepFailed(f"nothing waits at '{step.item}'")
        basis = _basis(session, stage, step)
        finding = notices.Finding("Not shown on the plans.", "Section 1", "Show it on the plan.", basis=basis)
        notices.draft_item(session.connection(), visit.id, finding, actor, stage.now)


def _basis(session: Session, stage: Stage, step: Step) -> Basis | None:
    if step.reason:
        return Basis(one_notice.DANGER, reason=step.reason)
    if step.rests_on != one_notice.EARLIER:
        return Basis(one_notice.CHANGED, step.rests_on) if step.rests_on else None
    earlier = session.scalar(
        select(CorrectionItem.id)
        .where(
            CorrectionItem.application_id == stage.application,
            CorrectionItem.status.in_(("open", "answered")),
        )
        .order_by(CorrectionItem.number)
        .limit(1)
    )
    return Basis(one_notice.EARLIER, earlier or "")


def _answer(stage: Stage, step: Step) -> None:
    with stage.database.transaction() as session:
        actor = stage.actor(session, step.who or APPLICANT)
        query = select(CorrectionItem).where(
            CorrectionItem.application_id == stage.application, CorrectionItem.status == "open"
        )
        items = session.scalars(query.order_by(CorrectionItem.number)).all()
        wanted = len(items) if step.answer == "all" else int(step.answer or 0)
        if not 0 < wanted <= len(items):
            raise StepFailed(f"{len(items)} correction items are open, not {wanted or 'any'}")
        for item in items[:wanted]:
            reply = "Changed as asked."
            seen = answers.seen_reply(item.reply, item.reply_document_id)
            answers.answer_item(
                session, answers.Answer(stage.application, item.id, reply, None, seen, actor, stage.now)
            )


def _attach(stage: Stage, step: Step) -> None:
    with stage.database.transaction() as session:
        attach(session, stage, [step.attach or ""])


def _change(stage: Stage, step: Step) -> None:
    changes = step.change or {}
    owned = [name for name in changes if name.partition(".")[0] in OF_THE_FILE]
    if owned:
        raise StepFailed(f"{owned[0]} is not a fact that an applicant can enter")
    with stage.database.transaction() as session:
        actor = stage.actor(session, step.who or APPLICANT)
        noted = Note(
            stage.application,
            "save_step",
            "Form changed",
            actor.id,
            APPLICANT,
            stage.now,
            change=lambda file: _write_facts(file, changes),
        )
        transitions.note(session.connection(), noted)
        if stage.loaded.scenario.documents == "all":
            attach_required(session, stage)


def _write_facts(file: File, changes: Mapping[str, str | int | bool]) -> None:
    drafts.refuse_unless_with_applicant(file, "save_step")
    connection = file.channel.connection
    query = select(PermitApplication.facts, PermitApplication.form).where(PermitApplication.id == file.id)
    found = connection.execute(query).one()
    facts, form = deepcopy(found.facts), deepcopy(found.form)
    for name, value in changes.items():
        put_fact(facts, name, value)
        put_fact(form, name, value)
    connection.execute(
        update(PermitApplication).where(PermitApplication.id == file.id).values(facts=facts, form=form)
    )
    file.columns["facts"] = facts
    file.changed()


def _pay(stage: Stage, step: Step) -> None:
    who = step.who or APPLICANT
    with stage.database.transaction() as session:
        actor = stage.actor(session, who)
        row = stage.file(session)
        balance = row.fees_due_cents - row.fees_paid_cents
        amount = balance if step.pay == "all" else int(step.pay or 0)
        record = payments.PaymentRecord(
            row.id, amount, f"CK-{new_id()}", actor, who.partition("#")[0], stage.now, row.version
        )
        payments.record_payment(session, record)


def _gate(stage: Stage, step: Step) -> None:
    gate = stage.definition.gates.get(step.gate or "")
    if gate is None:
        raise StepFailed(f"the workflow has no gate '{step.gate}'")
    with stage.database.transaction() as session:
        end_sibling(session, stage, gate.workflows[0], step.outcome or "issued")


def _wait(stage: Stage, step: Step) -> None:
    """Wait until the end of a day: whatever lapses with it happens too."""
    day = step.wait or NEVER
    move_to(stage, stage.calendar.end_of_day_us(day))


def _open_visit(session: Session, stage: Stage, step: str) -> Visit | None:
    query = select(Visit).where(
        Visit.application_id == stage.application, Visit.step == step, Visit.closed_at.is_(None)
    )
    return session.scalar(query.limit(1))


def _nothing(_stage: Stage, _step: Step) -> None:
    """Expectations are checked by whoever runs the scenario."""


_VERBS: Mapping[str, Callable[[Stage, Step], None]] = {
    "do": _do,
    "item": _item,
    "answer": _answer,
    "attach": _attach,
    "change": _change,
    "pay": _pay,
    "gate": _gate,
    "wait": _wait,
    "expect": _nothing,
}
