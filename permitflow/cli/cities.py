"""Commands of the cities: found one, give it new workflows, list them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from permitflow.cli.installation import as_json, database, show
from permitflow.engine.pack import FILE_NAME, load_pack
from permitflow.instants import local_date, now_us
from permitflow.queries import cities
from permitflow.services import definitions, publications
from permitflow.services.accounts import find_city, find_user
from permitflow.services.cities import NewCity, found_city, republish
from permitflow.services.publications import Answer, NewProposal
from permitflow.services.version_checks import rehearse, scenarios_beside

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
@click.option("--by", "email", help="Who proposes it; needed once the city has applications.")
@click.option("--approve-as", "second", help="Who approves it, when that person sits beside you.")
def publish(slug: str, folder: Path, email: str | None, second: str | None) -> None:
    """Let new applications of a city run under a folder's workflows; open ones keep theirs."""
    if email is None:
        with database() as opened, opened.transaction() as session:
            workflows = republish(session, slug, folder, now_us())
        click.echo(f"New applications of {slug} run under: {', '.join(sorted(workflows))}.")
        return
    for line in _proposed(slug, folder, email, second):
        click.echo(line)


def _proposed(slug: str, folder: Path, email: str, second: str | None) -> list[str]:
    """Propose every workflow of a folder that is not in use yet, and approve it when there is a second person."""
    lines = []
    with database() as opened, opened.transaction() as session:
        place, at = find_city(session, slug), now_us()
        for loaded in load_pack(folder).workflows:
            workflow = loaded.definition.workflow
            if definitions.current_hash(session.connection(), place.id, workflow) == loaded.hash:
                continue
            scenarios = scenarios_beside(folder / FILE_NAME, workflow)
            by, today = find_user(session, email).id, local_date(at, place.zone)
            new = NewProposal(place.id, loaded, today, "Proposed on the command line", by, at, scenarios)
            proposal = publications.propose(session, new, rehearse)
            if second is not None:
                publications.approve(session, Answer(proposal, find_user(session, second).id, at), rehearse)
                lines.append(f"New applications of {slug} run under {workflow}.")
            else:
                lines.append(f"{workflow}: permitflow workflow approve {proposal} --by EMAIL")
    return lines or ["The city uses these workflows already."]


@city.command("list")
@as_json
def list_cities(as_json: bool) -> None:
    """List the cities."""
    with database() as opened, opened.reading() as session:
        found = cities.all_cities(session)
    words = "\n".join(f"{one.slug}  {one.name}, {one.state} ({one.zone}, pack {one.pack})" for one in found)
    show([dataclasses.asdict(one) for one in found], as_json, lambda: words or "There is no city yet.")
