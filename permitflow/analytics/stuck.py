"""Stuck files: why an open file is not moving, in the words of the manager's list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from permitflow.analytics.durations import DAY_US

Severity = Literal["high", "medium", "low"]

ENOUGH_HISTORY = 20
"""Closed visits a step needs before its p90 says anything about an open one."""
APPLICANT_SILENT_US = 30 * DAY_US
HANDLING_US = DAY_US
"""What is finished may lie for a day before the city is asked why it has not gone out."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """What the rule has to know of one open file; instants are UTC microseconds.

    `party` holds the file since `held_since`. `opened_at` and `claimed` describe the open visit, `due_at`
    is the end of the legal due day, `corrections_ready_at` the instant at which the last lane of the round
    was done while the notice still waits, `paid_at` the payment after which the file still stands in its
    payment phase. None means that there is no such thing.
    """

    party: str
    held_since: int
    opened_at: int
    claimed: bool
    due_at: int | None = None
    corrections_ready_at: int | None = None
    paid_at: int | None = None


@dataclass(frozen=True, slots=True)
class StepHistory:
    """How long closed visits of a step waited for their first claim: how many, and their p90."""

    closed: int
    waiting_p90_us: int | None


@dataclass(frozen=True, slots=True)
class StuckReason:
    """One reason: a code, an English template with %(name)s places, and what to put there."""

    code: str
    severity: Severity
    template: str
    params: Mapping[str, int]


def why_stuck(file: OpenFile, history: StepHistory | None, now_us: int) -> list[StuckReason]:
    """Every reason why an open file is stuck, the gravest first; an empty list when it moves.

    Past its due date, paid but not moved on: high. Corrections ready but the notice unsent, unclaimed for
    longer than nine in ten visits of the step waited: medium. With the applicant for over 30 days: low.

    Args:
        file: the open file.
        history: the step's closed visits; fewer than 20 say nothing about this one.
        now_us: the instant of the question, in UTC microseconds.
    """
    return [*_city_reasons(file, now_us), *_queue_reasons(file, history, now_us)]


def _city_reasons(file: OpenFile, now_us: int) -> Iterator[StuckReason]:
    if file.due_at is not None and now_us > file.due_at:
        days = {"days": _days(now_us - file.due_at)}
        yield StuckReason("past_due", "high", "Past its due date; days over: %(days)s.", days)
    if file.paid_at is not None and now_us - file.paid_at > HANDLING_US:
        yield StuckReason(
            "paid_not_moved",
            "high",
            "The fee is paid but the file has not moved on; days since: %(days)s.",
            {"days": _days(now_us - file.paid_at)},
        )
    if file.corrections_ready_at is not None and now_us - file.corrections_ready_at > HANDLING_US:
        yield StuckReason(
            "notice_not_sent",
            "medium",
            "Every review is done but the correction notice is unsent; days since: %(days)s.",
            {"days": _days(now_us - file.corrections_ready_at)},
        )


def _queue_reasons(file: OpenFile, history: StepHistory | None, now_us: int) -> Iterator[StuckReason]:
    if file.party == "applicant" and now_us - file.held_since > APPLICANT_SILENT_US:
        days = {"days": _days(now_us - file.held_since)}
        yield StuckReason("applicant_silent", "low", "Waiting for the applicant; days since: %(days)s.", days)
    if file.party != "agency" or file.claimed or history is None or history.waiting_p90_us is None:
        return
    waited = now_us - file.opened_at
    if history.closed >= ENOUGH_HISTORY and waited > history.waiting_p90_us:
        yield StuckReason(
            "unclaimed",
            "medium",
            "Nobody has claimed it, longer than nine in ten files waited here (n = %(n)s); "
            "days in the queue: %(days)s.",
            {"days": _days(waited), "n": history.closed},
        )


def _days(duration_us: int) -> int:
    """Whole days, rounded up, so that nothing late is shown as late by no days."""
    return -(-duration_us // DAY_US)
