"""The facts that are kept with a draft: the answers, and what follows from them."""

from __future__ import annotations

from permitflow.services.facts import derived
from tests.factories import form


def test_stations_are_counted_and_the_checks_are_answered() -> None:
    facts = derived(form(12))
    assert (facts["equipment"]["station_count"], facts["equipment"]["port_count"]) == (12, 12)
    assert facts["site"]["occupancy"] == "commercial"
    assert facts["rules"]["breaker_ok"] is True


def test_what_nobody_answered_is_absent_and_not_null() -> None:
    facts = derived(form(1, flood_zone=None))
    assert "flood_zone" not in facts["site"]
    assert "rules" in derived({})
    assert None not in [value for part in derived(form()).values() for value in part.values()]
