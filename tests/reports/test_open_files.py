"""The ranking of open files: overdue, likely to be late, unusually old; equal to one made file by file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from permitflow.analytics.survival import Curve, kaplan_meier
from permitflow.db import Database
from permitflow.instants import local_date
from permitflow.reports.asking import lines
from permitflow.reports.open_files import YEAR_US, Counts, OpenFile, listed, open_count, ranking
from permitflow.reports.page import Ask
from permitflow.reports.scope import end_of_day
from permitflow.reports.stay_curves import HOUR_US
from tests.reports.history import NOW, ZONE, History, asked, day, told
from tests.reports.open_city import Filed, OpenCity, business, open_city, quantile


def open_files(ask: Ask, start: int, count: int) -> list[OpenFile]:
    return list(ranking(ask, start, count).files)


def counts(ask: Ask) -> Counts:
    found = ranking(ask, 0, 0).counts
    assert found.open == open_count(ask)
    return found


def curve_of(city: OpenCity, workflow: str) -> Curve:
    """The curve of the clocks of a workflow that began in the last year, in hours."""
    now = city.scope.now
    clocks = [file for file in city.files if file.workflow == workflow and file.started_at >= now - YEAR_US]
    return kaplan_meier(
        (-(-((file.stopped_at or now) - file.started_at) // HOUR_US), file.stopped_at is not None)
        for file in clocks
    )


def risk_of(city: OpenCity, file: Filed, curve: Curve) -> float | None:
    assert file.due_on is not None
    now, ends = city.scope.now, end_of_day(file.due_on, ZONE)
    if ends <= now:
        return 1.0
    age, term = (now - file.started_at) // HOUR_US, (ends - file.started_at) // HOUR_US
    reached = curve.at(age)
    return curve.at(term) / reached if reached else None


def test_risk_ages_and_order_equal_those_worked_out_file_by_file(database: Database) -> None:
    city = open_city(database)
    now = city.scope.now
    with asked(database, city.scope) as ask:
        found, total = open_files(ask, 0, 1_000), counts(ask)
        for kind, count in (("open", total.open), ("overdue", total.overdue), ("likely", total.likely)):
            assert lines(ask, listed(kind))[0] == count
        assert [one.id for one in open_files(ask, 3, 5)] == [one.id for one in found[3:8]]
    files = {file.id: file for file in city.files if file.decided_at is None}
    curves = {workflow: curve_of(city, workflow) for workflow in ("v", "w")}
    assert {one.id for one in found} == set(files)
    for one in found:
        file = files[one.id]
        (stay,) = [stay for stay in city.stays if stay.file == one.id and stay.closed_at is None]
        assert (one.step, one.opened_at, one.legal_due_on) == (stay.step, stay.opened_at, file.due_on)
        assert one.risk == pytest.approx(risk_of(city, file, curves[file.workflow]))
        assert one.age_us == business(stay.opened_at, now)
        before = [other for other in city.stays if other.step == stay.step and other.closed_at is None]
        assert one.ahead == sum(other.opened_at < stay.opened_at for other in before)
        closed = [
            business(other.opened_at, other.closed_at)
            for other in city.stays
            if other.step == stay.step and other.closed_at is not None and other.closed_at >= now - YEAR_US
        ]
        assert one.p95_us == pytest.approx(quantile(closed, 0.95))
    late = [one for one in found if one.days_late]
    assert found[: len(late)] == late
    assert 0 < len(late) == total.overdue
    assert [one.days_late for one in late] == sorted((one.days_late or 0 for one in late), reverse=True)
    rest = [one.risk or 0 for one in found[len(late) :]]
    assert rest == sorted(rest, reverse=True)
    assert total.likely == sum(risk >= 0.5 for risk in rest) > 0


def test_a_due_date_is_kept_until_its_day_is_over(database: Database) -> None:
    def tell(history: History) -> None:
        today = local_date(day(NOW), ZONE)
        for place, due_on in enumerate((today - timedelta(days=1), today)):
            file = history.file(f"A-{place}", 60)
            history.stay(file, "fire", 60)
            history.clock(file, due_on, None, started_at=day(60))

    with asked(database, told(database, tell)) as ask:
        first, second = open_files(ask, 0, 10)
    assert (first.days_late, first.risk) == (1, 1.0)
    # Of clocks like it none has stopped, so that nobody can say how likely the other is.
    assert (second.days_late, second.risk) == (None, None)


def test_clocks_of_others_and_files_of_applicants_do_not_count(database: Database) -> None:
    def tell(history: History) -> None:
        due_on = local_date(day(70), ZONE)
        applicants = history.file("A-1", 60)
        history.stay(applicants, "corrections", 60, party="applicant", role=None)
        history.clock(applicants, due_on, None, holder="applicant", started_at=day(60))
        city = history.file("A-2", 60)
        history.stay(city, "fire", 60)
        history.clock(city, due_on, None, holder="applicant", started_at=day(60))
        decided = history.file("A-3", 60, 70)
        history.stay(decided, "inspection", 70)
        again = history.file("A-4", 60, 70, reopened_at=day(75))
        history.stay(again, "fire", 75)

    with asked(database, told(database, tell)) as ask:
        found = open_files(ask, 0, 10)
        assert counts(ask).overdue == 0
    assert [one.opened_at for one in found] == [day(60), day(75)]
    assert all(one.legal_due_on is None and one.risk is None for one in found)


def test_a_file_with_two_reviews_stands_at_the_unusual_one(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(20):
            file = history.file(f"B-{number}", 20, 40)
            history.stay(file, "slow", 20, 40)
            history.stay(file, "quick", 20, 21)
        file = history.file("A-1", 90)
        history.stay(file, "slow", 90)
        history.stay(file, "quick", 90)
        history.stay(file, "unknown", 80)

    with asked(database, told(database, tell)) as ask:
        (one,) = open_files(ask, 0, 10)
        assert lines(ask, listed("bad"))[0] == counts(ask).bad == 1
    assert one.step == "quick"
    assert one.is_unusually_old
    assert one.age_us == business(day(90), day(NOW))


def test_the_queue_is_everybodys_and_the_history_that_of_the_chosen(database: Database) -> None:
    city = open_city(database)
    with asked(database, replace(city.scope, workflow="v")) as ask:
        chosen = open_files(ask, 0, 1_000)
    with asked(database, city.scope) as ask:
        everything = {one.id: one for one in open_files(ask, 0, 1_000)}
    assert 0 < len(chosen) < len(everything)
    assert all(one.ahead == everything[one.id].ahead for one in chosen)


def test_an_empty_city_has_no_open_files(database: Database) -> None:
    with asked(database, told(database, lambda _history: None)) as ask:
        assert open_files(ask, 0, 10) == []
        assert counts(ask).open == 0
