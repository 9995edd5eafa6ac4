"""What every page may ask for: the installation, the person, the hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g
from flask_login import AnonymousUserMixin, UserMixin, current_user
from werkzeug.exceptions import Unauthorized

from config import Settings
from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.queries.people import Person


@dataclass(frozen=True, slots=True)
class Installation:
    """What one process of PermitFlow works with, kept in `app.extensions["permitflow"]`."""

    settings: Settings
    database: Database
    clock: Callable[[], int] = now_us


class SignedInUser(UserMixin):
    """Flask-Login's view of a person."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        return self.person.user_id


class Visitor(AnonymousUserMixin):
    """Somebody who is not signed in."""

    person = None


def installation() -> Installation:
    """Return what this process works with."""
    return cast("Installation", current_app.extensions["permitflow"])


def database() -> Database:
    """Return the database: `with database().transaction() as session:`."""
    return installation().database


def settings() -> Settings:
    """Return the settings of this process."""
    return installation().settings


def now() -> int:
    """Return this instant in microseconds."""
    return installation().clock()


def visitor() -> Person | None:
    """Return who is signed in, or None."""
    if "person" not in g:
        user: Any = current_user
        g.person = user.person
    return cast("Person | None", g.person)


def person() -> Person:
    """Return who is signed in; a page that is not public always has somebody."""
    found = visitor()
    if found is None:
        raise Unauthorized
    return found
