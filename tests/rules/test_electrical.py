"""Electrical checks against worked examples."""

from decimal import Decimal

import pytest

from permitflow.rules.electrical import (
    STANDARD_BREAKERS,
    Load,
    amps_at,
    breaker_check,
    charger_load_va,
    disconnect_check,
    disconnect_required,
    load_check,
    minimum_breaker,
    service_load,
    three_phase_amps,
    volt_amperes,
    volts_to_ground,
)


@pytest.mark.parametrize(
    ("amps", "breaker"),
    [(12, 15), (16, 20), (24, 30), (32, 40), (40, 50), (48, 60), (56, 70), (64, 80), (80, 100)],
)  # fmt: skip
def test_the_smallest_breaker_for_a_charger(amps: int, breaker: int) -> None:
    assert minimum_breaker(amps) == breaker


@pytest.mark.parametrize(
    ("amps", "breaker"),
    [("63.3", 80), ("189.9", 250), ("227.9", 300), ("443.1", 600)],
)
def test_the_smallest_breaker_for_a_direct_current_charger(amps: str, breaker: int) -> None:
    assert minimum_breaker(Decimal(amps)) == breaker


def test_no_breaker_for_impossible_currents() -> None:
    with pytest.raises(ValueError, match="above 0 A"):
        minimum_breaker(0)
    with pytest.raises(ValueError, match="no standard breaker"):
        minimum_breaker(5000)
    assert minimum_breaker(4800) == 6000


def test_standard_breakers_rise() -> None:
    assert list(STANDARD_BREAKERS) == sorted(set(STANDARD_BREAKERS))


@pytest.mark.parametrize(
    ("kilowatts", "amps", "continuous"),
    [(50, "63.3", "79.1"), (150, "189.9", "237.4"), (180, "227.9", "284.9"), (350, "443.1", "553.9")],
)
def test_input_current_of_direct_current_chargers(kilowatts: int, amps: str, continuous: str) -> None:
    found = three_phase_amps(kilowatts * 1000, 480)
    assert found == Decimal(amps)
    assert abs(found * Decimal("1.25") - Decimal(continuous)) <= Decimal("0.05")


@pytest.mark.parametrize(("nameplate", "counted"), [(5000, 7200), (14400, 14400), (7200, 7200)])
def test_the_load_of_a_charger_is_at_least_7200_va(nameplate: int, counted: int) -> None:
    assert charger_load_va(nameplate) == counted


@pytest.mark.parametrize(
    ("amps", "watts_240", "watts_208"),
    [(12, 2880, 2496), (16, 3840, 3328), (24, 5760, 4992), (32, 7680, 6656), (40, 9600, 8320), (48, 11520, 9984),
     (56, 13440, 11648), (64, 15360, 13312), (80, 19200, 16640)],
)  # fmt: skip
def test_power_at_240_and_208_volts(amps: int, watts_240: int, watts_208: int) -> None:
    assert volt_amperes(amps, 240, 1) == watts_240
    assert volt_amperes(amps, 208, 1) == watts_208


def test_three_phase_power_and_back() -> None:
    assert volt_amperes(100, 480, 3) == 83139
    assert amps_at(83138, 480, 3) == Decimal("100.0")
    assert amps_at(11520, 240, 1) == Decimal("48.0")


@pytest.mark.parametrize(
    ("demand", "new", "factor", "total"),
    [(42, 48, "1", "100.5"), (30, 40, "1", "77.5"), (120, 48, "1", "198"), (120, 48, "1.25", "210")],
)
def test_load_on_a_measured_service(demand: int, new: int, factor: str, total: str) -> None:
    assert service_load(demand, new, Decimal(factor)) == Decimal(total)


def measured(existing: int | None, added: str | None, service: int | None) -> Load:
    return Load("measured_220_87", existing, None if added is None else Decimal(added), service)


