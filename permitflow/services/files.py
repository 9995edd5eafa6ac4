"""One permit file as a transaction sees it: the application with its lanes, open visits and running clocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from permitflow.engine.calendars import Calendar
from permitflow.engine.conditions import holds
from permitflow.engine.lanes import LaneState
from permitflow.engine.machine import Machine, Situation
from permitflow.prepared import Channel, Row, as_date, as_text
from permitflow.services import statements as sql
from permitflow.services.calendars import calendar_for
from permitflow.services.definitions import machine_for
from permitflow.services.errors import NotFound
from permitflow.services.past import Later, Past, facts_of_past, read_past

NO_DUE_DATE = date(9999, 12, 31)


@dataclass(slots=True)
class LaneRow:
    """A lane's row: its id and how it stands."""

    id: str
    role: str
    state: LaneState


@dataclass(slots=True)
class VisitRow:
    """An open visit: who claimed it and how long it was worked on before."""

    id: str
    step: str
    lane: str | None
    claimed_at: int | None
    claimed_by: str | None
    worked_us: int
    due_on: date


@dataclass(slots=True)
class ClockRow:
    """A running or paused clock; `lapsed_at` is the instant at which its running out was answered."""

    id: str
    clock: str
    state: str
    length: int
    started_on: date
    due_on: date | None
    calendar_version_id: str
    lapsed_at: int | None = None


@dataclass(slots=True)
class File:
    """A locked application; whoever holds it is alone with it until the transaction ends.

    `on` is the legal date of what is done now, and `day_is_over` says that it is done at the end of that day, as
    what follows from a clock that ran out. `regression_us` is how far the machine's clock was behind the record. `not_yet_decided` names the
    applications of the project that were decided only after the day that is looked at. `told` is what the record
    says so far of lanes, clocks and outcome.
    """

    channel: Channel
    machine: Machine
    calendar: Calendar
    calendar_version_id: str
    columns: dict[str, Any]
    lanes: dict[str, LaneRow] = field(default_factory=dict)
    visits: dict[str, VisitRow] = field(default_factory=dict)
    clocks: dict[str, ClockRow] = field(default_factory=dict)
    spell_open: bool = False
    loaded: dict[str, Any] = field(default_factory=dict)
    known_facts: dict[str, Any] | None = None
    known_past: Past | None = None
    on: date | None = None
    day_is_over: bool = False
    regression_us: int = 0
    not_yet_decided: frozenset[str] = frozenset()
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The application's id."""
        return cast(str, self.columns["id"])

    @property
    def jurisdiction_id(self) -> str:
        """The city's id."""
        return cast(str, self.columns["jurisdiction_id"])

    @property
    def phase(self) -> str:
        """The phase the file is in."""
        return cast(str, self.columns["state"])

    def situation(self) -> Situation:
        """Return what the engine needs to know."""
        states = {name: lane.state for name, lane in self.lanes.items()}
        past = (Later[int](self, "taken"), Later[frozenset[str]](self, "done_by"))
        return Situation(
            self.phase, self.columns["company_id"], LazyFacts(self), states, self.on, past[0], past[1]
        )

    def facts(self) -> Mapping[str, Any]:
        """Return the facts that clauses may name, computed once until something changes."""
        if self.known_facts is None:
            self.known_facts = facts_of(self)
        return self.known_facts

    def past(self) -> Past:
        """Return the steps taken on this file so far, read once until another is written."""
        if self.known_past is None:
            self.known_past = read_past(self)
        return self.known_past

    def changed(self) -> None:
        """Forget the computed facts: a number they rest on has changed."""
        self.known_facts = None


class LazyFacts(Mapping[str, object]):
    """Facts that are computed when a clause first asks: most lane decisions never do."""

    def __init__(self, file: File) -> None:
        self._file = file

    def __getitem__(self, name: str) -> object:
        return self._file.facts()[name]

    def __iter__(self) -> Any:
        return iter(self._file.facts())

    def __len__(self) -> int:
        return len(self._file.facts())


