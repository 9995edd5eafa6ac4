"""Random attempts on a few files of a world, each followed by a look at everything that it may have changed."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from permitflow.engine.definition import Definition
from permitflow.engine.errors import NotAllowed
from permitflow.instants import DAY, SECOND, local_date
from permitflow.ledger.replay import ClockStanding, LaneStanding, Standing, after, differences, replay
from permitflow.models import Clock, Event, Lane, Permit, PermitApplication, Visit
from permitflow.prepared import Channel, Prepared, as_date
from permitflow.services import holds, projects, timers
from permitflow.services.errors import NotFound, Stale
from permitflow.services.payments import PaymentRefused
from tests.proof import attempts
from tests.proof.model import DECISIONS, Model
from tests.proof.world import Place, World, start_of_time

HOUR = DAY // 24
REFUSED = (NotAllowed, Stale, NotFound, PaymentRefused)
AT_ONCE = 6
LONGEST_LIFE = 160
AFTER_THE_END = 6
_APPLICATION = PermitApplication.__table__
_KEY = bindparam("application_id")
_ROW = Prepared(select(_APPLICATION).where(_APPLICATION.c.id == _KEY))
_NAMES = [column.name for column in _APPLICATION.columns]
_LANES = Prepared(
    select(Lane.lane, Lane.state, Lane.required, Lane.round, Lane.decided_by, Lane.reason)
    .where(Lane.application_id == _KEY)
    .order_by(Lane.lane)
)
_CLOCKS = Prepared(
    select(Clock.clock, Clock.state, Clock.started_on, Clock.due_on, Clock.id)
    .where(Clock.application_id == _KEY, Clock.stopped_at.is_(None))
    .order_by(Clock.clock)
)
_VISITS = Prepared(
    select(Visit.id, Visit.step, Visit.lane, Visit.role, Visit.claimed_by)
    .where(Visit.application_id == _KEY, Visit.closed_at.is_(None))
    .order_by(Visit.id)
)
_PERMITS = Prepared(
    select(Permit.number, Permit.status, Permit.revision, Permit.expires_on).where(
        Permit.application_id == _KEY
    )
)
_EVENTS = Prepared(
    select(Event.body, Event.prev_hash, Event.hash)
    .where(Event.application_id == _KEY, Event.seq > bindparam("after"))
    .order_by(Event.seq)
)


@dataclass(frozen=True)
class Picture:
    """A file's rows at one moment, compared as they are."""

    row: tuple[Any, ...]
    lanes: tuple[tuple[Any, ...], ...]
    clocks: tuple[tuple[Any, ...], ...]
    visits: tuple[tuple[Any, ...], ...]
    permits: tuple[tuple[Any, ...], ...]

    def of(self, name: str) -> Any:
        """A column of the application."""
        return self.row[_NAMES.index(name)]

    def standing(self) -> Standing:
        """What the rows say, in the words of the record."""
        lanes = {
            name: LaneStanding(state, bool(required), round_)
            for name, state, required, round_, *_ in self.lanes
        }
        clocks = {
            name: ClockStanding(state, str(as_date(began)), _iso(due))
            for name, state, began, due, _ in self.clocks
        }
        return Standing(
            self.of("state"),
            self.of("round"),
            self.of("outcome"),
            self.of("definition_hash"),
            self.of("event_seq"),
            self.of("version"),
            lanes,
            clocks,
        )


@dataclass
class Walked:
    """A file on its way: what the test knows of it, and what its record says."""

    id: str
    place: Place
    company: str
    definition: Definition
    model: Model
    replayed: Standing = field(default_factory=Standing)
    picture: Picture | None = None
    project: str | None = None
    tries: int = 0
    after_end: int = 0
    drafts: int = 0


