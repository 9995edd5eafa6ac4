"""The weekly digest: how the city stands, what changed against the week before, what holds files up, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from permitflow.queries.sentence import Phrase
from permitflow.reports.asking import asking
from permitflow.reports.causes import causes_of
from permitflow.reports.file_lists import names
from permitflow.reports.mailed import Part, part_of
from permitflow.reports.page import Ask
from permitflow.reports.pages.overview import overview
from permitflow.reports.scope import City, Week, last_days

DAYS_AHEAD = 7
MOST_FILES = 20
_CARDS = "cards"
_DUE = """SELECT id, min(c.due_on) AS due, arg_min(c.clock, c.due_on) FROM legal_clocks c JOIN chosen USING (file)
    WHERE c.state = 'running' AND c.holder = 'agency' AND decided_at IS NULL
    AND c.due_on BETWEEN today() AND today() + $ahead::INTEGER GROUP BY id ORDER BY due, id"""
_WEEK = """SELECT count(*) FILTER (submitted_at >= $start AND submitted_at < $end),
    count(*) FILTER (by_city AND decided_at >= $start AND decided_at < $end),
    count(*) FILTER (submitted_at < $end AND (decided_at IS NULL OR decided_at >= $end)) FROM chosen"""


class DueFile(NamedTuple):
    """An open file that breaches a legal date in the coming days unless it is decided: its number, and when."""

    number: str
    due_on: date
    clock: str


class WeekCounts(NamedTuple):
    """A whole calendar week: files submitted, files the city decided, and files open at its end."""

    submitted: int
    decided: int
    open_at_end: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What the mail says; texts are English words. `due_count` counts also the files that are not named."""

    city: str
    starts_on: date
    told: tuple[str, ...]
    cards: Part
    changed: tuple[str, ...]
    causes: tuple[str, ...]
    due: tuple[DueFile, ...]
    due_count: int


def digest(session: Session, city: City, now: int) -> Digest:
    """Return the digest of a city at an instant (microseconds): the overview of its last year, and its last week."""
    with asking(session, last_days(city, now)) as ask:
        found = overview(ask)
        due, due_count = due_files(ask)
        week, before = ask.scope.weeks[-1], ask.scope.weeks[-2]
        cards = next(figure for figure in found.figures if figure.id == _CARDS)
        return Digest(
            city.name,
            week.starts_on,
            tuple(phrase.say() for phrase in found.told),
            part_of(cards, city.zone, len(cards.rows)),
            tuple(phrase.say() for phrase in changes(_counts(ask, week), _counts(ask, before))),
            tuple(one.say() for one in causes_of(ask).foremost),
            tuple(due),
            due_count,
        )


def due_files(ask: Ask) -> tuple[list[DueFile], int]:
    """Return the first open files whose legal date is today or in the six days after, and how many there are."""
    rows = ask.snapshot.rows(_DUE, {"ahead": DAYS_AHEAD - 1})
    named = rows[:MOST_FILES]
    called = names(ask.session, [id_ for id_, _, _ in named])
    found = [DueFile(called[id_].number, due, ask.workflows.clock_title(clock)) for id_, due, clock in named]
    return found, len(rows)


def changes(week: WeekCounts, before: WeekCounts) -> list[Phrase]:
    """Return what a week was like beside the week before it, in a sentence for each count."""
    return [
        Phrase(
            "Submitted: {n}, the week before {before}.", {"n": week.submitted, "before": before.submitted}
        ),
        Phrase("Decided: {n}, the week before {before}.", {"n": week.decided, "before": before.decided}),
        Phrase(
            "Open at the end of the week: {n}, a week before {before}.",
            {"n": week.open_at_end, "before": before.open_at_end},
        ),
    ]


def _counts(ask: Ask, week: Week) -> WeekCounts:
    return WeekCounts(*ask.snapshot.row(_WEEK, {"start": week.start_at, "end": week.end_at}))
