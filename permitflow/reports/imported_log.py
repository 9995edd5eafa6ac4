"""Reports on event logs of other systems: the summary, the edges, and where cases wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from permitflow.analytics.durations import describe
from permitflow.analytics.eventlog import Trace, build_log
from permitflow.models import ImportedEvent, ImportedLog


class UnknownLog(Exception):
    """No log has been imported under a name."""


@dataclass(frozen=True, slots=True)
class ActivityWait:
    """The time in seconds that passed before an activity since the event before it in its case."""

    activity: str
    n: int
    median_s: float | None
    p90_s: float | None
    total_s: float


def load_log(session: Session, name: str) -> list[Trace]:
    """Return the traces of an imported log; raises UnknownLog, which names the known ones."""
    log_id = session.scalar(select(ImportedLog.id).where(ImportedLog.name == name))
    if log_id is None:
        known = ", ".join(session.scalars(select(ImportedLog.name).order_by(ImportedLog.name))) or "none"
        raise UnknownLog(f"There is no log {name!r}; imported are: {known}.")
    rows = session.execute(
        select(ImportedEvent.case_id, ImportedEvent.at, ImportedEvent.seq, ImportedEvent.activity).where(
            ImportedEvent.log_id == log_id
        )
    )
    return build_log((row[0], row[1], row[2], row[3]) for row in rows)


def waits(log: Sequence[Trace]) -> list[ActivityWait]:
    """Return how long cases waited for each activity, the greatest total first; first events waited for nothing."""
    before: defaultdict[str, list[int]] = defaultdict(list)
    for trace in log:
        for place, activity in enumerate(trace.activities[1:], start=1):
            before[activity].append(trace.times_us[place] - trace.times_us[place - 1])
    lines = []
    for activity, durations in before.items():
        figures = describe(durations)
        total = sum(durations) / 1_000_000
        lines.append(ActivityWait(activity, figures.n, figures.median, figures.p90, total))
    return sorted(lines, key=lambda line: (-line.total_s, line.activity))


def wait_records(log: Sequence[Trace]) -> list[dict[str, object]]:
    """Return the waits as plain records."""
    return [asdict(line) for line in waits(log)]