@dataclass
class Walker:
    """A walk through a world. `violations` holds every sentence about something that may not be."""

    world: World
    rng: random.Random
    files: list[Walked] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    covered: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    lasting: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    wanted: tuple[str, ...] = ()
    """Only these workflows, when any is named."""

    def __post_init__(self) -> None:
        self.world.now = start_of_time(self.rng)

    def on(self, place: Place) -> date:
        """The date in a city."""
        return local_date(self.world.now, place.zone)

    def step(self) -> None:
        """Try one thing; whatever comes of it, everything must still be true."""
        self.world.now += self.rng.choice((SECOND, 5 * 60 * SECOND))
        if len(self.files) < AT_ONCE:
            self.begin()
        if self.rng.random() < 0.06:
            self.jump()
            return
        file = self.rng.choice(self.files)
        attempt = attempts.choose(self, file)
        self.run(file, attempt)
        if self._is_over(file):
            self.files.remove(file)
            self._replay_from_the_start(file)

    def run(self, file: Walked, attempt: attempts.Attempt) -> None:
        """Make one attempt on a file and look at what came of it."""
        before, file.tries = file.picture, file.tries + 1
        try:
            accepted = attempt.act()
        except REFUSED as refused:
            accepted = False
            for code in attempts.codes(refused):
                self.refusals[code] += 1
        self.counts["steps"] += 1
        self.counts["accepted" if accepted else "refused"] += 1
        words = f"{attempt.words} {'done' if accepted else 'refused'}"
        self.trace.append(f"{file.definition.workflow} {file.id[-6:]} {words}")
        del self.trace[:-400]
        self.look(file, words)
        if not accepted and file.picture != before:
            self.blame(file, words, f"a refused attempt changed {_changed(before, file.picture)}")
        if (
            accepted
            and file.project is not None
            and (woken := projects.wake(self.world.database, self.world.now))
        ):
            self.counts["wakes"] += woken
            self.look_around("another application was decided")

    def jump(self) -> None:
        """Let time pass, from an hour to half a year, and everything that lapses meanwhile happen."""
        hours = self.rng.choice((1, 3, 8, 12, 24, 25, 47, 72, 24 * 7, 24 * 16, 24 * 31, 24 * 95, 24 * 190))
        self.world.now += hours * HOUR + self.rng.randrange(HOUR)
        self.counts["steps"] += 1
        self.counts["jumps"] += 1
        self.trace.append(f"{hours} h pass")
        self.tick()

    def tick(self) -> None:
        """What the sweeper does, and a look at every file."""
        self.counts["timers"] += timers.fire_due(self.world.database, self.world.now)
        self.counts["wakes"] += projects.wake(self.world.database, self.world.now)
        self.look_around("time passed")

    def look_around(self, words: str) -> None:
        """Look at every file."""
        for file in list(self.files):
            self.look(file, words)

    def begin(self) -> None:
        """Start an application of any workflow, with those of its project that it waits for."""
        settings = [
            (place, name)
            for place in self.world.places
            for name in place.workflows
            if not self.wanted or name in self.wanted
        ]
        place, name = self.rng.choice(settings)
        company = self.rng.choice(list(self.world.companies))
        definition = place.workflows[name].definition
        project = None
        if definition.gates or any(spec.opens for spec in definition.actions.values()):
            project = attempts.project(self, company)
            before = {other for gate in definition.gates.values() for other in gate.workflows}
            for other_place in self.world.places:
                for other in sorted(before & set(other_place.workflows)):
                    if self.rng.random() < 0.7:
                        attempts.draft(self, other_place, other, company, project)
        attempts.draft(self, place, name, company, project)

    def follow(self, application: str, place: Place, name: str, company: str, project: str | None) -> None:
        """Keep an eye on an application from its first event on."""
        definition = place.workflows[name].definition
        model = Model(self.world, place, company, definition)
        file = Walked(application, place, company, definition, model, project=project)
        self.files.append(file)
        self.look(file, "begun")

    def look(self, file: Walked, words: str) -> None:
        """Read a file and its new events, and hold them against the model and the replay."""
        known = file.picture
        file.picture, events = self._read(file)
        tail = known.of("event_hash") if known else "0" * 64
        for body, previous, hash_ in events:
            told = json.loads(body)
            for sentence in file.model.take(told):
                self.blame(file, words, sentence)
            if previous != tail:
                self.blame(file, words, "the chain of the record is broken")
            tail = hash_
            self._advance(file, told, words)
            self._opened(file, told)
            if told["action"] in file.model.covered and not told["lane"]:
                self.covered[file.definition.workflow, told["action"]] += 1
        self.counts["events"] += len(events)
        if (
            not events
            and known is not None
            and known != file.picture
            and not _only_drafts(known, file.picture)
        ):
            self.blame(file, words, f"changed without an event: {_changed(known, file.picture)}")
        for name, told_, found in differences(file.replayed, file.picture.standing()):
            self.blame(file, words, f"the record says {name} {told_}, the file {found}")
        self._model_agrees(file, words)

    def blame(self, file: Walked, words: str, sentence: str) -> None:
        """Write down a violation with the file's last events."""
        past = " | ".join(line for line in self.trace if file.id[-6:] in line and line.endswith("done"))
        self.violations.append(
            f"{file.definition.workflow} {file.id} after “{words}”: {sentence}\n    {past}"
        )

    def _advance(self, file: Walked, told: dict[str, Any], words: str) -> None:
        try:
            file.replayed = after(file.replayed, told)
        except ValueError as error:
            self.blame(file, words, f"the record cannot be replayed: {error}")

    def _model_agrees(self, file: Walked, words: str) -> None:
        assert file.picture is not None
        model, picture = file.model, file.picture
        if (model.phase, model.round) != (picture.of("state"), picture.of("round")):
            self.blame(file, words, f"stands at {picture.of('state')}, by the events at {model.phase}")
        if (due := model.complete()) is not None:
            self.blame(file, words, f"the reviews are complete, and “{due}” was not taken: {model.lanes}")
        if len(picture.permits) != min(model.permits, 1):
            self.blame(file, words, f"{len(picture.permits)} permits after {model.permits} issues")
        decided = picture.of("decided_at") is not None
        if decided != (picture.of("outcome") is not None) or (model.decided in DECISIONS and not decided):
            self.blame(file, words, "the decision is not dated")

    def _opened(self, file: Walked, told: dict[str, Any]) -> None:
        for key, application in told["data"].items():
            if key.startswith("opened_"):
                name = key.removeprefix("opened_").replace("_", "-")
                with self.world.database.reading() as session:
                    file.project = session.get_one(PermitApplication, file.id).project_id
                self.follow(application, file.place, name, file.company, file.project)

    def _is_over(self, file: Walked) -> bool:
        if file.definition.phases[file.model.phase].final:
            file.after_end += 1
        return file.after_end > AFTER_THE_END or file.tries > LONGEST_LIFE

    def _replay_from_the_start(self, file: Walked) -> None:
        """Read the whole record once more and play it alone."""
        assert file.picture is not None
        self.counts["files"] += 1
        self.counts[f"ended as {file.model.outcome or 'open'}"] += 1
        with self.world.database.glance() as connection:
            (rows,) = Channel(connection).read((_EVENTS, {"application_id": file.id, "after": 0}))
        standing = replay(json.loads(body) for body, _previous, _hash in rows)
        for name, told, found in differences(standing, file.picture.standing()):
            self.blame(file, "the end", f"the whole record says {name} {told}, the file {found}")

    def _read(self, file: Walked) -> tuple[Picture, list[tuple[Any, ...]]]:
        key = {"application_id": file.id}
        since = {**key, "after": file.replayed.seq}
        with self.world.database.glance() as connection:
            row, lanes, clocks, visits, permits, events = Channel(connection).read(
                (_ROW, key), (_LANES, key), (_CLOCKS, key), (_VISITS, key), (_PERMITS, key), (_EVENTS, since)
            )
        return Picture(
            _plain(row[0]), *(tuple(map(_plain, part)) for part in (lanes, clocks, visits, permits))
        ), events


