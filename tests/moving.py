"""Two versions of a small workflow, published in a city: the old one that files hold, and a changed one to move to."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.db import new_id
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.loader import load_text
from permitflow.engine.move_plan import MovePlan, propose
from permitflow.ledger.replay import replay
from permitflow.models import Clock, CorrectionItem, Event, JurisdictionWorkflow, Lane, Visit
from permitflow.queries.versions import roles_held
from permitflow.services import definitions, move_file, move_plans, moves
from permitflow.services.move_file import Migrated, Order
from tests.engine.small_workflow import SMALL
from tests.factories import DAY, MONDAY, City

WORKFLOW = "small"
DECISION = """\
clocks:
  decision:
    title: Decision
    unit: business_day
    length: "20"
    starts: [accept, deem_complete]
    stops: [approve, deny, withdraw]
    pauses: [send_corrections]
    resumes: [resubmit]
    authority: City code 7
    outcome: none
    source: Invented for tests
    as_of: 2026-01-01
    verified: true
  answer:
    title: Answer of the applicant
    unit: calendar_day
    length: "180"
    starts: [send_corrections]
    stops: [resubmit, withdraw, abandon]
    authority: City code 8
    outcome: void
    on_expiry: abandon
    holder: applicant
    source: Invented for tests
    as_of: 2026-01-01
    verified: true
"""
ABANDON = """\
  abandon: {title: Abandon, from: [corrections], to: abandoned, by: [system], entry: Abandoned}
"""
ABANDONED = """\
  abandoned: {title: Abandoned, party: none, outcome: abandoned, final: true}
