"""A new version needs two people, green checks and a date; what was said stays said."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.models import PublicationProposal, RoleGrant
from permitflow.services import drafts, publications
from permitflow.services.drafts import NewDraft
from permitflow.services.errors import NotFound
from permitflow.services.publications import Answer, NewProposal, PublicationRefused, Rehearse
from tests import factories
from tests.factories import DAY, MONDAY, City
from tests.moving import NEW, OLD, changed, in_review, publish, read, version_in_use

TODAY = date(2026, 3, 2)
SCENARIOS = {"happy.yaml": "scenario: Happy"}


@pytest.fixture
def city(database: Database) -> City:
    city = factories.city(database)
    publish(city)
    return city


def fine(loaded: object, scenarios: dict[str, str]) -> list[str]:
    return []


def broken(loaded: object, scenarios: dict[str, str]) -> list[str]:
    return [f"The scenario {name} fails." for name in scenarios]


def propose(city: City, text: str = NEW, on: date = TODAY, rehearse: Rehearse = fine, **more: object) -> str:
    given = {
        "by": city.staff["administrator"],
        "at": MONDAY,
        "scenarios": SCENARIOS,
        "note": "Council",
    } | more
    with city.database.transaction() as session:
        new = NewProposal(city.id, read(text), on, **given)  # type: ignore[arg-type]
        return publications.propose(session, new, rehearse)


def approve(
    city: City, proposal: str, who: str = "manager", at: int = MONDAY, rehearse: Rehearse = fine
) -> None:
    with city.database.transaction() as session:
        publications.approve(session, Answer(proposal, city.staff[who], at), rehearse)


def test_two_people_bring_a_version_at_once_or_on_its_date(city: City) -> None:
    old, _version = version_in_use(city)
    proposal = propose(city)
    assert version_in_use(city) == (old, "1.0.0"), "a proposal alone changes nothing"
    approve(city, proposal)
    assert version_in_use(city) == (read(NEW).hash, "2.0.0")
    later = propose(city, OLD.replace("title: Small permit", "title: Small permits"), date(2026, 3, 9))
    approve(city, later)
    assert version_in_use(city) == (read(NEW).hash, "2.0.0")
    for at, came in (
        (MONDAY + 6 * DAY, 0),
        (factories.instant("2026-03-09T00:00-07:00"), 1),
        (MONDAY + 9 * DAY, 0),
    ):
        assert publications.activate_all(city.database, at) == came
    assert version_in_use(city)[1] == "3.0.0"


def test_a_draft_begins_under_the_version_of_its_day_even_when_nobody_swept(city: City) -> None:
    proposal = propose(
        city, NEW.replace("project_types: [commercial]", "project_types: [boathouse]"), date(2026, 3, 9)
    )
    approve(city, proposal)
    with city.database.transaction() as session:
        new = NewDraft(city.id, city.company_id, "boathouse", city.actor("applicant"), MONDAY + DAY)
        with pytest.raises(NotFound):
            drafts.start_draft(session, new)
    with city.database.transaction() as session:
        new = NewDraft(city.id, city.company_id, "boathouse", city.actor("applicant"), MONDAY + 7 * DAY)
        assert city.database is not None
        assert drafts.start_draft(session, new)


def test_nobody_approves_their_own_and_a_single_administrator_is_told_why(city: City) -> None:
    proposal = propose(city)
    with pytest.raises(PublicationRefused, match="own proposal"):
        approve(city, proposal, "administrator")
    with city.database.transaction() as session:
        for grant in session.scalars(select(RoleGrant).where(RoleGrant.role == "manager")):
            grant.revoked_at = MONDAY
    with pytest.raises(PublicationRefused, match="you are the only administrator or manager"):
        approve(city, proposal, "administrator")
    with pytest.raises(NotFound):
        approve(city, proposal, "planner")


@pytest.mark.parametrize(
    ("text", "why", "more"),
    [
        (OLD, "exactly this version", {}),
        (NEW, "in the past", {"on": date(2026, 3, 1)}),
        (NEW, "happy.yaml fails", {"rehearse": broken}),
        (NEW, "No scenario plays", {"scenarios": {}}),
        ("legacy: true\n" + NEW, "legacy", {}),
        (NEW.replace("stops: [approve, deny, withdraw]", "stops: []"), "never stops", {}),
    ],
)
def test_what_is_not_in_order_is_not_proposed(
    city: City, text: str, why: str, more: dict[str, object]
) -> None:
    with pytest.raises(PublicationRefused, match=why):
        propose(city, text, **more)  # type: ignore[arg-type]
    with city.database.reading() as session:
        assert session.scalars(select(PublicationProposal)).all() == []


def test_a_role_that_nobody_holds_stops_a_version(city: City) -> None:
    with city.database.transaction() as session:
        session.execute(
            update(RoleGrant).where(RoleGrant.role == "electrical_examiner").values(revoked_at=MONDAY)
        )
    with pytest.raises(PublicationRefused) as refused:
        propose(city)
    assert "electrical" in " ".join(refused.value.reasons)


def test_a_published_id_keeps_its_meaning(city: City) -> None:
    turned = NEW.replace("outcome: void\n    on_expiry: abandon\n    holder: applicant", "outcome: none")
    with pytest.raises(PublicationRefused) as refused:
        propose(city, turned)
    assert any("keeps its meaning" in reason for reason in refused.value.reasons)


def test_the_checks_are_made_again_at_approval(city: City) -> None:
    proposal = propose(city)
    with pytest.raises(PublicationRefused, match="happy.yaml fails"):
        approve(city, proposal, rehearse=broken)
    other = propose(city, changed(("title: Plan review", "title: Reviews of the plans")))
    approve(city, other)
    with pytest.raises(PublicationRefused, match="Another version was published"):
        approve(city, proposal)


def test_a_proposal_is_answered_once_and_can_be_taken_back_before_its_date(city: City) -> None:
    proposal = propose(city, on=date(2026, 3, 9))
    approve(city, proposal)
    with pytest.raises(PublicationRefused, match="approved already"):
        approve(city, proposal)
    with city.database.transaction() as session:
        publications.withdraw(session, Answer(proposal, city.staff["manager"], MONDAY))
    assert publications.activate_all(city.database, MONDAY + 30 * DAY) == 0
    used = propose(city)
    approve(city, used)
    with pytest.raises(PublicationRefused, match="in use"), city.database.transaction() as session:
        publications.withdraw(session, Answer(used, city.staff["manager"], MONDAY))


def test_going_back_is_publishing_the_old_version_again(city: City) -> None:
    old, _ = version_in_use(city)
    approve(city, propose(city))
    approve(city, propose(city, OLD), at=MONDAY + DAY)
    assert version_in_use(city) == (old, "1.0.0")
    approve(city, propose(city, changed(("title: Plan review", "title: Reviews"))), at=MONDAY + 2 * DAY)
    assert version_in_use(city)[1] == "1.0.1"


def test_the_impact_names_the_files_and_their_clocks(city: City) -> None:
    for _ in range(2):
        in_review(city)
    proposal = propose(city, at=MONDAY + DAY, on=date(2026, 3, 9))
    with city.database.reading() as session:
        row = session.get_one(PublicationProposal, proposal)
    assert (row.version, row.change_class) == ("2.0.0", "mapped")
    assert row.impact["phases"] == [{"title": "Plan review", "files": 2, "why": ""}]
    clocks = row.impact["clocks"]
    assert clocks == [{"title": "Decision", "files": 2, "why": "20 -> 15; running clocks keep their date"}]
    assert "Decision: 20 business days -> 15 business days." in row.impact["terms"]  # type: ignore[operator]


def test_another_citys_office_has_no_say(city: City) -> None:
    other = factories.city(city.database, slug="alto-verde")
    with pytest.raises(NotFound):
        propose(city, by=other.staff["administrator"])
    proposal = propose(city)
    with pytest.raises(NotFound), city.database.transaction() as session:
        publications.approve(session, Answer(proposal, other.staff["manager"], MONDAY), fine)
