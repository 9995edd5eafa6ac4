"""The commands `permitflow clock hold` and `release`: a disaster stops every legal clock of a city, until it is over."""

from __future__ import annotations

from datetime import datetime

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from permitflow.cli.installation import as_json, database, show
from permitflow.instants import now_us
from permitflow.models import Jurisdiction, PermitApplication
from permitflow.services import holds
from permitflow.services.holds import Declaration, HoldProblem


@click.command("hold")
@click.option("--city", "slug", required=True, help="The city's short name; see `permitflow city list`.")
@click.option("--reason", required=True, help="Why, as every file's record will say.")
@click.option("--from", "from_on", type=click.DateTime(["%Y-%m-%d"]), help="The first day; today without it.")
@click.option("--application", default="", help="One file's number or id, instead of all open files.")
@as_json
def clock_hold(slug: str, reason: str, from_on: datetime | None, application: str, as_json: bool) -> None:
    """Stop the clocks of the city and of its applicants; clocks that start later stand still too."""
    now = now_us()
    with database() as opened:
        try:
            with opened.transaction() as session:
                city = _city(session, slug)
                chosen = _application(session, city.id, application) if application else None
                first = from_on.date() if from_on else None
                hold_id = holds.declare(session, Declaration(city.id, reason, now, first, None, chosen))
        except HoldProblem as problem:
            raise click.ClickException(str(problem)) from problem
        files = holds.carry_out(opened, hold_id, now)
    words = f"The clocks of {files} files stand still. End it with `permitflow clock release {hold_id}`."
    show({"hold": hold_id, "files": files}, as_json, lambda: words)


@click.command("release")
@click.argument("hold")
@as_json
def clock_release(hold: str, as_json: bool) -> None:
    """Let the clocks run again that HOLD stopped; doing it again changes nothing."""
    now = now_us()
    with database() as opened:
        try:
            with opened.transaction() as session:
                holds.lift(session, hold, now)
        except HoldProblem as problem:
            raise click.ClickException(str(problem)) from problem
        files = holds.carry_out(opened, hold, now)
    show({"hold": hold, "files": files}, as_json, lambda: f"The clocks of {files} files run again.")


def _city(session: Session, slug: str) -> Jurisdiction:
    found = session.scalars(select(Jurisdiction).where(Jurisdiction.slug == slug)).one_or_none()
    if found is None:
        raise HoldProblem(f"There is no city with the short name '{slug}'.")
    return found


def _application(session: Session, city_id: str, named: str) -> str:
    names = or_(PermitApplication.id == named, PermitApplication.number == named)
    found = session.scalar(
        select(PermitApplication.id).where(PermitApplication.jurisdiction_id == city_id, names)
    )
    if found is None:
        raise HoldProblem(f"There is no application {named!r} in this city.")
    return found
