"""Rehearsals: scenarios played by the real services on a database of their own, with a moved clock."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.db import Database, upgrade
from permitflow.engine.conditions import evaluate
from permitflow.engine.scenario import LoadedScenario
from permitflow.models import Event
from permitflow.prepared import Channel
from permitflow.services.expectations import check
from permitflow.services.files import load
from permitflow.services.rehearsal_stage import Setting, Stage, build
from permitflow.services.rehearsal_steps import StepFailed, play

# Nothing of a rehearsal has to last: in memory, where there is such a folder, it need not wait for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108  # Only the parent of a private temporary folder.
_ROOM_NEEDED = 200_000_000


@dataclass(slots=True)
class Coverage:
    """What scenarios have touched: how often each action was taken, and each clause was seen to pass and to fail."""

    actions: Counter[str] = field(default_factory=Counter)
    passing: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)

    def add(self, other: Coverage) -> None:
        """Take over what another scenario has touched."""
        self.actions += other.actions
        self.passing |= other.passing
        self.failing |= other.failing


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How one scenario went; `message` names file, line, what was expected and what is, when it did not go well."""

    name: str
    file: str
    ok: bool
    message: str
    coverage: Coverage


class Rehearsal:
    """A folder with one migrated, empty database that each scenario gets a copy of."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite3"
        self._file = folder / "scenario.sqlite3"
        self._database = Database(f"sqlite:///{self._file}", pool_size=2)
        upgrade(f"sqlite:///{self._template}")

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Yield an empty database; it is gone afterwards. One at a time: what is compiled for it is kept."""
        shutil.copyfile(self._template, self._file)
        try:
            yield self._database
        finally:
            self._database.dispose()
            for left in self._folder.glob(f"{self._file.name}*"):
                left.unlink()

    def play(self, setting: Setting, loaded: LoadedScenario) -> Rehearsed:
        """Play one scenario from its first step to its last, or to the first that goes wrong."""
        coverage = Coverage()
        with self.database() as database:
            message = _play(database, setting, loaded, coverage)
        return Rehearsed(loaded.scenario.scenario, loaded.file, not message, message, coverage)


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """Yield a place to rehearse in; it is gone afterwards."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_NEEDED
    with tempfile.TemporaryDirectory(prefix="rehearsal-", dir=_MEMORY if roomy else None) as folder:
        yield Rehearsal(Path(folder))


def _play(database: Database, setting: Setting, loaded: LoadedScenario, coverage: Coverage) -> str:
    """Play all steps and return what went wrong, empty when nothing did."""
    stage = build(database, setting, loaded)
    seen = 0
    for number, step in enumerate(loaded.scenario.steps):
        try:
            play(stage, step)
            if step.expect is not None:
                check(stage, step.expect)
        except StepFailed as failed:
            return f"{loaded.place(number)}: step {number + 1} ({step.words}): {failed}"
        finally:
            with database.transaction() as session:
                seen = _observe(session, stage, coverage, seen)
    return ""


def _observe(session: Session, stage: Stage, coverage: Coverage, seen: int) -> int:
    """Count the actions taken since event `seen`, and what the clauses say where the file came by; return the last."""
    events = session.execute(
        select(Event.seq, Event.body)
        .where(Event.application_id == stage.application, Event.seq > seen)
        .order_by(Event.seq)
    ).all()
    if not events:
        return seen
    phases = {stage.file(session).state}
    for event in events:
        body = json.loads(event.body)
        spec = stage.definition.actions.get(body["action"])
        # A payment or a lane's answer may bear the name of an action; the entry tells them apart.
        if spec is not None and not body["lane"] and body["entry"] == spec.entry:
            coverage.actions[body["action"]] += 1
            phases.update((body["from"], body["to"]))
        coverage.passing.update(name for name, outcome in body["clauses"] if outcome == "pass")
    _ask_clauses(session, stage, phases, coverage)
    return int(events[-1].seq)


def _ask_clauses(session: Session, stage: Stage, phases: set[str], coverage: Coverage) -> None:
    asked = {
        clause
        for action in stage.definition.actions.values()
        if phases.intersection(action.from_)
        for clause in action.when
    }
    facts = load(Channel(session.connection()), stage.application).facts()
    for result in evaluate(stage.definition, sorted(asked), facts):
        (coverage.passing if result.outcome == "pass" else coverage.failing).add(result.clause)
