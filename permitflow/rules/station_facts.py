"""From the answers of an application form to the facts that workflow clauses name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from permitflow.rules.electrical import (
    Load,
    RuleResult,
    amps_at,
    breaker_check,
    charger_load_va,
    disconnect_check,
    load_check,
    volt_amperes,
)

SECTIONS = ("site", "project", "electrical", "attestations", "contractor")

_LEVELS = ("L1", "L2", "DC")
_NOT_LISTED = frozenset({"none", "no", "not listed", "unlisted", "not yet"})

Row = Mapping[str, object]


def derive(form: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return the facts of an application, nested by section, without a single None.

    `form` holds the sections site, project, electrical, attestations and contractor (mappings) and equipment (a list
    of {manufacturer, model, listing, quantity, level, amps, volts, phase, ports, outdoor}). Answers are passed on;
    from the equipment follow `equipment.*`, from the checks `rules.*`. What cannot be derived stays absent, so
    that a clause about it is unknown.
    """
    facts = {name: _answers(form.get(name)) for name in SECTIONS}
    facts["equipment"] = equipment_facts(_rows(form))
    facts["rules"] = {r.id: r.outcome == "pass" for r in results(form) if r.outcome != "unknown"}
    return facts


def results(form: Mapping[str, object]) -> tuple[RuleResult, ...]:
    """Return the result of each computed check, in the order in which a person meets them in the form."""
    rows = _rows(form)
    equipment = equipment_facts(rows)
    electrical = _answers(form.get("electrical"))
    largest = _integer(equipment.get("max_amps"))
    upgrade = _boolean(electrical.get("service_upgrade"))
    first = rows[0] if rows else {}
    return (
        _listed(equipment),
        breaker_check(largest, _integer(electrical.get("breaker_amps"))),
        _new_service() if upgrade else load_check(_load(rows, electrical)),
        disconnect_check(
            largest,
            _integer(first.get("volts")),
            _integer(first.get("phase")),
            _boolean(electrical.get("disconnect")),
        ),
    )


def equipment_facts(rows: Sequence[Row]) -> dict[str, object]:
    """Return `equipment.*`: counts, largest current (A) and power (W), level, listing and place.

    An aggregate is absent when a row lacks what it needs; the level is DC as soon as one row is.
    """
    if not rows:
        return {"station_count": 0, "port_count": 0}
    counts = _each(rows, lambda row: _integer(row.get("quantity")))
    ports = _each(rows, lambda row: _integer(row.get("ports")))
    amps = _each(rows, lambda row: _integer(row.get("amps")))
    watts = _each(rows, _watts)
    facts: dict[str, object | None] = {
        "station_count": sum(counts) if counts else None,
        "port_count": _sum_of_products(counts, ports),
        "max_amps": max(amps) if amps else None,
        "max_watts": max(watts) if watts else None,
        "total_watts": _sum_of_products(counts, watts),
        "level": _level(rows),
        "all_listed": _every(rows, _listing),
        "outdoor": _some(rows, lambda row: _boolean(row.get("outdoor"))),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _rows(form: Mapping[str, object]) -> list[Row]:
    rows = form.get("equipment")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, (list, tuple)) else []


def _answers(section: object) -> dict[str, object]:
    """Return the answered single values of a section; blank text counts as not answered."""
    if not isinstance(section, Mapping):
        return {}
    kept = {str(name): value for name, value in section.items() if isinstance(value, (bool, int, str))}
    return {name: value for name, value in kept.items() if not isinstance(value, str) or value.strip()}


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _each(rows: Sequence[Row], read: Callable[[Row], int | None]) -> list[int]:
    """Return the value of every row, or nothing at all when one is missing."""
    values = [read(row) for row in rows]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else []


def _sum_of_products(counts: list[int], values: list[int]) -> int | None:
    if not counts or not values:
        return None
    return sum(count * value for count, value in zip(counts, values, strict=True))


def _every(rows: Sequence[Row], read: Callable[[Row], bool | None]) -> bool | None:
    values = [read(row) for row in rows]
    if False in values:
        return False
    return None if None in values else True


def _some(rows: Sequence[Row], read: Callable[[Row], bool | None]) -> bool | None:
    values = [read(row) for row in rows]
    if True in values:
        return True
    return None if None in values else False


def _watts(row: Row) -> int | None:
    amps, volts, phases = (_integer(row.get(name)) for name in ("amps", "volts", "phase"))
    return volt_amperes(amps, volts, phases) if amps and volts and phases else None


def _level(rows: Sequence[Row]) -> str | None:
    levels = [str(row.get("level")) for row in rows]
    if "DC" in levels:
        return "DC"
    return max(levels, key=_LEVELS.index) if all(level in _LEVELS for level in levels) else None


def _listing(row: Row) -> bool | None:
    text = row.get("listing")
    if not isinstance(text, str) or not text.strip():
        return None
    return text.strip().lower() not in _NOT_LISTED


def _listed(equipment: Mapping[str, object]) -> RuleResult:
    citation = "NEC 625.5"
    listed = equipment.get("all_listed")
    if listed is None:
        message = "The listing mark of the chargers is not known yet."
        return RuleResult("listed_ok", "unknown", message, citation)
    if listed:
        return RuleResult("listed_ok", "pass", "Every charger is listed.", citation)
    message = (
        "A charger is not listed. Choose a model with the mark of a testing laboratory (UL 2594 or UL 2202)."
    )
    return RuleResult("listed_ok", "fail", message, citation)


def _load(rows: Sequence[Row], electrical: Mapping[str, object]) -> Load:
    method = electrical.get("load_method")
    return Load(
        method if isinstance(method, str) else None,
        _integer(electrical.get("existing_load_amps")),
        _charger_amps(rows, electrical),
        _integer(electrical.get("service_amps")),
        _boolean(electrical.get("has_ems")),
        _integer(electrical.get("ems_setpoint_amps")),
    )


def _charger_amps(rows: Sequence[Row], electrical: Mapping[str, object]) -> Decimal | None:
    """Return the current of all chargers at the service, each counted with at least 7,200 VA."""
    volts, phases = _integer(electrical.get("service_voltage")), _integer(electrical.get("phases"))
    watts = _each(rows, _watts)
    counts = _each(rows, lambda row: _integer(row.get("quantity")))
    total = _sum_of_products(counts, [charger_load_va(value) for value in watts])
    return amps_at(total, volts, phases) if total is not None and volts and phases else None


def _new_service() -> RuleResult:
    message = "A new or larger service is part of the project; a reviewer checks its size."
    return RuleResult("load_ok", "unknown", message, "NEC 230.42")
