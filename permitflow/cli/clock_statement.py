"""The command `permitflow clock statement`: every legal clock of a file, day by day."""

from __future__ import annotations

import click
from sqlalchemy import or_, select

from permitflow.cli.installation import as_json, database, show
from permitflow.instants import now_us
from permitflow.interchange.clock_statement_json import document
from permitflow.interchange.clock_statement_pdf import counted_words, length_words
from permitflow.models import PermitApplication
from permitflow.queries.clock_statement import ClockStatement, Statement, statement


@click.command("statement")
@click.argument("application")
@click.option("--days", "every_day", is_flag=True, help="Print every day by itself.")
@as_json
def clock_statement(application: str, every_day: bool, as_json: bool) -> None:
    """Print the legal clocks of APPLICATION, its number or id: each day counted or not, and why."""
    with database() as opened, opened.reading() as session:
        found = session.scalars(
            select(PermitApplication)
            .where(or_(PermitApplication.id == application, PermitApplication.number == application))
            .limit(2)
        ).all()
        if len(found) != 1:
            known = "There is no application" if not found else "Several cities have an application"
            raise click.ClickException(f"{known} {application!r}; give its number or its id.")
        shown = statement(session, found[0], now_us())
        show(document(shown), as_json, lambda: _text(shown, every_day))


def _text(shown: Statement, every_day: bool) -> str:
    number = shown.application.number or shown.application.id
    head = f"{number}, {shown.city.name}, as it stands on {shown.today}"
    parts = [_clock_text(clock, every_day) for clock in shown.clocks]
    return "\n\n".join([head, *(parts or ["No legal clock has started yet."])])


def _clock_text(clock: ClockStatement, every_day: bool) -> str:
    row, spec = clock.run.clock, clock.spec
    unit = "business_day" if clock.unit == "business_day" else "calendar_day"
    checked = "checked against the law" if spec.verified else "not checked against the law: it warns only"
    due = clock.due_on or "open, the clock stands still"
    lines = [
        f"{spec.title}: {length_words(row.length, row.unit)} from {row.started_on}, due {due}",
        f"  {row.state}, set by the {'city' if spec.level == 'local' else 'state'}",
        f"  {clock.consumed} of {length_words(clock.length, unit)} used; {checked}",
        f"  {spec.authority}. When it runs out: {clock.consequence}",
    ]
    if clock.stricter:
        lines.append("  The stricter of the state's and the city's own clock; both are kept.")
    if clock.first_due_on and clock.first_due_on != clock.due_on:
        lines.append(f"  At the start it was due {clock.first_due_on}.")
    lines += [
        f"  Paused {one.paused_on} to {one.resumed_on or 'now'}: {one.reason}" for one in clock.standstills
    ]
    lines += [f"  Extended {one.on} by {length_words(one.length, row.unit)}" for one in clock.granted]
    if every_day:
        lines += [f"  {day.on}  {day.number if day.counted else '-':>4}  {day.why}" for day in clock.days]
    else:
        lines += [f"  {one.first} to {one.last}  {counted_words(one)}" for one in clock.stretches]
    return "\n".join(lines)
