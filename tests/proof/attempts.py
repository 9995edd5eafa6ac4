"""What somebody may try on a file: fit and unfit steps, by the right and the wrong people, with whatever they hold."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.clean_site import OF_THE_FILE, clean_facts, put_fact
from permitflow.engine.conditions import holds as condition_holds
from permitflow.engine.definition import ActionDef, Definition
from permitflow.engine.errors import NotAllowed
from permitflow.engine.inputs import inputs_of
from permitflow.models import CorrectionItem, PermitApplication
from permitflow.services import (
    answers,
    claims,
    delegations,
    documents,
    drafts,
    notices,
    one_notice,
    payments,
    projects,
    transitions,
)
from permitflow.services.files import File
from permitflow.services.transitions import Act, Note, Start
from permitflow.services.uploads import Stored
from tests.proof import model
from tests.proof.world import Loan, sites

if TYPE_CHECKING:
    from tests.proof.walk import Walked, Walker
    from tests.proof.world import Place

WORDS = "As the file shows, on sheet E-1 of the plans."
STATIONS = (1, 2, 4, 6, 12, 20, 40, 60)


@dataclass(frozen=True)
class Attempt:
    """One thing to try; `act` says whether it was accepted, or raises a refusal."""

    words: str
    act: Callable[[], bool]


def choose(walker: Walker, file: Walked) -> Attempt:
    """Choose what to try next: mostly what could be done now, by somebody who could do it."""
    rng, phase = walker.rng, file.definition.phases[file.model.phase]
    kinds = ["action"] * 11 + ["stray"] * 2 + ["note"] * 2
    if phase.lanes:
        kinds += ["lane"] * 16
    if file.picture is not None and file.picture.of("unanswered_items"):
        kinds += ["answer"] * 10
    if file.picture is not None and file.picture.of("fees_due_cents") > file.picture.of("fees_paid_cents"):
        kinds += ["pay"] * 6
    return _KINDS[rng.choice(kinds)](walker, file)


def codes(refused: Exception) -> list[str]:
    """The codes of a refusal, for counting."""
    if isinstance(refused, NotAllowed):
        return [refusal.code for refusal in refused.refusals]
    return [type(refused).__name__]


def project(walker: Walker, company: str) -> str:
    """Begin a project of a company; return its id."""
    world = walker.world
    person, place = world.companies[company][0], world.places[0]
    with world.database.transaction() as session:
        actor = world.actor(session, person, place.id, company, walker.on(place))
        return projects.create(session, "Chargers", company, actor, world.now)


def draft(walker: Walker, place: Place, workflow: str, company: str, project_id: str | None) -> None:
    """Begin an application, mostly with all documents, and keep an eye on it."""
    world, rng, loaded = walker.world, walker.rng, place.workflows[workflow]
    facts = _site(loaded.definition, rng)
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        put_fact(facts, *_some_fact(loaded.definition, rng))
    person = rng.choice(world.companies[company])
    begun = Start(
        place.id, company, person, loaded.hash, world.now, facts, facts, "1250 Mission Rd", project_id
    )
    with world.database.connection() as connection:
        application = transitions.start(connection, begun)
    walker.follow(application, place, workflow, company, project_id)
    file = next(one for one in walker.files if one.id == application)
    if rng.random() < 0.9:
        attach_missing(walker, file)


def attach_missing(walker: Walker, file: Walked) -> bool:
    """Let the applicant add every required document that is not there."""
    world = walker.world
    person = walker.rng.choice(world.companies[file.company])
    with world.database.transaction() as session:
        row = session.get_one(PermitApplication, file.id, populate_existing=True)
        kinds = [
            kind
            for kind, spec in file.definition.documents.items()
            if kind not in row.document_kinds and condition_holds(spec.required_when, row.facts) is not False
        ]
        for kind in kinds:
            _attach(walker, session, file, kind, person)
    walker.look(file, "documents added")
    return bool(kinds)


def _attach(walker: Walker, session: Session, file: Walked, kind: str, person: str) -> None:
    file.drafts += 1
    digest = sha256(f"{file.id} {kind} {file.drafts}".encode()).hexdigest()
    actor = walker.world.actor(session, person, file.place.id, file.company, walker.on(file.place))
    stored = Stored(f"{kind}.pdf", "application/pdf", 1000, digest)
    documents.attach(session, documents.Attachment(file.id, kind, stored, actor, walker.world.now))


def _site(definition: Definition, rng: random.Random) -> dict[str, Any]:
    """The facts of a site on which some scenario plays; mostly signed, and with charging stations."""
    facts = clean_facts(definition, rng.choice(sites().get(definition.workflow, [{}])))
    # The licence is looked up anew with each step of the applicant, in the company's own row.
    put_fact(facts, "contractor.licence_valid", True)
    if rng.random() < 0.9:
        put_fact(facts, "attestations.signed", True)
        put_fact(facts, "attestations.owner_consent", True)
        put_fact(facts, "equipment.station_count", rng.choice(STATIONS))
    return facts


def _some_fact(definition: Definition, rng: random.Random) -> tuple[str, Any]:
    fields = {
        name: spec
        for name, spec in definition.fields.items()
        if name.partition(".")[0] not in OF_THE_FILE and not name.startswith(("project.type", "contractor."))
    }
    if not fields:
        return "equipment.station_count", 4
    name = rng.choice(sorted(fields))
    spec = fields[name]
    if spec.type == "boolean":
        return name, rng.random() < 0.7
    if spec.type == "integer":
        return name, rng.choice((0, 1, 5, 50, 200, 100_000))
    return name, rng.choice(spec.choices) if spec.choices else "C-3"


def _action(walker: Walker, file: Walked) -> Attempt:
    """A step from where the file stands, by somebody who mostly may."""
    here = [name for name, spec in file.definition.actions.items() if file.model.phase in spec.from_]
    people = [
        name
        for name in here
        if any(file.definition.roles[r].kind != "system" for r in file.definition.actions[name].by)
    ]
    if not (people or here):
        return _note(walker, file)
    usual = [name for name in people if _goes_on(file.definition, file.definition.actions[name])]
    if file.drafts and walker.rng.random() < 0.5:
        attach_and_answer(walker, file)
    return _try(
        walker, file, walker.rng.choice(usual if usual and walker.rng.random() < 0.97 else people or here)
    )


def _goes_on(definition: Definition, spec: ActionDef) -> bool:
    """Whether a step keeps the file alive: those that end it are tried less often, or no file would get far."""
    if spec.to is None:
        return True
    outcome = definition.phases[spec.to].outcome
    return not definition.phases[spec.to].final or outcome in ("issued", "closed")


def attach_and_answer(walker: Walker, file: Walked) -> None:
    """Bring what is missing, when the file is with the applicant."""
    if drafts.with_applicant(file.definition, file.model.phase):
        attach_missing(walker, file)


def _stray(walker: Walker, file: Walked) -> Attempt:
    """Any step of the workflow, from wherever the file stands, by anybody."""
    names = [*file.definition.actions, "no_such_step"]
    if walker.rng.random() < 0.7:
        names = [name for name, spec in file.definition.actions.items() if _goes_on(file.definition, spec)]
    return _try(walker, file, walker.rng.choice(names), anybody=True)


def _try(walker: Walker, file: Walked, name: str, *, anybody: bool = False) -> Attempt:
    spec = file.definition.actions.get(name)
    roles = spec.by if spec else ()
    if spec is not None and spec.needs_items and walker.rng.random() < 0.8:
        _draft_somewhere(walker, file)
    person = _somebody(walker, file, roles, anybody=anybody)
    inputs = _inputs(walker, file, spec) if spec else {}
    picture = file.picture
    assert picture is not None
    version = picture.of("version") - (walker.rng.random() < 0.03) if walker.rng.random() < 0.5 else None
    return Attempt(
        f"{name} by {_name(walker, file, person)}",
        lambda: _apply(walker, file, person, name, inputs=inputs, version=version),
    )


def _apply(walker: Walker, file: Walked, person: str, name: str, **more: Any) -> bool:
    world = walker.world
    if (
        name in file.definition.actions
        and walker.rng.random() < 0.1
        and person in world.companies[file.company]
    ):
        with world.database.transaction() as session:
            actor = world.actor(session, person, file.place.id, file.company, walker.on(file.place))
            drafts.take(session, Act(file.id, name, actor, world.now, **more))
        return True
    with world.database.reading() as session:
        actor = world.actor(session, person, file.place.id, file.company, walker.on(file.place))
    with world.database.connection() as connection:
        transitions.apply(connection, Act(file.id, name, actor, world.now, **more))
    return True


def _somebody(walker: Walker, file: Walked, roles: tuple[str, ...], *, anybody: bool) -> str:
    """Choose who tries it: mostly somebody with the role, sometimes the insider, a borrower, or anybody at all."""
    rng, place, chance = walker.rng, file.place, walker.rng.random()
    if not anybody and chance < 0.88:
        able = [user for role in roles for user in place.staff.get(role, ())]
        if any(file.definition.roles[role].kind == "applicant" for role in roles):
            able += walker.world.companies[file.company] * 2
        able += [
            loan.borrower for loan in walker.world.loans if loan.place == place.id and loan.role in roles
        ]
        if able:
            return rng.choice(able)
    if chance > 0.94:
        return place.insider
    strangers = [user for members in walker.world.companies.values() for user in members]
    return rng.choice([*place.everybody(), *strangers, *walker.world.places[0].everybody()])


def _inputs(walker: Walker, file: Walked, spec: ActionDef) -> dict[str, str]:
    rng, given = walker.rng, dict[str, str]()
    if spec.vote is not None:
        vote = spec.vote
        in_favor = vote.members if vote.carried else max(0, vote.needed - 1)
        against = vote.members - in_favor
        given = {
            "votes_for": str(in_favor),
            "votes_against": str(against),
            "votes_abstained": "0",
            "held_on": walker.on(file.place).isoformat(),
        }
        if rng.random() < 0.15:
            given["votes_for"] = str(rng.choice((0, 1, 3, 4, 6, 7, 99)))
    for name, wanted in inputs_of(spec).items():
        if name in given or rng.random() < 0.03:
            continue
        if wanted.type == "integer":
            given[name] = str(rng.choice((0, 1, 4)))
        elif wanted.type == "date":
            ahead = (wanted.days_ahead or 0) + rng.choice((0, 1, 5, -1))
            given[name] = (walker.on(file.place) + timedelta(days=ahead)).isoformat()
        else:
            given[name] = WORDS
    return given


def _lane(walker: Walker, file: Walked) -> Attempt:
    """An answer in a lane; mostly one of this phase, by its reviewer."""
    rng = walker.rng
    here = list(file.definition.phases[file.model.phase].lanes)
    names = here if here and rng.random() < 0.95 else sorted(file.definition.lanes)
    lane = rng.choice(names)
    waiting = [name for name in here if file.model.lanes.get(name, {}).get("state") in model.OPEN]
    if waiting and rng.random() < 0.85:
        lane = rng.choice(waiting)
    verb = rng.choice(("approve",) * 8 + tuple(model.VERBS) + ("request_corrections",))
    spec = file.definition.lanes[lane]
    roles = (spec.waived_by,) if verb == "waive" and spec.waived_by else (spec.role,)
    if verb == "request_corrections" and rng.random() < 0.85:
        _draft_in(walker, file, lane)
    person = _somebody(walker, file, roles, anybody=rng.random() < 0.05)
    visit = next((one[0] for one in file.picture.visits if one[2] == lane), None) if file.picture else None
    reason = WORDS if rng.random() < 0.9 else ""
    conditions = (
        ("Call 48 hours before the work.",)
        if verb == "approve_with_conditions" and rng.random() < 0.9
        else ()
    )
    more = {"lane": lane, "inputs": {"reason": reason}, "conditions": conditions}
    if rng.random() < 0.5:
        more["visit_id"] = visit
    return Attempt(
        f"{lane}.{verb} by {_name(walker, file, person)}", lambda: _apply(walker, file, person, verb, **more)
    )


def _draft_somewhere(walker: Walker, file: Walked) -> None:
    visits = [visit for visit in file.picture.visits if visit[3]] if file.picture else []
    if visits:
        _draft_item(walker, file, walker.rng.choice(visits))


def _draft_in(walker: Walker, file: Walked, lane: str) -> None:
    for visit in file.picture.visits if file.picture else ():
        if visit[2] == lane:
            _draft_item(walker, file, visit)


def _draft_item(walker: Walker, file: Walked, visit: tuple[Any, ...]) -> None:
    """Let a reviewer write a correction item; a refusal is no matter, what follows will be refused too."""
    person = visit[4] or walker.rng.choice(file.place.staff.get(visit[3]) or [file.place.bystander])
    basis = one_notice.Basis(
        one_notice.DANGER, reason="The panel is open to the rain and people can touch it."
    )

    def act() -> bool:
        with walker.world.database.transaction() as session:
            actor = walker.world.actor(session, person, file.place.id, file.company, walker.on(file.place))
            for given in (None, basis):
                try:
                    finding = notices.Finding("Not shown.", "Section 1", "Show it.", basis=given)
                    notices.draft_item(session.connection(), visit[0], finding, actor, walker.world.now)
                except one_notice.BasisRefused:
                    continue
                return True
        return False

    walker.run(file, Attempt(f"an item at {visit[1]} by {_name(walker, file, person)}", act))


def _answer(walker: Walker, file: Walked) -> Attempt:
    """The applicant answers the items that are open, all or one."""
    person = walker.rng.choice(walker.world.companies[file.company])

    def act() -> bool:
        with walker.world.database.transaction() as session:
            actor = walker.world.actor(session, person, file.place.id, file.company, walker.on(file.place))
            query = select(CorrectionItem).where(
                CorrectionItem.application_id == file.id, CorrectionItem.status == "open"
            )
            items = session.scalars(query.order_by(CorrectionItem.number)).all()
            for item in items[: 1 if walker.rng.random() < 0.2 else None]:
                seen = answers.seen_reply(item.reply, item.reply_document_id)
                given = answers.Answer(file.id, item.id, "Changed.", None, seen, actor, walker.world.now)
                answers.answer_item(session, given)
        return True

    return Attempt("answers", act)


def _pay(walker: Walker, file: Walked) -> Attempt:
    """Money arrives: from the company, or at the counter."""
    picture, rng = file.picture, walker.rng
    assert picture is not None
    at_counter = rng.random() < 0.4
    person = rng.choice(
        file.place.staff["cashier"] + [file.place.insider]
        if at_counter
        else walker.world.companies[file.company]
    )
    due = picture.of("fees_due_cents") - picture.of("fees_paid_cents")
    amount = rng.choice((due, due, due, due, 1, due + 1, 0, -5))

    def act() -> bool:
        with walker.world.database.transaction() as session:
            actor = walker.world.actor(session, person, file.place.id, file.company, walker.on(file.place))
            role = "cashier" if at_counter else "applicant"
            paid = payments.PaymentRecord(
                file.id, amount, f"CK {new_id()}", actor, role, walker.world.now, picture.of("version")
            )
            payments.record_payment(session, paid)
        return True

    return Attempt(f"{amount} cents by {_name(walker, file, person)}", act)


def _note(walker: Walker, file: Walked) -> Attempt:
    """Something that does not move the file: a document, a change of the form, a claim, a hold, a loan of a role."""
    kinds = (_document, _document, _change, _change, _claim, _claim, _claim, _hold, _lend)
    return walker.rng.choice(kinds)(walker, file)


def _document(walker: Walker, file: Walked) -> Attempt:
    kind = walker.rng.choice([*file.definition.documents, "no_such_document"])
    person = walker.rng.choice(walker.world.companies[file.company])

    def act() -> bool:
        with walker.world.database.transaction() as session:
            _attach(walker, session, file, kind, person)
        return True

    return Attempt(f"the document {kind}", act)


def _change(walker: Walker, file: Walked) -> Attempt:
    person = walker.rng.choice(walker.world.companies[file.company])
    name, value = _some_fact(file.definition, walker.rng)
    site = _site(file.definition, walker.rng)
    anew = walker.rng.random() < 0.6

    def write(locked: File) -> None:
        drafts.refuse_unless_with_applicant(locked, "save_step")
        connection = locked.channel.connection
        query = select(PermitApplication.facts, PermitApplication.form).where(PermitApplication.id == file.id)
        found = connection.execute(query).one()
        facts, form = (site, deepcopy(site)) if anew else (deepcopy(found.facts), deepcopy(found.form))
        for known in () if anew else (facts, form):
            put_fact(known, name, value)
        connection.execute(
            update(PermitApplication).where(PermitApplication.id == file.id).values(facts=facts, form=form)
        )
        locked.columns["facts"] = facts
        locked.changed()

    def act() -> bool:
        noted = Note(
            file.id, "save_step", "Form changed", person, "applicant", walker.world.now, change=write
        )
        with walker.world.database.connection() as connection:
            transitions.note(connection, noted)
        return True

    return Attempt(f"{name} becomes {value}", act)


def _claim(walker: Walker, file: Walked) -> Attempt:
    rng = walker.rng
    visits = file.picture.visits if file.picture else ()
    if not visits:
        return _stray(walker, file)
    visit = rng.choice(visits)
    person = _somebody(walker, file, (visit[3],) if visit[3] else (), anybody=rng.random() < 0.2)
    boss = rng.choice([*file.place.staff["manager"], file.place.bystander])
    verb = rng.choice(("claim", "claim", "release", "reassign"))

    def act() -> bool:
        with walker.world.database.transaction() as session:
            on = walker.on(file.place)
            actor = walker.world.actor(session, person, file.place.id, file.company, on)
            connection, now = session.connection(), walker.world.now
            if verb == "reassign":
                manager = walker.world.actor(session, boss, file.place.id, file.company, on)
                claims.reassign(connection, visit[0], actor, manager, now)
            else:
                (claims.claim if verb == "claim" else claims.release)(connection, visit[0], actor, now)
        return True

    return Attempt(f"{verb} {visit[1]} by {_name(walker, file, person)}", act)


def _hold(walker: Walker, file: Walked) -> Attempt:
    from tests.proof.walk import hold_or_release

    return Attempt("a hold", lambda: hold_or_release(walker, file))


def _lend(walker: Walker, file: Walked) -> Attempt:
    """A role is lent to a colleague, or a loan ends."""
    rng, place, world = walker.rng, file.place, walker.world
    role = rng.choice(sorted(place.staff))
    lender, borrower = rng.choice(place.staff[role]), rng.choice(place.everybody())
    today = walker.on(place)
    days = (today + timedelta(days=rng.choice((0, 0, 3))), today + timedelta(days=rng.choice((3, 10, 200))))
    lasting = [loan for loan in world.loans if loan.place == place.id and not loan.ended]
    return Attempt(
        f"{role} lent", lambda: _turn_loan(walker, place.id, (lender, borrower, role), days, lasting)
    )


def _turn_loan(
    walker: Walker, place: str, who: tuple[str, str, str], days: tuple[date, date], lasting: list[Loan]
) -> bool:
    world, (lender, borrower, role) = walker.world, who
    if lasting and walker.rng.random() < 0.5:
        loan = lasting[0]
        with world.database.transaction() as session:
            delegations.end(session, loan.id, loan.lender, world.now)
        loan.ended = True
        for file in walker.files:
            walker.look(file, "a loan ended")
        return True
    wanted = delegations.Loan(place, lender, borrower, role, *days, "On leave")
    try:
        with world.database.transaction() as session:
            lent = delegations.lend(session, wanted, lender, world.now)
    except delegations.DelegationProblem:
        return False
    world.loans.append(Loan(place, lender, borrower, role, *days, lent))
    return True


def _name(walker: Walker, file: Walked, person: str) -> str:
    own = walker.world.granted.get((person, file.place.id), frozenset())
    return ("insider" if person == file.place.insider else ", ".join(sorted(own)) or "applicant")[:60]


_KINDS: dict[str, Callable[[Walker, Walked], Attempt]] = {
    "action": _action,
    "stray": _stray,
    "note": _note,
    "lane": _lane,
    "answer": _answer,
    "pay": _pay,
}
