"""Named conditions: three-valued answers, reasons, and what expressions may not do."""

import threading

import pytest

from permitflow.engine.conditions import (
    UnreadableExpression,
    check_readable,
    compute_integer,
    evaluate,
    fields_named,
    holds,
    known,
)
from permitflow.engine.errors import UnknownFacts
from tests.engine.small_workflow import loaded

FACTS = {
    "equipment": {"station_count": 4, "level": "L2", "max_amps": None},
    "site": {"flood_zone": False, "occupancy": "commercial"},
    "attestations": {"signed": True},
}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("equipment.station_count >= 4", True),
        ("equipment.station_count > 4", False),
        ("!site.flood_zone", True),
        ('site.occupancy in ["commercial", "mixed"]', True),
        ('!(site.occupancy in ["one_family", "two_family"])', True),
        ("site.historic_district", None),
        ("!site.historic_district", None),
        ("equipment.max_amps <= 80", None),
        ("rules.load_ok", None),
        ("attestations.signed || site.historic_district", True),
        ("site.historic_district || attestations.signed", True),
        ("site.historic_district && site.flood_zone", False),
        ("site.historic_district && attestations.signed", None),
        ("has(site.flood_zone)", True),
        ("has(site.historic_district)", False),
        ("equipment.station_count == 'four'", False),
        ("equipment.station_count <= 'four'", None),
        ("equipment.station_count", None),
        ("10 / (equipment.station_count - 4) > 1", None),
        ("9223372036854775807 + equipment.station_count > 0", None),
    ],
)
def test_three_answers(expression: str, answer: bool | None) -> None:
    assert holds(expression, FACTS) is answer


def test_a_fact_that_is_none_is_missing_and_not_equal_to_anything() -> None:
    assert holds("equipment.max_amps != 80", FACTS) is None
    assert holds("equipment.max_amps == 80", FACTS) is None


def test_a_section_that_is_no_mapping_leaves_everything_unknown() -> None:
    assert holds("site.flood_zone", {"site": "Main Street"}) is None


def test_a_name_is_a_value_or_a_group_but_never_both() -> None:
    assert holds("site == 2 || site.flood_zone", {"site": 1}) is None
    facts = {"site": {"flood_zone": True}}
    holds("has(site.depth) || site == 1", facts)
    assert facts == {"site": {"flood_zone": True}}


def test_clauses_are_evaluated_in_order_with_their_reasons() -> None:
    definition = loaded().definition
    passed, failed = evaluate(
        definition, ["signed", "few_stations"], {**FACTS, "equipment": {"station_count": 5}}
    )
    assert (passed.clause, passed.outcome, passed.message) == ("signed", "pass", "")
    assert (failed.outcome, failed.message) == ("fail", "At most four stations.")
    assert (passed.citation, passed.fix_by, passed.where) == ("City code 1", "applicant", "sign")
    assert failed.expression == "equipment.station_count <= 4"


def test_an_unknown_clause_names_the_missing_field() -> None:
    (result,) = evaluate(loaded().definition, ["few_stations"], {})
    assert result.outcome == "unknown"
    assert result.message == "Number of charging stations is not known yet."


def test_an_unknown_clause_names_every_missing_field_with_the_words_of_the_definition() -> None:
    changed = (
        "expression: equipment.station_count <= 4",
        "expression: site.slope < 5 && electrical.service_amps > 99",
    )
    (result,) = evaluate(loaded(changed).definition, ["few_stations"], {})
    assert result.message == "Not known yet: Main breaker rating; slope of the site."


def test_answers_of_the_wrong_kind_are_unknown_with_another_sentence() -> None:
    (result,) = evaluate(loaded().definition, ["few_stations"], {"equipment": {"station_count": "four"}})
    assert (result.outcome, result.message) == (
        "unknown",
        "The answers on file cannot be compared here; check them.",
    )


def test_a_clause_nobody_defined_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        evaluate(loaded().definition, ["signd"], {})


def test_whole_numbers_are_computed() -> None:
    assert compute_integer("equipment.station_count <= 25 ? 5 : 10", FACTS) == 5
    assert compute_integer("42000 + 6000 * equipment.station_count", FACTS) == 66000
    assert compute_integer("180", {}) == 180


@pytest.mark.parametrize(
    ("expression", "missing"),
    [("site.slope + 1", ("site.slope",)), ("site.flood_zone", ()), ("equipment.level", ()), ("1 / 0", ())],
)
def test_what_is_no_whole_number_is_refused_with_the_missing_facts(
    expression: str, missing: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownFacts) as caught:
        compute_integer(expression, FACTS)
    assert caught.value.fields == missing


def test_the_fields_of_an_expression() -> None:
    expression = (
        'site.occupancy == "site.not_me" && (equipment . station_count in [1, 2] || has(fees.paid_cents))'
    )
    assert fields_named(expression) == {"site.occupancy", "equipment.station_count", "fees.paid_cents"}
    assert fields_named("true") == set()
    assert fields_named(r"site.street == 'it\'s a.b'") == {"site.street"}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("site.slope >", "not valid"),
        ("site.slope = 5", "'=' cannot be used here"),
        ("xs.all(x, x.a)", "the function 'xs.all' cannot be used"),
        ("[1].map(x, x)", "cannot be used"),
        ("site.name.matches('(a+)+')", "the function 'site.name.matches' cannot be used"),
        ("getattr(site, 'x')", "the function 'getattr' cannot be used"),
        ('site["slope"] > 1', "brackets after a name"),
        ("site.slope > 1.5", "'.' cannot be used here"),
        ("site.slope > 1; import os", "';' cannot be used here"),
        ("(" * 21 + "true" + ")" * 21, "nested more than 20 deep"),
        ("[" * 21 + "]" * 21, "nested more than 20 deep"),
        ("!" * 301 + "true", "more than 300 parts"),
        ("true || " * 130 + "true", "longer than 1000 characters"),
    ],
)
def test_expressions_that_are_refused(expression: str, words: str) -> None:
    with pytest.raises(UnreadableExpression, match=words.replace("(", r"\(").replace("[", r"\[")):
        check_readable(expression)


def test_known_facts() -> None:
    assert known(FACTS, "site.flood_zone")
    assert not known(FACTS, "equipment.max_amps")
    assert not known(FACTS, "electrical.service_amps")
    assert not known(FACTS, "site.flood_zone.depth")


def test_programs_are_shared_by_threads() -> None:
    wrong: list[int] = []

    def count(stations: int) -> None:
        facts = {"equipment": {"station_count": stations}}
        wrong.extend(
            stations
            for _ in range(2000)
            if compute_integer("equipment.station_count * 2", facts) != stations * 2
        )

    threads = [threading.Thread(target=count, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
