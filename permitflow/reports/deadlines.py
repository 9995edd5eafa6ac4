"""Whether the city kept its legal dates: clocks that were due in the period, those still overdue and open among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from permitflow.queries.sentence import Phrase
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope
from permitflow.reports.small_numbers import kept_percent

UNCHECKED = Phrase("Legal dates whose number nobody has checked yet are left out.")
DUE = """WITH due AS (
    SELECT file, clock, verified, legal_clocks.started_at, stopped_at,
        CASE WHEN stopped_on IS NULL THEN 'overdue'
            WHEN legal_clocks.state = 'expired' OR stopped_on > legal_clocks.due_on THEN 'late' ELSE 'in_time' END AS standing
    FROM legal_clocks JOIN chosen USING (file)
    WHERE holder = 'agency' AND legal_clocks.due_on BETWEEN $first AND $last AND (decided_at IS NULL OR by_city)
        AND (stopped_on IS NOT NULL
            OR legal_clocks.state IN ('running', 'expired') AND legal_clocks.due_on < today())
)
"""
"""Clocks against the city whose last day lies in the period and that have stopped, or are overdue today. Left out are clocks
of files that the applicant withdrew or gave up, and clocks that ended while they stood still. `verified`: somebody checked
the number of the law."""


@dataclass(frozen=True, slots=True)
class DueLine:
    """One kind of clock: how many were kept, missed, and are overdue and still open."""

    clock: str
    title: str
    in_time: int
    late: int
    overdue: int

    @property
    def n(self) -> int:
        """Return all that were due, those still overdue included."""
        return self.in_time + self.late + self.overdue

    @property
    def share(self) -> float | None:
        """Return the part kept in time, in percent; None below 20."""
        return kept_percent(self.in_time, self.n)


def due_parameters(scope: Scope) -> Mapping[str, object]:
    """Return what DUE asks for: the days of the period."""
    return {"first": scope.from_on, "last": scope.to_on}


def due_lines(ask: Ask) -> list[DueLine]:
    """Count the clocks of each kind, the least kept first."""
    found = ask.snapshot.rows(
        DUE
        + """SELECT clock, count(*) FILTER (standing = 'in_time'), count(*) FILTER (standing = 'late'),
            count(*) FILTER (standing = 'overdue') FROM due GROUP BY clock""",
        due_parameters(ask.scope),
    )
    lines = [DueLine(clock, ask.workflows.clock_title(clock), *counts) for clock, *counts in found]
    return sorted(lines, key=lambda line: (line.in_time / line.n, line.title))
