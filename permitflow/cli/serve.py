"""Commands that run: the server with its sweeper, and a sweeper of its own."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType

import click
from waitress.server import create_server

import config
from permitflow.app import create_app
from permitflow.cli.demo import print_logins
from permitflow.cli.installation import log_as
from permitflow.cli.installation import settings as read_settings
from permitflow.db import Database, is_behind, upgrade
from permitflow.jobs.sweeper import Sweeper
from permitflow.reports.snapshots.renewal import with_reports
from permitflow.services import demo

THREADS = 8


@click.command()
@click.option("--setup-only", is_flag=True, help="Do not serve.")
def up(setup_only: bool) -> None:
    """Bring the database to the newest schema, load the demo region once (demo mode only), and serve."""
    settings = read_settings()
    _make_folders(settings)
    upgrade(settings.database_url)
    if settings.env == "demo":
        database = Database(settings.database_url)
        demo.load(database, settings.upload_dir, cost=settings.password_cost, say=click.echo)
        print_logins(database)
        database.dispose()
    if setup_only:
        click.echo("PermitFlow is set up.")
    else:
        _serve(settings)


@click.command()
def serve() -> None:
    """Serve the pages with the built-in server; the sweeper runs beside it."""
    settings = read_settings()
    _make_folders(settings)
    _serve(settings)


@click.command()
def worker() -> None:
    """Do what is due, again and again, until stopped; any number of hosts may on PostgreSQL."""
    settings = read_settings()
    log_as(settings)
    database = with_reports(settings)
    _need_newest_schema(database)
    sweeper = Sweeper(database, settings)
    _on_stop(sweeper)
    click.echo(f"Looking for due work every {settings.sweep_seconds or 1} seconds.")
    sweeper.run()


def _serve(settings: config.Settings) -> None:
    log_as(settings)
    app = create_app(settings)
    database = app.extensions["permitflow"].database
    _need_newest_schema(database)
    sweeper = Sweeper(database, settings)
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            ident=None,
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"],
            # Behind a proxy the headers are judged by the app, which knows how many proxies there are.
            clear_untrusted_proxy_headers=settings.proxy_hops == 0,
        )
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise click.ClickException(
            f"Cannot listen on {where}: {error.strerror}. Choose another PORT."
        ) from None
    # A queue in front of the threads is ordinary; waitress warns of each.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    _on_stop(sweeper)
    sweeper.start()
    click.echo(f"PermitFlow is at {settings.base_url}  (stop it with Ctrl+C)")
    try:
        server.run()
    finally:
        sweeper.stop()


def _need_newest_schema(database: Database) -> None:
    if is_behind(database):
        raise click.ClickException(
            "The database has an older schema than this program. Run `permitflow db upgrade` first."
        )


def _on_stop(sweeper: Sweeper) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        sweeper.stop()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _make_folders(settings: config.Settings) -> None:
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    settings.upload_dir.mkdir(parents=True, exist_ok=True)
