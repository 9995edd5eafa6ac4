"""Electrical checks for charging equipment: breaker, input current, service load, disconnect.

Currents are in amperes, voltages in volts, apparent power in volt-amperes. Section numbers are those of the
National Electrical Code 2023; a jurisdiction on another edition shows its own numbers in its workflow file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Literal

Outcome = Literal["pass", "fail", "unknown"]

CONTINUOUS = Decimal("1.25")
"""A charger is a continuous load: NEC 625.41 and 625.42 ask for 125 % of its current."""

EVSE_MINIMUM_VA = 7200
"""The smallest load to be counted per charger, NEC 220.57."""

DISCONNECT_ABOVE_AMPS = 60
DISCONNECT_ABOVE_VOLTS_TO_GROUND = 150

# NEC 240.6(A), quoted from memory and the same in every edition of the last decades.
STANDARD_BREAKERS = (
    *(15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 225, 250, 300, 350),
    *(400, 450, 500, 600, 700, 800, 1000, 1200, 1600, 2000, 2500, 3000, 4000, 5000, 6000),
)

# Article 220 parts that take the charger at 100 % beside an already computed load; the others take 125 %.
_FACTORS: Mapping[str, tuple[Decimal, Decimal, str]] = MappingProxyType(
    {
        "measured_220_87": (CONTINUOUS, CONTINUOUS, "NEC 220.87"),
        "calculated_220_82": (Decimal(1), Decimal(1), "NEC 220.82"),
        "calculated_220_83": (Decimal(1), Decimal(1), "NEC 220.83"),
        "standard_220": (Decimal(1), CONTINUOUS, "NEC Article 220 Part III"),
    }
)

_ROOT_3 = Decimal(3).sqrt()


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What a check found: the sentence for people, the section, and the numbers that were used."""

    id: str
    outcome: Outcome
    message: str
    citation: str
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """An existing service and what is to be added to it; None where nobody has answered yet."""

    method: str | None
    existing_amps: int | None
    ev_amps: Decimal | None
    service_amps: int | None
    has_ems: bool | None = None
    ems_setpoint_amps: int | None = None


def minimum_breaker(charger_amps: int | Decimal) -> int:
    """Return the smallest standard breaker for a charger's rated current (NEC 625.41, sizes of 240.6).

    Raises ValueError for a current that is not positive or beyond the largest standard size.
    """
    if charger_amps <= 0:
        raise ValueError(f"a charger's current must be above 0 A, not {charger_amps} A")
    needed = CONTINUOUS * charger_amps
    for size in STANDARD_BREAKERS:
        if size >= needed:
            return size
    raise ValueError(f"no standard breaker carries {needed} A")


def three_phase_amps(watts: int, volts: int, efficiency: Decimal = Decimal("0.95")) -> Decimal:
    """Return the input current of a three-phase charger from its output power, to a tenth of an ampere.

    I = P / (efficiency x U x root 3); `efficiency` is power factor times efficiency. Prefer the nameplate.
    """
    amps = Decimal(watts) / (efficiency * volts * _ROOT_3)
    return amps.quantize(Decimal("0.1"), ROUND_HALF_UP)


def charger_load_va(nameplate_va: int) -> int:
    """Return the load to count for one charger: its nameplate, but at least 7,200 VA (NEC 220.57)."""
    return max(EVSE_MINIMUM_VA, nameplate_va)


def volt_amperes(amps: int, volts: int, phases: int) -> int:
    """Return the apparent power of a circuit, rounded up to a whole volt-ampere."""
    exact = Decimal(amps * volts) * (_ROOT_3 if phases == 3 else 1)
    return int(exact.to_integral_value("ROUND_CEILING"))


def amps_at(va: int, volts: int, phases: int) -> Decimal:
    """Return the current that an apparent power draws from a service, to a tenth, rounded up."""
    amps = Decimal(va) / (volts * (_ROOT_3 if phases == 3 else 1))
    return amps.quantize(Decimal("0.1"), "ROUND_CEILING")


def service_load(existing_amps: int, new_amps: int | Decimal, new_factor: Decimal = CONTINUOUS) -> Decimal:
    """Return the load on a service whose demand was measured: 125 % of it plus the new load (NEC 220.87).

    `new_factor` weighs the new load; chargers are continuous, so the usual value is 1.25, and jurisdictions that
    take the nameplate as it is use 1.
    """
    return CONTINUOUS * existing_amps + new_factor * new_amps


