"""What the tables of mails refuse: telling one person of one thing twice."""

from __future__ import annotations

from permitflow.models import Mail, OutboxMessage, User
from tests.rows import Rows


def test_a_person_is_told_of_one_thing_once(rows: Rows) -> None:
    told = rows.add(OutboxMessage)["id"]
    rows.add(Mail, outbox_id=told)
    assert rows.refusal(Mail, outbox_id=told) == "twice"
    assert rows.refusal(Mail, outbox_id=told, user_id=rows.add(User)["id"]) is None
    assert rows.refusal(Mail, outbox_id=rows.add(OutboxMessage)["id"]) is None


def test_reports_belong_to_no_message_and_go_out_again_and_again(rows: Rows) -> None:
    rows.add(Mail)
    assert rows.refusal(Mail) is None


def test_a_new_mail_has_not_been_tried(rows: Rows) -> None:
    mail = rows.add(Mail)
    assert (mail["tries"], mail["last_error"]) == (0, "")
    assert (mail["sent_at"], mail["gave_up_at"], mail["html"]) == (None, None, None)


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(OutboxMessage) == {"application_id"}
    assert rows.references(Mail) == {"jurisdiction_id", "outbox_id", "user_id"}
