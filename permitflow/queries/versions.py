"""The versions of a city's workflows: what differs, how many open files hold each, and what a new one means for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.engine.definition import Definition
from permitflow.engine.move_plan import Active, PlanProblem, problems, propose
from permitflow.engine.version_diff import VersionDiff, compare
from permitflow.models import (
    Clock,
    Jurisdiction,
    JurisdictionWorkflow,
    Lane,
    PermitApplication,
    PublicationAnswer,
    PublicationProposal,
    RoleGrant,
    User,
)
from permitflow.services.definitions import definition_for, versions


@dataclass(frozen=True, slots=True)
class Pins:
    """The open files of one version: how many, in which phases, and since when the oldest is open (µs)."""

    files: int
    phases: Mapping[str, int]
    oldest_at: int | None


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version: its number for people, whether new files use it, and the open files that hold it."""

    definition_hash: str
    version: str
    title: str
    active: bool
    published_at: int
    pins: Pins


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal with the people and what was said to it, newest first in lists."""

    row: PublicationProposal
    title: str
    proposed_by: str
    answers: tuple[tuple[str, str, int], ...]

    @property
    def is_open(self) -> bool:
        """Say whether nobody has answered yet."""
        return not self.answers

    @property
    def standing(self) -> str:
        """Return the last word: open, approved or withdrawn."""
        return self.answers[-1][0] if self.answers else "open"


@dataclass(frozen=True, slots=True)
class WorkflowVersions:
    """A workflow of a city with its versions, the one in use first."""

    workflow: str
    title: str
    lines: tuple[VersionLine, ...]

    @property
    def active(self) -> VersionLine | None:
        """Return the version that new files use."""
        return next((line for line in self.lines if line.active), None)


def city_of(session: Session, slug: str, cities: Collection[str]) -> Jurisdiction | None:
    """Return a city by its short name when it is one of some cities' ids."""
    return session.scalar(select(Jurisdiction).where(Jurisdiction.slug == slug, Jurisdiction.id.in_(cities)))


def cities_by_id(session: Session, cities: Collection[str]) -> list[Jurisdiction]:
    """Return cities by their ids, ordered by name."""
    rows = session.scalars(
        select(Jurisdiction).where(Jurisdiction.id.in_(cities)).order_by(Jurisdiction.name)
    )
    return list(rows)


def workflows_of(session: Session, city_id: str) -> list[WorkflowVersions]:
    """Return every workflow a city has published, with the open files of each version, by few statements."""
    rows = session.scalars(
        select(JurisdictionWorkflow)
        .where(JurisdictionWorkflow.jurisdiction_id == city_id)
        .order_by(JurisdictionWorkflow.workflow, JurisdictionWorkflow.published_at.desc())
    ).all()
    pinned = pins(session, city_id, {row.definition_hash for row in rows})
    found = []
    for workflow in dict.fromkeys(row.workflow for row in rows):
        own = [row for row in rows if row.workflow == workflow]
        lines = _lines(session, city_id, own, pinned)
        found.append(WorkflowVersions(workflow, lines[0].title, lines))
    return found


def _lines(
    session: Session, city_id: str, rows: list[JurisdictionWorkflow], pinned: Mapping[str, Pins]
) -> tuple[VersionLine, ...]:
    numbers = versions(session, city_id, rows[0].workflow)
    newest: dict[str, JurisdictionWorkflow] = {}
    for row in rows:
        newest.setdefault(row.definition_hash, row)
    lines = [
        VersionLine(
            row.definition_hash,
            numbers[row.definition_hash],
            definition_for(session.connection(), row.definition_hash).title,
            any(other.active for other in rows if other.definition_hash == row.definition_hash),
            row.published_at,
            pinned.get(row.definition_hash, Pins(0, {}, None)),
        )
        for row in newest.values()
    ]
    return tuple(sorted(lines, key=lambda line: not line.active))


def pins(session: Session, city_id: str, hashes: Collection[str]) -> dict[str, Pins]:
    """Return the open files of a city by the version they hold, by one statement."""
    open_phases = {
        hash_: {
            name
            for name, phase in definition_for(session.connection(), hash_).phases.items()
            if not phase.final
        }
        for hash_ in hashes
    }
    rows = session.execute(
        select(
            PermitApplication.definition_hash,
            PermitApplication.state,
            func.count(),
            func.min(PermitApplication.created_at),
        )
        .where(PermitApplication.jurisdiction_id == city_id)
        .where(PermitApplication.definition_hash.in_(hashes))
        .where(PermitApplication.state.in_(set().union(*open_phases.values()) if open_phases else ()))
        .group_by(PermitApplication.definition_hash, PermitApplication.state)
    )
    found: dict[str, Pins] = {}
    for hash_, phase, count, oldest in rows:
        if phase in open_phases[hash_]:
            known = found.get(hash_, Pins(0, {}, None))
            first = oldest if known.oldest_at is None else min(known.oldest_at, oldest)
            found[hash_] = Pins(known.files + count, {**known.phases, phase: count}, first)
    return found


