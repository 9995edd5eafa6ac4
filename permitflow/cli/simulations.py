"""The command that compares two versions of a workflow on the same files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from permitflow.cli.installation import as_json as json_option
from permitflow.cli.installation import database, show
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import DefinitionError
from permitflow.engine.loader import from_body, load_file
from permitflow.models import StoredDefinition
from permitflow.services.errors import NotFound
from permitflow.services.past_files import past_files
from permitflow.services.rehearsal_stage import Setting
from permitflow.services.repertoire import setting_of
from permitflow.services.simulation import Figures, Span, replay, simulate_year

_LONGEST_LIST = 20
Tell = Callable[[str], None]
Player = Callable[[Setting, Tell], Figures]


@click.command()
@click.option(
    "--from", "before", required=True, help="The version now: a workflow file, or the hash of a stored one."
)
@click.option(
    "--under", required=True, help="The other version: a workflow file, or the hash of a stored one."
)
@click.option("--city", help="Replay the past applications of this city; see `permitflow city list`.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Replay what was submitted on this day or later."
)
@click.option(
    "--year", type=click.IntRange(1990, 2100), default=2026, show_default=True, help="The made-up year."
)
@click.option(
    "--seed", type=int, default=7, show_default=True, help="Another seed brings other people and sites."
)
@click.option(
    "--files", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Made-up files."
)
@json_option
def simulate(before: str, under: str, as_json: bool, **wanted: Any) -> None:
    """Show what another version of a workflow would have done: with past applications, or with a made-up year."""
    if (wanted["city"] is None) != (wanted["since"] is None):
        raise click.UsageError("A replay needs both --city and --since.")
    old, new = _setting(before), _setting(under)
    play = _replay(old, wanted) if wanted["city"] else _year(wanted)
    first, second = play(old, _tell("before")), play(new, _tell("after"))
    hashes = {"from": old.loaded.hash, "under": new.loaded.hash}
    document = {**hashes, "before": first.record(), "after": second.record()}
    show(document, as_json, partial(_text, first, second))


def _year(wanted: dict[str, Any]) -> Player:
    year, seed, files = wanted["year"], wanted["seed"], wanted["files"]
    return lambda setting, tell: simulate_year(setting, Span(year, seed, files), tell)


def _replay(old: Setting, wanted: dict[str, Any]) -> Player:
    with _plain_refusals(), database() as opened, opened.reading() as session:
        definition = old.loaded.definition
        past = list(past_files(session, wanted["city"], definition, wanted["since"].date()))
    if not past:
        raise click.ClickException("No application of this workflow was submitted since then.")
    return lambda setting, tell: replay(setting, past, tell)


@contextmanager
def _plain_refusals() -> Iterator[None]:
    try:
        yield
    except NotFound as error:
        raise click.ClickException(str(error)) from error


def _tell(name: str) -> Tell:
    return lambda words: click.echo(f"{name}: {words}", err=True)


def _setting(named: str) -> Setting:
    path = Path(named)
    try:
        if path.is_file():
            return setting_of(path, load_file(path))
    except DefinitionError as error:
        raise click.ClickException(str(error)) from error
    with database() as opened, opened.reading() as session:
        stored = session.get(StoredDefinition, named)
        if stored is None:
            raise click.ClickException(f"{named!r} is neither a file nor the hash of a stored workflow.")
        return Setting(LoadedDefinition(from_body(stored.body), stored.hash, stored.body, named, {}))


def _text(before: Figures, after: Figures) -> str:
    first, second = before.record(), after.record()
    rows = [("", "before", "after")]
    single = ("files", "median_days", "p90_days", "clocks_missed", "notices", "reviews_per_file")
    rows += [(key.replace("_", " "), _shown(first[key]), _shown(second[key])) for key in single]
    for group in ("outcomes", "deemed"):
        left, right = first[group], second[group]
        names = sorted({*left, *right})
        rows += [
            (name.replace("_", " "), _shown(left.get(name, 0)), _shown(right.get(name, 0))) for name in names
        ]
    misfits = [f"{each.file} on {each.on}: {each.step}: {each.why}" for each in after.misfits]
    listed = [f"{len(misfits)} recorded steps do not fit the other version:", *misfits[:_LONGEST_LIST]]
    lines = [f"{name:<22}{left:>12}{right:>12}" for name, left, right in rows]
    return "\n".join([*lines, *(listed if misfits else [])])


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)
