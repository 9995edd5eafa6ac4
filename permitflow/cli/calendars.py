"""Commands of the calendars: show a city's closed days, close or open a day at once, count open files anew."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from permitflow.cli.installation import as_json, database, show
from permitflow.db import Database
from permitflow.instants import local_date, now_us
from permitflow.models import Jurisdiction
from permitflow.queries import calendars
from permitflow.queries.calendars import Impact
from permitflow.queries.cities import find_city
from permitflow.services import calendar_edits
from permitflow.services.calendar_drafts import WorkingDays, draft_of
from permitflow.services.calendar_edits import CalendarRefused, Change, Editor
from permitflow.services.calendar_recounts import continue_reprojection

a_day = click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
a_city = click.option(
    "--city", "slug", required=True, help="The city's short name; see `permitflow city list`."
)
a_reason = click.option("--reason", required=True, help="Why; it is shown beside the day and in open files.")
only_shown = click.option(
    "--dry-run", is_flag=True, help="Show which due dates would move, and change nothing."
)
AT_ONCE = 500


@click.group()
def calendar() -> None:
    """The working days of a city."""


@calendar.command("show")
@a_city
@click.option("--year", type=click.IntRange(1970, 2200), help="Only this year.")
@as_json
def show_calendar(slug: str, year: int | None, as_json: bool) -> None:
    """Print the published calendar of a city: its weekdays, its hours, and every closed day with its source."""
    with database() as opened, opened.reading() as session:
        draft = draft_of(session, _city(session, slug).id)
        show(_document(draft.version.version, draft.base, year), as_json, lambda: _text(draft.base, year))


@calendar.command()
@a_day
@a_city
@click.option("--name", required=True, help="What the closure is called, such as 'Flood'.")
@a_reason
@only_shown
@as_json
def close(day: datetime, slug: str, name: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Close a day and publish the next version of the calendar; open files are counted anew by the next sweeps."""
    _publish(slug, Change("close", day.date(), name, reason), dry_run, as_json)


@calendar.command("open")
@a_day
@a_city
@a_reason
@only_shown
@as_json
def open_day(day: datetime, slug: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Open a closed day and publish the next version of the calendar."""
    _publish(slug, Change("open", day.date(), "", reason), dry_run, as_json)


@calendar.command()
@as_json
def reproject(as_json: bool) -> None:
    """Count the open files anew that a published calendar has not reached yet, until none is left."""
    files = 0
    with database() as opened:
        while batch := continue_reprojection(opened, now_us(), AT_ONCE):
            files += batch
    show({"files": files}, as_json, lambda: f"{files} open files were counted anew.")


def _publish(slug: str, change: Change, dry_run: bool, as_json: bool) -> None:
    with database() as opened:
        try:
            document = _preview(opened, slug, change) if dry_run else _published(opened, slug, change)
        except CalendarRefused as refused:
            raise click.ClickException(str(refused)) from refused
    show(document, as_json, lambda: _impact_text(document))


def _published(opened: Database, slug: str, change: Change) -> dict[str, Any]:
    with opened.transaction() as session:
        city, at = _city(session, slug), now_us()
        impact = _impact_of(session, city, change, at)
        version = calendar_edits.publish(session, city.id, change.reason, Editor(None, at))
        return {"city": slug, "version": version.version, "published": True} | _moved(impact)


def _preview(opened: Database, slug: str, change: Change) -> dict[str, Any]:
    """Work the effect out inside a transaction that is rolled back."""
    with opened.transaction() as session:
        city = _city(session, slug)
        impact = _impact_of(session, city, change, now_us())
        version = draft_of(session, city.id).version.version + 1
        session.rollback()
    return {"city": slug, "version": version, "published": False} | _moved(impact)


def _impact_of(session: Session, city: Jurisdiction, change: Change, at: int) -> Impact:
    if draft_of(session, city.id).edits:
        raise CalendarRefused("People are preparing a draft of this calendar: publish it or empty it first.")
    calendar_edits.edit(session, city.id, change, Editor(None, at))
    return calendars.impact(session, draft_of(session, city.id), local_date(at, city.zone))


def _city(session: Session, slug: str) -> Jurisdiction:
    found = find_city(session, slug)
    if found is None:
        raise click.ClickException(f"There is no city {slug!r}; see `permitflow city list`.")
    return found


def _moved(impact: Impact) -> dict[str, Any]:
    lines = [
        {
            "application": line.number or line.application_id,
            "clock": line.clock,
            "due_on": _day(line.due_on),
            "new_due_on": _day(line.new_due_on),
        }
        for line in impact.lines
    ]
    return {"files": impact.files, "due_dates_moved": impact.moved, "first": lines}


def _impact_text(document: dict[str, Any]) -> str:
    done = "is published" if document["published"] else "would be published"
    lines = [
        f"Version {document['version']} of the calendar of {document['city']} {done}.",
        f"Open files counted anew: {document['files']}; due dates that move: {document['due_dates_moved']}.",
    ]
    lines += [
        f"  {line['application']}  {line['clock']}: {line['due_on']} -> {line['new_due_on']}"
        for line in document["first"]
    ]
    return "\n".join(lines)


def _document(version: int, days: WorkingDays, year: int | None) -> dict[str, Any]:
    return {
        "version": version,
        "weekdays": days.weekdays,
        "opens": days.opens,
        "closes": days.closes,
        "seeded_to": days.seeded_to,
        "closed": [
            {"on": on.isoformat(), "name": closure.name, "reason": closure.reason, "seeded": closure.seeded}
            for on, closure in days.closures.items()
            if year in (None, on.year)
        ],
    }


def _text(days: WorkingDays, year: int | None) -> str:
    week = f"Open on weekdays {days.weekdays} (0 = Monday), {days.opens} to {days.closes}"
    lines = [f"{week}; public holidays until {days.seeded_to}"]
    for on, closure in days.closures.items():
        if year in (None, on.year):
            source = "public holiday" if closure.seeded else f"closed by people: {closure.reason}"
            lines.append(f"  {on}  {closure.name} ({source})")
    return "\n".join(lines)


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
