"""Saved reports: when they are due on the city's clock, to whom they go, and that each goes out once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from permitflow.db import Database
from permitflow.instants import DAY, SECOND, from_datetime, local_date, to_datetime
from permitflow.models import ReportReceiver, RoleGrant, SavedReport, User
from permitflow.services import saved_reports
from permitflow.services.saved_reports import Draft, Schedule, next_time, read_stop_token, stop_token
from tests import factories
from tests.factories import MONDAY, City, instant

HOUR = 3600 * SECOND
ZONE = "America/Los_Angeles"
WEEKLY = Schedule("weekly", 0, 7)


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def save(city: City, owner: str = "manager", **values: object) -> str:
    staff = frozenset(city.staff[role] for role in ("manager", "administrator", "planner"))
    given = {"name": "Clocks", "page": "finished", "schedule": WEEKLY, "receivers": staff} | values
    with city.database.transaction() as session:
        return saved_reports.save(session, Draft(city.id, **given), city.staff[owner], MONDAY)  # type: ignore[arg-type]


def report(city: City, report_id: str) -> SavedReport:
    with city.database.reading() as session:
        return session.get_one(SavedReport, report_id)


def take(city: City, report_id: str, at: int) -> list[str]:
    stale = report(city, report_id)
    with city.database.transaction() as session:
        return [user.id for user in saved_reports.take(session, stale, at)]


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (WEEKLY, "2026-03-02T06:59-08:00", "2026-03-02T07:00-08:00"),
        (WEEKLY, "2026-03-02T07:00-08:00", "2026-03-09T07:00-07:00"),
        (Schedule("weekly", 6, 2), "2026-03-02T00:00-08:00", "2026-03-08T03:00-07:00"),
        (Schedule("weekly", 6, 1), "2026-10-30T00:00-07:00", "2026-11-01T01:00-07:00"),
        (Schedule("weekly", 6, 1), "2026-11-01T01:00-07:00", "2026-11-08T01:00-08:00"),
        (Schedule("monthly", 31, 7), "2026-02-01T00:00-08:00", "2026-02-28T07:00-08:00"),
        (Schedule("monthly", 31, 7), "2026-02-28T07:00-08:00", "2026-03-31T07:00-07:00"),
        (Schedule("monthly", 30, 7), "2028-02-01T00:00-08:00", "2028-02-29T07:00-08:00"),
        (Schedule("monthly", 1, 0), "2026-12-01T00:00-08:00", "2027-01-01T00:00-08:00"),
    ],
)
def test_when_a_report_is_due(schedule: Schedule, after: str, due: str) -> None:
    assert next_time(schedule, ZONE, instant(after)) == instant(due)


def test_what_has_no_schedule_is_never_due() -> None:
    assert next_time(Schedule(), ZONE, MONDAY) is None


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["weekly", "monthly"]),
    st.integers(0, 6),
    st.integers(0, 23),
    st.sampled_from([ZONE, "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"]),
    st.integers(0, 900),
)
def test_every_period_is_due_once_across_the_change_of_clocks(
    rhythm: str, day: int, hour: int, zone: str, days: int
) -> None:
    schedule = Schedule(rhythm, day + 25 if rhythm == "monthly" else day, hour)  # type: ignore[arg-type]
    at = MONDAY + days * DAY
    for _ in range(20):
        before, at = at, next_time(schedule, zone, at) or 0
        assert before < at
        first, then = local_date(before, zone), local_date(at, zone)
        if rhythm == "weekly":
            assert then.weekday() == day
            assert then - first <= timedelta(days=7)
        else:
            last = (then + timedelta(days=1)).month != then.month
            assert then.day == day + 25 or (last and then.day < day + 25)
            assert (then.year - first.year) * 12 + then.month - first.month <= 1
        assert to_datetime(at, zone).hour in (hour, (hour + 1) % 24)
        assert from_datetime(to_datetime(at, zone)) == at


def test_only_who_manages_the_city_is_a_receiver(city: City) -> None:
    report_id = save(city)
    assert set(take(city, report_id, MONDAY + 7 * DAY)) == {
        city.staff["manager"],
        city.staff["administrator"],
    }
    with city.database.transaction() as session:
        session.execute(
            update(RoleGrant).where(RoleGrant.user_id == city.staff["manager"]).values(revoked_at=MONDAY)
        )
        session.execute(update(User).where(User.id == city.staff["administrator"]).values(active=False))
    assert take(city, report_id, MONDAY + 14 * DAY) == []


def test_a_report_is_taken_once_and_missed_weeks_are_one_mail(city: City) -> None:
    report_id = save(city)
    stale = report(city, report_id)
    assert stale.next_at == instant("2026-03-09T07:00-07:00")
    with city.database.reading() as session:
        assert saved_reports.due(session, stale.next_at - 1, 5) == []
        assert [one.id for one in saved_reports.due(session, stale.next_at, 5)] == [report_id]
    late = stale.next_at + 20 * DAY
    with city.database.transaction() as session:
        assert saved_reports.take(session, stale, late)
    with city.database.transaction() as session:
        assert saved_reports.take(session, stale, late) == []
        assert not saved_reports.postpone(session, stale, late)
    assert report(city, report_id).next_at == instant("2026-03-30T07:00-07:00")


def test_the_owner_alone_changes_and_deletes(city: City) -> None:
    report_id, other = save(city), city.staff["administrator"]
    draft = Draft(city.id, "Law", "finished", receivers=frozenset({other}))
    with city.database.transaction() as session:
        assert not saved_reports.change(session, report_id, draft, other, MONDAY)
        assert not saved_reports.remove(session, report_id, other)
        assert saved_reports.change(session, report_id, draft, city.staff["manager"], MONDAY)
    changed = report(city, report_id)
    assert (changed.name, changed.rhythm, changed.next_at) == ("Law", "", None)
    with city.database.transaction() as session:
        assert session.scalars(select(ReportReceiver.user_id)).all() == [other]
        assert saved_reports.remove(session, report_id, city.staff["manager"])
    with city.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReportReceiver)) == 0


def test_the_digest_is_ordered_once_and_can_be_stopped_and_ordered_again(city: City) -> None:
    me = city.staff["manager"]
    with city.database.transaction() as session:
        first = saved_reports.take_digest(session, city.id, me, MONDAY)
        assert saved_reports.take_digest(session, city.id, me, MONDAY) == first
        assert saved_reports.stop(session, first, me)
        assert not saved_reports.stop(session, first, me)
    assert take(city, first, MONDAY + 7 * DAY) == []
    with city.database.transaction() as session:
        saved_reports.take_digest(session, city.id, me, MONDAY)
    assert take(city, first, MONDAY + 14 * DAY) == [me]
    at = report(city, first).next_at
    assert at is not None
    assert (to_datetime(at, ZONE).weekday(), to_datetime(at, ZONE).hour) == (0, 7)
    assert local_date(at, ZONE) == date(2026, 3, 23)


def test_a_link_stops_only_what_it_was_made_for() -> None:
    token = stop_token("secret", "a" * 32, "b" * 32)
    assert read_stop_token("secret", token) == ("a" * 32, "b" * 32)
    for wrong in ("", "x", "a.b.c", token[:-1], token.replace("b" * 32, "c" * 32), "ü" + token):
        assert read_stop_token("secret", wrong) is None
    assert read_stop_token("another", token) is None
