"""What a controller asks of the record: patterns that may have a good reason, each found by a plain rule.

Nothing here accuses anybody. Every rule is a statement over the snapshot that gives lines (file, since_at, until_at,
place, person), so that the number of a flag and the list behind it are the same lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from permitflow.engine.lanes import LaneVerb
from permitflow.queries.sentence import Phrase
from permitflow.reports.page import Ask
from permitflow.reports.scope import Workflows

QUICK_SECONDS = 60
BULK, BULK_SECONDS = 10, 300
LANE_VERBS: tuple[LaneVerb, ...] = (
    "approve",
    "approve_with_conditions",
    "request_corrections",
    "mark_not_applicable",
    "waive",
)
APPROVALS = ("approve", "approve_with_conditions")
OFFICE_ROLES = ("manager", "administrator")
_ANSWERS = """SELECT s.file, s.step, s.closed_by AS person, coalesce(s.claimed_at, s.opened_at) AS began_at, s.closed_at,
        s.closing_action, f.company
    FROM stays s JOIN chosen f USING (file)
    WHERE in_period(s.closed_at) AND s.role IS NOT NULL AND s.closed_by <> 'system'
        AND list_contains(CASE WHEN s.lane IS NULL THEN $steps ELSE $verbs END, s.closing_action)"""
"""The table of what staff answered in the period, one line for each visit that a person closed."""
_STAFF_ACTS = """WITH quarters AS (
        SELECT unnest(range(start_at // 900000000, end_at // 900000000)) AS quarter, start_at, end_at, open FROM days)
    SELECT file, happened_at, actor AS person, action, NOT open OR happened_at - start_at < 5 * 3600000000 + (end_at - start_at - 86400000000)
        OR end_at - happened_at <= 2 * 3600000000 AS outside
    FROM (SELECT * FROM acts WHERE in_period(happened_at) AND actor <> 'system' AND list_contains($staff, role)) AS of_staff
    JOIN quarters ON quarter = happened_at // 900000000"""
"""The table of what staff did in the period; `outside`: from 22 to 5 o'clock of the city's day, or on a closed day.
Clocks are changed before 5 in the morning, so that a day of 23 or 25 hours is longer or shorter there. A day begins at a
full quarter of an hour everywhere."""
_CLAIMS = """WITH queue AS (
    SELECT file, step, due_on, first_claimed_at, opened_at, coalesce(claimed_by, closed_by) AS person,
        least(coalesce(first_claimed_at, closed_at, now_us()), coalesce(closed_at, now_us())) AS waited_until
    FROM stays WHERE role IS NOT NULL AND opened_at < to_us() AND coalesce(closed_at, now_us()) >= from_us()),
    ordered AS (SELECT *, max(waited_until) OVER (PARTITION BY step, due_on ORDER BY opened_at, waited_until
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS older_waited_until FROM queue)
    SELECT q.file, q.step, q.opened_at, q.first_claimed_at, q.person, f.company,
        coalesce(older_waited_until > first_claimed_at, false) AS jumped
    FROM ordered q JOIN chosen f USING (file)
    WHERE in_period(first_claimed_at) AND person IS NOT NULL AND person <> 'system'"""
"""The table of files that were taken in the period; `jumped`: an older one of the same step and due day still waited.
Files that came at the same instant stand in the order in which they were taken, so that none of them counts as older."""
_EVENT = "CASE WHEN lane = '' THEN action ELSE lane || '.' || action END"


NO_ACCUSATION = Phrase(
    "These are questions to the record and no accusations: each may have a good reason, such as a visit at the counter, "
    "an emergency, or a colleague's absence. Look at the files before you ask anybody."
)
FALSE_ALARM = Phrase(
    "False alarm: of all lines down to this one, so many of a hundred are expected to be chance. It is corrected for the "
    "number of comparisons. From 5 on a line says little."
)


TABLES = {"answers": _ANSWERS, "staff_acts": _STAFF_ACTS, "claims": _CLAIMS}
"""The tables that the rules read, each made once for a page."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One rule: what it is called, what it says in a sentence, and its lines (file, since_at, until_at, place, person)."""

    title: Phrase
    rule: Phrase
    sql: str


FLAGS: Mapping[str, Flag] = {
    "quick": Flag(
        Phrase("Approved within a minute"),
        Phrase("A person approved less than 60 seconds after taking the file, or after it came."),
        f"""SELECT file, began_at, closed_at, step, person FROM answers
            WHERE list_contains($approvals, closing_action) AND closed_at - began_at < {QUICK_SECONDS} * 1000000""",
    ),
    "outside": Flag(
        Phrase("Done at night or on a closed day"),
        Phrase(
            "Somebody of the city acted between 22 and 5 o'clock, or on a day on which the city is closed."
        ),
        "SELECT file, happened_at, happened_at, action, person FROM staff_acts WHERE outside",
    ),
    "jumps": Flag(
        Phrase("Newer file taken first"),
        Phrase("A file was taken while an older one of the same step, with the same due day, still waited."),
        "SELECT file, opened_at, first_claimed_at, step, person FROM claims WHERE jumped",
    ),
    "bulk": Flag(
        Phrase("Closed in bulk"),
        Phrase("One of ten or more reviews that one person closed within five minutes."),
        f"""WITH spans AS (
                SELECT *, closed_at - lag(closed_at, {BULK - 1}) OVER mine <= {BULK_SECONDS} * 1000000 AS ends_bulk
                FROM answers WINDOW mine AS (PARTITION BY person ORDER BY closed_at, file, step)),
            marked AS (SELECT *, bool_or(coalesce(ends_bulk, false)) OVER (PARTITION BY person ORDER BY closed_at, file, step
                ROWS BETWEEN CURRENT ROW AND {BULK - 1} FOLLOWING) AS in_bulk FROM spans)
            SELECT file, began_at, closed_at, step, person FROM marked WHERE in_bulk""",
    ),
    "two_roles": Flag(
        Phrase("One person where two are wanted"),
        Phrase(
            "The same person took two steps that the workflow wants from two people, or acted on a file both as "
            "applicant and for the city."
        ),
        f"""WITH later AS (SELECT file, happened_at, actor, {_EVENT} AS event FROM acts
                WHERE in_period(happened_at) AND actor <> 'system' AND list_contains($later, {_EVENT})),
            earlier AS (SELECT file, happened_at, actor, {_EVENT} AS event FROM acts SEMI JOIN later USING (file)
                WHERE actor <> 'system' AND list_contains($earlier, {_EVENT})),
            both_sides AS (SELECT actor FROM acts WHERE in_period(happened_at) AND actor <> 'system'
                GROUP BY actor HAVING bool_or(role = 'applicant') AND bool_or(list_contains($staff, role)))
            SELECT a.file, min(b.happened_at), max(a.happened_at), max(a.event), a.actor FROM later a
                JOIN earlier b ON a.file = b.file AND a.actor = b.actor AND list_contains($pairs, a.event || ' ' || b.event)
                GROUP BY a.file, a.actor
            UNION ALL SELECT file, min(happened_at), max(happened_at), 'applicant', actor FROM acts SEMI JOIN both_sides USING (actor)
                WHERE in_period(happened_at) GROUP BY file, actor
                HAVING bool_or(role = 'applicant') AND bool_or(list_contains($staff, role))""",
    ),
    "own_firm": Flag(
        Phrase("Own firm"),
        Phrase(
            "Somebody answered a file of a firm to which they belong or belonged, or whose account they made themselves."
        ),
        """SELECT file, began_at, closed_at, step, person FROM answers
            WHERE list_contains($own, person || ' ' || company)""",
    ),
    "neighbours": Flag(
        Phrase("Near the own firm's work"),
        Phrase(
            "Somebody answered a file in a street in which a firm to which they belong or belonged has a file, too."
        ),
        """SELECT file, began_at, closed_at, step, person FROM answers JOIN chosen USING (file)
            WHERE list_contains($near, person || ' ' || id)""",
    ),
}


def rules(workflows: Workflows) -> dict[str, object]:
    """Return the parameters of the flags that the workflows of the city give."""
    staff, steps, approvals, pairs = {*OFFICE_ROLES}, set[str](), {*APPROVALS}, set[str]()
    for definition in workflows.definitions.values():
        of_staff = {role for role, spec in definition.roles.items() if spec.kind == "staff"}
        staff |= of_staff
        for name, spec in definition.actions.items():
            if of_staff & {*spec.by}:
                steps.add(name)
                approvals |= {name} if spec.tone == "primary" else set()
            pairs |= {f"{name} {other}" for other in spec.not_same_actor_as}
    later, earlier = ({pair.split()[place] for pair in pairs} for place in (0, 1))
    named = {
        "staff": staff,
        "steps": steps,
        "approvals": approvals,
        "pairs": pairs,
        "later": later,
        "earlier": earlier,
    }
    return {"verbs": [*LANE_VERBS]} | {name: sorted(values) for name, values in named.items()}


def gather(ask: Ask, names: Iterable[str] = TABLES) -> dict[str, object]:
    """Make the tables that the rules read, for as long as the snapshot is open; return the rules' parameters."""
    asked = rules(ask.workflows)
    for name in names:
        statement = TABLES[name]
        ask.snapshot.rows(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}", used(statement, asked))
    return asked


def used(statement: str, asked: Mapping[str, object]) -> dict[str, object]:
    """Return those of the parameters that a statement names; the others would be refused."""
    return {name: value for name, value in asked.items() if f"${name}" in statement}
