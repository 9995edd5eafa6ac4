"""The sentence: whose court, since when, the step, by when, what comes next."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from permitflow.engine.definition import Definition
from permitflow.engine.loader import load_file
from permitflow.instants import DAY
from permitflow.queries.sentence import Count, Phrase, english_day, in_english, sentence
from tests.factories import MONDAY, ROOT

ZONE = "America/Los_Angeles"
TODAY = date(2026, 3, 10)


@dataclass(frozen=True)
class Row:
    state: str = "in_review"
    party: str = "agency"
    party_since_at: int = MONDAY
    due_on: date | None = date(2026, 3, 30)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_file(ROOT / "workflows" / "us-ca" / "commercial-ab970.yaml").definition


def said(row: Row, definition: Definition, count: Count | None = None) -> list[str]:
    return in_english(sentence(row, definition, ZONE, today=TODAY, count=count)).split(" · ")


def test_it_says_court_step_date_and_what_is_next(definition: Definition) -> None:
    phase = definition.phases["in_review"]
    parts = said(Row(), definition)
    assert parts[:3] == ["With the city since Mon 2 Mar 2026", phase.title, "due Mon 30 Mar 2026"]
    assert parts[3:] == ([phase.next] if phase.next else [])


@pytest.mark.parametrize(
    ("party", "words"),
    [
        ("applicant", "With the applicant since"),
        ("payment", "Waiting for payment since"),
        ("external", "With another agency since"),
        ("none", "Closed since"),
    ],
)
def test_every_court_has_its_words(definition: Definition, party: str, words: str) -> None:
    assert said(replace(Row(), party=party), definition)[0] == f"{words} Mon 2 Mar 2026"


def test_the_date_is_the_citys_own(definition: Definition) -> None:
    late = MONDAY + 14 * 3_600_000_000  # 23:00 on Monday in Los Angeles, Tuesday in Greenwich
    assert said(replace(Row(), party_since_at=late), definition)[0].endswith("Mon 2 Mar 2026")
    assert said(replace(Row(), party_since_at=MONDAY + DAY), definition)[0].endswith("Tue 3 Mar 2026")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Count(12, 20), "due Mon 30 Mar 2026 (12 of 20 business days used)"),
        (Count(3, 30, "calendar_day"), "due Mon 30 Mar 2026 (3 of 30 calendar days used)"),
    ],
)
def test_the_arithmetic_names_its_unit(definition: Definition, count: Count, words: str) -> None:
    assert said(Row(), definition, count)[2] == words


def test_a_late_file_says_when_it_was_due(definition: Definition) -> None:
    assert said(replace(Row(), due_on=date(2026, 3, 9)), definition)[2] == "was due Mon 9 Mar 2026"
    assert said(replace(Row(), due_on=TODAY), definition)[2] == "due Tue 10 Mar 2026"


@pytest.mark.parametrize("due_on", [None, date(9999, 12, 31)])
def test_without_a_legal_date_none_is_named(definition: Definition, due_on: date | None) -> None:
    assert "due" not in " · ".join(said(replace(Row(), due_on=due_on), definition)[:3])


def test_a_closed_file_has_no_due_date(definition: Definition) -> None:
    final = next(name for name, phase in definition.phases.items() if phase.final)
    assert not any(part.startswith(("due", "was due")) for part in said(Row(final, "none"), definition))


def test_a_phrase_within_a_phrase_is_translated_too() -> None:
    phrase = Phrase("within {time}", {"time": Phrase("{days} d", {"days": 3})})
    assert phrase.say() == "within 3 d"
    assert (
        phrase.say(lambda text: {"within {time}": "binnen {time}", "{days} d": "{days} T"}[text])
        == "binnen 3 T"
    )


def test_a_phrase_is_translated_as_a_whole() -> None:
    phrase = Phrase("due {day}", {"day": date(2026, 8, 4)})
    german = {"due {day}": "fällig am {day}"}
    assert (
        phrase.say(lambda text: german.get(text, text), lambda day: day.strftime("%d.%m."))
        == "fällig am 04.08."
    )
    assert phrase.say() == "due Tue 4 Aug 2026"
    assert english_day(date(2026, 12, 31)) == "Thu 31 Dec 2026"
