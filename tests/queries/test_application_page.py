"""What an applicant sees of a file: what to do, what is missing, what is owed; and nothing that reviewers only draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from permitflow.models import (
    Company,
    CorrectionItem,
    CorrectionNotice,
    Document,
    Fee,
    Lane,
    Payment,
    PermitApplication,
    Refund,
    User,
    Visit,
)
from permitflow.queries.application_page import ApplicationPage, Notice, application_page, licence_today
from permitflow.services.starts import start
from tests.factories import MONDAY
from tests.rows import Rows
from tests.services.one_file import begun


@pytest.fixture
def draft(rows: Rows) -> str:
    """A draft of the small workflow, which asks for a site plan."""
    return start(rows.connection, begun(rows, title="Garage", facts={"attestations": {"signed": True}}))


def seen(rows: Rows, application: str, **values: object) -> ApplicationPage:
    """The page after the file's own row was changed."""
    if values:
        rows.connection.execute(update(PermitApplication).values(**values))
    with rows.session() as session:
        row = session.get_one(PermitApplication, application)
        return application_page(session, row, row.created_by, MONDAY)


def test_a_draft_can_be_changed_and_misses_its_site_plan(rows: Rows, draft: str) -> None:
    page = seen(rows, draft)
    assert (page.phase.title, page.may_change, page.may_answer) == ("Draft", True, True)
    (plan,) = page.papers
    assert (plan.kind, plan.required, plan.missing, plan.versions) == ("site_plan", True, True, ())
    assert {choice.action for choice in page.choices} == {"submit", "withdraw"}
    assert (page.today, page.permit, page.project) == (date(2026, 3, 2), None, None)


def test_the_newest_version_of_a_document_stands_first(rows: Rows, draft: str) -> None:
    for version in (1, 2):
        rows.add(Document, application_id=draft, kind="site_plan", version=version)
    (plan,) = seen(rows, draft).papers
    assert ([one.version for one in plan.versions], plan.missing) == ([2, 1], False)
    assert replace(plan, versions=(), required=None).missing, "what may be required counts as required"
    assert not replace(plan, versions=(), required=False).missing


def test_notices_show_their_items_and_drafts_stay_with_the_reviewers(rows: Rows, draft: str) -> None:
    first, second = (
        rows.add(CorrectionNotice, application_id=draft, number=number)["id"] for number in (1, 2)
    )
    rows.add(CorrectionItem, application_id=draft, text="Still a draft")
    for number, notice, status in ((3, second, "open"), (1, first, "resolved"), (2, second, "answered")):
        rows.add(CorrectionItem, application_id=draft, notice_id=notice, number=number, status=status)
    page = seen(rows, draft, state="corrections", open_items=2)
    assert [[item.number for item in notice.items] for notice in page.notices] == [[2, 3], [1]]
    assert [notice.answered for notice in page.notices] == [1, 1]
    assert page.open_notice == page.notices[0]
    assert (page.may_change, page.may_answer) == (True, True)


def test_a_notice_waits_for_answers_only_while_the_applicant_has_the_file(rows: Rows, draft: str) -> None:
    notice = rows.add(CorrectionNotice, application_id=draft, number=1)["id"]
    rows.add(CorrectionItem, application_id=draft, notice_id=notice, number=1, status="answered")
    page = seen(rows, draft, state="ready", party="agency")
    assert (page.may_change, page.open_notice) == (False, None)
    assert len(page.notices) == 1
    page = seen(rows, draft, state="corrections", party="applicant")
    assert page.open_notice == page.notices[0], "what is answered can be answered otherwise until it is sent"


def test_reviews_stand_in_the_order_of_the_workflow_with_who_has_them(rows: Rows, draft: str) -> None:
    fay, eli = (rows.add(User, name=name)["id"] for name in ("Fay", "Eli"))
    rows.add(Lane, application_id=draft, lane="fire", state="in_review")
    rows.add(Visit, application_id=draft, lane="fire", step="fire", opened_at=7, claimed_by=fay)
    rows.add(Lane, application_id=draft, lane="electrical", state="approved", decided_by=eli, decided_at=9)
    page = seen(rows, draft)
    assert [(line.title, line.role, line.person, line.since_at) for line in page.lanes] == [
        ("Electrical", "Electrical examiner", "Eli", 9),
        ("Fire", "Permit technician", "Fay", 7),
    ]


def test_money_owed_in_both_directions_is_kept_apart(rows: Rows, draft: str) -> None:
    rows.add(Fee, application_id=draft, fee="permit", amount_cents=5_000)
    rows.add(Payment, application_id=draft, amount_cents=2_000)
    rows.add(Refund, application_id=draft, amount_cents=700, settled_at=3)
    other = rows.add(PermitApplication)["id"]
    rows.add(Fee, application_id=other, fee="permit")
    money = seen(rows, draft, fees_due_cents=5_000, fees_paid_cents=2_000).money
    assert money.balance_cents == 3_000
    assert ([fee.amount_cents for fee in money.fees], len(money.payments)) == ([5_000], 1)
    assert (money.refunds, [refund.amount_cents for refund in money.paid_out]) == ((), [700])


@pytest.mark.parametrize(
    ("number", "expires", "fact"),
    [
        ("C10-1", date(2026, 3, 2), {"licence_valid": True}),
        ("C10-1", date(2026, 3, 1), {"licence_valid": False}),
    ],
)
def test_the_licence_counts_as_it_is_today(number: str, expires: date, fact: dict[str, bool]) -> None:
    firm = Company(licence_number=number, licence_expires_on=expires)
    assert licence_today(firm, date(2026, 3, 2)) == {"contractor": fact}


def test_an_unknown_licence_is_no_fact_at_all() -> None:
    firm = Company(licence_number="C10-1", licence_expires_on=None)
    assert licence_today(firm, date(2026, 3, 2)) == {"contractor": {}}


def test_only_open_items_wait_for_an_answer() -> None:
    items = tuple(CorrectionItem(status=status) for status in ("open", "answered", "resolved", "waived"))
    assert Notice(CorrectionNotice(), items).answered == 3
