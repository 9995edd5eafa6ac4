"""The group `permitflow clock`: its commands stand in a table, so that `compute` starts without the database."""

from __future__ import annotations

import click

from permitflow.cli import Commands

COMMANDS = {
    "compute": ("permitflow.cli.clock_compute", "compute", "Print every due date of a law, day by day."),
    "statement": (
        "permitflow.cli.clock_statement",
        "clock_statement",
        "Show the clocks of a file, day by day.",
    ),
    "hold": ("permitflow.cli.clock_holds", "clock_hold", "Stop the clocks of a city or file."),
    "release": ("permitflow.cli.clock_holds", "clock_release", "Let held clocks run again."),
}


@click.group(cls=Commands, table=COMMANDS)
def clock() -> None:
    """Compute, explain and hold legal clocks."""
