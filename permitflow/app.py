"""The application: settings, database, sign-in, pages and error pages put together."""

from __future__ import annotations

import os
from datetime import timedelta

from flask import Flask
from flask_babel import Babel, get_locale, ngettext
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

import config
from permitflow import __version__
from permitflow.reports.snapshots.renewal import with_reports
from permitflow.web import (
    access,
    admin,
    applications,
    auth,
    calendars,
    clock_statement,
    companies,
    cookies,
    delegations,
    documents,
    errors,
    figure_words,
    filters,
    moves,
    navigation,
    payments,
    performance,
    public,
    report_exports,
    report_pages,
    report_reassign,
    report_replay,
    review,
    saved_reports,
    security,
    texts,
    tokens,
    versions,
    what_if,
)
from permitflow.web.context import Installation, now, visitor

MEGABYTE = 1_000_000
# A form around the largest document needs room of its own.
FORM_ROOM = MEGABYTE
NOTE_HOURS = 2
PAGES = (
    public,
    performance,
    auth,
    applications,
    clock_statement,
    companies,
    documents,
    payments,
    review,
    report_pages,
    report_reassign,
    report_replay,
    report_exports,
    admin,
    calendars,
    delegations,
    versions,
    moves,
    what_if,
    saved_reports,
)


def create_app(settings: config.Settings | None = None) -> Flask:
    """Build the application; without settings they are read from the environment."""
    settings = settings or config.load(os.environ)
    app = Flask(
        __name__,
        template_folder=str(config.ROOT / "templates"),
        static_folder=str(config.ROOT / "permitflow" / "static"),
    )
    app.extensions["permitflow"] = Installation(settings, with_reports(settings))
    _configure(app, settings)
    security.install(app, settings)
    forms = CSRFProtect(app)
    auth.install(app)
    app.before_request(access.check_access)
    errors.install(app)
    Babel(app, locale_selector=texts.language)
    _prepare_templates(app, settings)
    # Several modules may share the pages of one prefix.
    for blueprint in dict.fromkeys(pages.blueprint for pages in PAGES):
        app.register_blueprint(blueprint)
    # A mail program that ends mails has seen no form; the signature in the address stands for its token.
    forms.exempt(saved_reports.stop_by_link)
    return app


def _configure(app: Flask, settings: config.Settings) -> None:
    secure = settings.session_cookie_secure
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * MEGABYTE + FORM_ROOM,
        SESSION_COOKIE_NAME=cookies.note_name(secure=secure),
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=NOTE_HOURS),
        # A form lives as long as its session; another site's form is refused by its origin (web/security.py).
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_TRANSLATION_DIRECTORIES=str(config.ROOT / "permitflow" / "translations"),
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        # Flask-Login compares addresses of a cookie session that is not used here.
        SESSION_PROTECTION=None,
    )
    app.session_interface = cookies.Notes()


def _prepare_templates(app: Flask, settings: config.Settings) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        demo_mode=settings.env == "demo",
        get_locale=get_locale,
        new_token=tokens.new_token,
        nav_links=navigation.links,
        now=now,
        version=__version__,
        visitor=visitor,
    )
    # Flask-Babel's own would take every text for safe HTML and for a format; ours are escaped like any other.
    app.jinja_env.globals.update(gettext=texts.text, ngettext=ngettext)
    filters.install(app)
    figure_words.install(app)
