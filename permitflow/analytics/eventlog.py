"""Event logs: what happened to which case and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log: `at_us` in UTC microseconds, `seq` its position in the file.

    `day_only`: its time was written as a date, or as the midnight that begins one. `case_attributes` belong to
    the case; the events of one case may share them.
    """

    case: str
    activity: str
    at_us: int
    seq: int
    resource: str | None = None
    lifecycle: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    case_attributes: Mapping[str, str] = field(default_factory=dict)
    day_only: bool = False
