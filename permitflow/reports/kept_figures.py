"""Figures as plain JSON and back, so that a page made of figures can be kept like any dear result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Chart, Column, Figure, Linked
from permitflow.reports.pages.overview import Card

KINDS = MappingProxyType({kind.__name__: kind for kind in (Card, Chart, Column, Figure, Linked, Phrase)})


def packed(value: Any) -> Any:
    """Return figures, cards, phrases and lists of them as JSON values."""
    if isinstance(value, (list, tuple)):
        return [packed(one) for one in value]
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Mapping):
        return {"words": {name: packed(one) for name, one in value.items()}}
    if is_dataclass(value):
        parts = {field.name: packed(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__, "parts": parts}
    return value


def unpacked(value: Any) -> Any:
    """Return what was packed; lists become tuples."""
    if isinstance(value, list):
        return tuple(unpacked(one) for one in value)
    if not isinstance(value, dict):
        return value
    if "date" in value:
        return date.fromisoformat(value["date"])
    if "words" in value:
        return {name: unpacked(one) for name, one in value["words"].items()}
    return KINDS[value["kind"]](**{name: unpacked(one) for name, one in value["parts"].items()})
