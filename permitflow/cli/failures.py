"""Failures that a command meets and can name in one sentence."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError

from permitflow.db import TurnTimeout
from permitflow.engine.errors import EngineError
from permitflow.services.accounts import AccountProblem
from permitflow.services.cities import CityProblem
from permitflow.services.errors import NotFound, Stale
from permitflow.services.move_plans import PlanRefused
from permitflow.services.passwords import WeakPassword
from permitflow.services.publications import PublicationRefused

OWN = (
    AccountProblem,
    CityProblem,
    EngineError,
    NotFound,
    PlanRefused,
    PublicationRefused,
    Stale,
    TurnTimeout,
    WeakPassword,
)
NO_TABLE = ("no such table", "undefinedtable", "does not exist")


def known(error: Exception) -> str | None:
    """Return the sentence for a failure that says what is wrong, None for one that nobody expected."""
    if isinstance(error, OWN):
        return str(error)
    if isinstance(error, DBAPIError):
        words = str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__
        if any(sign in words.lower() for sign in NO_TABLE):
            return f"The database is not set up: run `permitflow db upgrade` first ({words})."
        if isinstance(error, OperationalError):
            return f"The database could not be used: {words}."
    if isinstance(error, OSError) and error.strerror:
        place = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{place}."
    return None