def active_of(session: Session, city_id: str, definition_hash: str) -> Active:
    """Return where the open files of one version stand: phases, reviews and running clocks with their numbers."""
    pinned = pins(session, city_id, [definition_hash]).get(definition_hash, Pins(0, {}, None))
    here = (
        PermitApplication.jurisdiction_id == city_id,
        PermitApplication.definition_hash == definition_hash,
        PermitApplication.state.in_(pinned.phases),
    )
    lanes = session.execute(
        select(Lane.lane, func.count())
        .join(PermitApplication, PermitApplication.id == Lane.application_id)
        .where(*here)
        .group_by(Lane.lane)
    )
    clocks = session.execute(
        select(Clock.clock, func.count())
        .join(PermitApplication, PermitApplication.id == Clock.application_id)
        .where(*here, Clock.stopped_at.is_(None))
        .group_by(Clock.clock)
    )
    return Active(pinned.phases, dict(list(lanes)), dict(list(clocks)))


def impact_of(session: Session, city_id: str, old_hash: str | None, new: Definition) -> dict[str, object]:
    """Return what a new version means, as JSON values: differences, open files by phase, clocks, roles nobody holds."""
    unstaffed = _unstaffed(session, city_id, new)
    if old_hash is None:
        return {"changes": [], "terms": [], "phases": [], "clocks": [], "unstaffed": unstaffed}
    old = definition_for(session.connection(), old_hash)
    diff, active = compare(old, new), active_of(session, city_id, old_hash)
    found = problems(propose(old, new, (old_hash, "")), old, new, active)
    return {
        "changes": [[change.kind, change.text] for change in diff.changes],
        "terms": list(diff.changed_terms),
        "phases": [
            {
                "title": old.phases[name].title,
                "files": count,
                "why": _about(found, f"phases.{name}"),
            }
            for name, count in active.phases.items()
        ],
        "clocks": _clocks(old, new, diff, active, found),
        "unstaffed": unstaffed,
    }


def _clocks(
    old: Definition, new: Definition, diff: VersionDiff, active: Active, found: Iterable[PlanProblem]
) -> list[dict[str, Any]]:
    lines = []
    for name, count in active.clocks.items():
        to = diff.renames.clocks.get(name, name)
        told = _about(found, f"clocks.{name}")
        if not told and to in new.clocks:
            before, after = old.clocks[name], new.clocks[to]
            same = (before.length, before.unit) == (after.length, after.unit)
            told = (
                "unchanged" if same else f"{before.length} -> {after.length}; running clocks keep their date"
            )
        lines.append({"title": old.clocks[name].title, "files": count, "why": told})
    return lines


def _about(found: Iterable[PlanProblem], path: str) -> str:
    return " ".join(problem.message for problem in found if problem.path == path)


def roles_held(session: Session, city_id: str) -> frozenset[str]:
    """Return the roles that somebody holds in a city now."""
    rows = session.scalars(
        select(RoleGrant.role)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.jurisdiction_id == city_id, RoleGrant.revoked_at.is_(None), User.active.is_(True))
        .distinct()
    )
    return frozenset(rows)


def _unstaffed(session: Session, city_id: str, definition: Definition) -> list[str]:
    held = roles_held(session, city_id)
    needed = {phase.role for phase in definition.phases.values() if phase.role}
    needed |= {lane.role for lane in definition.lanes.values()}
    return sorted(
        definition.roles[role].title if role in definition.roles else role
        for role in needed
        if role not in held and (role not in definition.roles or definition.roles[role].kind == "staff")
    )


def proposals(session: Session, cities: Collection[str], limit: int = 50) -> list[ProposalLine]:
    """Return the newest proposals of some cities with what was said to them, by two statements."""
    rows = session.execute(
        select(PublicationProposal, User.name)
        .join(User, User.id == PublicationProposal.proposed_by)
        .where(PublicationProposal.jurisdiction_id.in_(cities))
        .order_by(PublicationProposal.proposed_at.desc())
        .limit(limit)
    ).all()
    return _with_answers(session, [(row, name) for row, name in rows])


def proposal(session: Session, proposal_id: str, cities: Collection[str]) -> ProposalLine | None:
    """Return one proposal of some cities."""
    rows = session.execute(
        select(PublicationProposal, User.name)
        .join(User, User.id == PublicationProposal.proposed_by)
        .where(PublicationProposal.id == proposal_id, PublicationProposal.jurisdiction_id.in_(cities))
    ).all()
    return next(iter(_with_answers(session, [(row, name) for row, name in rows])), None)


def _with_answers(session: Session, rows: list[tuple[PublicationProposal, str]]) -> list[ProposalLine]:
    answers: dict[str, list[tuple[str, str, int]]] = {}
    said = session.execute(
        select(PublicationAnswer.proposal_id, PublicationAnswer.answer, User.name, PublicationAnswer.given_at)
        .join(User, User.id == PublicationAnswer.given_by)
        .where(PublicationAnswer.proposal_id.in_([row.id for row, _name in rows]))
        .order_by(PublicationAnswer.given_at, PublicationAnswer.id)
    )
    for proposal_id, answer, name, at in said:
        answers.setdefault(proposal_id, []).append((answer, name, at))
    connection = session.connection()
    return [
        ProposalLine(
            row,
            definition_for(connection, row.definition_hash).title,
            name,
            tuple(answers.get(row.id, ())),
        )
        for row, name in rows
    ]
