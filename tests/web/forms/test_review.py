"""The reviewer's forms: what is read from a checklist, a list of conditions and a finding."""

from __future__ import annotations

from permitflow.engine.definition import ChecklistItem
from permitflow.services.checklists import Answer
from permitflow.services.notices import Finding
from permitflow.web.forms.review import LONGEST_NOTE, MOST_CONDITIONS, FindingForm, answers, conditions
from tests.web.forms.sending import sent, sentences

LINES = [ChecklistItem(id=name, text="t", citation="c") for name in ("first", "second", "third")]


def test_only_known_verdicts_on_known_lines_are_answers() -> None:
    typed = {
        "answer-first": "fail",
        "note-first": "  e\u0301 is one letter ",
        "answer-second": "perhaps",
        "note-third": "a note alone",
        "answer-other": "pass",
    }
    assert answers(typed, LINES) == {"first": Answer("fail", "\u00e9 is one letter")}


def test_a_note_has_an_end() -> None:
    typed = {"answer-first": "pass", "note-first": "x" * (LONGEST_NOTE + 1)}
    assert answers(typed, LINES)["first"].note == "x" * LONGEST_NOTE


def test_conditions_are_lines_that_say_something() -> None:
    assert conditions(" Label it. \r\n\n\tLock it.") == ("Label it.", "Lock it.")
    assert conditions(" \n ") == ()
    assert len(conditions("x\n" * (MOST_CONDITIONS + 9))) == MOST_CONDITIONS


TYPED = {"text": "Wrong.", "code_section": "CEC 625.41", "fix": "Change it.", "severity": "required"}


def test_a_finding_is_read_as_typed() -> None:
    with sent(TYPED, place=" E-1 ", severity="advisory"):
        form = FindingForm()
        assert sentences(form) == {}
        assert form.finding() == Finding("Wrong.", "CEC 625.41", "Change it.", "E-1", "advisory")


def test_the_three_texts_are_needed() -> None:
    with sent(TYPED, text="", code_section=" ", fix=""):
        assert sentences(FindingForm()) == {
            "text": ["Say what is wrong."],
            "code_section": ["Name the code section. A request without one cannot be answered."],
            "fix": ["Say what would fix it."],
        }
