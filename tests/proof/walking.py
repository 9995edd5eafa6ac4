"""Random walks of files through a small workflow, with a move to another version somewhere on the way."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from permitflow.db import new_id
from permitflow.engine import lanes as engine_lanes
from permitflow.engine.definition import Definition, LoadedDefinition
from permitflow.engine.errors import NotAllowed
from permitflow.engine.move_plan import MovePlan, is_statutory
from permitflow.instants import local_date
from permitflow.models import CorrectionItem, PermitApplication
from permitflow.prepared import Channel
from permitflow.queries.versions import roles_held
from permitflow.services import definitions, files, move_clocks, move_file, timers, transitions
from permitflow.services.acts import Act
from permitflow.services.files import File
from permitflow.services.move_file import NotMovable, Order
from tests.factories import DAY, MONDAY, City
from tests.moving import WORKFLOW

MOST_STEPS = 80
STATIONS = (2, 12, 40)
LANE_VERBS = ("approve", "approve", "approve_with_conditions", "request_corrections", "mark_not_applicable")
ROLE_OF = {"fire": "permit_technician", "fire_safety": "permit_technician", "utility": "permit_technician"}


@dataclass
class Walker:
    """One file on its way; `at` is the hour of its last step, `trace` what happened."""

    city: City
    rng: random.Random
    file: str = ""
    at: int = MONDAY
    trace: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Start a draft of some size."""
        self.file = self.city.draft(WORKFLOW, stations=self.rng.choice(STATIONS))

    @property
    def phase(self) -> str:
        """Where the file stands."""
        return self.city.file(self.file).state

    def definition(self) -> Definition:
        """What the file runs under."""
        with self.city.database.reading() as session:
            return definitions.definition_for(session.connection(), self.city.file(self.file).definition_hash)

    def done(self) -> bool:
        """Whether the file is closed."""
        return self.definition().phases[self.phase].final

    def step(self) -> None:
        """Let somebody try something that the phase offers; what is refused counts as a step too."""
        self.at += self.rng.choice((DAY // 24, DAY, 3 * DAY))
        timers.fire_due(self.city.database, self.at)
        if self.done():
            return
        definition, phase = self.definition(), self.phase
        options = [(name, role, "") for name, spec in definition.actions.items() if phase in spec.from_
                   for role in spec.by if role != "system" and (name != "withdraw" or self.rng.random() < 0.03)]  # fmt: skip
        options += [(verb, "", lane) for lane in definition.phases[phase].lanes for verb in LANE_VERBS]
        name, role, lane = self.rng.choice(options)
        try:
            self._do(definition, name, role, lane)
        except NotAllowed as refused:
            self.trace.append(f"refused: {refused}")
        else:
            self.trace.append(f"{phase}: {lane}.{name}" if lane else f"{phase}: {name}")

    def _do(self, definition: Definition, name: str, role: str, lane: str) -> None:
        words = {"reason": "As agreed"}
        if lane:
            role = definition.lanes[lane].role
        else:
            words |= dict.fromkeys(definition.actions[name].inputs, "As agreed")
        more: dict[str, object] = {"lane": lane or None, "inputs": words}
        if name == "approve_with_conditions":
            more["conditions"] = ("Keep the exit clear.",)
        with self.city.database.transaction() as session:
            if name == "request_corrections":
                self._draft_item(session, lane)
            elif name == "resubmit":
                session.execute(
                    PermitApplication.__table__.update()
                    .where(PermitApplication.__table__.c.id == self.file)
                    .values(unanswered_items=0)
                )
            elif name == "pay":
                paid = self.city.file(self.file).fees_due_cents
                session.execute(
                    PermitApplication.__table__.update()
                    .where(PermitApplication.__table__.c.id == self.file)
                    .values(fees_paid_cents=paid)
                )
            act = Act(self.file, name, self.city.actor(role), self.at, **more)  # type: ignore[arg-type]
            transitions.apply(session.connection(), act)

    def _draft_item(self, session: object, lane: str) -> None:
        item = CorrectionItem(
            id=new_id(),
            jurisdiction_id=self.city.id,
            application_id=self.file,
            lane=lane,
            round=1,
            severity="required",
            text="Wrong",
            code_section="1",
            fix="Right",
            status="draft",
            created_by=self.city.staff["planner"],
            created_at=self.at,
        )
        session.add(item)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        session.execute(  # type: ignore[attr-defined]
            PermitApplication.__table__.update()
            .where(PermitApplication.__table__.c.id == self.file)
            .values(draft_items=PermitApplication.__table__.c.draft_items + 1)
        )

    def move(self, plan: MovePlan) -> bool:
        """Move the file and hold it against what it was; False when it stays, with reasons."""
        with self.city.database.transaction() as session:
            connection = session.connection()
            before = Standing.of(files.load(Channel(connection), self.file), self.at)
            order = Order(
                plan, "2.0.0", self.city.staff["administrator"], self.at, roles_held(session, self.city.id)
            )
            try:
                with session.begin_nested():
                    moved = move_file.migrate(connection, self.file, order)
            except NotMovable as refused:
                self.trace.append(f"stays: {refused}")
                return False
            after = Standing.of(files.load(Channel(connection), self.file), self.at)
            before.compare(after, plan)
            assert set(moved.queues) <= roles_held(session, self.city.id)
        self.trace.append(f"moved from {moved.phases[0]} to {moved.phases[1]}")
        return True


@dataclass(frozen=True)
class Standing:
    """What a move may not take away: required lanes with their answers, used days, and due dates of legal clocks."""

    lanes: dict[str, str]
    used: dict[str, int]
    due: dict[str, date]

    @classmethod
    def of(cls, file: File, at: int) -> Standing:
        """Read it off a file."""
        on = local_date(at, file.calendar.zone)
        runs = {name: run for name, run in move_clocks.runs_of(file).items() if is_statutory(run.spec)}
        return cls(
            {name: lane.state.state for name, lane in file.lanes.items() if lane.state.counts},
            {name: run.counted(on) for name, run in runs.items()},
            {name: clock.due_on for name, clock in file.clocks.items() if name in runs and clock.due_on},
        )

    def compare(self, after: Standing, plan: MovePlan) -> None:
        """Fail when something was lost."""
        names = plan.lane_names()
        for name, state in self.lanes.items():
            assert after.lanes.get(names[name]) == state, (name, self.lanes, after.lanes)
        for name, used in self.used.items():
            to = plan.clocks[name].to
            assert to is not None
            if to in after.used:
                assert after.used[to] >= min(used, 15), (name, self.used, after.used)
        for name, due in self.due.items():
            to = plan.clocks[name].to or name
            assert to not in after.due or after.due[to] <= due, (name, self.due, after.due)


def reviewed(city: City, application: str, new: LoadedDefinition) -> bool:
    """Whether every review that the version asks of this file is done."""
    with city.database.transaction() as session:
        file = files.load(Channel(session.connection()), application)
        needs = engine_lanes.lanes_for(new.definition, "plan_review", file.facts())
        wanted = [need.lane for need in needs if need.required and not need.informational]
        return all(lane in file.lanes and file.lanes[lane].state.is_done for lane in wanted)
