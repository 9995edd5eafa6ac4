"""People are warned before a deadline, each rung once, and never of a clock that stands still."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.instants import DAY, SECOND
from permitflow.models import ClockWarning, Mail
from permitflow.services import outbox
from permitflow.services.ladder import warn_due
from tests.factories import MONDAY, instant
from tests.services.clock_lab import Lab, lab, workflow

LADDER = [
    {"left": 5, "notify": "reviewers"},
    {"left": 1, "notify": "managers"},
    {"percent": 100, "notify": "applicant"},
]


def rungs(here: Lab) -> list[tuple[str, date]]:
    with here.database.reading() as session:
        rows = session.execute(
            select(ClockWarning.rung, ClockWarning.warned_on).order_by(ClockWarning.warned_on)
        )
        return [(row.rung, row.warned_on) for row in rows]


@pytest.fixture
def plain(database: Database) -> Lab:
    """Ten business days from Monday 2 March, due on the 16th, with the usual ladder of 60, 85 and 100 percent."""
    return lab(database, workflow(decision={"verified": False}))


def test_reviewers_first_then_managers_each_on_its_day(plain: Lab) -> None:
    plain.accepted()
    assert warn_due(plain.database, instant("2026-03-09T23:59-07:00")) == 0
    assert warn_due(plain.database, instant("2026-03-10T00:01-07:00")) == 1
    assert warn_due(plain.database, instant("2026-03-10T00:02-07:00")) == 0
    assert warn_due(plain.database, instant("2026-03-13T00:01-07:00")) == 1
    assert warn_due(plain.database, instant("2026-03-16T00:01-07:00")) == 1
    assert warn_due(plain.database, instant("2026-06-16T00:01-07:00")) == 0
    assert plain.news("clock_warning") == ["reviewers", "managers", "managers"]
    assert [on.day for _rung, on in rungs(plain)] == [10, 13, 16]


def test_a_ladder_of_its_own(database: Database) -> None:
    here = lab(database, workflow(decision={"ladder": LADDER}))
    here.accepted()
    for day in range(2, 17):
        warn_due(database, instant(f"2026-03-{day:02}T22:00+00:00"))
    assert rungs(here) == [
        ("left:5:reviewers", date(2026, 3, 9)),
        ("left:1:managers", date(2026, 3, 13)),
        ("percent:100:applicant", date(2026, 3, 16)),
    ]


def test_after_weeks_of_downtime_each_group_hears_once(plain: Lab) -> None:
    plain.accepted()
    assert warn_due(plain.database, MONDAY + 30 * DAY) == 2
    assert plain.news("clock_warning") == ["reviewers", "managers"]
    assert len(rungs(plain)) == 3


def test_a_clock_that_stands_still_warns_nobody_and_goes_on_where_it_stopped(database: Database) -> None:
    here = lab(database, workflow(decision={"pauses": ["ask"], "resumes": ["answer"]}))
    application = here.accepted()
    warn_due(database, instant("2026-03-10T09:00-07:00"))
    here.official(application, "ask", instant("2026-03-11T09:00-07:00"))
    assert here.clock(application).next_warning_on is None
    assert warn_due(database, instant("2026-04-10T09:00-07:00")) == 0
    here.city.act(application, "answer", "applicant", instant("2026-05-04T09:00-07:00"))
    # Seven days are used; the ninth is 6 May.
    assert here.clock(application).next_warning_on == date(2026, 5, 6)


def test_the_applicant_s_own_clock_warns_the_applicant(database: Database) -> None:
    void = {
        "unit": "calendar_day",
        "length": "100",
        "starts": ["ask"],
        "stops": ["answer"],
        "holder": "applicant",
    }
    here = lab(database, workflow(answer=void))
    here.official(here.accepted(), "ask", MONDAY)
    warn_due(database, MONDAY + 61 * DAY)
    assert here.news("clock_warning") == ["applicant"]


def test_the_mail_names_the_clock_and_its_day(plain: Lab) -> None:
    plain.accepted()
    now = instant("2026-03-10T08:00-07:00")
    warn_due(plain.database, now)
    with plain.database.transaction() as session:
        outbox.expand(session, "https://permits.example", now)
    with plain.database.reading() as session:
        bodies = session.scalars(
            select(Mail.body).where(Mail.user_id == plain.city.staff["building_official"])
        ).all()
    assert any("Deadline ahead: “Decision” ends on 2026-03-16." in body for body in bodies)


def test_a_warning_that_was_overtaken_is_not_sent(plain: Lab) -> None:
    application = plain.accepted()
    now = instant("2026-03-10T08:00-07:00")
    warn_due(plain.database, now)
    plain.official(application, "approve", now + SECOND)
    with plain.database.transaction() as session:
        outbox.expand(session, "https://permits.example", now + 2 * SECOND)
    with plain.database.reading() as session:
        assert not [body for body in session.scalars(select(Mail.body)) if "Deadline" in body]


def test_several_sweepers_warn_once(plain: Lab) -> None:
    for _ in range(3):
        plain.accepted()
    start = threading.Barrier(4)
    given: list[int] = []

    def sweep() -> None:
        start.wait()
        given.append(warn_due(plain.database, instant("2026-03-10T08:00-07:00")))

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(given) == 3
    assert plain.news("clock_warning") == ["reviewers"] * 3
