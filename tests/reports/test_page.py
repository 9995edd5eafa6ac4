"""What pages are asked, and what a page is unless it says more."""

from __future__ import annotations

from permitflow.queries.sentence import Phrase
from permitflow.reports.page import Page, Statement
from permitflow.reports.pages import PAGES
from tests.reports.told_city import ToldCity, listed


def test_a_word_that_was_not_said_is_empty() -> None:
    with ToldCity("2026-05-01", "2026-07-01").asked("2026-06-01", "2026-06-30", step="fire") as ask:
        assert (ask.word("step"), ask.word("at"), ask.word("at", "now")) == ("fire", "", "now")


def test_a_statement_needs_no_parameters() -> None:
    with ToldCity("2026-05-01", "2026-07-01").asked("2026-06-01", "2026-06-30") as ask:
        assert listed(ask, Statement("SELECT file, submitted_at, NULL, state FROM chosen")) == []


def test_a_page_has_no_lists_and_no_fields_unless_it_says_so() -> None:
    page = Page("p", Phrase("Page"), Phrase("Lead"), lambda _ask: ())
    assert (dict(page.listings), page.choices) == ({}, ())


def test_pages_are_found_under_their_own_address() -> None:
    assert all(page.id == name for name, page in PAGES.items())
    assert len({page.title.message for page in PAGES.values()}) == len(PAGES)
