"""When each file entered which phase or lane, under the titles that people read: what a city's own metric counts."""

from __future__ import annotations

from collections.abc import Collection

from permitflow.analytics.own_metric import Entry
from permitflow.instants import local_date
from permitflow.reports.page import Ask

MOST_FILES = 2_000
"""So many files are counted within a request; beyond, as many that chance (a hash of their ids) chose."""
# Files that are open or were decided in the period, as the other pages count them.
_COUNTED = "SELECT file, id, definition_hash FROM chosen WHERE decided_at IS NULL OR in_period(decided_at)"
_CHOSEN = f"({_COUNTED} ORDER BY hash(id) LIMIT $most)"
_ENTRIES = f"""
SELECT id, definition_hash, happened_at, entered FROM (
    SELECT file, happened_at, seq, to_state AS entered FROM acts WHERE to_state <> from_state
    UNION ALL
    SELECT file, opened_at, 0, step FROM stays WHERE lane IS NOT NULL
) JOIN {_CHOSEN} USING (file)
ORDER BY id, happened_at, seq
"""


def counted_files(ask: Ask) -> int:
    """Return how many files are open now or were decided in the period."""
    count: int = ask.snapshot.row(f"SELECT count(*) FROM ({_COUNTED})")[0]
    return count


def entries(ask: Ask, titles: Collection[str], most: int = MOST_FILES) -> list[Entry]:
    """Return the entries of the counted files into phases and lanes of some titles, by file and in order of time.

    Of more than `most` files, as many are taken as a hash of their ids chooses.
    """
    named: dict[tuple[str, str], str] = {}
    for hash_, definition in ask.workflows.definitions.items():
        named |= {(hash_, name): phase.title for name, phase in definition.phases.items()}
        named |= {(hash_, name): lane.title for name, lane in definition.lanes.items()}
    found = []
    for id_, hash_, at, entered in ask.snapshot.rows(_ENTRIES, {"most": most}):
        title = named.get((hash_, entered)) or ask.workflows.step_title(entered)
        if title in titles:
            found.append(Entry(id_, local_date(at, ask.scope.city.zone), title))
    return found
