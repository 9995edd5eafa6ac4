"""Commands of versions: what differs, publishing with two people, and moving open files to another version."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.cli.installation import as_json as json_option
from permitflow.cli.installation import database, show
from permitflow.db import Database
from permitflow.engine.definition import Definition
from permitflow.engine.loader import load_checked, load_file
from permitflow.engine.move_plan import MovePlan, PlanProblem, propose
from permitflow.engine.version_diff import VersionDiff, compare
from permitflow.instants import local_date, now_us, to_datetime
from permitflow.models import PermitApplication, StoredDefinition, StoredMovePlan
from permitflow.queries.versions import WorkflowVersions, workflows_of
from permitflow.services import definitions, move_plans, moves, publications, version_checks
from permitflow.services.accounts import find_city, find_user
from permitflow.services.errors import NotFound
from permitflow.services.moves import Rehearsed
from permitflow.services.publications import Answer, NewProposal

a_file = click.Path(exists=True, dir_okay=False, path_type=Path)
a_day = click.DateTime(formats=["%Y-%m-%d"])
in_city = click.option("--city", "slug", required=True, help="The city's short name.")
as_person = click.option("--by", "email", required=True, help="The address of the person who does it.")


@click.command()
@in_city
@json_option
def versions(slug: str, as_json: bool) -> None:
    """List the versions of a city's workflows with the open files that hold each."""
    with database() as opened, opened.reading() as session:
        city = find_city(session, slug)
        found = workflows_of(session, city.id)
    document = [_version(one, line) for one in found for line in one.lines]
    show(
        document,
        as_json,
        lambda: "\n".join(_version_lines(found, city.zone)) or "The city has no workflow yet.",
    )


def _version(one: WorkflowVersions, line: Any) -> dict[str, Any]:
    return {
        "workflow": one.workflow,
        "version": line.version,
        "hash": line.definition_hash,
        "in_use": line.active,
        "open_files": line.pins.files,
        "phases": dict(line.pins.phases),
        "oldest_at": line.pins.oldest_at,
    }


def _version_lines(found: list[WorkflowVersions], zone: str) -> Iterator[str]:
    for one in found:
        yield f"{one.workflow}: {one.title}"
        for line in one.lines:
            use = "in use" if line.active else "replaced"
            oldest = line.pins.oldest_at
            since = f", the oldest from {to_datetime(oldest, zone).date()}" if oldest else ""
            yield f"  {line.version}  {line.definition_hash[:12]}  {use}  {line.pins.files} open files{since}"


@click.command()
@click.argument("old")
@click.argument("new")
@json_option
def diff(old: str, new: str, as_json: bool) -> None:
    """Say in plain words what differs between two versions; OLD and NEW are files, or the beginnings of hashes."""
    found = compare(_definition(old), _definition(new))
    document = {
        "class": found.change_class,
        "changed_terms": list(found.changed_terms),
        "changes": [
            {"class": one.kind, "part": f"{one.section}.{one.part}", "text": one.text}
            for one in found.changes
        ],
    }
    show(document, as_json, lambda: _diff_text(found))


def _diff_text(found: VersionDiff) -> str:
    if not found.changes:
        return "Nothing differs."
    return "\n".join([f"{found.change_class}:", *(f"  {one.kind:<10}  {one.text}" for one in found.changes)])


def _definition(name: str) -> Definition:
    path = Path(name)
    if path.is_file():
        return load_file(path).definition
    with database() as opened, opened.reading() as session:
        return definitions.definition_for(session.connection(), _whole_hash(session, name))


def _whole_hash(session: Session, start: str) -> str:
    query = (
        select(StoredDefinition.hash).where(StoredDefinition.hash.startswith(start, autoescape=True)).limit(2)
    )
    found = session.scalars(query).all()
    if len(found) != 1:
        raise click.ClickException(
            f"There is {'no' if not found else 'more than one'} file or version {start!r}."
        )
    return found[0]


