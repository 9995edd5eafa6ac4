"""The order in which files were taken out of their queue: who went before an older one, and who was passed over."""

from __future__ import annotations

_OVERTAKEN = """,
        coalesce(min(first_claimed_at) OVER (PARTITION BY step ORDER BY opened_at DESC, until_at DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) < until_at, false) AS overtaken"""


def _turns(more: str) -> str:
    return f"""queue AS (
    SELECT file, step, opened_at, first_claimed_at, coalesce(claimed_by, closed_by) AS person,
        coalesce(first_claimed_at, closed_at, to_us() + now_us()) AS until_at
    FROM visits WHERE party = 'agency' AND opened_at < to_us() AND (coalesce(first_claimed_at, closed_at, from_us()) >= from_us()
        OR opened_at > (SELECT min(opened_at) FROM visits WHERE party = 'agency' AND in_period(first_claimed_at)))),
ordered AS (
    SELECT *, max(until_at) OVER (PARTITION BY step ORDER BY opened_at, until_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) > first_claimed_at AS overtook{more}
    FROM queue),
turns AS (SELECT * FROM ordered SEMI JOIN chosen USING (file) WHERE in_period(first_claimed_at))"""


TURNS = _turns("")
"""Reviews taken for the first time in the period, and whether each `overtook` an older file that waited for its step.

The queue is that of the whole city, whatever files are chosen; files that came at the same instant overtake nobody,
because they stand in the order in which they were taken.
"""
TURNS_BOTH_WAYS = _turns(_OVERTAKEN)
"""The same with whether each was `overtaken` by a newer file, which may have been taken before the period began."""
