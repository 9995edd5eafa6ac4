"""Writes the mails of saved reports whose time has come; the postman sends them like any other."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from config import Settings
from permitflow.db import Database, new_id
from permitflow.instants import SECOND
from permitflow.models import Mail, SavedReport, User
from permitflow.queries.sentence import english_day
from permitflow.reports.asking import asking
from permitflow.reports.digest import digest
from permitflow.reports.mailed import parts_of
from permitflow.reports.pages import PAGES
from permitflow.reports.saved import path_of, scope_of
from permitflow.reports.scope import City, cities_of
from permitflow.reports.snapshots.store import Gathering
from permitflow.services import saved_reports
from permitflow.services.report_letters import Links, Scheduled, Written, write_digest, write_scheduled

MOST_AT_ONCE = 5
"""Reports written in one sweep: the others of the hour have to wait for the next."""
TRY_AGAIN = 15 * 60 * SECOND
Letter = Callable[[Links, str], Written]
log = logging.getLogger(__name__)


def write_due(database: Database, settings: Settings, at: int) -> int:
    """Write the mails of the reports that are due (at: microseconds) and return how many mails that were.

    A report is written first and then taken, in one transaction with its mails: of two processes one writes mails.
    """
    with database.reading() as session:
        due = saved_reports.due(session, at, MOST_AT_ONCE)
    return sum(_write(database, settings, report, at) for report in due)


def _write(database: Database, settings: Settings, report: SavedReport, at: int) -> int:
    try:
        with database.reading() as session:
            page, letter = _letter(session, report, at)
    except Gathering:
        log.info("The saved report %s waits for the record of its city.", report.id)
        _postpone(database, report, at)
        return 0
    except Exception:
        # One report that cannot be written must not keep the others from being sent, nor be tried every second.
        log.exception("The saved report %s could not be written.", report.id)
        _postpone(database, report, at)
        return 0
    with database.transaction() as session:
        receivers = saved_reports.take(session, report, at)
        session.add_all(_mail(settings, report, user, at, (page, letter)) for user in receivers)
    return len(receivers)


def _postpone(database: Database, report: SavedReport, at: int) -> None:
    with database.transaction() as session:
        saved_reports.postpone(session, report, at + TRY_AGAIN)


def _letter(session: Session, report: SavedReport, at: int) -> tuple[str, Letter]:
    """The address of the page, and what writes the mail for a receiver; without receivers nothing is computed."""
    if not saved_reports.receivers_of(session, report):
        return "", _nobody
    (city,) = cities_of(session, frozenset({report.jurisdiction_id}))
    if report.page == saved_reports.DIGEST:
        news = digest(session, city, at)
        return f"/reports/overview?city={city.slug}", lambda links, name: write_digest(news, links, name)
    path, told = _scheduled(session, report, city, at)
    return path, lambda links, name: write_scheduled(told, links, name)


def _nobody(_links: Links, _name: str) -> Written:
    raise LookupError("this report has no receivers")


def _scheduled(session: Session, report: SavedReport, city: City, at: int) -> tuple[str, Scheduled]:
    page = PAGES[report.page]
    scope = scope_of(city, report.query, report.last_days, at)
    with asking(session, scope, report.query) as ask:
        parts = parts_of(page.figures(ask), city.zone)
    period = f"{english_day(scope.from_on)} – {english_day(scope.to_on)}"
    told = Scheduled(report.name, report.note, city.name, page.title.say(), period, parts)
    return path_of(report.page, scope, report.query), told


def _mail(settings: Settings, report: SavedReport, user: User, at: int, written: tuple[str, Letter]) -> Mail:
    path, letter = written
    base = settings.base_url
    stop = saved_reports.stop_link(base, settings.secret_key, report.id, user.id)
    links = Links(f"{base}{path}", f"{base}/saved-reports/", stop)
    mail = letter(links, user.name)
    return Mail(
        id=new_id(),
        jurisdiction_id=report.jurisdiction_id,
        outbox_id=None,
        application_id=None,
        user_id=user.id,
        recipient=user.email,
        subject=mail.subject,
        body=mail.text,
        html=mail.html,
        created_at=at,
        next_try_at=at,
        tries=0,
        last_error="",
        sent_at=None,
        gave_up_at=None,
    )
