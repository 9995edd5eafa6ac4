"""The `permitflow` command: a table of what it can do; each command's module is loaded when it is asked for.

Exit status: 0 done, 1 refused or found wrong, 2 bad usage. An error is one sentence on stderr; `--json` prints one
JSON document on stdout and nothing else.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

import config
from permitflow import __version__

DONE, REFUSED, BAD_USAGE = 0, 1, 2
# Command -> module, its name there, and what the list of commands says about it.
COMMANDS = {
    "up": ("permitflow.cli.serve", "up", "Set up the database, load the demo region once, and serve."),
    "serve": ("permitflow.cli.serve", "serve", "Serve the pages."),
    "worker": (
        "permitflow.cli.serve",
        "worker",
        "Do what is due later: clocks, mails. For PostgreSQL hosts.",
    ),
    "db": ("permitflow.cli.database", "db", "Set up the database."),
    "demo": ("permitflow.cli.demo", "demo", "The invented demo region."),
    "lint": ("permitflow.cli.lint", "lint", "Check workflow files."),
    "workflow": ("permitflow.cli.workflows", "workflow", "Convert, draw, test, publish and move workflows."),
    "clock": ("permitflow.cli.clocks", "clock", "Legal clocks: compute, explain, hold."),
    "calendar": ("permitflow.cli.calendars", "calendar", "The working days of a city."),
    "audit": ("permitflow.cli.audit", "audit", "Verify the record."),
    "import": ("permitflow.cli.imports", "imports", "Take over permits and event logs."),
    "export": ("permitflow.cli.exports", "exports", "Write event logs for other programs."),
    "report": ("permitflow.cli.reports", "reports", "Print reports."),
    "outbox": ("permitflow.cli.outbox", "outbox", "Mails that wait."),
    "user": ("permitflow.cli.people", "user", "Accounts of people."),
    "role": ("permitflow.cli.people", "role", "Staff roles of people."),
    "city": ("permitflow.cli.cities", "city", "The cities of this installation."),
}


Table = Mapping[str, tuple[str, str, str]]


class Commands(click.Group):
    """A group whose commands stand in a table and are imported one at a time, so that each starts quickly."""

    def __init__(self, *arguments: Any, table: Table, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.table = table

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the table."""
        return [name for name, (module, _attribute, _help) in self.table.items() if find_spec(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, attribute, _help = self.table[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.table[name][2]) for name in self.list_commands(ctx)])


@click.group(cls=Commands, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="permitflow")
def commands() -> None:
    """PermitFlow: permits for electric-vehicle chargers. Settings come from the environment (docs/settings.md)."""


def main() -> None:
    """Run the command line of this process and leave with its exit status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; whatever goes wrong becomes one sentence on stderr."""
    try:
        status = commands.main(list(arguments), prog_name="permitflow", standalone_mode=False)
    except click.UsageError as error:
        return _say(f"{error.format_message()} See {_path_of(error)} --help.", BAD_USAGE)
    except click.ClickException as error:
        return _say(error.format_message(), REFUSED)
    except click.Abort:
        return _say("Stopped.", REFUSED)
    except config.ConfigError as error:
        return _say(str(error), REFUSED)
    except Exception as error:  # noqa: BLE001  # The last line of defence: a trace is no answer to a person.
        return _say(_sentence_of(error), REFUSED)
    return status if isinstance(status, int) else DONE


def _path_of(error: click.UsageError) -> str:
    return error.ctx.command_path if error.ctx else "permitflow"


def _sentence_of(error: Exception) -> str:
    """Return a known failure in its own words; keep everything about another one in a file."""
    if os.environ.get("PERMITFLOW_DEBUG") == "yes":
        raise error
    words = import_module("permitflow.cli.failures").known(error)
    if words is not None:
        return str(words)
    path = _keep_trace(error)
    return f"Something unexpected went wrong ({type(error).__name__}); the details are in {path}."


def _keep_trace(error: Exception) -> Path:
    folder = Path(os.environ.get("PERMITFLOW_INSTANCE_DIR") or config.ROOT / "instance")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "errors.log"
    with path.open("a", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    return path


def _say(sentence: str, status: int) -> int:
    click.echo(" ".join(sentence.split()), err=True)
    return status
