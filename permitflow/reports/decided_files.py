"""The lists of finished files behind the numbers of a report: all decided ones, or those of a class, month or length."""

from __future__ import annotations

from permitflow.analytics.durations import WEEK_US
from permitflow.queries.sentence import Phrase
from permitflow.reports.class_words import GROUPS, value_words
from permitflow.reports.lead_times import TAKEN
from permitflow.reports.months import months
from permitflow.reports.page import Ask, Listing, Statement

MOST_WEEKS = 52
"""Files that took this many weeks or more are counted together."""
WEEKS = f"least((decided_at - submitted_at) // {WEEK_US}, {MOST_WEEKS})"
"""The whole weeks that a file took."""
_LINES = "SELECT file, submitted_at, decided_at, state FROM chosen"
GIVEN_UP = "decided_at IS NOT NULL AND NOT by_city AND in_period(decided_at)"
OPEN = "submitted_at < to_us() AND (decided_at IS NULL OR decided_at >= to_us())"
"""Files that were open as the period ended, or are now."""


def decided(ask: Ask) -> Statement:
    """Select the files the city decided in the period, narrowed by the words group and value, month, or weeks."""
    return _narrowed(ask, f"{_LINES} WHERE by_city AND in_period(decided_at)")


def lives(ask: Ask) -> Statement:
    """Select the files whose claims were laid over each other: all decided ones unless they are very many."""
    return _narrowed(ask, f"{_LINES} WHERE {TAKEN}")


def _narrowed(ask: Ask, sql: str) -> Statement:
    parameters: dict[str, object] = {}
    group = ask.word("group")
    if group in GROUPS and group:
        sql += f" AND coalesce({group}::VARCHAR, '') = $value"
        parameters["value"] = ask.word("value")
    if month := ask.word("month"):
        spans = {one.name: (one.start_at, one.end_at) for one in months(ask.scope)}
        parameters["start"], parameters["end"] = spans.get(month, (0, 0))
        sql += " AND decided_at >= $start AND decided_at < $end"
    if weeks := ask.word("weeks"):
        sql += f" AND {WEEKS}::VARCHAR = $weeks"
        parameters["weeks"] = weeks
    return Statement(sql, parameters)


def _title(ask: Ask) -> Phrase:
    group = ask.word("group")
    if group in GROUPS and group:
        called = value_words(ask.workflows, group, ask.word("value") or None)
        return Phrase("Files the city decided in the period: {class_}", {"class_": called.say()})
    if month := ask.word("month"):
        return Phrase("Files the city decided in {month}", {"month": month})
    return Phrase("Files the city decided in the period")


def _given_up(_ask: Ask) -> Statement:
    return Statement(f"{_LINES} WHERE {GIVEN_UP}")


def _open(_ask: Ask) -> Statement:
    return Statement(f"{_LINES} WHERE {OPEN}")


LISTINGS = {
    "decided": Listing(_title, decided),
    "lives": Listing(_title, lives),
    "given_up": Listing(lambda _ask: Phrase("Files that applicants gave up in the period"), _given_up),
    "open": Listing(lambda _ask: Phrase("Files that were open at the end of the period"), _open),
}
"""For the pages that count finished files."""
