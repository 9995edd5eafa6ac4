"""Plans of moves are checked, approved by a second person, started and stopped."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from permitflow.db import Database
from permitflow.engine.definition import LoadedDefinition
from permitflow.models import StepAlias
from permitflow.services import move_plans
from permitflow.services.move_plans import PlanRefused
from tests import factories
from tests.factories import DAY, MONDAY, City
from tests.moving import AT, NEW, changed, finish, pin, plan_for, publish, run, store


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


@pytest.fixture
def versions(city: City) -> tuple[LoadedDefinition, LoadedDefinition]:
    old = publish(city)
    return old, publish(city, NEW, MONDAY - DAY + 1)


def test_two_people_are_needed_for_a_plan(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    plan_id = store(city, plan_for(*versions))
    with city.database.transaction() as session, pytest.raises(PlanRefused, match="second person"):
        move_plans.start(session, plan_id, AT)
    with city.database.transaction() as session, pytest.raises(PlanRefused, match="own plan"):
        move_plans.approve_plan(session, plan_id, city.staff["administrator"], AT)
    with city.database.transaction() as session:
        move_plans.approve_plan(session, plan_id, city.staff["manager"], AT)
    with city.database.transaction() as session, pytest.raises(PlanRefused, match="approved already"):
        move_plans.approve_plan(session, plan_id, city.staff["manager"], AT)


def test_a_plan_that_forgets_a_phase_is_refused_with_the_number_of_files(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    pin(city, 2)
    plan = plan_for(*versions)
    phases = {name: to for name, to in plan.phases.items() if name != "in_review"}
    with pytest.raises(PlanRefused, match="“Plan review”, where 2 open files stand"):
        store(city, plan.model_copy(update={"phases": phases}))
    with pytest.raises(PlanRefused, match="Say why"):
        store(city, plan.model_copy(update={"reason": " "}))
    unknown = publish(
        factories.city(city.database, slug="alto-verde"), changed(("Small permit", "Other"))
    ).hash
    with pytest.raises(PlanRefused, match="a version the city has published"):
        store(city, plan.model_copy(update={"to_hash": unknown}))


def test_a_step_with_a_new_name_is_remembered_through_every_rename(
    city: City, versions: tuple[LoadedDefinition, LoadedDefinition]
) -> None:
    run(city, plan_for(*versions))
    finish(city)
    third = publish(city, changed(("plan_review", "review_of_plans"), text=NEW), AT)
    run(city, plan_for(versions[1], third))
    reused = publish(city, changed(("ready", "in_review"), text=NEW), AT + 1)
    with pytest.raises(PlanRefused, match="'ready' cannot become 'in_review', which was the name of another"):
        store(city, plan_for(versions[1], reused))
    back = publish(city, changed(("Small permit", "Small permit again")), AT + 2)
    assert store(city, plan_for(versions[1], back))
    aliases = select(StepAlias.old_step, StepAlias.new_step).order_by(StepAlias.old_step)
    with city.database.reading() as session:
        found = session.execute(aliases).all()
    assert found == [("in_review", "review_of_plans"), ("plan_review", "review_of_plans")]