@click.command()
@click.argument("file", type=a_file)
@in_city
@as_person
@click.option("--from", "day", type=a_day, help="The local date from which new files use it; else today.")
@click.option("--note", default="", help="Why; kept for ever.")
def publish(file: Path, slug: str, email: str, day: Any, note: str) -> None:
    """Propose a workflow file as a city's next version; somebody else approves it."""
    loaded, at = load_checked(file), now_us()
    scenarios = version_checks.scenarios_beside(file.resolve(), loaded.definition.workflow)
    with database() as opened, opened.transaction() as session:
        city = find_city(session, slug)
        effective_on: date = day.date() if day else local_date(at, city.zone)
        by = find_user(session, email).id
        new = NewProposal(city.id, loaded, effective_on, note, by, at, scenarios)
        proposal_id = publications.propose(session, new, version_checks.rehearse)
    click.echo(
        f"Proposed as {proposal_id}. Another person approves it: permitflow workflow approve {proposal_id} --by EMAIL"
    )


@click.command()
@click.argument("proposal")
@as_person
@click.option("--note", default="", help="What there is to say.")
def approve(proposal: str, email: str, note: str) -> None:
    """Approve a proposed version as its second person; new files use it from its date on."""
    with database() as opened, opened.transaction() as session:
        answer = Answer(proposal, find_user(session, email).id, now_us(), note)
        row = publications.approve(session, answer, version_checks.rehearse)
        line = f"Version {row.version} of {row.workflow} is approved; new files use it from {row.effective_on} on."
    click.echo(line)


