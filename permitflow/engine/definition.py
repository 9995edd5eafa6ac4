"""What a workflow file says: the data types of a definition, with their JSON Schema."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
FieldPath = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

Party = Literal["applicant", "agency", "payment", "external", "none"]
Outcome = Literal["issued", "denied", "withdrawn", "expired", "revoked", "abandoned", "closed"]
Unit = Literal["business_day", "calendar_day", "month", "year"]
ClockOutcome = Literal[
    "deemed_complete", "deemed_approved", "deemed_denied", "void", "expired", "remedy", "none"
]
Effect = Literal[
    "assign_number",  # gives the file its receipt number
    "assess_fees",  # computes the fees due in the phase that is entered
    "issue_notice",  # sends every draft correction item as one numbered notice
    "issue_permit",  # creates the permit with number, conditions and expiry
    "revoke_permit",  # ends the permit
    "expire_permit",  # ends the permit because its time ran out
    "extend_permit",  # makes the permit valid again for its whole length
    "close_permit",  # marks the permit as finalled
]


class Part(BaseModel):
    """A piece of a definition: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Provenance(Part):
    """Where the numbers of a definition come from."""

    source: Text
    as_of: Annotated[datetime.date, Field(strict=False)]
    verified: bool


class RoleDef(Part):
    """Somebody who can act: the applicant's side, staff, or the system itself."""

    title: Text
    kind: Literal["applicant", "staff", "system"]


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
    required_when: Expression = "true"
    informational: bool = False
    """An informational lane is shown and may answer, but never holds the join."""
    checklist: tuple[ChecklistItem, ...] = ()


class JoinDef(Part):
    """What happens when every required lane of the round is done."""

    approved: Id
    corrections: Id


class PhaseDef(Part):
    """Where an application stands, and whose court it is in."""

    title: Text
    party: Party
    role: Id | None = None
    """The staff role whose queue holds the file; lanes have their own."""
    initial: bool = False
    outcome: Outcome | None = None
    final: bool = False
    lanes: tuple[Id, ...] = ()
    join: JoinDef | None = None
    auto: tuple[Id, ...] = ()
    """System actions tried in this order on entry; the first whose clauses pass is taken."""
    checklist: tuple[ChecklistItem, ...] = ()
    next: str = ""
    """One sentence that tells the applicant what comes next."""


class InputDef(Part):
    """A text that the actor must or may write when acting."""

    title: Text
    required: bool = True
    help: str = ""
    citation: str = ""


class ActionDef(Part):
    """A step that somebody can take; its id is an imperative."""

    title: Text
    from_: Annotated[tuple[Id, ...], Field(alias="from", min_length=1)]
    to: Id
    by: Annotated[tuple[Id, ...], Field(min_length=1)]
    when: tuple[Id, ...] = ()
    inputs: dict[Id, InputDef] = Field(default_factory=dict)
    needs_items: bool = False
    """At least one correction item must have been drafted."""
    effects: tuple[Effect, ...] = ()
    reopen_lanes: Literal["none", "asked", "all"] = "none"
    """Which lanes a resubmission opens again."""
    next_round: bool = False
    notify: tuple[Literal["applicant", "reviewers", "managers"], ...] = ("applicant",)
    entry: Text
    """The log entry in the past tense, e.g. 'Submitted'."""
    tone: Literal["primary", "plain", "danger"] = "plain"


class ClockDef(Part):
    """A legal clock: what starts, stops and pauses it and what its end means."""

    title: Text
    unit: Unit
    length: Expression
    starts: Annotated[tuple[Id, ...], Field(min_length=1)]
    stops: tuple[Id, ...]
    pauses: tuple[Id, ...] = ()
    resumes: tuple[Id, ...] = ()
    roll: Literal["none", "next", "previous"] = "next"
    count_from: Literal["exclude_first", "receipt_day_counts"] = "exclude_first"
    authority: Text
    outcome: ClockOutcome
    on_expiry: Id | None = None
    """The system action taken when a verified clock runs out."""
    warn_at: tuple[int, ...] = (60, 85, 100)
    holder: Literal["agency", "applicant", "permit"] = "agency"
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
    phases: dict[Id, PhaseDef]
    actions: dict[Id, ActionDef]
    clocks: dict[Id, ClockDef] = Field(default_factory=dict)
    permit: PermitDef

    def initial(self) -> str:
        """Return the id of the phase a new application starts in."""
        return next(name for name, phase in self.phases.items() if phase.initial)


@dataclass(frozen=True, slots=True)
class LoadedDefinition:
    """A definition with its identity and the places of its parts.

    `hash` is the SHA-256 (hex) of `body`, the canonical JSON of the file as it was written;
    `lines` maps a dotted path such as 'actions.submit.to' to its line in `file`.
    """

    definition: Definition
    hash: str
    body: str
    file: str
    lines: Mapping[str, int]

    def line(self, path: str) -> int | None:
        """Return the line of `path`, or of the nearest part around it that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path.rpartition(".")[0]
        return None
