"""What a workflow file says: the data types of a definition, with their JSON Schema."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from permitflow.engine.clock_def import ClockDef, ReceiptDef
from permitflow.engine.parts import (
    Code,
    EventName,
    Expression,
    FieldPath,
    Id,
    Outcome,
    Part,
    Party,
    Provenance,
    Receiver,
    Slug,
    Text,
)

ANY_OPEN = "any_open"
"""Under `from`: every phase that is not final; the loader spells it out."""

Effect = Literal[
    "assign_number",  # gives the file its receipt number
    "assess_fees",  # computes the fees due in the phase that is entered
    "issue_notice",  # sends every draft correction item as one numbered notice
    "issue_permit",  # creates the permit with number, conditions and expiry
    "revise_permit",  # issues the permit again under its number, with the next revision
    "suspend_permit",  # stops the work under the permit
    "reinstate_permit",  # makes a suspended or revoked permit valid again
    "revoke_permit",  # ends the permit
    "expire_permit",  # ends the permit because its time ran out
    "extend_permit",  # makes the permit valid again for its whole length
    "close_permit",  # marks the permit as finalled
]


class RoleDef(Part):
    """Somebody who can act: the applicant's side, staff, or the system itself."""

    title: Text
    kind: Literal["applicant", "staff", "system"]
    code: Code = ""


class FieldDef(Part):
    """A fact of the application that clauses may name."""

    title: Text
    type: Literal["integer", "boolean", "text", "choice"]
    choices: tuple[str, ...] = ()


class Clause(Part):
    """A named condition in CEL with the sentence shown when it does not hold."""

    expression: Expression
    message: Text
    citation: str = ""
    fix_by: Id
    where: str = ""
    code: Code = ""


class DocumentDef(Part):
    """A kind of document; required when its condition holds."""

    title: Text
    citation: Text
    help: str = ""
    required_when: Expression = "true"


class FeeDef(Part):
    """A fee in integer cents, assessed when its phase is entered."""

    title: Text
    cents: Expression
    citation: Text
    assessed_in: Id


class ChecklistItem(Part):
    """One line of a reviewer's checklist."""

    id: Id
    text: Text
    citation: Text
    fix: str = ""


class LaneDef(Part):
    """One discipline's review, run beside the others."""

    title: Text
    role: Id
    kind: Literal["review", "inspection", "external"] = "review"
    """An external lane waits for a party outside the office; a required one needs a clock that ends the wait."""
    required_when: Expression = "true"
    informational: bool = False
    """An informational lane is shown and may answer, but never holds the join."""
    waived_by: Id | None = None
    """The staff role with the authority to waive this lane, with a reason."""
    after: tuple[Id, ...] = ()
    """Hold points: lanes of the same phase that must be done before this one may be answered."""
    checklist: tuple[ChecklistItem, ...] = ()


class JoinDef(Part):
    """What happens when every required lane of the round is done."""

    approved: Id
    corrections: Id
    collect: Literal["all", "first"] = "all"
    """`all` waits for every lane and sends one notice; `first` goes back at the first request (inspections)."""


class PhaseDef(Part):
    """Where an application stands, and whose court it is in."""

    title: Text
    party: Party
    role: Id | None = None
    """The staff role whose queue holds the file; lanes have their own."""
    initial: bool = False
    outcome: Outcome | None = None
    final: bool = False
    code: Code = ""
    lanes: tuple[Id, ...] = ()
    join: JoinDef | None = None
    auto: tuple[Id, ...] = ()
    """System actions tried in this order on entry; the first whose clauses pass is taken."""
    checklist: tuple[ChecklistItem, ...] = ()
    next: str = ""
    """One sentence that tells the applicant what comes next."""


class InputDef(Part):
    """What the actor must or may write when acting."""

    title: Text
    type: Literal["text", "integer", "date"] = "text"
    required: bool = True
    help: str = ""
    citation: str = ""
    days_ahead: int | None = Field(default=None, ge=0, le=3660)
    """A date at least so many calendar days after the day of the action, e.g. the notice before a hearing."""


class VoteDef(Part):
    """A vote of a body: members, quorum, and how many votes in favour the action needs (4 of 7, 6 of 7)."""

    body: Text
    members: int = Field(ge=1, le=999)
    quorum: int = Field(ge=1, le=999)
    needed: int = Field(ge=1, le=999)
    carried: bool = True
    """Whether the action records that the motion carried, or that it failed."""
    citation: Text