@click.command()
@in_city
@click.option("--from", "old", required=True, help="The version that files hold: a hash or its beginning.")
@click.option("--to", "new", default="", help="The version they move to; else the one in use.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it; else it is printed."
)
def plan(slug: str, old: str, new: str, out: Path | None) -> None:
    """Write the plan that suggests itself for moving open files; edit it, then try and store it."""
    with database() as opened, opened.reading() as session:
        city = find_city(session, slug)
        from_hash = _whole_hash(session, old)
        before = definitions.definition_for(session.connection(), from_hash)
        to_hash = _whole_hash(session, new) if new else _in_use(session, city.id, before.workflow)
        after = definitions.definition_for(session.connection(), to_hash)
        proposed = propose(before, after, (from_hash, to_hash))
        problems = move_plans.check_plan(session, city.id, proposed)
    text = json.dumps(proposed.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    for line in _problem_lines(problems):
        click.echo(line, err=True)


def _in_use(session: Session, city_id: str, workflow: str) -> str:
    found = definitions.current_hash(session.connection(), city_id, workflow)
    if found is None:
        raise click.ClickException(f"The city does not use the workflow {workflow!r}.")
    return found


def _problem_lines(problems: tuple[PlanProblem, ...]) -> Iterator[str]:
    for problem in problems:
        yield f"{problem.path}: {problem.message}"


@click.command("dry-run")
@click.argument("file", type=a_file)
@in_city
@click.option("--limit", default=10_000, show_default=True, help="The most files to try.")
@json_option
def dry_run(file: Path, slug: str, limit: int, as_json: bool) -> int:
    """Try a plan on every open file and take each back; print what would become of it."""
    wanted = _read_plan(file)
    with database() as opened:
        with opened.reading() as session:
            city = find_city(session, slug)
            problems = move_plans.check_plan(session, city.id, wanted)
        tried = [] if problems else moves.rehearse(opened, city.id, wanted, "", now_us(), limit)
    document = {
        "ok": not problems,
        "problems": [problem.message for problem in problems],
        "files": [_tried(one) for one in tried],
    }
    show(
        document,
        as_json,
        lambda: "\n".join([*_problem_lines(problems), *map(_tried_line, tried)]) or "No open file.",
    )
    return 1 if problems else 0


def _read_plan(file: Path) -> MovePlan:
    try:
        return MovePlan.model_validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise click.ClickException(f"{file}: {place}: {first['msg']}.") from error


def _tried(one: Rehearsed) -> dict[str, Any]:
    moved = one.migrated
    return {
        "number": one.number,
        "application_id": one.application_id,
        "phase": one.phase,
        "to": moved.phases[1] if moved else None,
        "lanes": [list(lane) for lane in moved.lanes] if moved else [],
        "clocks": [[c.title, _day(c.before), _day(c.after), c.how] for c in moved.clocks] if moved else [],
        "queues": list(moved.queues) if moved else [],
        "reasons": list(one.reasons),
    }


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""


def _tried_line(one: Rehearsed) -> str:
    name = one.number or one.application_id
    if one.migrated is None:
        return f"{name}  {one.phase}  stays: {' '.join(one.reasons)}"
    clocks = "; ".join(
        f"{c.title} {_day(c.before) or 'stopped'} -> {_day(c.after) or 'stopped'}"
        for c in one.migrated.clocks
    )
    return f"{name}  {one.phase} -> {one.migrated.phases[1]}  {clocks}".rstrip()


@click.command()
@click.argument("plan")
@as_person
@click.option("--city", "slug", default="", help="The city's short name, to store a plan from a file.")
@click.option("--approve", "approves", is_flag=True, help="Approve the stored plan as its second person.")
@click.option("--execute", is_flag=True, help="Run the approved plan to its end, or go on with it.")
def move(plan: str, email: str, slug: str, *, approves: bool, execute: bool) -> int:
    """Store, approve or run a plan; PLAN is a file or the id of a stored one."""
    with database() as opened:
        if Path(plan).is_file():
            plan = _store(opened, Path(plan), slug, email)
            click.echo(
                f"Stored as {plan}. Another person approves it: permitflow workflow move {plan} --approve --by EMAIL"
            )
        if approves:
            _as(opened, email, lambda session, by: move_plans.approve_plan(session, plan, by, now_us()))
            click.echo("Approved.")
        return _execute(opened, plan, email) if execute else 0


def _store(opened: Database, file: Path, slug: str, email: str) -> str:
    with opened.transaction() as session:
        city = find_city(session, slug)
        by = find_user(session, email).id
        return move_plans.store_plan(session, city.id, _read_plan(file), by, now_us())


def _as(opened: Database, email: str, do: Callable[[Session, str], None]) -> None:
    with opened.transaction() as session:
        do(session, find_user(session, email).id)


def _execute(opened: Database, plan_id: str, email: str) -> int:
    _as(opened, email, lambda session, _by: move_plans.start(session, plan_id, now_us()))
    while moves.continue_running(opened, now_us(), plan_id=plan_id):
        with opened.reading() as session:
            click.echo(_progress_line(moves.progress(session, plan_id)), err=True)
    with opened.reading() as session:
        row = session.get_one(StoredMovePlan, plan_id)
        click.echo(_progress_line(moves.progress(session, plan_id)))
        for application_id, number, result, reasons in moves.left_behind(session, plan_id):
            click.echo(f"{number or application_id}  {result}: {' '.join(reasons)}")
    if row.stopped_at is not None:
        click.echo(f"Stopped: {row.stopped_why}", err=True)
    return 0 if row.finished_at else 1


def _progress_line(found: moves.Progress) -> str:
    told = ", ".join(f"{count} {result}" for result, count in sorted(found.results.items())) or "nothing yet"
    return f"{told}; {found.waiting} to go."


@click.command()
@click.argument("plan")
@click.argument("application")
@as_person
def undo(plan: str, application: str, email: str) -> None:
    """Bring one moved file back, as long as nothing was done to it since; APPLICATION is its number or id."""

    def back(session: Session, by: str) -> None:
        same = (PermitApplication.number == application) | (PermitApplication.id == application)
        row = session.get(StoredMovePlan, plan)
        file = session.scalar(
            select(PermitApplication.id).where(
                same, PermitApplication.jurisdiction_id == (row.jurisdiction_id if row else "")
            )
        )
        if file is None:
            raise NotFound("There is no such plan or application.")
        moves.undo(session, plan, file, by, now_us())

    with database() as opened:
        _as(opened, email, back)
    click.echo(f"{application} stands where it stood before.")


VERSION_COMMANDS = (versions, diff, publish, approve, plan, dry_run, move, undo)
