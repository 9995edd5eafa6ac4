"""The command that names the bottlenecks of an imported event log."""

from __future__ import annotations

import click

from permitflow.cli.installation import as_json, database, show
from permitflow.reports.imported_log import UnknownLog
from permitflow.reports.log_bottlenecks import bottleneck_records

HEALTHY = "No step holds files up: none waits long enough, or for a large enough part of the lead time."


@click.command()
@click.option("--log", "name", required=True, help="The name given to `permitflow import log`.")
@as_json
def bottleneck(name: str, as_json: bool) -> None:
    """Name the steps of an imported log that hold files up: why, how much, and what it would take."""
    with database() as opened, opened.reading() as session:
        try:
            steps = bottleneck_records(session, name)
        except UnknownLog as error:
            raise click.ClickException(str(error)) from error
    show({"steps": steps}, as_json, lambda: "\n".join(str(step["sentence"]) for step in steps) or HEALTHY)
