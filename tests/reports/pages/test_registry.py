"""The pages together: every metric of the registry stands on one, and no page has two figures of one name."""

from __future__ import annotations

from collections import Counter

from permitflow.analytics.metrics import BY_ID
from permitflow.db import Database
from permitflow.reports.asking import asking
from permitflow.reports.pages import PAGES
from tests.reports.history import three_files, told


def test_every_metric_stands_on_a_page(database: Database) -> None:
    scope = told(database, three_files)
    used: Counter[str] = Counter()
    with database.reading() as session, asking(session, scope) as ask:
        for id_, page in PAGES.items():
            figures = page.figures(ask)
            names = [figure.id for figure in figures]
            assert len(names) == len(set(names)), id_
            used.update(figure.metric for figure in figures)
    assert used.keys() <= BY_ID.keys()
    # The simulation has a page of its own, which is no page of figures alone.
    assert BY_ID.keys() - used.keys() <= {"what_if"}
