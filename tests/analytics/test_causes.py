"""Causes of bottlenecks, told in plain sentences."""

from __future__ import annotations

import re

import pytest

from permitflow.analytics.causes import SENTENCES, Cause, told

FACTS = {
    "step": "Fire",
    "files": 3,
    "days": "40",
    "share": 12,
    "people": 2,
    "more": 1,
    "again": 40,
    "mean": "9",
}
FACTS |= {"longest": 6, "typical": 3, "gaps": 8, "overtaking": 70}


@pytest.mark.parametrize("cause", SENTENCES)
def test_each_cause_is_told_in_three_plain_sentences(cause: Cause) -> None:
    text = told(cause, FACTS)
    assert text.startswith("Fire holds files up")
    assert "%" not in text.replace(" %", "")
    assert len(re.findall(r"[.](?: |$)", text)) == 3


def test_what_is_only_estimated_is_said_to_be() -> None:
    _where, why, _remedy = re.findall(r".+?[.](?: |$)", told("one_role", FACTS, estimated=True))

    assert "(estimated: the record does not say when work began)" in why


def test_the_reader_gets_every_template_in_their_language() -> None:
    asked: list[str] = []

    told("calendar", FACTS, translate=lambda template: asked.append(template) or template)

    assert len(asked) == 3


def test_one_file_and_one_person_are_told_as_one() -> None:
    text = told("arrivals_exceed_service", {**FACTS, "files": 1, "people": 1})

    assert text.startswith("Fire holds files up: one file lost 40 days there")
    assert "1 people" not in text
    assert len(re.findall(r"[.](?: |$)", text)) == 3


def test_a_wait_that_only_the_stays_tell_of_is_not_said_to_be_outside() -> None:
    assert "as with somebody outside the office" in told("outside_wait", {**FACTS, "stays_alone": True})
    assert "as with" not in told("outside_wait", FACTS)
