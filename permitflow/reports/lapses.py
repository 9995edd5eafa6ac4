"""What came of clocks that ran out: the law's own step, the applicant's right, or only a line in the record."""

from __future__ import annotations

from permitflow.queries.sentence import Phrase
from permitflow.reports.page import Ask
from permitflow.reports.scope import Workflows

TOLD, RIGHT = "time_ran_out", "remedy_due"
WITHOUT = "time_ran_out_without_effect"
LAPSES = f"""SELECT file, happened_at, json_extract_string(data, '$.clock') AS clock,
        CASE WHEN action = '{TOLD}' AND data LIKE '%"reasons"%' THEN '{WITHOUT}' ELSE action END AS what
    FROM acts WHERE in_period(happened_at) AND actor = 'system' AND list_contains($actions, action)
        AND data LIKE '%"clock"%'"""
"""The lines of the record that tell of a clock's end: (file, happened_at, clock, what). Parameter: actions."""


def lapse_words(workflows: Workflows) -> dict[str, Phrase]:
    """Return what may come of a lapsed clock, by the name under which the record knows it."""
    found = {
        TOLD: Phrase("Only told: the number is not checked, so nothing was decided"),
        WITHOUT: Phrase("Without effect: the law's own step was not possible"),
        RIGHT: Phrase("The applicant has a right to a remedy"),
    }
    for definition in workflows.definitions.values():
        for clock in definition.clocks.values():
            if clock.on_expiry is not None:
                found[clock.on_expiry] = Phrase(definition.actions[clock.on_expiry].title)
    return found


def refunds(ask: Ask) -> tuple[int, int]:
    """Return how many late decisions of the period owe money back, and the cents, as first counted in the record."""
    clocks = (clock for one in ask.workflows.definitions.values() for clock in one.clocks.values())
    if not any(clock.remedy and clock.remedy.refund for clock in clocks):
        return 0, 0
    owed, cents = ask.snapshot.row(
        """SELECT count(*), coalesce(sum(cents), 0)::BIGINT FROM (
            SELECT json_extract(data, '$.refund_cents')::BIGINT AS cents FROM acts
            WHERE in_period(happened_at) AND data LIKE '%"refund_cents"%') WHERE cents > 0"""
    )
    return owed, cents
