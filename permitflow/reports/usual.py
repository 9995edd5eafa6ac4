"""Results that are built beside requests whenever a city's snapshot was renewed, for the scope that is looked at most."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.instants import now_us
from permitflow.reports.asking import asking
from permitflow.reports.back_tests import BACK_TEST
from permitflow.reports.causes import FINDER
from permitflow.reports.contributions import SPLIT
from permitflow.reports.kept import Dear, build, kept_age
from permitflow.reports.pages import PAGES
from permitflow.reports.performance import PUBLIC
from permitflow.reports.prepared_page import Prepared
from permitflow.reports.scope import City, last_days
from permitflow.reports.wording import HOUR

USUAL: tuple[Dear, ...] = (FINDER, SPLIT, BACK_TEST)
PREPARED: tuple[Dear, ...] = (
    PUBLIC,
    *(
        page.figures.answered.dear
        for page in PAGES.values()
        if isinstance(page.figures, Prepared) and not page.figures.light
    ),
)
"""What is built for large cities besides."""
EVERY = HOUR


def prepare(database: Database, city: City) -> None:
    """Build the usual results of a city that are older than an hour: the last 365 days, all workflows."""
    with database.reading() as session, asking(session, last_days(city, now_us())) as ask:
        kept = ask.snapshot.kept
        for dear in (*USUAL, *PREPARED) if kept is not None and kept.large else USUAL:
            age = kept_age(ask, dear)
            if age is None or age >= EVERY:
                build(ask, dear)
