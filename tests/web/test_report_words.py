"""Every list has a heading of its own."""

from __future__ import annotations

from flask import Flask

from permitflow.reports.file_lists import LISTS, Asked
from permitflow.reports.scope import Workflows
from permitflow.web.report_words import court_words, heading

NONE = Workflows({})


def test_headings_differ(app: Flask) -> None:
    lists = [Asked(show, step="fire", clock="decision") for show in LISTS]
    lists += [
        Asked("clocks", clock="decision", standing=standing) for standing in ("in_time", "late", "overdue")
    ]
    lists += [Asked(show, party=party) for show in ("held", "held_now") for party in court_words_of(app)]
    lists += [Asked("submitted", week="2026-03-02"), Asked("arrived", step="fire", week="2026-03-02")]
    with app.test_request_context():
        headings = [heading(NONE, asked) for asked in lists]
        assert heading(NONE, lists[-1]) == "fire: arrived in the week from Mon 2 Mar 2026"
        assert heading(NONE, Asked("submitted", week="nonsense")).endswith("the last 12 whole weeks")
    assert len(set(headings)) == len(lists)


def court_words_of(app: Flask) -> list[str]:
    with app.test_request_context():
        return list(court_words())