def breaker_check(charger_amps: int | None, breaker_amps: int | None) -> RuleResult:
    """Return whether the circuit's breaker is large enough for the largest charger (NEC 625.41)."""
    citation = "NEC 625.41"
    if not charger_amps or not breaker_amps:
        missing = "The charger's current" if not charger_amps else "The breaker size"
        return RuleResult("breaker_ok", "unknown", f"{missing} is not known yet.", citation)
    try:
        needed = minimum_breaker(charger_amps)
    except ValueError:
        message = "No standard breaker is large enough for a charger of this current; check the current."
        return RuleResult("breaker_ok", "unknown", message, citation)
    numbers = {"charger_amps": str(charger_amps), "breaker_amps": str(breaker_amps), "needed": str(needed)}
    if breaker_amps >= needed:
        message = f"A {breaker_amps} A breaker is large enough for a {charger_amps} A charger."
        return RuleResult("breaker_ok", "pass", message, citation, numbers)
    message = f"The breaker must be at least {needed} A for a {charger_amps} A charger. You entered {breaker_amps} A."
    return RuleResult("breaker_ok", "fail", message, citation, numbers)


def load_check(load: Load) -> RuleResult:
    """Return whether the service carries the existing load and the chargers.

    Measured demand counts 125 % (NEC 220.87). With an energy management system the chargers count at its set-point
    (NEC 625.42). Chargers count 125 %, except beside a load computed by the optional methods of 220.82 and
    220.83, where they stand in full outside the pool (the cautious reading).
    """
    factors = _FACTORS.get(load.method or "")
    citation = factors[2] if factors else "NEC Article 220"
    missing = _missing_for_load(load)
    if factors is None or missing:
        what = missing or "The load calculation method"
        return RuleResult("load_ok", "unknown", f"{what} is not known yet.", citation)
    existing, service = load.existing_amps or 0, load.service_amps or 0
    added = Decimal(load.ems_setpoint_amps or 0) if load.has_ems else load.ev_amps or Decimal(0)
    total = factors[0] * existing + factors[1] * added
    numbers = {
        "existing_amps": str(existing),
        "added_amps": _plain(added),
        "existing_factor": str(factors[0]),
        "added_factor": str(factors[1]),
        "total_amps": _plain(total),
        "service_amps": str(service),
    }
    sum_ = f"{factors[0]} x {existing} A + {factors[1]} x {_plain(added)} A = {_plain(total)} A"
    if total <= service:
        return RuleResult(
            "load_ok", "pass", f"The {service} A service carries it: {sum_}.", citation, numbers
        )
    message = (
        f"The {service} A service is too small: {sum_}. Lower the charger setting, add an energy management "
    )
    message += "system, or enlarge the service."
    return RuleResult("load_ok", "fail", message, citation, numbers)


def _missing_for_load(load: Load) -> str:
    if load.service_amps is None or load.service_amps <= 0:
        return "The main breaker rating"
    if load.existing_amps is None:
        return "The existing load"
    if load.has_ems and load.ems_setpoint_amps is None:
        return "The set-point of the energy management system"
    if not load.has_ems and load.ev_amps is None:
        return "The current of the chargers at the service voltage"
    return ""


def _plain(amps: Decimal) -> str:
    return f"{amps.normalize():f}"


def volts_to_ground(volts: int, phases: int) -> int | None:
    """Return the voltage to ground of the usual American systems, or None where it depends on the wiring.

    120/240 split phase and 208Y/120 have 120 V, 480Y/277 has 277 V; a 240 V three-phase supply may have a high leg.
    """
    usual = {(120, 1): 120, (208, 1): 120, (240, 1): 120, (277, 1): 277, (480, 1): 277}
    usual |= {(208, 3): 120, (480, 3): 277}
    return usual.get((volts, phases))


def disconnect_required(charger_amps: int, to_ground: int) -> bool:
    """Return whether a lockable disconnect is required: above 60 A or above 150 V to ground (NEC 625.43)."""
    return charger_amps > DISCONNECT_ABOVE_AMPS or to_ground > DISCONNECT_ABOVE_VOLTS_TO_GROUND


def disconnect_check(
    charger_amps: int | None, volts: int | None, phases: int | None, shown: bool | None
) -> RuleResult:
    """Return whether the disconnect is there where NEC 625.43 asks for one; `shown` says that the plan has it."""
    citation = "NEC 625.43"
    to_ground = volts_to_ground(volts, phases) if volts and phases else None
    if charger_amps is None or (to_ground is None and charger_amps <= DISCONNECT_ABOVE_AMPS):
        message = "Whether a disconnect is needed is not known yet: give current, voltage and phases."
        return RuleResult("disconnect_ok", "unknown", message, citation)
    numbers = {"charger_amps": str(charger_amps), "volts_to_ground": str(to_ground or "unknown")}
    if not disconnect_required(charger_amps, to_ground or 0):
        message = "No separate disconnect is required."
        return RuleResult("disconnect_ok", "pass", message, citation, numbers)
    if shown is None:
        message = "A lockable disconnect is required; say whether the plan shows one."
        return RuleResult("disconnect_ok", "unknown", message, citation, numbers)
    if shown:
        return RuleResult("disconnect_ok", "pass", "The required disconnect is shown.", citation, numbers)
    message = "A lockable disconnect in a place easy to reach is required. Add it to the plan."
    return RuleResult("disconnect_ok", "fail", message, citation, numbers)
