"""Acts by which a person set a rule, a review, a clock or a decision aside, found in the record by what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from permitflow.engine.definition import Definition
from permitflow.queries.sentence import Phrase
from permitflow.reports.scope import Workflows

LAPSED = re.compile(r"(?<!!)\bclocks\.\w+\.lapsed\b")
KINDS = {
    "waived": Phrase("Review waived, or called not applicable"),
    "reopened": Phrase("Decided file opened again"),
    "confirmed": Phrase("Lapse of time confirmed by hand"),
    "held": Phrase("Clocks held"),
    "released": Phrase("Held clocks let go"),
    "extended": Phrase("Clock or permit extended"),
    "recounted": Phrase("Clocks counted on another calendar"),
    "moved": Phrase("File moved to another version"),
    "reassigned": Phrase("Review given to a colleague"),
    "acting_for": Phrase("Done in the name of somebody else"),
    "late_item": Phrase("Correction asked after the notice"),
}
BY_ACTION = {
    "waive": "waived",
    "mark_not_applicable": "waived",
    "hold_clocks": "held",
    "release_clocks": "released",
    "change_calendar": "recounted",
    "migrated": "moved",
    "move_undone": "moved",
    "reassigned": "reassigned",
}
SET_ASIDE = """
told AS (
    SELECT file, seq, happened_at, actor AS person, action, acting_for, lane
    FROM acts WHERE in_period(happened_at) AND actor <> 'system'
        AND (acting_for <> '' OR list_contains($actions, action))),
aside AS (
    SELECT file, happened_at, person, kind, action AS detail FROM (
        SELECT *, list_extract($kinds, list_position($actions, action)) AS kind FROM told) WHERE kind IS NOT NULL
    UNION ALL SELECT file, happened_at, person, 'acting_for', action FROM told WHERE acting_for <> ''
    UNION ALL SELECT file, asked_at, asked_by, 'late_item', basis FROM corrections
        WHERE basis IS NOT NULL AND in_period(asked_at))"""
"""The table `aside`: (file, happened_at, person, kind, detail). An act for somebody else that also sets something
aside stands in both kinds. Parameters: actions, and their kinds."""


def kinds_of(workflows: Workflows) -> dict[str, list[str]]:
    """Return the parameters of SET_ASIDE: the actions that set something aside, and the kind of each."""
    found = dict(BY_ACTION)
    for definition in workflows.definitions.values():
        found |= dict(_kinds(definition))
    return {"actions": [*found], "kinds": [*found.values()]}


def detail_words(workflows: Workflows) -> Mapping[str, Phrase]:
    """Return what the acts of the lists are called, by their name in the record."""
    found = {
        "waive": Phrase("Waived"),
        "mark_not_applicable": Phrase("Called not applicable"),
        "hold_clocks": Phrase("Clocks held"),
        "release_clocks": Phrase("Clocks run again"),
        "change_calendar": Phrase("Calendar changed"),
        "migrated": Phrase("Moved to another version"),
        "move_undone": Phrase("Moved back"),
        "reassigned": Phrase("Given to a colleague"),
        "changed_material": Phrase("Because something was changed"),
        "earlier_item": Phrase("Because of an earlier item"),
        "health_and_safety": Phrase("For health or safety"),
        "approve_with_conditions": Phrase("Approve with conditions"),
        "request_corrections": Phrase("Send corrections"),
        "claimed": Phrase("Review taken"),
        "released": Phrase("Review released"),
    }
    for definition in workflows.definitions.values():
        found |= {name: Phrase(spec.title) for name, spec in definition.actions.items()}
    return found


def _kinds(definition: Definition) -> Iterator[tuple[str, str]]:
    for clock in definition.clocks.values():
        yield from ((event, "extended") for event in clock.extended_by if event in definition.actions)
    for name, spec in definition.actions.items():
        late = any(LAPSED.search(definition.clauses[clause].expression) for clause in spec.when)
        if spec.reopens:
            yield name, "reopened"
        elif late:
            yield name, "confirmed"
        elif spec.waives:
            yield name, "waived"
        elif "extend_permit" in spec.effects and "reason" in spec.inputs:
            yield name, "extended"
