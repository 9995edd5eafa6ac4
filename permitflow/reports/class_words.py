"""What classes of files and their values are called."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from permitflow.queries.sentence import Phrase
from permitflow.reports.scope import Workflows

NOT_TOLD = Phrase("Not told")
GROUPS: Mapping[str, Phrase] = MappingProxyType(
    {
        "level": Phrase("Charging level"),
        "project_type": Phrase("Kind of site"),
        "public_land": Phrase("Land"),
        "workflow": Phrase("Kind of application"),
        "pathway": Phrase("Way"),
        "": Phrase("All files"),
    }
)
"""Columns of the snapshot's files by which they are told apart, and all of them together."""
WAYS: Mapping[str, Phrase] = MappingProxyType(
    {"auto": Phrase("Instant"), "counter": Phrase("Counter"), "full": Phrase("Full review")}
)
"""The ways to a permit: nobody had to act, people one after another, or lanes and rounds."""
VALUES: Mapping[tuple[str, str], Phrase] = MappingProxyType(
    {
        ("level", "L1"): Phrase("Level 1 charging"),
        ("level", "L2"): Phrase("Level 2 charging"),
        ("level", "DC"): Phrase("DC fast charging"),
        ("project_type", "residential"): Phrase("Homes"),
        ("project_type", "multifamily"): Phrase("Apartment houses"),
        ("project_type", "workplace"): Phrase("Workplaces"),
        ("project_type", "commercial"): Phrase("Commercial sites"),
        ("project_type", "fast_charging_plaza"): Phrase("Charging plazas"),
        ("public_land", "true"): Phrase("On public land"),
        ("public_land", "false"): Phrase("On private land"),
        **{("pathway", way): words for way, words in WAYS.items()},
    }
)


def value_words(workflows: Workflows, group: str, value: str | None) -> Phrase:
    """Return what a value of a group is called; a value without words of its own stands as it is."""
    if not group:
        return GROUPS[""]
    if value is None:
        return NOT_TOLD
    if group == "workflow":
        return Phrase(workflows.titles.get(value, value))
    return VALUES.get((group, value), Phrase(value))
