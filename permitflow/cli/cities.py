"""Commands of the cities: found one, give it new workflows, list them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from permitflow.cli.installation import as_json, database, show
from permitflow.instants import now_us
from permitflow.queries import cities
from permitflow.services.cities import NewCity, found_city, republish

# The last part of the path names the pack, so `.` has to be spelled out; a missing folder is the loader's to refuse.
a_folder = click.Path(file_okay=False, resolve_path=True, path_type=Path)


@click.group()
def city() -> None:
    """The cities of this installation."""


@city.command()
@click.argument("slug")
@click.option("--name", required=True, help="What people call the city.")
@click.option("--state", required=True, help="Its state, in two capital letters.")
@click.option("--zone", required=True, help="Its time zone, such as America/Los_Angeles.")
@click.option("--prefix", required=True, help="What the numbers of its permits begin with, such as SOL.")
@click.option("--pack", type=a_folder, required=True, help="The folder of its workflows.")
@click.option("--contact", default="", help="How people reach the permit office.")
def add(pack: Path, **given: str) -> None:
    """Found a city; SLUG is its short name. Its calendar starts with the public holidays of the pack."""
    with database() as opened, opened.transaction() as session:
        place = found_city(session, NewCity(**given), pack, now_us())
        line = f"{place.name} takes applications; `permitflow role grant EMAIL ROLE --city {place.slug}` adds staff."
    click.echo(line)


@city.command()
@click.argument("slug")
@click.argument("folder", type=a_folder)
def publish(slug: str, folder: Path) -> None:
    """Let new applications of a city run under a folder's workflows; open ones keep theirs."""
    with database() as opened, opened.transaction() as session:
        workflows = republish(session, slug, folder, now_us())
    click.echo(f"New applications of {slug} run under: {', '.join(sorted(workflows))}.")


@city.command("list")
@as_json
def list_cities(as_json: bool) -> None:
    """List the cities."""
    with database() as opened, opened.reading() as session:
        found = cities.all_cities(session)
    words = "\n".join(f"{one.slug}  {one.name}, {one.state} ({one.zone}, pack {one.pack})" for one in found)
    show([dataclasses.asdict(one) for one in found], as_json, lambda: words or "There is no city yet.")
