"""The facts of a made-up application on a clean site: nothing hinders, and every special case is absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from permitflow.engine.definition import Definition, FieldDef
from permitflow.engine.vocabulary import STANDARD

Fact = str | int | bool

OF_THE_FILE = frozenset(
    {"application", "documents", "fees", "lanes", "corrections", "gates", "clocks", "taken"}
)
"""Groups that the file itself knows; nobody can enter them."""
_NOT_DRAWN = 99
_HOME = "residential"
_TRUE = frozenset({"contractor.licence_valid", "equipment.all_listed"})
_ORDINARY: Mapping[str, Fact] = {
    "project.valuation_cents": 9_600_000,
    "project.procedure": "administrative",
    "site.occupancy": "commercial",
    "site.location": "lot",
    "site.existing_stalls": 120,
    "site.stalls_after": 120,
    "equipment.station_count": 4,
    "equipment.port_count": 4,
    "equipment.max_amps": 40,
    "equipment.max_watts": 9_600,
    "equipment.total_watts": 38_400,
    "equipment.level": "L2",
    "electrical.service_amps": 1_600,
    "electrical.service_voltage": 480,
    "electrical.phases": 3,
    "electrical.existing_load_amps": 500,
    "electrical.breaker_amps": 50,
}
_AT_HOME: Mapping[str, Fact] = {
    "project.valuation_cents": 180_000,
    "site.occupancy": "one_family",
    "site.location": "garage",
    "site.existing_stalls": 2,
    "site.stalls_after": 2,
    "equipment.station_count": 1,
    "equipment.port_count": 1,
    "equipment.total_watts": 9_600,
    "electrical.service_amps": 200,
    "electrical.service_voltage": 240,
    "electrical.phases": 1,
    "electrical.existing_load_amps": 60,
}


def clean_facts(definition: Definition, changes: Mapping[str, Fact]) -> dict[str, Any]:
    """Return the facts of a clean site for a workflow, grouped as clauses read them.

    Numbers describe an ordinary small installation, every boolean is false unless it is an attestation, a valid
    licence or a rule that is met; the application has drawn a number that is in no sample. `changes` maps dotted names to the values that a scenario says.
    """
    kind = definition.project_types[0]
    usual = {**_ORDINARY, **(_AT_HOME if kind == _HOME else {}), "project.type": kind}
    facts: dict[str, Any] = {"application": {"sample": _NOT_DRAWN}}
    for name, spec in {**STANDARD, **definition.fields}.items():
        if name.partition(".")[0] not in OF_THE_FILE:
            put_fact(facts, name, usual.get(name, _blank(name, spec)))
    for name, value in changes.items():
        put_fact(facts, name, value)
    return facts


def put_fact(facts: dict[str, Any], name: str, value: Fact) -> None:
    """Write one fact under its dotted name into grouped facts."""
    *groups, last = name.split(".")
    for group in groups:
        facts = facts.setdefault(group, {})
    facts[last] = value


def fact_at(facts: Mapping[str, Any], name: str) -> object:
    """Return the fact under a dotted name; None when it is not there."""
    value: object = facts
    for part in name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _blank(name: str, spec: FieldDef) -> Fact:
    if spec.type == "boolean":
        group, _, last = name.partition(".")
        return name in _TRUE or group == "attestations" or (group == "rules" and last.endswith("_ok"))
    if spec.type == "integer":
        return 0
    return spec.choices[0] if spec.choices else ""
