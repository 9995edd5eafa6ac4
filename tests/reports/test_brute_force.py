"""The figures of the bottleneck page against the same figures computed file by file in plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pytest

from permitflow.analytics.courts import PARTIES, Spell, split
from permitflow.analytics.durations import percentile
from permitflow.analytics.percentiles import percentile_with_interval
from permitflow.analytics.stuck import OpenFile, StepHistory, why_stuck
from permitflow.db import Database
from permitflow.reports.bottlenecks import bottlenecks
from permitflow.reports.deadlines import DueLine
from permitflow.reports.page import Ask
from permitflow.reports.scope import Week, end_of_day, start_of_day
from permitflow.reports.steps import StepLine, before_at
from permitflow.reports.stuck import histories, histories_of, stuck_files
from tests.reports.history import History, asked
from tests.reports.random_history import Past, ToldFile, ToldVisit, draw, some_due
from tests.reports.test_file_lists import check_numbers

SEEDS = (1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_that_of_the_files_one_by_one(database: Database, seed: int) -> None:
    with database.transaction() as session:
        history = History(session)
        past = draw(history, seed)
        due = some_due(history, past, seed)
    with asked(database, past.scope) as ask:
        found = bottlenecks(ask)
        assert {line.step for line in found.steps} == {visit.step for visit in past.visits}
        for line in found.steps:
            check_step(past, line)
        check_courts(past, ask)
        check_decisions(past, ask)
        check_stuck(past, ask)
        assert list(found.due_lines) == [due_line(past, due)]
        for count in found.weeks:
            assert count.arrived == within([file.submitted for file in past.files], count.week)
            assert count.left == within([file.decided for file in past.files], count.week)
        check_numbers(ask)


def check_step(past: Past, line: StepLine) -> None:
    scope, one = past.scope, line.figures
    here = [visit for visit in past.visits if visit.step == line.step]
    ended = [visit for visit in here if scope.covers(visit.closed)]
    waits = sorted(map(waited, ended))
    assert (one.closed, one.open_now) == (len(ended), sum(visit.closed is None for visit in here))
    for values, figures in (
        (waits, (one.waiting_p50, one.waiting_p90)),
        (sorted(visit.worked for visit in ended), (one.working_p50, one.working_p90)),
        (sorted((visit.closed or 0) - visit.opened for visit in ended), (one.sojourn_p50, one.sojourn_p90)),
    ):
        assert figures == pytest.approx([of_hundred(values, 50), of_hundred(values, 90)], abs=1)
    sure = percentile_with_interval(waits, 50)
    assert (one.waiting_low, one.waiting_high) == (sure.low, sure.high)
    start = before_at(scope)
    before = sorted(waited(visit) for visit in here if start <= (visit.closed or 0) < scope.start_at)
    assert one.closed_before == len(before)
    assert one.before == pytest.approx(of_hundred(before, 50), abs=1)
    still = [visit for visit in here if visit.closed is None]
    assert one.oldest_open_us == max((scope.now - visit.opened for visit in still), default=None)
    for count in line.weeks:
        assert count.arrived == within([visit.opened for visit in here], count.week)
        assert count.left == within([visit.closed for visit in here], count.week)


def of_hundred(ordered: Sequence[int], percent: int) -> int | None:
    return percentile(ordered, percent) if ordered else None


def within(instants: Iterable[int | None], week: Week) -> int:
    return sum(at is not None and week.start_at <= at < week.end_at for at in instants)


def waited(visit: ToldVisit) -> int:
    until = visit.closed if visit.claimed is None else visit.claimed
    return (until or 0) - visit.opened


def counted(past: Past) -> list[ToldFile]:
    return [file for file in past.files if file.decided is None or past.scope.covers(file.decided)]


def check_courts(past: Past, ask: Ask) -> None:
    courts = bottlenecks(ask).courts
    held, broken, elapsed = dict.fromkeys(PARTIES, 0), 0, 0
    for file in counted(past):
        end = past.scope.now if file.decided is None else file.decided
        order = sorted(file.spells, key=lambda spell: (spell[1], spell[2] is None, spell[2] or 0))
        try:
            parts = split(
                [Spell(who, start, end if to is None else to) for who, start, to in order],
                file.submitted,
                end,
            )
        except ValueError:
            broken += 1
            continue
        held = {party: held[party] + parts[party] for party in PARTIES}
        elapsed += end - file.submitted
    assert broken
    assert (courts.held_us, courts.unexplained, courts.elapsed_us) == (held, broken, elapsed)


def check_decisions(past: Past, ask: Ask) -> None:
    for line in bottlenecks(ask).decisions:
        mine = [file for file in counted(past) if file.workflow == line.workflow]
        gone = [file for file in mine if file.outcome in ("withdrawn", "abandoned")]
        took = sorted(file.decided - file.submitted for file in mine if file.decided and file not in gone)
        sure = percentile_with_interval(took, 50)
        assert (line.decided, line.given_up) == (len(took), len(gone))
        assert line.open_now == sum(file.decided is None for file in mine)
        assert (line.low_us, line.high_us) == (sure.low, sure.high)
        times = [of_hundred(took, 50), of_hundred(took, 90)]
        assert [line.median_us, line.p90_us] == pytest.approx(times, abs=1)


def check_stuck(past: Past, ask: Ask) -> None:
    known = histories(bottlenecks(ask).steps)
    assert histories_of(ask) == {step: one for step, one in known.items() if one.closed}
    found = stuck_files(ask, known)
    expected = {}
    for number, file in enumerate(past.files):
        places = [visit for visit in past.visits if visit.file == number and visit.closed is None]
        codes = {code for place in places for code in reasons(past, file, place, known)}
        if file.decided is None and codes:
            expected[file.id] = codes
    assert found.count == len(expected)
    assert {one.application_id: {reason.code for reason in one.reasons} for one in found.first} == expected
    gravity = [["high", "medium", "low"].index(one.severity) for one in found.first]
    assert gravity == sorted(gravity)


def reasons(past: Past, file: ToldFile, place: ToldVisit, known: dict[str, StepHistory]) -> list[str]:
    due_at = None if file.due_on is None else end_of_day(file.due_on, past.scope.city.zone)
    seen = OpenFile(file.party, file.party_since, place.opened, place.claimed is not None, due_at=due_at)
    return [reason.code for reason in why_stuck(seen, known[place.step], past.scope.now)]


def due_line(past: Past, due: list[tuple[str, date, date | None, str]]) -> DueLine:
    """The clocks of files that nobody gave up, whose day lies in the period and that ended or are overdue today."""
    outcomes = {file.id: file.outcome for file in past.files}
    standings = []
    for file, due_on, stopped_on, state in due:
        if (
            outcomes[file] in ("withdrawn", "abandoned")
            or not past.scope.from_on <= due_on <= past.scope.to_on
        ):
            continue
        if stopped_on is None:
            standings += ["overdue"] * (due_on < past.scope.today)
        else:
            late = state == "expired" or stopped_on > due_on
            standings.append("late" if late else "in_time")
    counts = [standings.count(name) for name in ("in_time", "late", "overdue")]
    return DueLine("decision", "decision", *counts)


def test_the_period_before_is_as_long_and_ends_where_this_begins(database: Database) -> None:
    with database.transaction() as session:
        scope = History(session).scope(90, 170, 180)
    length = scope.to_on - scope.from_on + timedelta(days=1)
    assert before_at(scope) == start_of_day(scope.from_on - length, scope.city.zone)
