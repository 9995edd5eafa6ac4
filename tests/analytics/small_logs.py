"""Small logs for tests: rows become the columns that reports read."""

from collections.abc import Iterable

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_table import LogTable

SECOND = 1_000_000
DAY = 86_400 * SECOND


def table_of(rows: Iterable[tuple[str, int, int, str]]) -> LogTable:
    """The columns of (case, instant in microseconds, place in the file, activity)."""
    return LogTable.of_events(LogEvent(case, activity, at, seq) for case, at, seq, activity in rows)


def table_of_turns(*turns: tuple[str, str, int] | tuple[str, str, int, str]) -> LogTable:
    """The columns of (case, activity, second, person), in the order of the file; the person may be left out."""
    return LogTable.of_events(
        LogEvent(turn[0], turn[1], turn[2] * SECOND, seq, turn[3] if len(turn) > 3 else None)
        for seq, turn in enumerate(turns)
    )


def table_of_transitions(*turns: tuple[str, str, str, int]) -> LogTable:
    """The columns of (case, activity, lifecycle transition, second), in the order of the file."""
    return LogTable.of_events(
        LogEvent(case, activity, second * SECOND, seq, None, transition)
        for seq, (case, activity, transition, second) in enumerate(turns)
    )
