"""From the answers of the form to the facts of clauses."""

from typing import Any

import pytest

from permitflow.engine.vocabulary import STANDARD
from permitflow.rules.station_facts import derive, equipment_facts, results

CHARGER: dict[str, Any] = {
    "manufacturer": "Example",
    "model": "Home 48",
    "listing": "UL 2594",
    "quantity": 1,
    "level": "L2",
    "amps": 48,
    "volts": 240,
    "phase": 1,
    "ports": 1,
    "outdoor": False,
}

HOME: dict[str, Any] = {
    "project": {"type": "residential", "valuation_cents": 120000},
    "site": {"occupancy": "one_family", "flood_zone": False, "historic_district": None, "street": " "},
    "equipment": [CHARGER],
    "electrical": {
        "service_amps": 200,
        "service_voltage": 240,
        "phases": 1,
        "existing_load_amps": 80,
        "load_method": "measured_220_87",
        "breaker_amps": 60,
        "service_upgrade": False,
        "has_ems": False,
    },
    "attestations": {"signed": True, "owner_consent": True},
    "contractor": {"licence_valid": True},
}


def home(**changes: Any) -> dict[str, Any]:
    return {**HOME, "electrical": {**HOME["electrical"], **changes}}


def test_the_facts_of_a_home_charger() -> None:
    facts = derive(HOME)
    assert facts["equipment"] == {
        "station_count": 1,
        "port_count": 1,
        "max_amps": 48,
        "max_watts": 11520,
        "total_watts": 11520,
        "level": "L2",
        "all_listed": True,
        "outdoor": False,
    }
    assert facts["rules"] == {"listed_ok": True, "breaker_ok": True, "load_ok": True, "disconnect_ok": True}
    assert facts["site"] == {"occupancy": "one_family", "flood_zone": False}
    assert facts["contractor"] == {"licence_valid": True}


def test_derived_names_are_in_the_vocabulary() -> None:
    facts = derive(HOME)
    names = {f"{group}.{name}" for group in ("equipment", "rules") for name in facts[group]}
    assert names <= set(STANDARD)


def test_several_models_add_up() -> None:
    fast = {
        **CHARGER,
        "level": "DC",
        "quantity": 2,
        "ports": 2,
        "amps": 190,
        "volts": 480,
        "phase": 3,
        "outdoor": True,
    }
    facts = equipment_facts([{**CHARGER, "quantity": 3}, fast])
    assert facts["station_count"] == 5
    assert facts["port_count"] == 7
    assert facts["max_amps"] == 190
    assert facts["max_watts"] == 157964
    assert facts["total_watts"] == 3 * 11520 + 2 * 157964
    assert facts["level"] == "DC"
    assert facts["outdoor"] is True


def test_the_highest_level_counts() -> None:
    assert equipment_facts([{**CHARGER, "level": "L1"}, CHARGER])["level"] == "L2"
    assert equipment_facts([{**CHARGER, "level": "L1"}])["level"] == "L1"


@pytest.mark.parametrize(
    ("missing", "absent", "kept"),
    [
        ("quantity", {"station_count", "port_count", "total_watts"}, {"max_amps", "max_watts", "level"}),
        ("amps", {"max_amps", "max_watts", "total_watts"}, {"station_count", "level"}),
        ("volts", {"max_watts", "total_watts"}, {"max_amps"}),
        ("ports", {"port_count"}, {"station_count"}),
        ("level", {"level"}, {"station_count"}),
        ("listing", {"all_listed"}, {"station_count"}),
        ("outdoor", {"outdoor"}, {"station_count"}),
    ],
)
def test_one_unanswered_row_leaves_the_total_unknown(missing: str, absent: set[str], kept: set[str]) -> None:
    facts = equipment_facts([CHARGER, {**CHARGER, missing: None}])
    assert not absent & set(facts)
    assert kept <= set(facts)


def test_one_certain_answer_can_be_enough() -> None:
    assert equipment_facts([CHARGER, {**CHARGER, "level": "DC"}, {**CHARGER, "level": None}])["level"] == "DC"
    assert equipment_facts([{**CHARGER, "outdoor": True}, {**CHARGER, "outdoor": None}])["outdoor"] is True
    assert (
        equipment_facts([{**CHARGER, "listing": "none"}, {**CHARGER, "listing": ""}])["all_listed"] is False
    )


def test_without_equipment_there_are_no_stations() -> None:
    assert derive({})["equipment"] == {"station_count": 0, "port_count": 0}
    assert derive({"equipment": "none", "site": None})["equipment"]["station_count"] == 0


def test_an_empty_form_derives_nothing_that_could_pass() -> None:
    assert derive({})["rules"] == {}
    assert {result.outcome for result in results({})} == {"unknown"}


def test_nothing_derived_is_none() -> None:
    facts = derive({**HOME, "equipment": [{**CHARGER, "amps": None}]})
    assert all(value is not None for group in facts.values() for value in group.values())


def test_a_failed_rule_is_false_and_an_undecided_one_absent() -> None:
    facts = derive(home(breaker_amps=50, existing_load_amps=None))
    assert facts["rules"]["breaker_ok"] is False
    assert "load_ok" not in facts["rules"]


def test_a_new_service_is_left_to_a_reviewer() -> None:
    found = {result.id: result for result in results(home(service_upgrade=True))}
    assert found["load_ok"].outcome == "unknown"
    assert "a reviewer checks its size" in found["load_ok"].message


def test_small_chargers_count_7200_va_at_the_service() -> None:
    small = {**HOME, "equipment": [{**CHARGER, "amps": 16, "quantity": 2}]}
    numbers = next(result for result in results(small) if result.id == "load_ok").numbers
    assert numbers["added_amps"] == "60"


def test_an_energy_management_system_counts_at_its_set_point() -> None:
    crowded = home(existing_load_amps=120)
    assert derive(crowded)["rules"]["load_ok"] is False
    assert (
        derive(home(existing_load_amps=120, has_ems=True, ems_setpoint_amps=40))["rules"]["load_ok"] is True
    )


def test_unlisted_equipment_fails() -> None:
    facts = derive({**HOME, "equipment": [{**CHARGER, "listing": "Not listed"}]})
    assert facts["rules"]["listed_ok"] is False


def test_answers_of_the_wrong_kind_are_not_answers() -> None:
    facts = derive(
        {**HOME, "equipment": [{**CHARGER, "quantity": "1", "amps": True}], "site": {"tags": ["a"]}}
    )
    assert "station_count" not in facts["equipment"]
    assert "max_amps" not in facts["equipment"]
    assert facts["site"] == {}
