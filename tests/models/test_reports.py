"""What the tables of kept reports refuse: two digests of one person, a receiver twice, the same work twice."""

from __future__ import annotations

from sqlalchemy import select, text

from permitflow.models import Jurisdiction, ReportReceiver, ReportRun, SavedReport, User
from tests.rows import Rows


def test_a_person_has_one_digest_in_each_city(rows: Rows) -> None:
    rows.add(SavedReport, page="digest")
    assert rows.refusal(SavedReport, page="digest") == "twice"
    assert rows.refusal(SavedReport, page="digest", owner_id=rows.add(User)["id"]) is None
    assert rows.refusal(SavedReport, page="digest", jurisdiction_id=rows.add(Jurisdiction)["id"]) is None


def test_a_page_may_be_kept_under_several_names(rows: Rows) -> None:
    rows.add(SavedReport, page="overview", name="March")
    assert rows.refusal(SavedReport, page="overview", name="April") is None


def test_a_report_goes_to_each_receiver_once(rows: Rows) -> None:
    rows.add(ReportReceiver)
    assert rows.refusal(ReportReceiver) == "twice"
    assert rows.refusal(ReportReceiver, user_id=rows.add(User)["id"]) is None


def test_the_same_work_is_done_once_unless_it_failed(rows: Rows) -> None:
    rows.add(ReportRun, same="q" * 64)
    assert rows.refusal(ReportRun, same="q" * 64) == "twice"
    rows.add(ReportRun, same=None)
    assert rows.refusal(ReportRun, same=None) is None


def test_work_without_result_has_none_in_the_database_too(rows: Rows) -> None:
    run = rows.add(ReportRun, result=None)
    missing = select(ReportRun.id).where(text("result IS NULL"))
    assert rows.connection.execute(missing).scalars().all() == [run["id"]]


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(SavedReport) == {"jurisdiction_id", "owner_id"}
    assert rows.references(ReportReceiver) == {"saved_report_id", "user_id"}
    assert rows.references(ReportRun) == {"jurisdiction_id", "asked_by"}
