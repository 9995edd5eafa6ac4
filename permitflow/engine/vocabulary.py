"""The facts every definition may name without declaring them, with the words for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from permitflow.engine.definition import Definition, FieldDef


def _integer(title: str) -> FieldDef:
    return FieldDef(title=title, type="integer")


def _boolean(title: str) -> FieldDef:
    return FieldDef(title=title, type="boolean")


def _choice(title: str, *choices: str) -> FieldDef:
    return FieldDef(title=title, type="choice", choices=choices)


STANDARD: Mapping[str, FieldDef] = MappingProxyType(
    {
        "application.round": _integer("Review round"),
        "application.sample": _integer("Number from 0 to 99 that draws applications for a sample"),
        "documents.missing": _integer("Number of missing documents"),
        "fees.due_cents": _integer("Fees due"),
        "fees.paid_cents": _integer("Fees paid"),
        "fees.balance_cents": _integer("Fees still to pay"),
        "lanes.open": _integer("Reviews still open"),
        "lanes.corrections": _integer("Reviews that ask for corrections"),
        "corrections.draft": _integer("Correction items in draft"),
        "corrections.open": _integer("Open correction items"),
        "corrections.unanswered": _integer("Correction items without an answer"),
        "attestations.signed": _boolean("Signature"),
        "attestations.owner_consent": _boolean("Consent of the property owner"),
        "attestations.no_adverse_impact": _boolean("Statement that there is no specific adverse impact"),
        "contractor.licence_valid": _boolean("Validity of the contractor licence"),
        "rules.breaker_ok": _boolean("Result of the breaker check"),
        "rules.load_ok": _boolean("Result of the service load check"),
        "rules.listed_ok": _boolean("Result of the equipment listing check"),
        "rules.disconnect_ok": _boolean("Result of the disconnect check"),
        "project.procedure": _choice(
            "Procedure that the city follows", "administrative", "notice", "hearing"
        ),
        "project.type": FieldDef(title="Project type", type="text"),
        "project.valuation_cents": _integer("Project valuation"),
        "project.includes_canopy": _boolean("Whether a canopy is part of the project"),
        "project.includes_storage": _boolean("Whether battery storage is part of the project"),
        "project.new_structure": _boolean("Whether a new structure is built"),
        "project.use_relation": _choice("Use of the site", "accessory", "primary"),
        "site.occupancy": _choice(
            "Occupancy",
            "one_family",
            "two_family",
            "multifamily",
            "commercial",
            "mixed",
            "right_of_way",
        ),
        "site.location": _choice("Place of the chargers", "garage", "parking_level", "lot", "curb"),
        "site.flood_zone": _boolean("Whether the site is in a flood zone"),
        "site.historic_district": _boolean("Whether the site is in a historic district"),
        "site.coastal_zone": _boolean("Whether the site is in the coastal zone"),
        "site.airport_influence": _boolean("Whether the site is in an airport influence area"),
        "site.in_right_of_way": _boolean("Whether work is in the public right-of-way"),
        "site.trench_in_public_way": _boolean("Whether a trench crosses a public way"),
        "site.public_land": _boolean("Whether the site is public land"),
        "site.existing_stalls": _integer("Parking stalls today"),
        "site.stalls_after": _integer("Parking stalls after the work"),
        "equipment.station_count": _integer("Number of charging stations"),
        "equipment.port_count": _integer("Number of charging ports"),
        "equipment.max_amps": _integer("Current of the largest charger"),
        "equipment.max_watts": _integer("Power of the largest charger"),
        "equipment.total_watts": _integer("Power of all chargers together"),
        "equipment.level": _choice("Charging level", "L1", "L2", "DC"),
        "equipment.all_listed": _boolean("Listing mark of every charger"),
        "equipment.outdoor": _boolean("Whether chargers stand outdoors"),
        "electrical.service_amps": _integer("Main breaker rating"),
        "electrical.service_voltage": _integer("Service voltage"),
        "electrical.phases": _integer("Number of phases"),
        "electrical.existing_load_amps": _integer("Existing load"),
        "electrical.breaker_amps": _integer("Breaker of the charger circuit"),
        "electrical.load_method": _choice(
            "Load calculation method",
            "measured_220_87",
            "calculated_220_82",
            "calculated_220_83",
            "standard_220",
        ),
        "electrical.service_upgrade": _boolean("Whether the electrical service is enlarged"),
        "electrical.has_ems": _boolean("Whether an energy management system limits the load"),
        "electrical.ems_setpoint_amps": _integer("Set-point of the energy management system"),
    }
)
"""Money is in US cents, current in amperes, power in watts, voltage in volts."""


def field_named(definition: Definition, name: str) -> FieldDef | None:
    """Return what `name` (dotted) means in a definition, or None when nobody declares it.

    A definition's own field comes first, then the standard ones, then what the definition's parts bring along:
    `documents.<kind>` (true when the document is there), `taken.<action>` (how often it was taken), `gates.<gate>`
    (true when the application that must come first is there), and `clocks.<clock>.lapsed`.
    """
    declared = definition.fields.get(name) or STANDARD.get(name)
    if declared is not None:
        return declared
    group, _, part = name.partition(".")
    title = _DYNAMIC[group](definition, part) if group in _DYNAMIC else None
    if title is None:
        return None
    return _integer(title) if group == "taken" else _boolean(title)


def _document(definition: Definition, kind: str) -> str | None:
    return definition.documents[kind].title if kind in definition.documents else None


def _taken(definition: Definition, action: str) -> str | None:
    spec = definition.actions.get(action)
    return None if spec is None else f"How often “{spec.title}” was done"


def _gate(definition: Definition, gate: str) -> str | None:
    return definition.gates[gate].title if gate in definition.gates else None


def _lapse(definition: Definition, part: str) -> str | None:
    clock, _, what = part.partition(".")
    spec = definition.clocks.get(clock) if what == "lapsed" else None
    return None if spec is None else f"Whether the time is over: {spec.title}"


_DYNAMIC: Mapping[str, Callable[[Definition, str], str | None]] = MappingProxyType(
    {"documents": _document, "taken": _taken, "gates": _gate, "clocks": _lapse}
)


def title_of(definition: Definition, name: str) -> str:
    """Return the words for a fact, or its dotted name when nobody declares it."""
    known = field_named(definition, name)
    return known.title if known is not None else name
