"""The bottleneck finder: at which steps files lose their time, why, how much, and what it would take."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from permitflow.analytics.causes import Cause, told
from permitflow.analytics.claims import is_pure_delay, with_claims, without_starts
from permitflow.analytics.durations import DAY_US, percentile
from permitflow.analytics.office_hours import OfficeHours, hours_of_steps
from permitflow.analytics.queues import Waiting, Works, waiting_at, works_of
from permitflow.analytics.rework_loops import Loop, loops
from permitflow.analytics.visits import AGENCY, StepVisit, log_end, moved

HALF_A_DAY_US = DAY_US // 2
LEAST_VISITS = 20
LEAST_SHARE = 0.1
"""The part of all lead time below which a step is no bottleneck, whatever its queue looks like."""
LEAST_WAIT_DAYS, LEAST_WAIT_OF_WORK = 1.0, 3.0
"""A mean wait that matters: in working days, and as a multiple of the work on a file.

One person who is three quarters full lets files wait load / (1 - load) = 3 times as long as work takes (M/M/1).
"""
LONG_WAIT_DAYS, LONG_WAIT_OF_WORK = 4.0, 11.0
"""The same for the 95th percentile, for a step that was well on most days.

One person who is three quarters full lets one file in twenty wait ln(load / 0.05) / (1 - load) = 11 times as long as
work takes; of several people, each end comes sooner by their number.
"""
OUTSIDE_DAYS, OUTSIDE_SHARE = 7.0, 0.25
LOOP_HOLDS = 0.8
AGAIN = 0.3
"""The part of a step's files that come back from which on it is a loop."""
ONE_PERSON = 1.5
KEEPS_UP = 1.1
"""Arrivals for each departure below which a queue is not growing."""
IN_COMPANY = 0.1
"""The part of all time with two or more people at a step below which it always hung on one."""
OVERTAKING = 0.35
UNORDERED = 0.2
"""The same where somebody was free: in a queue that is worked off in order it is near 0."""
IDLE = 0.2
"""The part of the waiting, or more, during which somebody present was free: no queue for want of people."""
MOSTLY_IDLE = 0.35
"""The part from which on the order of the files does not matter: taking them at once would do."""
LONG_STAY_SHARE = 0.5
"""The part of all lead time that a step takes without a queue, from which on it holds files up nevertheless."""
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

    A step counts when its files wait at least a working day on average and three times as long as they are worked on
    (or one in twenty of them four days and 11 times as long, less where several people work), and when that is a
    tenth of all lead time. Open files are counted with the time they have waited so far. The waiting time is then
    divided by what the people of the step did meanwhile: nobody worked (gaps: regular ones are batching, rare ones an
    absence or a closure), somebody was free (unassigned), all were busy (the wrong order, one person, or too few).
    A step that takes half of the lead time without a queue is a wait for somebody outside, whatever it is called.

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
    worked_at = [_worked_at(found) for step, found in by_step.items() if step not in outside]
    hours = hours_of_steps(worked_at)
    if hours.day_us == DAY_US and hours_of_steps([_earlier(at) for at in worked_at]).day_us < DAY_US:
        # Its working day spans the midnight of UTC, as on the Pacific: the same days, counted from noon, do not.
        return find_bottlenecks(moved(visits, -HALF_A_DAY_US), now - HALF_A_DAY_US)
    claimed = {step: with_claims(found, hours) for step, found in by_step.items() if step not in outside}
    works = works_of((visit for found in claimed.values() for visit in found), hours, now)
    estimated = frozenset(step for step in claimed if without_starts(by_step[step]))
    office = _Office(hours, works, _lead_us(visits, now), now, estimated)
    found = [_outside_finding(step, by_step[step], office) for step in sorted(outside)]
    back = loops(visits, outside)
    found += [_own_finding(step, claimed[step], office, back.get(step)) for step in sorted(claimed)]
    named = [one for one in found if one is not None]
    batches = {one.step for one in named if one.cause == "batching"}
    waves = {one.step for one in named if _is_wave(one, batches, by_step, now)}
    kept = [one for one in named if one.step not in waves]
    return sorted(kept, key=lambda one: (_is_part_of_loop(one, kept), -one.days_lost, one.step))


def _worked_at(visits: Iterable[StepVisit]) -> list[int]:
    """When work began and ended at a step, without the visits that took no time: a filing, a closing."""
    took_time = [visit for visit in visits if visit.finished_us != visit.arrived_us]
    return [at for visit in took_time for at in (visit.claimed_us, visit.finished_us) if at is not None]


