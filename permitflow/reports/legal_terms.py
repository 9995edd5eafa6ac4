"""How the legal clocks of a city stand: running, ending soon, overdue, kept or missed, by what the record says now."""

from __future__ import annotations

from collections.abc import Mapping

from permitflow.reports.page import Ask
from permitflow.reports.scope import Workflows

OPEN = ("running", "paused", "soon", "overdue")
"""A clock that has not stopped. `paused`: it stands still, and its last day is not known."""
DUE = ("met", "near", "late", "lapsed", "overdue")
"""A clock whose last day is known and counts. `near`: kept with at most 2 business days left; `late`: stopped after
its last day; `lapsed`: nobody stopped it, so that the law's own step was taken."""
KEPT = ("met", "near")
TERMS = """
nth AS (SELECT on_day, sum(open::INTEGER) OVER (ORDER BY on_day) AS k FROM days),
looked_at AS (
    SELECT c.*, due.k - seen.k AS business_days_left, date_diff('day', today(), c.due_on) AS days_left,
        CASE WHEN c.holder = 'agency' AND NOT c.verified THEN 'unverified'
            WHEN c.holder = 'agency' THEN 'city' ELSE c.holder END AS side
    FROM legal_clocks c JOIN chosen f USING (file)
    LEFT JOIN nth due ON due.on_day = c.due_on
    LEFT JOIN nth seen ON seen.on_day = coalesce(c.stopped_on, today())
    WHERE f.by_city OR f.decided_at IS NULL),
terms AS (
    SELECT *, coalesce(due_on BETWEEN $from_on AND $to_on, false) AS due_in_period, CASE
        WHEN stopped_at IS NULL AND due_on IS NULL THEN 'paused'
        WHEN stopped_at IS NULL AND due_on < today() THEN 'overdue'
        WHEN stopped_at IS NULL AND (business_days_left <= 2 OR CASE unit
            WHEN 'business_day' THEN 5 * business_days_left <= length
            WHEN 'calendar_day' THEN 5 * days_left <= length
            ELSE 5 * days_left <= date_diff('day', started_on, due_on) END) THEN 'soon'
        WHEN stopped_at IS NULL THEN 'running'
        WHEN due_on IS NULL THEN 'unknown'
        WHEN state = 'expired' THEN 'lapsed'
        WHEN stopped_on > due_on THEN 'late'
        WHEN business_days_left <= 2 THEN 'near'
        ELSE 'met' END AS standing
    FROM looked_at)"""
"""Tables of a statement: `terms` has a line for each clock with its side, its standing, and whether its last day lies in
the period. A side is whom the clock binds: city, external, applicant, permit, or unverified, a clock of the city whose
number nobody has checked, so that it warns and never acts. Soon: at most 2 business days or a fifth of the length left. Left out are the clocks of files that the
applicant withdrew or gave up. Parameters: from_on, to_on."""


def period(ask: Ask) -> dict[str, object]:
    """Return the parameters of TERMS."""
    return {"from_on": ask.scope.from_on, "to_on": ask.scope.to_on}


def titled(column: str, titles: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    """Return an expression that gives the title for each id in a column, and its parameters; others stay as they are."""
    if not titles:
        return column, {}
    cases = "".join(f" WHEN $id{place} THEN $title{place}" for place in range(len(titles)))
    ids: dict[str, object] = {f"id{place}": id_ for place, id_ in enumerate(titles)}
    return f"CASE {column}{cases} ELSE {column} END", ids | {
        f"title{place}": title for place, title in enumerate(titles.values())
    }


def clock_titles(workflows: Workflows) -> dict[str, str]:
    """Return the title of every clock of a city's workflows, by its id."""
    return {
        clock: workflows.clock_title(clock) for one in workflows.definitions.values() for clock in one.clocks
    }
