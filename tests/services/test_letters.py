"""What mails say."""

from dataclasses import replace

import pytest

from permitflow.services.letters import News, write

NEWS = News(
    kind="request_corrections",
    receiver="applicant",
    number="RIO-2026-00012",
    title="Mission Rd · 12 stations",
    city="Rio Verde",
    entry="Corrections requested",
    standing="With the applicant since Mon 2 Mar 2026 · Corrections",
    next="Answer each item & send it back, 100 % of them.",
    in_your_court=True,
    queues=(),
    link="http://localhost/applications/1",
)


def test_a_mail_says_what_happened_where_it_stands_what_is_next_and_where() -> None:
    subject, body = write(NEWS, "Ines")
    assert subject == "RIO-2026-00012: Corrections requested – Mission Rd · 12 stations"
    for words in ("Hello Ines,", NEWS.entry, NEWS.standing, NEWS.next, NEWS.link):
        assert words in body
    assert "{{" not in body


def test_an_applicant_knows_whether_it_is_their_turn() -> None:
    assert "What to do now: Answer each item" in write(NEWS, "Ines")[1]
    assert "What comes next: Answer each item" in write(replace(NEWS, in_your_court=False), "Ines")[1]


def test_a_reviewer_reads_which_queue_it_waits_in() -> None:
    subject, body = write(replace(NEWS, receiver="reviewers", queues=("Planner", "Fire prevention")), "Rae")
    assert subject.startswith("To review: RIO-2026-00012: ")
    assert "it waits in your queue (Planner, Fire prevention)" in body
    assert "Answer each item" not in body


def test_a_manager_is_asked_to_look() -> None:
    subject, body = write(replace(NEWS, receiver="managers"), "Mo")
    assert subject.startswith("For your attention: ")
    assert "needs your help" in body


@pytest.mark.parametrize("title", ["two\nlines", "x" * 500, "Bcc: x\r\nfrom: y"])
def test_a_subject_is_one_line_of_bounded_length(title: str) -> None:
    subject, _body = write(replace(NEWS, title=title), "Ines")
    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) <= 200
