"""The commands that verify the record, and hold every file against it."""

from __future__ import annotations

import dataclasses
from itertools import islice

import click

from permitflow.cli import REFUSED
from permitflow.cli.installation import as_json as json_option
from permitflow.cli.installation import database, show
from permitflow.ledger.chain import verify_chain
from permitflow.queries import record, replays

MOST_PROBLEMS = 1_000


@click.group()
def audit() -> None:
    """Verify the record."""


@audit.command()
@json_option
def verify(as_json: bool) -> int:
    """Walk the chain of every application's events; the first bad event is named."""
    with database() as opened, opened.reading() as session:
        record.hold_still(session)
        applications, events = record.counts(session)
        walk = verify_chain(record.all_events(session), record.tails(session))
        problems = list(islice(walk, MOST_PROBLEMS))
    document = {
        "ok": not problems,
        "applications": applications,
        "events": events,
        "problems": [dataclasses.asdict(problem) for problem in problems],
    }
    fine = f"The record holds: {events} events of {applications} applications."
    show(document, as_json, lambda: fine if not problems else f"The record is broken. {problems[0].message}")
    return REFUSED if problems else 0


@audit.command()
@json_option
def replay(as_json: bool) -> int:
    """Play every application's record again; where the application stands otherwise is named."""
    with database() as opened, opened.reading() as session:
        record.hold_still(session)
        applications, events = record.counts(session)
        found = list(islice(replays.all_differences(session), MOST_PROBLEMS))
    document = {
        "ok": not found,
        "applications": applications,
        "events": events,
        "differences": [dataclasses.asdict(difference) for difference in found],
    }
    fine = f"Every file stands where its record says: {events} events of {applications} applications."
    show(document, as_json, lambda: fine if not found else "\n".join(each.message for each in found))
    return REFUSED if found else 0
