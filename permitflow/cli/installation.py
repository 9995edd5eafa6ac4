"""What every command needs: the settings, the database, and one way to print."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

import config
from permitflow.db import Database

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


def settings() -> config.Settings:
    """Return the settings of the environment."""
    return config.load(os.environ)


def log_as(settings: config.Settings) -> None:
    """Log as the settings say; for commands that run on. The others speak for themselves."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("transitions", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def database() -> Iterator[Database]:
    """Yield the database of the settings and close it afterwards."""
    opened = Database(settings().database_url)
    try:
        yield opened
    finally:
        opened.dispose()


def show(document: Any, as_json: bool, sentence: Callable[[], str]) -> None:
    """Print a result: as one JSON document, or in words."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else sentence())