@pytest.mark.parametrize(
    ("load", "outcome", "total"),
    [
        (measured(42, "48", 100), "fail", "112.5"),
        (measured(30, "40", 100), "pass", "87.5"),
        (measured(120, "48", 200), "fail", "210"),
        (measured(40, "40", 100), "pass", "100"),
        (Load("calculated_220_83", 74, Decimal(0), 100), "pass", "74"),
        (Load("calculated_220_83", 52, Decimal(48), 100), "pass", "100"),
        (Load("calculated_220_82", 53, Decimal(48), 100), "fail", "101"),
        (Load("standard_220", 50, Decimal(40), 100), "pass", "100"),
        (Load("standard_220", 50, Decimal(41), 100), "fail", "101.25"),
        (Load("calculated_220_83", 87, Decimal(48), 100, True, 10), "pass", "97"),
        (Load("calculated_220_83", 87, None, 100, True, 0), "pass", "87"),
        (Load("measured_220_87", 42, Decimal(48), 100, True, 30), "pass", "90"),
    ],
)
def test_whether_a_service_carries_the_chargers(load: Load, outcome: str, total: str) -> None:
    result = load_check(load)
    assert (result.id, result.outcome, result.numbers["total_amps"]) == ("load_ok", outcome, total)


def test_a_failed_load_check_shows_the_sum_and_what_would_fix_it() -> None:
    result = load_check(measured(42, "48", 100))
    assert "1.25 x 42 A + 1.25 x 48 A = 112.5 A" in result.message
    assert "Lower the charger setting" in result.message
    assert result.citation == "NEC 220.87"


@pytest.mark.parametrize(
    ("load", "sentence"),
    [
        (measured(42, "48", None), "The main breaker rating is not known yet."),
        (measured(42, "48", 0), "The main breaker rating is not known yet."),
        (measured(None, "48", 100), "The existing load is not known yet."),
        (measured(42, None, 100), "The current of the chargers at the service voltage is not known yet."),
        (Load(None, 42, Decimal(48), 100), "The load calculation method is not known yet."),
        (Load("by_eye", 42, Decimal(48), 100), "The load calculation method is not known yet."),
        (
            Load("standard_220", 42, Decimal(48), 100, True),
            "The set-point of the energy management system is not known yet.",
        ),
    ],
)
def test_a_load_that_is_not_known_is_never_passed(load: Load, sentence: str) -> None:
    result = load_check(load)
    assert (result.outcome, result.message) == ("unknown", sentence)


def test_a_48_amp_charger_on_a_50_amp_breaker_fails() -> None:
    result = breaker_check(48, 50)
    assert result.outcome == "fail"
    assert result.message == "The breaker must be at least 60 A for a 48 A charger. You entered 50 A."
    assert result.numbers == {"charger_amps": "48", "breaker_amps": "50", "needed": "60"}


def test_a_breaker_may_be_larger() -> None:
    assert breaker_check(48, 60).outcome == "pass"
    assert breaker_check(48, 70).outcome == "pass"


@pytest.mark.parametrize(("charger", "breaker"), [(None, 60), (0, 60), (48, None), (48, 0), (9000, 60)])
def test_a_breaker_that_is_not_known_is_never_passed(charger: int | None, breaker: int | None) -> None:
    assert breaker_check(charger, breaker).outcome == "unknown"


@pytest.mark.parametrize(
    ("volts", "phases", "to_ground"),
    [
        (120, 1, 120),
        (240, 1, 120),
        (208, 1, 120),
        (208, 3, 120),
        (480, 3, 277),
        (277, 1, 277),
        (240, 3, None),
    ],
)
def test_volts_to_ground(volts: int, phases: int, to_ground: int | None) -> None:
    assert volts_to_ground(volts, phases) == to_ground


@pytest.mark.parametrize(
    ("amps", "to_ground", "required"), [(48, 120, False), (80, 120, True), (32, 277, True), (60, 120, False), (61, 120, True)]
)  # fmt: skip
def test_when_a_disconnect_is_required(amps: int, to_ground: int, required: bool) -> None:
    assert disconnect_required(amps, to_ground) is required


@pytest.mark.parametrize(
    ("amps", "volts", "phases", "shown", "outcome"),
    [
        (48, 240, 1, None, "pass"),
        (80, 240, 1, True, "pass"),
        (80, 240, 1, False, "fail"),
        (80, 240, 1, None, "unknown"),
        (32, 480, 3, False, "fail"),
        (80, 240, 3, False, "fail"),
        (48, 240, 3, True, "unknown"),
        (None, 240, 1, True, "unknown"),
        (48, None, 1, True, "unknown"),
    ],
)
def test_the_disconnect(
    amps: int | None, volts: int | None, phases: int | None, shown: bool | None, outcome: str
) -> None:
    assert disconnect_check(amps, volts, phases, shown).outcome == outcome
