"""What can be done to a permit file, as a caller hands it over, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from permitflow.engine.machine import Actor
from permitflow.services.files import File
from permitflow.services.record import Datum


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to a file, with what they saw when they decided to.

    `at` is the instant in microseconds, `inputs` the texts of the action's form. For a lane's answer `lane` and
    `visit_id` name the review, for a phase's action `version` is the file's version on the form. `effective_on`
    is the legal date when it is not today's: a clock that ran out while nobody looked. `acting_for` names somebody
    for whom the person acts, beyond a role that was lent.
    """

    application_id: str
    action: str
    actor: Actor
    at: int
    inputs: Mapping[str, str] = field(default_factory=dict)
    lane: str | None = None
    visit_id: str | None = None
    conditions: tuple[str, ...] = ()
    token: str | None = None
    version: int | None = None
    document_set_hash: str | None = None
    acting_for: str | None = None
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to a file without moving it: a claim, a document, a payment.

    `words` may hold personal data and are kept apart from the hashed bytes; `change` adjusts the file's own
    columns under its lock and may refuse by raising.
    """

    application_id: str
    action: str
    entry: str
    actor: str
    role: str
    at: int
    token: str | None = None
    version: int | None = None
    lane: str = ""
    data: Mapping[str, Datum] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[File], None] | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A new draft: whose, where, under which definition, and perhaps in which project."""

    jurisdiction_id: str
    company_id: str
    created_by: str
    definition_hash: str
    at: int
    form: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    title: str = ""
    project_id: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of it: the event's number and where the file stands now."""

    application_id: str
    seq: int
    version: int
    state: str
    action: str
