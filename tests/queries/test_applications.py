"""The list of applications and what else is found beside it, on both databases."""

from __future__ import annotations

from sqlalchemy import update

from permitflow.db import Database
from permitflow.instants import DAY
from permitflow.models import PermitApplication
from permitflow.queries import applications
from tests.scene import AT, HOME, Scene, scene

BARE = {"project": HOME["project"]}


def ids(found: applications.ApplicationList) -> list[str]:
    return [row.id for row in found.rows]


def test_pages_follow_one_another_without_gap_or_repeat(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        drafts = [city.draft(session, BARE) for _ in range(7)]
        for number, draft in enumerate(drafts):
            # Two changed in the same instant: the id decides; one is with the city and comes last.
            values = {"updated_at": AT + number // 2, "party": "agency" if number == 6 else "applicant"}
            session.execute(update(PermitApplication).where(PermitApplication.id == draft).values(**values))
    with database.reading() as session:
        whole = applications.listed(session, {city.company_id}, AT)
        assert whole.next_cursor is None
        seen, cursor = [], None
        for _ in range(4):
            page = applications.listed(session, {city.company_id}, AT, cursor, size=2)
            seen += ids(page)
            cursor = page.next_cursor
        assert cursor is None
        assert seen == ids(whole)
        assert len(seen) == 7
        assert seen[-1] == drafts[6]
        assert [row.needs_me for row in whole.rows] == [True] * 6 + [False]


def test_only_ones_own(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        draft = city.draft(session, BARE)
    with database.reading() as session:
        assert ids(applications.listed(session, {city.other_company_id}, AT)) == []
        assert ids(applications.listed(session, set(), AT)) == []
        assert applications.find(session, draft, {city.other_company_id}) is None
        assert applications.find(session, "nothing", {city.company_id}) is None
        found = applications.find(session, draft, {city.company_id})
        assert found is not None
        assert found.id == draft


def test_a_broken_cursor_is_the_first_page(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        city.draft(session, BARE)
    with database.reading() as session:
        for cursor in ("", "x", "1.x.y", "9.9", "1..", "²." + "1" * 40):
            assert len(applications.listed(session, {city.company_id}, AT, cursor).rows) <= 1


def test_what_can_be_applied_for(database: Database) -> None:
    scene(database)
    with database.reading() as session:
        offers = applications.offers(session)
    types = {offer.project_type for offer in offers}
    assert {"residential", "workplace", "multifamily"} <= types
    assert {offer.city for offer in offers} == {"Testville"}


def test_unpaid_applications_of_some_cities(database: Database) -> None:
    city = scene(database)
    with database.transaction() as session:
        neighbour = Scene(session, "nextville")
        waiting = [city.draft(session, BARE), neighbour.draft(session, BARE)]
        for number, draft in enumerate(waiting):
            values = {"party": "payment", "fees_due_cents": 500, "party_since_at": AT - number * DAY}
            session.execute(update(PermitApplication).where(PermitApplication.id == draft).values(**values))
        city.draft(session, BARE)
    with database.reading() as session:
        both = applications.unpaid(session, {city.city_id, neighbour.city_id})
        assert [row.id for row in both] == waiting[::-1], "the longest waiting first"
        (mine,) = applications.unpaid(session, {city.city_id})
        assert (mine.id, mine.balance_cents, mine.city) == (waiting[0], 500, "Testville")
