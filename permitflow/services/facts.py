"""The facts of an application that clauses may name, kept with the draft so that no transition computes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from permitflow.rules.station_facts import derive


def derived(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the applicant's answers with what follows from them (station counts, rule results), without nulls."""
    return derive(form)
