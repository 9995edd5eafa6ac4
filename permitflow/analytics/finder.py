"""The bottleneck finder: at which steps files lose their time, why, how much, and what it would take."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from permitflow.analytics.causes import Cause, told
from permitflow.analytics.durations import DAY_US, percentile
from permitflow.analytics.office_hours import OfficeHours, hours_read_off
from permitflow.analytics.queues import Waiting, Works, waiting_at, with_claims, works_of
from permitflow.analytics.rework_loops import Loop, loops
from permitflow.analytics.visits import AGENCY, StepVisit, log_end

LEAST_VISITS = 20
LEAST_SHARE = 0.1
"""The part of all lead time below which a step is no bottleneck, whatever its queue looks like."""
LEAST_WAIT_DAYS, LEAST_WAIT_OF_WORK = 1.0, 2.0
"""A mean wait that matters: in working days, and as a multiple of the work on a file."""
LONG_WAIT_DAYS, LONG_WAIT_OF_WORK = 4.0, 4.0
"""The same for the 95th percentile, for a step that was well on most days."""
OUTSIDE_DAYS, OUTSIDE_SHARE = 7.0, 0.25
LOOP_HOLDS = 0.8
AGAIN = 0.3
"""The part of a step's files that come back from which on it is a loop."""
ONE_PERSON = 1.5
KEEPS_UP = 1.1
"""Arrivals for each departure below which a queue is not growing."""
OVERTAKING = 0.35
IDLE = 0.2
"""The part of the waiting, or more, during which somebody present was free: no queue for want of people."""
RECURRENT_GAPS = 6
WAVES = 0.5
"""The part of a step's files, or more, that come straight out of a batch of the step before."""
OUTSIDERS = re.compile(
    r"\b(utility|applicants?|installer|contractor|customer|owner|external|outside|third[ -]party|corrections?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One bottleneck: the step, the cause, the files it met, the days they lost there, its share of lead time.

    `days_lost` counts calendar days of waiting (outside: of the stay; in a loop: from the first end to the last),
    `share` is 0 to 1 of the lead time of all files, and `facts` fill the sentences of the cause; `vacant`, `free` and
    `busy` in them are the percent of the waiting during which nobody worked at the step, somebody was free, or all
    were busy. `met` names the files.
    """

    step: str
    cause: Cause
    files: int
    days_lost: float
    share: float
    facts: Mapping[str, object]
    met: frozenset[str] = frozenset()

    @property
    def sentence(self) -> str:
        """Return where, why and what it would take, in three English sentences."""
        return self.told(self.step)

    def told(self, title: str, translate: Callable[[str], str] = str) -> str:
        """Return the three sentences in one language, with what the reader calls the step."""
        return told(self.cause, {**self.facts, "step": title}, bool(self.facts.get("estimated")), translate)

    def record(self) -> dict[str, object]:
        """Return the finding for programs; these keys are a promise."""
        size = {"files": self.files, "days_lost": self.days_lost, "share": self.share}
        return {"step": self.step, "cause": self.cause, **size, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class _Office:
    """What is known of the whole office before its steps are looked at."""

    hours: OfficeHours
    works: Works
    lead_us: int
    now_us: int
    estimated: frozenset[str]


def find_bottlenecks(visits: Sequence[StepVisit], now_us: int | None = None) -> list[Finding]:
    """Names the steps that hold files up, the greatest loss first; none for a healthy office.

    An outside wait that is mostly the way round a rework loop stands after the loop.

    A step counts when its files wait at least a working day on average and twice as long as they are worked on
    (or one in twenty of them four days and four times as long), and when that is a tenth of all lead time. Open files
    are counted with the time they have waited so far. The waiting time is then divided by what the people of the
    step did meanwhile: nobody worked (gaps: regular ones are batching, rare ones an absence or a closure),
    somebody was free (unassigned), all were busy (the wrong order, one person, or too few).

    Args:
        visits: of one office, in any order.
        now_us: the instant of the report in UTC microseconds; the log's last instant by default.
    """
    if not visits:
        return []
    now = log_end(visits) if now_us is None else now_us
    by_step: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in visits:
        by_step[visit.step].append(visit)
    people_named = sum(visit.person is not None for visit in visits) * 2 >= len(visits)
    outside = {step for step, found in by_step.items() if _is_outside(step, found, people_named)}
    own = [visit for visit in visits if visit.step not in outside]
    hours = hours_read_off(
        at for visit in own for at in (visit.claimed_us, visit.finished_us) if at is not None
    )
    claimed = {step: with_claims(found, hours) for step, found in by_step.items() if step not in outside}
    works = works_of((visit for found in claimed.values() for visit in found), hours, now)
    estimated = frozenset(step for step in claimed if _without_starts(by_step[step]))
    office = _Office(hours, works, _lead_us(visits, now), now, estimated)
    found = [_outside_finding(step, by_step[step], office) for step in sorted(outside)]
    back = loops(visits, outside)
    found += [_own_finding(step, claimed[step], office, back.get(step)) for step in sorted(claimed)]
    named = [one for one in found if one is not None]
    batches = {one.step for one in named if one.cause == "batching"}
    waves = {one.step for one in named if _is_wave(one, batches, by_step, now)}
    kept = [one for one in named if one.step not in waves]
    return sorted(kept, key=lambda one: (_is_part_of_loop(one, kept), -one.days_lost, one.step))


def _is_part_of_loop(one: Finding, kept: Sequence[Finding]) -> bool:
    """Whether an outside wait is mostly what a rework loop sends out, which is then the thing to change."""
    return one.cause == "outside_wait" and any(
        other.cause == "rework_loop" and other.days_lost >= LOOP_HOLDS * one.days_lost for other in kept
    )


def _without_starts(visits: Sequence[StepVisit]) -> bool:
    """Whether the record mostly does not say when work on the files of a step began."""
    return sum(v.claimed_us is None and v.finished_us is not None for v in visits) * 2 > len(visits)


def _is_wave(
    one: Finding, batches: set[str], by_step: Mapping[str, Sequence[StepVisit]], now_us: int
) -> bool:
    """Whether a queue is only the wave that a batch upstream sends down, at a step that keeps up with it."""
    if one.cause in ("batching", "outside_wait") or not batches:
        return False
    here = by_step[one.step]
    released: defaultdict[str, list[int]] = defaultdict(list)
    for visit in (visit for step in batches for visit in by_step[step]):
        if visit.finished_us is not None:
            released[visit.file].append(visit.finished_us)
    follow = sum(
        any(0 <= visit.arrived_us - at <= DAY_US // 2 for at in released.get(visit.file, ()))
        for visit in here
    )
    return follow >= WAVES * len(here) and _growth(here, now_us) < KEEPS_UP


def _lead_us(visits: Sequence[StepVisit], now_us: int) -> int:
    """The lead time of all files together: first arrival to last end, or to now where something is open."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for visit in visits:
        end = now_us if visit.finished_us is None else visit.finished_us
        first[visit.file] = min(first.get(visit.file, visit.arrived_us), visit.arrived_us)
        last[visit.file] = max(last.get(visit.file, end), end)
    return max(sum(last.values()) - sum(first.values()), 1)


def _is_outside(step: str, visits: Sequence[StepVisit], people_named: bool) -> bool:
    """Whether a step is in other hands: by its party, by its name or its people's, or because nobody is named.

    The last counts only where the log names somebody elsewhere, and an open visit, which nobody has taken yet,
    says nothing about it.
    """
    if sum(visit.party != AGENCY for visit in visits) * 2 > len(visits):
        return True
    people = {visit.person for visit in visits if visit.person}
    if not people:
        done = any(visit.finished_us is not None for visit in visits)
        return (people_named and done) or _outsider(step)
    return all(_outsider(person) for person in people) or (len(people) == 1 and _outsider(step))


def _outsider(name: str) -> bool:
    return bool(OUTSIDERS.search(name.replace("_", " ")))


def _outside_finding(step: str, visits: Sequence[StepVisit], office: _Office) -> Finding | None:
    stays = [(office.now_us if v.finished_us is None else v.finished_us) - v.arrived_us for v in visits]
    mean_days = sum(stays) / len(stays) / DAY_US
    if len(stays) < LEAST_VISITS or mean_days < OUTSIDE_DAYS or sum(stays) < OUTSIDE_SHARE * office.lead_us:
        return None
    files = frozenset(visit.file for visit in visits)
    return _finding(step, "outside_wait", (files, sum(stays), office.lead_us), {"mean": f"{mean_days:.0f}"})


def _own_finding(
    step: str, visits: Sequence[StepVisit], office: _Office, loop: Loop | None
) -> Finding | None:
    if len(visits) < LEAST_VISITS:
        return None
    if loop and loop.again >= AGAIN * loop.files and loop.lost_us >= LEAST_SHARE * office.lead_us:
        size = (loop.came_back, loop.lost_us, office.lead_us)
        return _finding(step, "rework_loop", size, {"again": round(100 * loop.again / loop.files)})
    lost = [_until_claimed(visit, office.now_us) - visit.arrived_us for visit in visits]
    if sum(lost) < LEAST_SHARE * office.lead_us or not _matters(visits, office):
        return None
    waiting = waiting_at(visits, office.works, office.hours, office.now_us)
    cause = _cause(waiting, visits, office)
    files = frozenset(visit.file for visit, wait in zip(visits, lost, strict=True) if wait >= DAY_US)
    facts = {"estimated": step in office.estimated, **_facts(waiting, visits, office)}
    return _finding(step, cause, (files, sum(lost), office.lead_us), facts)


def _until_claimed(visit: StepVisit, now_us: int) -> int:
    known = visit.claimed_us if visit.claimed_us is not None else visit.finished_us
    return now_us if known is None else known


def _matters(visits: Sequence[StepVisit], office: _Office) -> bool:
    worked = office.hours.worked
    waits = sorted(worked(_until_claimed(v, office.now_us)) - worked(v.arrived_us) for v in visits)
    works = [
        worked(v.finished_us) - worked(v.claimed_us)
        for v in visits
        if v.claimed_us is not None and v.finished_us is not None
    ]
    work = sum(works) / len(works) if works else 0.0
    day = office.hours.day_us
    mean, long = sum(waits) / len(waits), percentile(waits, 95)
    return (mean >= max(LEAST_WAIT_DAYS * day, LEAST_WAIT_OF_WORK * work)) or (
        long >= max(LONG_WAIT_DAYS * day, LONG_WAIT_OF_WORK * work)
    )


def _cause(waiting: Waiting, visits: Sequence[StepVisit], office: _Office) -> Cause:
    """The cause behind most of the waiting time of a step."""
    if waiting.gap_us * 2 >= waiting.total_us:
        return _cause_of_gaps(waiting, visits, office)
    if waiting.idle_us >= IDLE * (waiting.idle_us + waiting.busy_us) and waiting.overtaking >= OVERTAKING:
        return "unassigned"
    if waiting.overtaking >= OVERTAKING:
        return "newer_files_first"
    if waiting.present <= ONE_PERSON and not _surge(visits) and not _overlapping(visits):
        return "one_role"
    return "arrivals_exceed_service"


def _cause_of_gaps(waiting: Waiting, visits: Sequence[StepVisit], office: _Office) -> Cause:
    if len(waiting.gaps) >= RECURRENT_GAPS:
        return "batching"
    people = {visit.person for visit in visits if visit.claimed_us is not None}
    greatest = max(waiting.gaps, key=lambda gap: gap.weight)
    elsewhere = any(
        greatest.start < start < greatest.resumed - office.hours.day_us
        for person, spans in office.works.items()
        if person not in people
        for start, _ in spans
    )
    return "one_role" if len(people) == 1 and elsewhere and not _overlapping(visits) else "calendar"


def _overlapping(visits: Sequence[StepVisit]) -> bool:
    """Whether work without a name was done by more than one person: files of the step overlapped often."""
    spans = sorted(
        (visit.claimed_us, visit.finished_us)
        for visit in visits
        if visit.person is None and visit.claimed_us is not None and visit.finished_us is not None
    )
    overlaps, latest = 0, 0
    for start, end in spans:
        overlaps += start < latest
        latest = max(latest, end)
    return overlaps * 10 > len(spans)


def _surge(visits: Sequence[StepVisit]) -> bool:
    """Whether the busiest quarter of the time saw half as many arrivals again as the quietest."""
    arrivals = sorted(visit.arrived_us for visit in visits if visit.round == 1)
    if len(arrivals) < 4 * LEAST_VISITS:
        return False
    quarter = max((arrivals[-1] - arrivals[0]) // 4, 1)
    counts = [0, 0, 0, 0]
    for at in arrivals:
        counts[min((at - arrivals[0]) // quarter, 3)] += 1
    return max(counts) >= 1.5 * min(counts)


def _facts(waiting: Waiting, visits: Sequence[StepVisit], office: _Office) -> dict[str, object]:
    gaps = sorted(gap.resumed - gap.start for gap in waiting.gaps) or [0]
    people = max(round(waiting.present), 1)
    return {
        "people": people,
        "more": max(math.ceil(people * (_growth(visits, office.now_us) - 1)), 1),
        "longest": round(gaps[-1] / office.hours.day_us),
        "typical": max(round(percentile(gaps, 50) / office.hours.day_us), 1),
        "gaps": len(waiting.gaps),
        "overtaking": round(100 * waiting.overtaking),
        "vacant": _percent(waiting.gap_us, waiting),
        "free": _percent(waiting.idle_us, waiting),
        "busy": _percent(waiting.busy_us, waiting),
    }


def _percent(part_us: int, waiting: Waiting) -> int:
    return round(100 * part_us / (waiting.gap_us + waiting.idle_us + waiting.busy_us or 1))


def _growth(visits: Sequence[StepVisit], now_us: int) -> float:
    """Arrivals for each departure in the second half of the log: above 1 the queue grows."""
    first = min(visit.arrived_us for visit in visits)
    middle = (first + now_us) // 2
    came = sum(visit.arrived_us >= middle for visit in visits)
    went = sum(visit.finished_us is not None and visit.finished_us >= middle for visit in visits)
    return came / went if went else 2.0


def _finding(
    step: str, cause: Cause, size: tuple[frozenset[str], int, int], facts: Mapping[str, object]
) -> Finding:
    """A finding of a size: files, days lost and lead time, both in microseconds."""
    met, lost_us, lead_us = size
    # Rounded once, so that the sentence and the table never round to different numbers.
    days, share = round(lost_us / DAY_US, 1), round(min(lost_us / lead_us, 1.0), 4)
    known = {"files": len(met), "days": f"{days:,.0f}", "share": round(100 * share), **facts}
    return Finding(step, cause, len(met), days, share, known, met)
