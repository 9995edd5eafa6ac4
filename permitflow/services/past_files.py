"""Past applications of a city as deeds that can be done again: who did what when, from the record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.engine.clean_site import OF_THE_FILE
from permitflow.engine.definition import Definition
from permitflow.engine.review import LANE_ACTIONS
from permitflow.engine.scenario import Fact, LoadedScenario, Scenario, Step
from permitflow.instants import from_datetime, to_datetime
from permitflow.models import (
    CorrectionItem,
    Document,
    Event,
    EventPayload,
    Jurisdiction,
    PermitApplication,
)
from permitflow.services.actors import APPLICANT, SYSTEM
from permitflow.services.errors import NotFound
from permitflow.services.simulation import Deed, Past

_UNHURRIED = frozenset({"start_review", "release"})
_PAYMENT = "Payment recorded"
_ANSWER = "Correction answered"


def past_files(session: Session, slug: str, definition: Definition, since: date) -> Iterator[Past]:
    """Yield the applications of a city under a workflow that were submitted on a local date or later, oldest first.

    What the applicant entered is taken as it stands at the end; earlier answers are not kept. Raises NotFound for an
    unknown city.
    """
    city = session.scalar(select(Jurisdiction).where(Jurisdiction.slug == slug))
    if city is None:
        raise NotFound(f"There is no city {slug!r}.")
    first = from_datetime(datetime.combine(since, time.min, ZoneInfo(city.zone)))
    rows = session.scalars(
        select(PermitApplication)
        .where(
            PermitApplication.jurisdiction_id == city.id,
            PermitApplication.workflow == definition.workflow,
            PermitApplication.submitted_at >= first,
        )
        .order_by(PermitApplication.submitted_at, PermitApplication.id)
    )
    for row in rows.all():
        yield _past(session, row, definition, city.zone)


def _past(session: Session, row: PermitApplication, definition: Definition, zone: str) -> Past:
    documents = session.execute(
        select(Document.kind, Document.uploaded_at)
        .where(Document.application_id == row.id)
        .order_by(Document.uploaded_at, Document.id)
    ).all()
    sent = row.submitted_at or row.created_at
    deeds = [
        *_recorded(session, row, definition),
        *(Deed(each.uploaded_at, Step(attach=each.kind)) for each in documents if each.uploaded_at > sent),
        *_items(session, row, definition),
    ]
    scenario = Scenario(
        scenario=row.number or row.id,
        workflow=row.workflow,
        starts=to_datetime(row.created_at, zone).strftime("%Y-%m-%dT%H:%M"),
        zone=zone,
        facts=dict(_flat(row.facts)),
        documents=tuple(
            dict.fromkeys(
                each.kind
                for each in documents
                if each.uploaded_at <= sent and each.kind in definition.documents
            )
        ),
        steps=(Step(do="submit", who=APPLICANT),),
    )
    name = row.number or row.id
    return Past(name, LoadedScenario(scenario, name, {}), tuple(sorted(deeds, key=lambda deed: deed.at)))


def _recorded(session: Session, row: PermitApplication, definition: Definition) -> Iterator[Deed]:
    words: dict[int, dict[str, str]] = {}
    for said in session.scalars(select(EventPayload).where(EventPayload.application_id == row.id)):
        words.setdefault(said.seq, {})[said.name] = said.value
    people = _People()
    paid_at = None
    for event in session.execute(
        select(Event.seq, Event.at, Event.body).where(Event.application_id == row.id).order_by(Event.seq)
    ):
        body = json.loads(event.body)
        if body["entry"] == _PAYMENT:
            paid_at = event.at
        elif event.at == paid_at and not body["lane"]:
            # The step that a payment takes follows it by itself.
            continue
        step = _step(body, definition, people.of(body), words.get(event.seq, {}))
        if step is not None:
            yield Deed(event.at, step)


def _step(body: Mapping[str, Any], definition: Definition, who: str, words: dict[str, str]) -> Step | None:
    action = body["action"]
    if body["actor"] == SYSTEM.id:
        return None
    if body["entry"] == _PAYMENT:
        return Step(pay=int(body["data"]["amount_cents"]), who=who)
    if body["entry"] == _ANSWER:
        return Step(answer=1)
    if body["lane"]:
        if action not in LANE_ACTIONS or action in _UNHURRIED:
            return None
        conditions = tuple(line for line in words.get("conditions", "").split("\n") if line.strip())
        return Step(
            do=action, lane=body["lane"], who=who, conditions=conditions, reason=words.get("reason", "")
        )
    spec = definition.actions.get(action)
    if spec is None or spec.entry != body["entry"]:
        return None
    return Step(do=action, who=who, inputs={name: words[name] for name in spec.inputs if name in words})


def _items(session: Session, row: PermitApplication, definition: Definition) -> Iterator[Deed]:
    """The correction items, each as it was drafted; one of no lane belongs to the phase that waited then."""
    items = session.execute(
        select(CorrectionItem.created_at, CorrectionItem.lane)
        .where(CorrectionItem.application_id == row.id)
        .order_by(CorrectionItem.created_at, CorrectionItem.id)
    )
    for item in items:
        step = item.lane or _phase_at(session, row, item.created_at)
        part = definition.lanes.get(step) or definition.phases.get(step)
        if part is not None and part.role is not None:
            yield Deed(item.created_at, Step(item=step, who=part.role))


def _phase_at(session: Session, row: PermitApplication, at: int) -> str:
    bodies = session.scalars(
        select(Event.body).where(Event.application_id == row.id, Event.at <= at).order_by(Event.seq.desc())
    )
    return next((body["to"] for body in map(json.loads, bodies) if not body["lane"]), "")


class _People:
    """Names people by their role, a second one of the same role with `#2`."""

    def __init__(self) -> None:
        self._known: dict[str, list[str]] = {}

    def of(self, body: Mapping[str, Any]) -> str:
        """Return who acted, as a scenario names them."""
        known = self._known.setdefault(body["role"], [])
        if body["actor"] not in known:
            known.append(body["actor"])
        number = known.index(body["actor"]) + 1
        return str(body["role"]) if number == 1 else f"{body['role']}#{min(number, 99)}"


def _flat(facts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Fact]]:
    for name, value in facts.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        elif isinstance(value, str | int) and path.partition(".")[0] not in OF_THE_FILE:
            yield path, value
