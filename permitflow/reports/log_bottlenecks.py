"""Bottlenecks of an imported event log: its events read as visits, and what the finder says of them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from permitflow.analytics.finder import find_bottlenecks
from permitflow.analytics.visits import visits_of_log
from permitflow.reports.imported_log import load_events


def bottleneck_records(session: Session, name: str) -> list[dict[str, object]]:
    """Return the bottlenecks of an imported log as plain records, the greatest first; empty when it is healthy.

    Raises UnknownLog, which names the known logs.
    """
    return [finding.record() for finding in find_bottlenecks(visits_of_log(load_events(session, name)))]
