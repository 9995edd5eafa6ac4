"""While the record of a large city is being gathered, its report pages say how far that is."""

from __future__ import annotations

import re

from flask import Flask

from permitflow.reports.snapshots.store import KEY, Store
from tests import factories
from tests.browsing import database_of, signed_in


def test_the_page_says_how_far_it_is(app: Flask) -> None:
    database = database_of(app)
    city = factories.city(database)
    city.act(city.draft("us-ca-commercial-ab970"), "submit", "applicant")
    store: Store = database.info[KEY]
    store.few, store.patience = 0, 0
    manager = signed_in(app, city.staff["manager"])
    page = manager.get("/reports/finished")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert re.search(r"Files read so far: [01] of 1\.", page.text)
    store.wait()
    assert manager.get("/reports/finished").status_code == 200
