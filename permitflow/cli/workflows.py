"""Commands on workflow files: rehearse, draw, tabulate, convert, simulate, and the steps of publishing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

import config
from permitflow.cli import REFUSED
from permitflow.cli.installation import as_json as json_option
from permitflow.cli.installation import show
from permitflow.cli.simulations import simulate
from permitflow.cli.versions import VERSION_COMMANDS
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import DefinitionError
from permitflow.engine.lint import problem_of
from permitflow.engine.lint_release import coverage_findings
from permitflow.engine.loader import load_file, load_text
from permitflow.engine.schema import json_schema
from permitflow.engine.table import as_machine
from permitflow.interchange.diagram_svg import svg
from permitflow.interchange.machine_json import convert_all
from permitflow.services.rehearsal import Coverage, Rehearsal, Rehearsed, rehearsal
from permitflow.services.repertoire import Piece, repertoire

a_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def workflow() -> None:
    """Rehearse, draw, compare and publish workflow files."""


@dataclass(slots=True)
class _Result:
    """How the scenarios of one workflow went."""

    piece: Piece
    played: list[Rehearsed] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def missing(self) -> list[str]:
        """The actions that no scenario took."""
        return [
            name for name in self.piece.setting.loaded.definition.actions if name not in self.coverage.actions
        ]

    @property
    def ok(self) -> bool:
        """Whether every scenario passed and, when all of them were played, every action was taken."""
        return not self.problems and all(each.ok for each in self.played)

    @property
    def problems(self) -> list[str]:
        """The actions that no scenario took, each with its place in the file, when all scenarios were played."""
        loaded = self.piece.setting.loaded
        untaken = coverage_findings(loaded.definition, self.coverage.actions) if self.piece.whole else ()
        return [str(problem_of(loaded, finding)) for finding in untaken]


@workflow.command("test")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@json_option
def rehearse(paths: tuple[Path, ...], as_json: bool) -> int:
    """Play the scenarios of workflows; each PATH is a workflow, a scenario or a folder, else the shipped ones."""
    found = [repertoire(path) for path in paths or (config.ROOT / "workflows",)]
    problems = [problem for each in found for problem in each.problems]
    with rehearsal() as hall:
        results = [_played(hall, piece) for each in found for piece in each.pieces]
    problems += [problem for result in results for problem in result.problems]
    ok = not problems and all(result.ok for result in results)
    document = {"ok": ok, "workflows": [_record(result) for result in results], "problems": problems}
    show(document, as_json, lambda: "\n".join([*map(_paragraph, results), *problems, _verdict(results, ok)]))
    return 0 if ok else REFUSED


def _played(hall: Rehearsal, piece: Piece) -> _Result:
    result = _Result(piece)
    for scenario in piece.scenarios:
        played = hall.play(piece.setting, scenario)
        result.played.append(played)
        result.coverage.add(played.coverage)
    return result


def _record(result: _Result) -> dict[str, Any]:
    spec = result.piece.setting.loaded.definition
    seen = result.coverage
    return {
        "workflow": spec.workflow,
        "scenarios": [
            {"name": each.name, "file": each.file, "ok": each.ok, "message": each.message}
            for each in result.played
        ],
        "actions": {
            "taken": len(spec.actions) - len(result.missing),
            "all": len(spec.actions),
            "missing": result.missing,
        },
        "clauses": {
            "all": len(spec.clauses),
            "seen_passing": len(seen.passing),
            "seen_failing": len(seen.failing),
            "never_passing": [name for name in spec.clauses if name not in seen.passing],
            "never_failing": [name for name in spec.clauses if name not in seen.failing],
        },
    }


def _paragraph(result: _Result) -> str:
    record = _record(result)
    actions, clauses = record["actions"], record["clauses"]
    passed = sum(each.ok for each in result.played)
    figures = (
        f"{record['workflow']}: {passed} of {len(result.played)} scenarios passed",
        f"{actions['taken']} of {actions['all']} actions taken",
        f"{clauses['seen_passing']} passing and {clauses['seen_failing']} failing of {clauses['all']} clauses seen",
    )
    lines = [", ".join(figures)]
    lines += [f"  {each.message}" for each in result.played if not each.ok]
    lines += [] if result.piece.whole else _listed("never taken", actions["missing"])
    lines += _listed("never seen to pass", clauses["never_passing"])
    lines += _listed("never seen to fail", clauses["never_failing"])
    return "\n".join(lines)


def _listed(what: str, names: Iterable[str]) -> list[str]:
    listed = ", ".join(names)
    return [f"  {what}: {listed}"] if listed else []


def _verdict(results: list[_Result], ok: bool) -> str:
    played = sum(len(result.played) for result in results)
    return f"{'Fine' if ok else 'Not fine'}: {len(results)} workflows, {played} scenarios."


@workflow.command()
@click.argument("file", type=a_file)
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), required=True)
@json_option
def convert(file: Path, folder: Path, as_json: bool) -> None:
    """Write one workflow file for each machine of a JSON FILE into a folder."""
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
        converted = convert_all(document, datetime.now(tz=UTC).date())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    for each in converted:
        target = folder / f"{each.slug}.yaml"
        try:
            load_text(each.text, str(target))
        except DefinitionError as error:
            raise click.ClickException(str(error)) from error
        target.write_text(each.text, encoding="utf-8")
        records.append({"workflow": each.slug, "file": str(target), "notes": list(each.notes)})
    lines = [
        line for record in records for line in (record["file"], *(f"  {note}" for note in record["notes"]))
    ]
    show({"workflows": records}, as_json, lambda: "\n".join(map(str, lines)))


@workflow.command("table")
@click.argument("file", type=a_file)
@json_option
def tabulate(file: Path, as_json: bool) -> None:
    """Print a workflow as a plain machine: its states and its transitions."""
    machine = as_machine(_load(file).definition)
    show(machine, as_json, lambda: "\n".join(_machine_lines(machine)))


@workflow.command()
@click.argument("file", type=a_file)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The SVG file; else it is printed."
)
def draw(file: Path, out: Path | None) -> None:
    """Draw a workflow: phases, lanes, clocks and actions, as an SVG file without scripts."""
    picture = svg(_load(file).definition)
    if out is None:
        click.echo(picture, nl=False)
    else:
        out.write_text(picture, encoding="utf-8")


@workflow.command()
def schema() -> None:
    """Print the JSON Schema of workflow files, for editors."""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def _machine_lines(machine: dict[str, Any]) -> Iterable[str]:
    yield f"{machine['name']}: starts at {machine['initial']}, ends at {', '.join(machine['terminal']) or 'no end'}"
    for arrow in machine["transitions"]:
        by = f" by {', '.join(arrow['roles'])}" if arrow["roles"] else ""
        when = f" when {', '.join(arrow['guards'])}" if arrow["guards"] else ""
        yield f"{arrow['from']} -- {arrow['event']} -> {arrow['to']}{by}{when}"


def _load(file: Path) -> LoadedDefinition:
    try:
        return load_file(file)
    except DefinitionError as error:
        raise click.ClickException(str(error)) from error


for command in (simulate, *VERSION_COMMANDS):
    workflow.add_command(command)
