"""Visits as the forecasts and the finder read them: one row for each stay of a file at a step, from any source."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from permitflow.analytics.enabling import Pairs, enabled_at, side_by_side
from permitflow.analytics.eventlog import LogEvent

AGENCY = "agency"
SCHEDULED = frozenset({"schedule", "assign"})
STARTED = frozenset({"start"})
PASSED_OVER = frozenset({"suspend", "resume", "reassign"})
"""Transitions that neither open nor claim nor close a visit; every other word, also one of a system's own, closes."""


class StepVisit(NamedTuple):
    """One stay of a file at a step; instants are UTC microseconds.

    `claimed_us` is None when nobody has begun or nobody knows when, `finished_us` is None while it is open.
    `party` is the court the file is in: "agency", "applicant", "utility" and so on; `round` counts from 1;
    `due_us` is when the file was due while it lay there, where that is known.
    """

    file: str
    step: str
    arrived_us: int
    claimed_us: int | None = None
    finished_us: int | None = None
    person: str | None = None
    round: int = 1
    party: str = AGENCY
    outcome: str | None = None
    due_us: int | None = None


def visits_of_log(events: Iterable[LogEvent]) -> list[StepVisit]:
    """Visits of an event log, with or without lifecycle transitions, ordered by arrival.

    With schedule, start and complete (the log has any event that schedules or starts), visits are matched
    within a case and activity, first in, first out: schedule opens a visit (assign does where none is open), start
    claims it, complete closes it.
    Without, each event closes a visit that the event before it in its case opened, and nobody knows when work
    began; the first event of a case arrives when it happens. Events of activities that run in parallel open no
    visits to each other.

    Args:
        events: in any order; `seq` orders events of one instant.
    """
    telling = (event for event in events if _kind(event))
    ordered = sorted(telling, key=lambda event: (event.case, event.at_us, event.seq))
    cases = [list(case) for _, case in groupby(ordered, key=lambda event: event.case)]
    parallel = side_by_side(
        [event.activity for event in case if _kind(event) == "complete"] for case in cases
    )
    lifecycle = any(_kind(event) != "complete" for event in ordered)
    found: list[StepVisit] = []
    for case in cases:
        found += _lifecycle_visits(case, parallel) if lifecycle else _plain_visits(case, parallel)
    return sorted(_numbered(found), key=_in_order)


def _kind(event: LogEvent) -> str:
    word = (event.lifecycle or "complete").lower()
    if word in SCHEDULED:
        return "schedule"
    if word in STARTED:
        return "start"
    return "" if word in PASSED_OVER else "complete"


def _plain_visits(case: Sequence[LogEvent], parallel: Pairs) -> list[StepVisit]:
    ended: list[tuple[str, int]] = []
    found = []
    for event in case:
        arrived = enabled_at(event.activity, ended, parallel, case[0].at_us)
        visit = StepVisit(event.case, event.activity, arrived, None, event.at_us, event.resource)
        found.append(visit._replace(party=_party(event)))
        ended.append((event.activity, event.at_us))
    return found


def _lifecycle_visits(case: Sequence[LogEvent], parallel: Pairs) -> list[StepVisit]:
    """Matches the transitions of one case; what was never scheduled arrived when the case last moved on.

    A visit that is assigned after it was scheduled is still the same visit.
    """
    waiting: defaultdict[str, deque[StepVisit]] = defaultdict(deque)
    working: defaultdict[str, deque[StepVisit]] = defaultdict(deque)
    assigned: Counter[str] = Counter()
    found: list[StepVisit] = []
    ended: list[tuple[str, int]] = []
    for event in case:
        name, kind, who = event.activity, _kind(event), event.resource
        if kind == "schedule":
            assigns = (event.lifecycle or "").lower() == "assign"
            if not assigns or assigned[name] == len(waiting[name]):
                waiting[name].append(StepVisit(event.case, name, event.at_us, party=_party(event)))
            assigned[name] += assigns
            continue
        queue = working[name] if kind == "complete" and working[name] else waiting[name]
        if queue:
            visit = queue.popleft()
            assigned[name] = min(assigned[name], len(waiting[name]))
        else:
            arrived = enabled_at(name, ended, parallel, case[0].at_us)
            visit = StepVisit(event.case, name, arrived, party=_party(event))
        if kind == "start":
            working[name].append(visit._replace(claimed_us=event.at_us, person=who))
        else:
            found.append(visit._replace(finished_us=event.at_us, person=who or visit.person))
            ended.append((name, event.at_us))
    for left in (*waiting.values(), *working.values()):
        found += left
    return found


def _party(event: LogEvent) -> str:
    """The court an event names in an attribute; the agency's where it names none."""
    named = event.attributes.get("party") or event.attributes.get("court")
    return named.strip().lower() if named and named.strip() else AGENCY


def _in_order(visit: StepVisit) -> tuple[int, bool, int, str]:
    """By arrival, then by end with the open ones last, then by file."""
    return visit.arrived_us, visit.finished_us is None, visit.finished_us or 0, visit.file


def _numbered(visits: Iterable[StepVisit]) -> list[StepVisit]:
    """Numbers the rounds: the stays of a file at one step, in the order of arrival."""
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    found = []
    for visit in sorted(visits, key=_in_order):
        seen[visit.file, visit.step] += 1
        found.append(visit._replace(round=seen[visit.file, visit.step]))
    return found


def log_end(visits: Iterable[StepVisit]) -> int:
    """The last instant that any visit knows of, in UTC microseconds; 0 without visits."""
    known = (at for v in visits for at in (v.arrived_us, v.claimed_us, v.finished_us) if at is not None)
    return max(known, default=0)


def as_of(visits: Iterable[StepVisit], now_us: int) -> list[StepVisit]:
    """The visits as they stood at one instant: later arrivals left out, later ends and claims not yet known.

    Args:
        visits: in any order.
        now_us: the instant of the report, in UTC microseconds.
    """
    found = []
    for visit in visits:
        if visit.arrived_us > now_us:
            continue
        known = visit
        if visit.finished_us is not None and visit.finished_us > now_us:
            known = known._replace(finished_us=None, outcome=None)
        if visit.claimed_us is not None and visit.claimed_us > now_us:
            known = known._replace(claimed_us=None, person=None)
        found.append(known)
    return found


def moved(visits: Iterable[StepVisit], by_us: int) -> list[StepVisit]:
    """The visits with every instant later by some microseconds (earlier below 0); durations stay as they are."""
    return [
        visit._replace(
            arrived_us=visit.arrived_us + by_us,
            claimed_us=None if visit.claimed_us is None else visit.claimed_us + by_us,
            finished_us=None if visit.finished_us is None else visit.finished_us + by_us,
            due_us=None if visit.due_us is None else visit.due_us + by_us,
        )
        for visit in visits
    ]
