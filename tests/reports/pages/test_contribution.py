"""Why files wait and what each step adds to the time to the decision, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from permitflow.analytics.contribution import Span, critical_lane, equal_split, saved_if_faster
from permitflow.analytics.durations import DAY_US
from permitflow.db import Database
from permitflow.reports.contributions import contributions_of, split_of
from permitflow.reports.figures import plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.contribution import ALL_FILES, LONGER, PAGE, SAME, SHORTER, UNKNOWN
from tests.reports.history import NOW, History, asked, told
from tests.reports.pages.linked import wrong_links
from tests.reports.random_history import Past, draw
from tests.reports.test_causes import piled


def test_both_splits_are_those_of_the_files_one_by_one_and_sum_to_the_lead_time(database: Database) -> None:
    with database.transaction() as session:
        past = draw(History(session), 3)
    with asked(database, past.scope) as ask:
        found = contributions_of(ask)
    decided = [
        (number, file)
        for number, file in enumerate(past.files)
        if past.scope.covers(file.decided) and file.outcome not in ("withdrawn", "abandoned")
    ]
    assert found.files == found.decided == len(decided) > 20
    assert found.lead_us == sum((file.decided or 0) - file.submitted for _, file in decided)
    assert sum(part.equal_us for part in found.parts) == found.lead_us
    assert sum(part.critical_us for part in found.parts) == found.lead_us
    for part in found.parts:
        mine = [(spans_of(past, number), (file.submitted, file.decided or 0)) for number, file in decided]
        assert part.equal_us == sum(equal_split(lead, spans).get(part.step, 0) for spans, lead in mine)
        assert part.critical_us == sum(critical_lane(lead, spans).get(part.step, 0) for spans, lead in mine)
        assert part.files == sum(any(span.step == part.step for span in spans) for spans, _ in mine)
        saved = sum(saved_if_faster(spans, part.step, 3 * DAY_US) for spans, _ in mine)
        assert part.saved_us == saved <= part.removed_us


def spans_of(past: Past, number: int) -> list[Span]:
    decided = past.files[number].decided or 0
    visits = [visit for visit in past.visits if visit.file == number and visit.opened < decided]
    return [Span(visit.step, visit.opened, min(visit.closed or decided, decided)) for visit in visits]


def test_every_number_leads_to_its_list(database: Database) -> None:
    with database.transaction() as session:
        past = draw(History(session), 4)
    for narrowed in ({}, {"workflow": "v"}, {"pathway": "counter"}):
        with asked(database, replace(past.scope, **narrowed)) as ask:
            assert wrong_links(ask, PAGE, PAGE.figures(ask)) == []


def test_a_bottleneck_is_told_with_its_files_and_what_a_faster_step_would_save(database: Database) -> None:
    with asked(database, told(database, piled)) as ask:
        causes, parts, waits = PAGE.figures(ask)
        assert wrong_links(ask, PAGE, (causes,)) == []
    (row,) = causes.rows
    values = [plain(cell) for cell in row]
    assert values[2:4] == [30, pytest.approx(360, abs=0.5)]
    assert sum(value for value in values[5:] if isinstance(value, int)) == pytest.approx(100, abs=1)
    assert causes.lead[0].say().startswith("Most time is lost at fire: 30 files lost 360 days there")
    assert ALL_FILES in causes.notes
    told_of = [phrase.say() for phrase in parts.lead]
    assert (
        "If fire were 3 days faster each time, the decision would come 3.0 days earlier (on average of 30 files)."
        in told_of
    )
    assert waits.rows


def test_too_few_files_have_no_effects_and_no_times(database: Database) -> None:
    def few(history: History) -> None:
        piled(history, 19)

    with asked(database, told(database, few)) as ask:
        causes, parts, waits = PAGE.figures(ask)
    assert (causes.rows, [phrase.say()[:3] for phrase in parts.lead]) == ([], ["Tim"])
    assert {plain(row[6]) for row in parts.rows} == {plain(row[2]) for row in waits.rows} == {None}
    assert {plain(row[1]) for row in waits.rows} == {19}


def test_an_empty_city_says_so(database: Database) -> None:
    with asked(database, told(database, lambda _history: None)) as ask:
        for figure in PAGE.figures(ask):
            assert (len(figure.rows), figure.lead, figure.n or 0) == (0, (), 0)


def test_a_change_is_named_only_when_it_is_sure(database: Database) -> None:
    def before_and_after(history: History) -> None:
        waits = {"longer": (2, 6), "shorter": (6, 2), "same": (3, 3)}
        for number in range(25):
            for step, (then, now) in waits.items():
                for came, waited in ((-10 + number, then), (60 + number, now)):
                    file = history.file(f"{step}-{number}-{came}", came, came + 12)
                    spread = waited + number / 30
                    history.stay(file, step, came, came + spread + 0.5, came + spread)
        history.stay(history.file("once", 80), "rare", 80, 81)

    scope = told(database, before_and_after)
    with asked(database, scope) as ask:
        rows = PAGE.figures(ask)[2].rows
    named = {plain(row[0]).say(): plain(row[9]) for row in rows}  # type: ignore[union-attr]  # titles are phrases
    assert named == {"longer": LONGER, "shorter": SHORTER, "same": SAME, "rare": UNKNOWN}


def test_a_great_city_is_drawn_from(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permitflow.reports.contributions.MOST_FILES", 25)
    monkeypatch.setattr("permitflow.reports.pages.contribution.MOST_FILES", 25)
    with asked(database, told(database, piled)) as ask:
        check_drawn(ask)


def check_drawn(ask: Ask) -> None:
    split = split_of(ask)
    assert (split["files"], split["decided"]) == (25, 30)
    assert split == split_of(ask)
    parts = PAGE.figures(ask)[1]
    assert [note.say() for note in parts.notes] == [
        "From 25 files drawn at random from the 30 decided in the period."
    ]
    assert wrong_links(ask, PAGE, (parts,)) == []
    assert ask.scope.now >= NOW