def hold_or_release(walker: Walker, file: Walked) -> bool:
    """Declare a hold of one file or of its city, or lift one."""
    world = walker.world
    if walker.lasting and walker.rng.random() < 0.6:
        hold = walker.lasting.pop(walker.rng.randrange(len(walker.lasting)))
        with world.database.transaction() as session:
            holds.lift(session, hold, world.now)
    else:
        alone = walker.rng.random() < 0.8
        from_on = walker.on(file.place) - timedelta(days=walker.rng.choice((0, 0, 0, 2, 20)))
        declared = holds.Declaration(
            file.place.id,
            "A storm closed the office.",
            world.now,
            from_on,
            application_id=file.id if alone else None,
        )
        with world.database.transaction() as session:
            hold = holds.declare(session, declared)
        walker.lasting.append(hold)
    holds.carry_out(world.database, hold, world.now)
    walker.tick()
    return True


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        json.dumps(value, sort_keys=True) if isinstance(value, (dict, list)) else value for value in row
    )


def _iso(day: object) -> str | None:
    found = as_date(day)
    return found.isoformat() if found else None


def _changed(before: Picture | None, after: Picture | None) -> list[str]:
    if before is None or after is None:
        return ["everything"]
    columns = [name for name, old, new in zip(_NAMES, before.row, after.row, strict=True) if old != new]
    parts = ("lanes", "clocks", "visits", "permits")
    return columns + [part for part in parts if getattr(before, part) != getattr(after, part)]


def _only_drafts(before: Picture, after: Picture) -> bool:
    """A correction item that is not sent yet is counted on the file, and told with the notice."""
    return _changed(before, after) == ["draft_items"]
