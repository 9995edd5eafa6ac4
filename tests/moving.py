"""Two versions of a small workflow, published in a city: the old one that files hold, and a changed one to move to."""

from __future__ import annotations

from sqlalchemy import select

from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.loader import load_text
from permitflow.engine.move_plan import MovePlan, propose
from permitflow.models import Clock, Event, JurisdictionWorkflow, Lane, Visit
from permitflow.services import definitions
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
