"""The command that checks workflow files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import click

import config
from permitflow.cli import REFUSED
from permitflow.cli.installation import as_json as json_option
from permitflow.cli.installation import show
from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.loader import check_file
from permitflow.engine.pack import FILE_NAME, Pack, load_pack, unknown_gates


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), default=config.ROOT / "workflows")
@json_option
def lint(path: Path, as_json: bool) -> int:
    """Check a workflow file, a pack, or every pack below a folder; the shipped ones when no PATH is given."""
    problems = list(dict.fromkeys(_problems(path)))
    ok = not any(problem.severity == "error" for problem in problems)
    document = {"ok": ok, "problems": [dataclasses.asdict(problem) for problem in problems]}
    show(document, as_json, lambda: "\n".join([*map(str, problems), _verdict(problems, ok)]))
    return 0 if ok else REFUSED


def _problems(path: Path) -> Iterator[Problem]:
    if path.is_file():
        yield from check_file(path)
        return
    folders = sorted(found.parent for found in path.rglob(FILE_NAME))
    packs: list[Pack] = []
    for folder in folders:
        yield from _pack_problems(folder, packs)
    # A single pack may wait for another city's; only where several stand together can a gate be missed.
    yield from unknown_gates(packs) if len(packs) == len(folders) > 1 else ()
    if not folders:
        for file in sorted(path.glob("*.yaml")):
            yield from check_file(file)


def _pack_problems(folder: Path, packs: list[Pack]) -> Iterator[Problem]:
    """Yield the problems of a pack's files, then what does not fit together; a pack that loads joins `packs`."""
    for file in sorted(folder.glob("*.yaml")):
        if file.name != FILE_NAME:
            yield from check_file(file)
    try:
        packs.append(load_pack(folder))
    except DefinitionError as error:
        yield from error.problems


def _verdict(problems: list[Problem], ok: bool) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    return f"{'Fine' if ok else 'Refused'}: {errors} errors, {len(problems) - errors} warnings."
