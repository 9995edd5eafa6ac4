"""What the tables of corrections refuse: a notice number twice, and an answer given twice in one round."""

from __future__ import annotations

from permitflow.models import ChecklistAnswer, CorrectionItem, CorrectionNotice, PermitApplication
from tests.rows import Rows


def test_the_notices_of_a_file_are_numbered(rows: Rows) -> None:
    rows.add(CorrectionNotice, number=1)
    assert rows.refusal(CorrectionNotice, number=1) == "twice"
    assert rows.refusal(CorrectionNotice, number=2) is None
    other = rows.add(PermitApplication)["id"]
    assert rows.refusal(CorrectionNotice, number=1, application_id=other) is None


def test_a_checklist_line_has_one_answer_in_each_round(rows: Rows) -> None:
    line = {"step": "electrical", "item": "load_calculation"}
    rows.add(ChecklistAnswer, **line, round=1)
    assert rows.refusal(ChecklistAnswer, **line, round=1) == "twice"
    assert rows.refusal(ChecklistAnswer, **line, round=2) is None
    assert rows.refusal(ChecklistAnswer, **line | {"step": "building"}, round=1) is None


def test_an_item_is_a_draft_without_notice_and_number(rows: Rows) -> None:
    item = rows.add(CorrectionItem)
    assert (item["notice_id"], item["number"], item["reply"]) == (None, None, "")


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(CorrectionNotice) == {"jurisdiction_id", "application_id"}, "'system' issues some"
    assert rows.references(CorrectionItem) == {
        "jurisdiction_id",
        "application_id",
        "notice_id",
        "reply_document_id",
        "created_by",
    }
    assert rows.references(ChecklistAnswer) == {"jurisdiction_id", "application_id", "answered_by"}
