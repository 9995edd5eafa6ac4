"""Cities, periods and weeks of a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from permitflow.db import Database
from permitflow.engine.loader import load_file
from permitflow.instants import DAY
from permitflow.reports.scope import (
    City,
    Scope,
    Workflows,
    cities_of,
    end_of_day,
    find_city,
    last_days,
    workflows_of,
)
from tests import factories
from tests.factories import instant

CITY = City("1" * 32, "rio-verde", "Rio Verde", "America/Los_Angeles")
HOUR = DAY // 24


def test_the_usual_period_is_a_year_up_to_the_citys_today() -> None:
    # At this hour it is already the 9th in Greenwich.
    scope = last_days(CITY, instant("2026-03-08T20:00-07:00"))
    assert (scope.from_on, scope.to_on) == (date(2025, 3, 9), date(2026, 3, 8))
    assert (scope.start_at, scope.end_at) == (
        instant("2025-03-09T00:00-08:00"),
        instant("2026-03-09T00:00-07:00"),
    )


def test_a_day_is_as_long_as_the_clocks_make_it() -> None:
    long_day, short_day = date(2026, 11, 1), date(2026, 3, 8)
    for on, hours in ((long_day, 25), (short_day, 23)):
        start = replace(last_days(CITY, 0), from_on=on).start_at
        assert end_of_day(on, CITY.zone) - start == hours * HOUR


def test_weeks_are_whole_and_follow_each_other() -> None:
    for now in ("2026-03-08T23:59-07:00", "2026-03-09T00:00-07:00"):
        weeks = last_days(CITY, instant(now)).weeks
        assert len(weeks) == 12
        assert {week.starts_on.weekday() for week in weeks} == {0}
        assert [week.end_at for week in weeks[:-1]] == [week.start_at for week in weeks[1:]]
        assert weeks[-1].end_at <= instant(now)
    assert last_days(CITY, instant("2026-03-08T23:59-07:00")).weeks[-1].starts_on == date(2026, 2, 23)
    assert weeks[-1].starts_on == date(2026, 3, 2)


def test_the_scope_covers_what_ended_in_its_days() -> None:
    scope = Scope(CITY, date(2026, 1, 2), date(2026, 1, 3), "", instant("2026-06-01T12:00-07:00"))
    assert not scope.covers(None)
    assert [
        scope.covers(at) for at in (scope.start_at - 1, scope.start_at, scope.end_at - 1, scope.end_at)
    ] == [
        False,
        True,
        True,
        False,
    ]
    assert scope.oldest_at == scope.start_at
    later = replace(scope, from_on=date(2026, 5, 31), to_on=date(2026, 6, 1))
    assert later.oldest_at == later.weeks[0].start_at < later.start_at


def test_the_scope_is_an_address() -> None:
    scope = Scope(CITY, date(2026, 1, 2), date(2026, 1, 3), "", 0)
    assert scope.query() == {"city": "rio-verde", "from": "2026-01-02", "to": "2026-01-03"}
    assert replace(scope, workflow="w").query()["workflow"] == "w"


def test_cities_and_their_workflows_are_found(database: Database) -> None:
    made = factories.city(database)
    other = factories.city(database, pack="us-generic", slug="bluffs")
    with database.reading() as session:
        city = find_city(session, made.slug)
        assert find_city(session, "atlantis") is None
        assert [one.slug for one in cities_of(session, frozenset({other.id, made.id}))] == [
            "bluffs",
            "rio-verde",
        ]
        assert city is not None
        workflows = workflows_of(session, city)
    assert set(workflows.titles) == {"us-ca-commercial-ab970", "us-ca-residential-instant"}
    assert {phase for _hash, phase in workflows.draft_phases()} == {"draft"}
    assert (workflows.step_title("fire"), workflows.step_title("intake")) == ("Fire", "Completeness check")
    assert (workflows.step_title("unheard_of"), workflows.clock_title("unheard_of")) == (
        "unheard_of",
        "unheard_of",
    )
    assert workflows.clock_title("decision") == "Decision"


def test_a_step_is_called_as_most_workflows_call_it_unless_one_is_preferred() -> None:
    files = ("commercial", "residential-instant", "site-plan")
    loaded = [load_file(factories.ROOT / "workflows" / "us-generic" / f"{name}.yaml") for name in files]
    site_plan = loaded[2].definition
    issued = site_plan.phases["issued"]
    renamed = {"phases": {**site_plan.phases, "issued": issued.model_copy(update={"title": "Plan released"})}}
    everything = Workflows({one.hash: one.definition for one in loaded})
    assert everything.step_title("issued") == "Permit issued"
    assert replace(everything, prefers=site_plan.workflow).step_title("issued") == "Site plan approved"
    assert replace(everything, prefers=site_plan.workflow).step_title("electrical") == "Electrical"
    newer = replace(
        everything, definitions={**everything.definitions, "new": site_plan.model_copy(update=renamed)}
    )
    assert replace(newer, prefers=site_plan.workflow).step_title("issued") == "Plan released"
    assert newer.step_title("issued") == "Permit issued"
