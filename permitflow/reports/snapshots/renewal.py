"""The reports' part of an installation: its database with a store of snapshots, and their regular renewal."""

from __future__ import annotations

from functools import partial

from config import Settings
from permitflow.db import Database
from permitflow.reports import beside
from permitflow.reports.scope import find_city
from permitflow.reports.snapshots.store import KEY, Store
from permitflow.reports.usual import prepare


def with_reports(settings: Settings) -> Database:
    """Return the database of the settings, whose reading sessions find the snapshots of its cities."""
    database = Database(settings.database_url)
    folder = settings.instance_dir / KEY
    database.info[KEY] = Store(database, folder, after=partial(prepare, database))
    database.info[beside.KEY] = beside.Beside(database)
    return database


def renew_all(store: Store) -> int:
    """Begin to renew the snapshot of each city that has one; return how many."""
    slugs = sorted(place.parent.name for place in store.folder.glob("*/lock"))
    with store.database.reading() as session:
        cities = [city for city in (find_city(session, slug) for slug in slugs) if city is not None]
    for city in cities:
        store.in_background(city)
    return len(cities)