actions:
"""
OLD = SMALL.replace("clocks:\n", ABANDON + DECISION).replace("actions:\n", ABANDONED)
CHANGES = (
    # The phase of the reviews has another id, the decision clock is shorter, and the electrical review is split.
    ("  in_review:\n    title: Plan review", "  plan_review:\n    title: Plan review"),
    ("from: [in_review]", "from: [plan_review]"),
    ("to: in_review", "to: plan_review"),
    ("intake, in_review, corrections", "intake, plan_review, corrections"),
    ("lanes: [electrical, fire, utility]", "lanes: [electrical, load_study, fire, utility]"),
    ('length: "20"', 'length: "15"'),
    (
        "lanes:\n  electrical:",
        "lanes:\n  load_study:\n    title: Load study\n    role: electrical_examiner\n  electrical:",
    ),
)


def changed(*more: tuple[str, str], text: str = OLD) -> str:
    """A text with everything replaced; each must be there."""
    for old, new in more:
        assert old in text, f"{old!r} does not stand in the sample"
        text = text.replace(old, new)
    return text


def read(text: str) -> LoadedDefinition:
    """A version, read."""
    return load_text(text, "small.yaml")


NEW = changed(*CHANGES)


def publish(city: City, text: str = OLD, at: int = MONDAY - DAY) -> LoadedDefinition:
    """Let a city use a version from now on."""
    loaded = read(text)
    with city.database.transaction() as session:
        definitions.publish(session, city.id, loaded, at)
    return loaded


def plan_for(old: LoadedDefinition, new: LoadedDefinition, **changes: object) -> MovePlan:
    """The plan that suggests itself, with a reason and some parts changed."""
    plan = propose(old.definition, new.definition, (old.hash, new.hash))
    return plan.model_copy(update={"reason": "The council changed the rules", **changes})


def in_review(city: City, stations: int = 12) -> str:
    """A file whose reviews are open."""
    application_id = city.draft(WORKFLOW, stations=stations)
    city.act(application_id, "submit", "applicant")
    city.act(application_id, "accept", "permit_technician", MONDAY + DAY)
    return application_id


def answer(
    city: City, application_id: str, lane: str, verb: str = "approve", at: int = MONDAY + 2 * DAY
) -> None:
    """Let the right reviewer answer in a lane."""
    role = "electrical_examiner" if lane in ("electrical", "load_study") else "permit_technician"
    more = {"inputs": {"reason": "As agreed"}} if verb == "mark_not_applicable" else {}
    city.act(application_id, verb, role, at, lane=lane, **more)


def rows(city: City, model: type, application_id: str) -> list[dict[str, object]]:
    """Every row of a table about a file, as plain values."""
    table = model.__table__  # type: ignore[attr-defined]
    query = select(table).where(table.c.application_id == application_id).order_by(*table.primary_key)
    with city.database.reading() as session:
        return [dict(row) for row in session.execute(query).mappings()]


def lane_states(city: City, application_id: str) -> dict[str, str]:
    """Lane -> how it stands."""
    return {str(row["lane"]): str(row["state"]) for row in rows(city, Lane, application_id)}


def open_steps(city: City, application_id: str) -> list[str]:
    """The steps at which the file waits."""
    found = [row for row in rows(city, Visit, application_id) if row["closed_at"] is None]
    return sorted(str(row["step"]) for row in found)


def running(city: City, application_id: str) -> dict[str, dict[str, object]]:
    """The clocks that have not stopped, by name."""
    found = [row for row in rows(city, Clock, application_id) if row["stopped_at"] is None]
    return {str(row["clock"]): row for row in found}


def actions_of(city: City, application_id: str) -> list[str]:
    """What happened, in order."""
    return [str(row["action"]) for row in rows(city, Event, application_id)]


def version_in_use(city: City, workflow: str = WORKFLOW) -> tuple[str, str | None]:
    """The hash and the version that new files get."""
    query = select(JurisdictionWorkflow.definition_hash, JurisdictionWorkflow.version).where(
        JurisdictionWorkflow.jurisdiction_id == city.id,
        JurisdictionWorkflow.workflow == workflow,
        JurisdictionWorkflow.active,
    )
    with city.database.reading() as session:
        hash_, version = session.execute(query).one()
    return hash_, version


AT = MONDAY + 3 * DAY
"""When files move."""


def move(city: City, application_id: str, plan: MovePlan, at: int = AT) -> Migrated:
    with city.database.transaction() as session:
        order = Order(plan, "2.0.0", city.staff["administrator"], at, roles_held(session, city.id))
        moved = move_file.migrate(session.connection(), application_id, order)
    replayed(city, application_id)
    return moved


def back(city: City, application_id: str, plan: MovePlan, moved: Migrated, at: int = AT + DAY) -> None:
    with city.database.transaction() as session:
        order = Order(plan, "2.0.0", city.staff["administrator"], at, frozenset())
        move_file.undo(session.connection(), application_id, moved.seq, order, moved.before)
    replayed(city, application_id)


def replayed(city: City, application_id: str) -> None:
    """Hold the file against its record: the events alone tell where it stands."""
    standing = replay(json.loads(str(row["body"])) for row in rows(city, Event, application_id))
    file = city.file(application_id)
    assert (standing.phase, standing.definition_hash) == (file.state, file.definition_hash)
    assert {name: lane.state for name, lane in standing.lanes.items()} == lane_states(city, application_id)
    due = {name: clock.due_on for name, clock in standing.clocks.items()}
    assert due == {
        name: str(row["due_on"]) if row["due_on"] else None
        for name, row in running(city, application_id).items()
    }


def add_item(session: Session, city: City, application: str, lane: str) -> None:
    session.add(
        CorrectionItem(
            id=new_id(),
            jurisdiction_id=city.id,
            application_id=application,
            lane=lane,
            round=1,
            severity="required",
            text="Wrong",
            code_section="1",
            fix="Right",
            status="draft",
            created_by=city.staff["planner"],
            created_at=MONDAY,
        )
    )


def pin(city: City, count: int) -> list[str]:
    """Files in review under the old version, which is in use again while they are made."""
    publish(city, at=MONDAY + 1)
    files = [in_review(city) for _ in range(count)]
    publish(city, NEW, at=MONDAY + 2)
    return files


def store(city: City, plan: MovePlan) -> str:
    with city.database.transaction() as session:
        return move_plans.store_plan(session, city.id, plan, city.staff["administrator"], AT)


def run(city: City, plan: MovePlan) -> str:
    """Store, approve and start a plan; return its id."""
    plan_id = store(city, plan)
    with city.database.transaction() as session:
        move_plans.approve_plan(session, plan_id, city.staff["manager"], AT)
        move_plans.start(session, plan_id, AT)
    return plan_id


def finish(city: City) -> None:
    """Let a plan come to its end, two files at a time."""
    for _ in range(50):
        if not moves.continue_running(city.database, AT, batch=2):
            return
    pytest.fail("The plan never came to its end.")