class ActionDef(Part):
    """A step that somebody can take; its id is an imperative."""

    title: Text
    from_: Annotated[tuple[Id, ...], Field(alias="from", min_length=1)]
    to: Id | None = None
    """Without it the file stays where it is: its lanes, visits and round are left alone."""
    by: tuple[Id, ...]
    when: tuple[Id, ...] = ()
    inputs: dict[Id, InputDef] = Field(default_factory=dict)
    vote: VoteDef | None = None
    """Asks for the date and the count of a vote and holds the action to its threshold."""
    needs_items: bool = False
    """At least one correction item must have been drafted."""
    not_same_actor_as: tuple[EventName, ...] = ()
    """Separation of duties: nobody who took one of these steps on this file may take this action."""
    at_most: int | None = Field(default=None, ge=1, le=99)
    """How often the action may be taken on one file."""
    effects: tuple[Effect, ...] = ()
    waives: tuple[Id, ...] = ()
    """Lanes that this action ends without an answer, e.g. when an outside party let its time pass."""
    opens: tuple[Slug, ...] = ()
    """Workflows of the same city that start as drafts of the same project."""
    reopens: bool = False
    """The action leads out of a final phase."""
    reopen_lanes: Literal["none", "asked", "all"] = "none"
    """Which lanes a resubmission opens again."""
    next_round: bool = False
    notify: tuple[Receiver, ...] = ("applicant",)
    entry: Text
    """The log entry in the past tense, e.g. 'Submitted'."""
    tone: Literal["primary", "plain", "danger"] = "plain"
    code: Code = ""

    def target(self, phase: str) -> str:
        """Return the phase that the action leads to from a phase."""
        return phase if self.to is None else self.to


class GateDef(Part):
    """Another application of the same project that must come first, e.g. the zoning permit."""

    title: Text
    workflows: Annotated[tuple[Slug, ...], Field(min_length=1)]
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)] = ("issued", "closed")
    citation: Text


class OneNoticeDef(Part):
    """After the first notice, a new item on unchanged material needs a health-and-safety reason by an official."""

    official: Id
    citation: Text
    source: Text
    as_of: Annotated[datetime.date, Field(strict=False)]
    verified: bool


class PermitDef(Part):
    """What the issued permit says."""

    title: Text
    valid_days: int = Field(gt=0, le=3660)
    citation: Text
    inspections: tuple[Text, ...] = ()


class Definition(Part):
    """A whole workflow file."""

    workflow: Slug
    legacy: bool = False
    """A process written down as it is elsewhere: what it lacks only warns, and no city may publish it."""
    title: Text
    summary: Text
    pack: Slug
    project_types: Annotated[tuple[Id, ...], Field(min_length=1)]
    provenance: Provenance
    roles: dict[Id, RoleDef]
    fields: dict[FieldPath, FieldDef]
    clauses: dict[Id, Clause] = Field(default_factory=dict)
    documents: dict[Id, DocumentDef] = Field(default_factory=dict)
    fees: dict[Id, FeeDef] = Field(default_factory=dict)
    lanes: dict[Id, LaneDef] = Field(default_factory=dict)
    gates: dict[Id, GateDef] = Field(default_factory=dict)
    phases: dict[Id, PhaseDef]
    actions: dict[Id, ActionDef]
    receipt: ReceiptDef | None = None
    one_notice: OneNoticeDef | None = None
    clocks: dict[Id, ClockDef] = Field(default_factory=dict)
    permit: PermitDef | None = None
    """Left out by processes that end without a permit, e.g. an agreement or a grant."""

    def initial(self) -> str:
        """Return the id of the phase a new application starts in."""
        return next(name for name, phase in self.phases.items() if phase.initial)


@dataclass(frozen=True, slots=True)
class LoadedDefinition:
    """A definition with its identity and the places of its parts.

    `hash` is the SHA-256 (hex) of `body`, the canonical JSON of the file as it was written, or of the merged result
    when it is an overlay; `lines` maps a dotted path such as 'actions.submit.to' to its line in `file`, or in
    the file that `files` names for that path; `base` is what an overlay extends.
    """

    definition: Definition
    hash: str
    body: str
    file: str
    lines: Mapping[str, int]
    files: Mapping[str, str] = field(default_factory=dict)
    base: LoadedDefinition | None = None

    def line(self, path: str) -> int | None:
        """Return the line of `path`, or of the nearest part around it that has one."""
        return self.place(path)[1]

    def place(self, path: str) -> tuple[str, int | None]:
        """Return the file and line of `path`, or of the nearest part around it that has one."""
        while path:
            if path in self.lines:
                return self.files.get(path, self.file), self.lines[path]
            path = path.rpartition(".")[0]
        return self.file, None
