"""The pages together: every metric of the registry stands on one, and no page has two figures of one name."""

from __future__ import annotations

import re
from collections import Counter

from permitflow.analytics.metrics import BY_ID
from permitflow.db import Database
from permitflow.queries.sentence import Phrase
from permitflow.reports.asking import asking
from permitflow.reports.pages import PAGES
from tests.reports.history import NOW, History, asked, day, three_files, told


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


ONE_OF_MANY = re.compile(
    r"(?:^|[^.\d])1 (?:more |open )?(?:files|applications|days|times|stays|reviews|visits|lines)\b"
)


def test_one_is_not_spoken_of_as_many(database: Database) -> None:
    """Two files of one firm: one comes and is decided in the period, one is overdue by a day."""

    def tell(history: History) -> None:
        late = history.file("A-1", 80, None, [("agency", 80, None)])
        history.stay(late, "fire", 80)
        due = history.scope(80, NOW - 1, NOW)
        history.clock(late, due.to_on, None, started_at=day(80))
        done = history.file("A-2", 90, 92, [("agency", 90, 92)], state="issued")
        history.stay(done, "intake", 90, 91, claimed=90.5, closed_by=history.installer)
        history.stay(done, "fire", 91, 92, claimed=91.5, closed_by=history.person("Second"))

    scope = told(database, tell)
    with asked(database, scope) as ask:
        figures = [figure for page in PAGES.values() for figure in page.figures(ask)]
    said = [phrase.say() for figure in figures for phrase in (*figure.lead, *figure.notes, figure.title)]
    said += [
        cell.say() for figure in figures for row in figure.rows for cell in row if isinstance(cell, Phrase)
    ]
    assert [one for one in said if ONE_OF_MANY.search(one)] == []
    assert "Files that came: 2, that left: 1; open went from 0 to 1." in said
    assert "decision: past its due date; days over: 1" in said