def _earlier(instants_us: Iterable[int]) -> list[int]:
    return [at - HALF_A_DAY_US for at in instants_us]


def _is_part_of_loop(one: Finding, kept: Sequence[Finding]) -> bool:
    """Whether an outside wait is mostly what a rework loop sends out, which is then the thing to change."""
    return one.cause == "outside_wait" and any(
        other.cause == "rework_loop" and other.days_lost >= LOOP_HOLDS * one.days_lost for other in kept
    )


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


def _outside_finding(
    step: str, visits: Sequence[StepVisit], office: _Office, stays_alone: bool = False
) -> Finding | None:
    """An outside wait; `stays_alone`: nothing says so but the stays, which then have to be most of the lead time."""
    stays = [(office.now_us if v.finished_us is None else v.finished_us) - v.arrived_us for v in visits]
    mean_days = sum(stays) / len(stays) / DAY_US
    share = LONG_STAY_SHARE if stays_alone else OUTSIDE_SHARE
    if len(stays) < LEAST_VISITS or mean_days < OUTSIDE_DAYS or sum(stays) < share * office.lead_us:
        return None
    files = frozenset(visit.file for visit in visits)
    facts = {"mean": f"{mean_days:.0f}", "stays_alone": stays_alone}
    return _finding(step, "outside_wait", (files, sum(stays), office.lead_us), facts)


def _own_finding(
    step: str, visits: Sequence[StepVisit], office: _Office, loop: Loop | None
) -> Finding | None:
    if len(visits) < LEAST_VISITS:
        return None
    if loop and loop.again >= AGAIN * loop.files and loop.lost_us >= LEAST_SHARE * office.lead_us:
        size = (loop.came_back, loop.lost_us, office.lead_us)
        return _finding(step, "rework_loop", size, {"again": round(100 * loop.again / loop.files)})
    delay = step in office.estimated and is_pure_delay(visits, office.hours)
    lost = [_until_claimed(visit, office.now_us) - visit.arrived_us for visit in visits]
    if delay or sum(lost) < LEAST_SHARE * office.lead_us or not _matters(visits, office):
        return _outside_finding(step, visits, office, stays_alone=True)
    waiting = waiting_at(visits, office.works, office.hours, office.now_us)
    cause = _cause(waiting, visits, office, known=step not in office.estimated)
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
        long >= max(LONG_WAIT_DAYS * day, LONG_WAIT_OF_WORK * work / _people(visits))
    )


def _people(visits: Sequence[StepVisit]) -> int:
    """How many people do a tenth or more of a step's visits; one where nobody is named."""
    shares = Counter(visit.person for visit in visits if visit.person is not None)
    return max(sum(count * 10 >= len(visits) for count in shares.values()), 1)


def _cause(waiting: Waiting, visits: Sequence[StepVisit], office: _Office, known: bool) -> Cause:
    """The cause behind most of the waiting time of a step; that somebody was free is `known` from starts alone."""
    if waiting.gap_us * 2 >= waiting.total_us:
        return _cause_of_gaps(waiting, visits, office)
    idle = waiting.idle_us / (waiting.idle_us + waiting.busy_us or 1) if known else 0.0
    named = any(visit.person is not None for visit in visits)
    if (named and idle >= MOSTLY_IDLE) or (idle >= IDLE and waiting.overtaking >= UNORDERED):
        return "unassigned"
    if waiting.overtaking >= OVERTAKING:
        return "newer_files_first"
    # Without names nobody knows that a step hangs on one person.
    alone = named and waiting.present <= ONE_PERSON and waiting.in_company < IN_COMPANY
    return "one_role" if alone and not _surge(visits) else "arrivals_exceed_service"


def _cause_of_gaps(waiting: Waiting, visits: Sequence[StepVisit], office: _Office) -> Cause:
    """Many gaps are a habit, unless one of them cost more than all others together."""
    greatest = max(waiting.gaps, key=lambda gap: gap.weight)
    others = sum(gap.weight for gap in waiting.gaps if gap is not greatest)
    if len(waiting.gaps) >= RECURRENT_GAPS and greatest.weight <= others:
        return "batching"
    people = {visit.person for visit in visits if visit.claimed_us is not None}
    elsewhere = any(
        greatest.start < start < greatest.resumed - office.hours.day_us
        for person, spans in office.works.items()
        if person not in people
        for start, _ in spans
    )
    return "one_role" if len(people) == 1 and None not in people and elsewhere else "calendar"


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