def facts_of(file: File) -> dict[str, Any]:
    """Return the applicant's facts together with what the file itself knows: documents, fees, lanes, corrections."""
    columns = file.columns
    facts: dict[str, Any] = _decoded(columns["facts"])
    kinds = _decoded(columns["document_kinds"])
    definition = file.machine.definition
    missing = [
        kind
        for kind, spec in definition.documents.items()
        if kind not in kinds and holds(spec.required_when, facts) is not False
    ]
    required = [
        lane.state for lane in file.lanes.values() if lane.state.required and not lane.state.informational
    ]
    due, paid = columns["fees_due_cents"], columns["fees_paid_cents"]
    # A scenario may say which number its file has drawn; nothing that an applicant enters is in this group.
    drawn = {"sample": sample_of(file.id)} | facts.get("application", {})
    facts["application"] = drawn | {"round": columns["round"]}
    facts["documents"] = {kind: kind in kinds for kind in definition.documents} | {"missing": len(missing)}
    facts["fees"] = {"due_cents": due, "paid_cents": paid, "balance_cents": due - paid}
    facts["lanes"] = {
        "open": sum(lane.is_open for lane in required),
        "corrections": sum(lane.state == "corrections_requested" for lane in required),
    }
    facts["corrections"] = {
        "draft": columns["draft_items"],
        "open": columns["open_items"],
        "unanswered": columns["unanswered_items"],
    }
    return facts | facts_of_past(file)


def sample_of(application_id: str) -> int:
    """Return a number from 0 to 99 that an application has by chance and keeps: from the random end of its id."""
    return int(application_id[-8:], 16) % 100


def load(channel: Channel, application_id: str) -> File:
    """Lock and read one application with all that a transition may change; raises NotFound."""
    key = {"application_id": application_id}
    found, parts = channel.read((sql.READ_FILE, key), (sql.READ_PARTS, key))
    if not found:
        raise NotFound
    *values, _zone, prefix, calendar_version_id = found[0]
    columns = dict(zip(sql.FILE_COLUMNS, values, strict=True))
    columns["due_on"] = as_date(columns["due_on"])
    columns["number_prefix"] = prefix
    connection = channel.connection
    file = File(
        channel,
        machine_for(connection, columns["definition_hash"]),
        calendar_for(connection, calendar_version_id),
        calendar_version_id,
        columns,
        {row[2]: _lane(row) for row in parts if row[0] == "lane"},
        {row[2]: _visit(row) for row in parts if row[0] == "visit"},
        {row[2]: _clock(row) for row in parts if row[0] == "clock"},
        is_counted(columns),
        dict(columns),
    )
    file.told = standing_of(file)
    return file


def standing_of(file: File) -> dict[str, Any]:
    """Return what the record tells of a file beside its phase and round: its lanes, its clocks and its outcome."""
    return {
        "lanes": {name: lane.state for name, lane in file.lanes.items()},
        "clocks": {
            name: (clock.state, clock.started_on, clock.due_on) for name, clock in file.clocks.items()
        },
        "outcome": file.columns["outcome"],
    }


def is_counted(columns: Mapping[str, Any]) -> bool:
    """Return whether the time counts now: from the submission to the decision, and again while it is reopened."""
    undecided = columns["decided_at"] is None or columns["reopened_at"] is not None
    return columns["submitted_at"] is not None and undecided


def save(file: File, at: int) -> None:
    """Queue what changed of the application's own row and send everything that was queued."""
    columns, loaded = file.columns, file.loaded
    changed = tuple(name for name in sql.WRITTEN_COLUMNS if columns[name] != loaded[name])
    values: dict[str, object] = {"new_" + name: _for_driver(columns[name]) for name in changed}
    values |= {"new_updated_at": max(at, columns["updated_at"]), "key": file.id}
    file.channel.write(sql.write_file((*changed, "updated_at")), values)
    file.channel.flush()


def _for_driver(value: object) -> object:
    if isinstance(value, date):
        return as_text(value)
    return json.dumps(value) if isinstance(value, dict) else value


def _lane(row: Row) -> LaneRow:
    _part, id_, lane, role, state, required, informational, round_, _, _ = row
    return LaneRow(id_, role, LaneState(lane, bool(required), bool(informational), state, round_))


def _visit(row: Row) -> VisitRow:
    _part, id_, step, lane, claimed_by, claimed_at, worked_us, _, due_on, _ = row
    return VisitRow(id_, step, lane, claimed_at, claimed_by, worked_us, as_date(due_on) or NO_DUE_DATE)


def _clock(row: Row) -> ClockRow:
    _part, id_, clock, state, calendar_version_id, length, lapsed_at, _, started_on, due_on = row
    day = as_date(started_on)
    assert day is not None
    return ClockRow(id_, clock, state, length, day, as_date(due_on), calendar_version_id, lapsed_at)


def _decoded(value: object) -> dict[str, Any]:
    return cast(
        dict[str, Any], json.loads(value) if isinstance(value, str) else dict(cast(dict[str, Any], value))
    )
