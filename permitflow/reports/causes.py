"""What holds a city's files up: the bottleneck finder's answer from the visits of its own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy.orm import Session

from permitflow.analytics.causes import Cause
from permitflow.analytics.finder import LEAST_VISITS, Finding, find_bottlenecks
from permitflow.analytics.visits import StepVisit, as_of
from permitflow.queries.sentence import Phrase
from permitflow.reports.asking import asking
from permitflow.reports.kept import FEW_VISITS, Dear, kept, kept_or_none
from permitflow.reports.page import Ask
from permitflow.reports.scope import Scope

MOST_VISITS = 200_000
"""The newest visits that are looked at in the background; a request looks at fewer."""
FOREMOST = 3
"""The bottlenecks that are told in sentences; the table shows every one."""
NEWEST = """SELECT id, step, opened_at, first_claimed_at, closed_at, coalesce(claimed_by, closed_by),
    newest.round, newest.party
FROM (
    SELECT visit, file, step, opened_at, first_claimed_at, closed_at, claimed_by, closed_by, round, party FROM stays
    WHERE before_decision AND opened_at < to_us() AND (closed_at IS NULL OR closed_at >= from_us())
    ORDER BY opened_at DESC, visit DESC LIMIT $most
) AS newest JOIN files USING (file) ORDER BY opened_at, visit"""
"""The newest visits that began before their file's decision and were open in the period."""
ALL = """SELECT count(*) FROM stays
WHERE before_decision AND opened_at < to_us() AND (closed_at IS NULL OR closed_at >= from_us())"""
CAUSES: Mapping[Cause, Phrase] = MappingProxyType(
    {
        "arrivals_exceed_service": Phrase("More work than people"),
        "one_role": Phrase("Hangs on one person"),
        "rework_loop": Phrase("Files come back"),
        "outside_wait": Phrase("Wait outside the city"),
        "calendar": Phrase("The step stood still"),
        "batching": Phrase("Files are taken in batches"),
        "newer_files_first": Phrase("Newer files first"),
        "unassigned": Phrase("Nobody is assigned"),
    }
)
"""Why files wait, each cause in a few words."""


@dataclass(frozen=True, slots=True)
class HeldUp:
    """One bottleneck, with what the city calls its step."""

    title: str
    finding: Finding

    @property
    def cause(self) -> Phrase:
        """Return the cause in a few words."""
        return CAUSES[self.finding.cause]

    @property
    def percent(self) -> float:
        """Return the part of all lead time that is lost there, in percent."""
        return round(100 * self.finding.share, 2)

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return where, why and what it would take, in three sentences."""
        return self.finding.told(translate(self.title), translate)

    def record(self) -> dict[str, object]:
        """Return the finding for programs, under the id of the step and with its title in the sentence."""
        return self.finding.record() | {"sentence": self.say()}


@dataclass(frozen=True, slots=True)
class Causes:
    """The bottlenecks, the greatest loss first, as of an instant (microseconds).

    `most_at_a_step` is the most visits that any step had. `looked_at` of `visits` were looked at, the newest.
    """

    found: tuple[HeldUp, ...]
    most_at_a_step: int
    looked_at: int
    visits: int
    as_of: int

    @property
    def foremost(self) -> tuple[HeldUp, ...]:
        """Return the bottlenecks that are worth a sentence each."""
        return self.found[:FOREMOST]

    @property
    def enough(self) -> bool:
        """Say whether any step has so many visits that it could be judged."""
        return self.most_at_a_step >= LEAST_VISITS

    @property
    def cut(self) -> bool:
        """Say whether there were more visits than were looked at."""
        return self.looked_at < self.visits


def causes_of(ask: Ask) -> Causes:
    """Return what held files up on their way to the decision, as it stood at the end of the period, or stands now.

    What a file does after its decision, such as waiting to be built and inspected, is no part of it. Where the
    period has many visits and the background has not come to it yet, only the newest are looked at.
    """
    asked = replace(ask, words={})
    result = kept_or_none(asked, FINDER) or kept(asked, AT_ONCE)
    told = result.value
    found = tuple(HeldUp(ask.workflows.step_title(one["step"]), _finding(one)) for one in told["found"])
    return Causes(found, told["most_at_a_step"], told["looked_at"], told["visits"], result.as_of)


def load_causes(session: Session, scope: Scope) -> Causes:
    """Open the record of a city and return what holds its files up."""
    with asking(session, scope) as ask:
        return causes_of(ask)


def held_up_ids(ask: Ask, step: str) -> frozenset[str]:
    """Return the ids of the files that the bottleneck at a step met; none where it is no bottleneck."""
    found = (one.finding.met for one in causes_of(ask).found if one.finding.step == step)
    return frozenset().union(*found)


def found_among(ask: Ask, most: int) -> dict[str, Any]:
    """Return the findings among the newest visits of the period, at most so many, as plain records."""
    until = min(ask.scope.now, ask.scope.end_at)
    (visits,) = ask.snapshot.row(ALL)
    known = as_of([StepVisit(*row) for row in ask.snapshot.rows(NEWEST, {"most": most})], until)
    at_steps = Counter(visit.step for visit in known)
    return {
        "found": [_record(one) for one in find_bottlenecks(known, until)],
        "most_at_a_step": max(at_steps.values(), default=0),
        "looked_at": len(known),
        "visits": visits,
    }


def _in_background(ask: Ask) -> dict[str, Any]:
    return found_among(ask, MOST_VISITS)


def _in_a_request(ask: Ask) -> dict[str, Any]:
    return found_among(ask, FEW_VISITS)


FINDER = Dear("finder", _in_background)
AT_ONCE = Dear("finder-at-once", _in_a_request)


def _record(one: Finding) -> dict[str, Any]:
    return one.record() | {"facts": dict(one.facts), "met": sorted(one.met)}


def _finding(one: Mapping[str, Any]) -> Finding:
    met = frozenset(cast("Sequence[str]", one["met"]))
    return Finding(one["step"], one["cause"], one["files"], one["days_lost"], one["share"], one["facts"], met)
