"""What another version of a workflow would have done with the same files: figures before and after."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.engine.scenario import LoadedScenario, Scenario, Step
from permitflow.instants import DAY, SECOND, local_date
from permitflow.models import Clock, CorrectionNotice, Event, Lane, PermitApplication, Visit
from permitflow.services.actors import APPLICANT
from permitflow.services.rehearsal import rehearsal
from permitflow.services.rehearsal_stage import Setting, Stage, build
from permitflow.services.rehearsal_steps import StepFailed, move_to, play
from permitflow.services.simulated_people import People, Place

LONGEST_DAYS = 500
_MOST_PLANS = 80
_MORNING = 9 * 3600 * SECOND
_DEEMED = ("deemed_complete", "deemed_approved", "deemed_denied")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did to a past application at an instant (microseconds)."""

    at: int
    step: Step


@dataclass(frozen=True, slots=True)
class Past:
    """One past application: what it said, and what people did with it."""

    name: str
    scenario: LoadedScenario
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Misfit:
    """A recorded step that the version did not allow."""

    file: str
    on: str
    step: str
    why: str


@dataclass(slots=True)
class Figures:
    """What came of a set of files under one version."""

    files: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    lead_us: list[int] = field(default_factory=list)
    deemed: Counter[str] = field(default_factory=Counter)
    clocks_missed: int = 0
    notices: int = 0
    reviews: int = 0
    misfits: list[Misfit] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """Return the figures as JSON holds them; lead times in days with one decimal, null without a decision."""
        return {
            "files": self.files,
            "outcomes": dict(sorted(self.outcomes.items())),
            "median_days": _days(statistics.median(self.lead_us)) if self.lead_us else None,
            "p90_days": _days(_p90(self.lead_us)) if self.lead_us else None,
            "deemed": dict(sorted(self.deemed.items())),
            "clocks_missed": self.clocks_missed,
            "notices": self.notices,
            "reviews_per_file": round(self.reviews / self.files, 2) if self.files else None,
            "misfits": [
                {"file": each.file, "on": each.on, "step": each.step, "why": each.why}
                for each in self.misfits
            ],
        }


@dataclass(frozen=True, slots=True)
class Span:
    """A made-up year: which one, its seed, and how many files are sent in it."""

    year: int
    seed: int
    files: int


def simulate_year(setting: Setting, span: Span, tell: Tell) -> Figures:
    """Play a made-up year of files under one version; the same seed brings the same people to every version."""
    figures = Figures()
    with rehearsal() as hall:
        for number in range(span.files):
            people = People(setting.loaded.definition, span.seed, number)
            scenario = _scenario(f"file {number + 1}", setting, people.starts(span.year), people.facts())
            with hall.database() as database:
                stage = build(database, setting, scenario)
                _live(stage, people)
                _count(stage, figures)
            _report(tell, number + 1, span.files)
    return figures


def replay(setting: Setting, past: Iterable[Past], tell: Tell) -> Figures:
    """Play past applications under one version: what people did then, when the same step exists and is allowed."""
    figures = Figures()
    known = list(past)
    with rehearsal() as hall:
        for number, application in enumerate(known, start=1):
            with hall.database() as database:
                stage = build(database, setting, application.scenario)
                figures.misfits += _relive(stage, application)
                _count(stage, figures)
            _report(tell, number, len(known))
    return figures


def _report(tell: Tell, number: int, files: int) -> None:
    if number % 25 == 0 or number == files:
        tell(f"{number} of {files} files")


def _scenario(name: str, setting: Setting, starts: str, facts: dict[str, str | int | bool]) -> LoadedScenario:
    workflow = setting.loaded.definition.workflow
    step = Step(do="submit", who="applicant")
    scenario = Scenario(scenario=name, workflow=workflow, starts=starts, facts=facts, steps=(step,))
    return LoadedScenario(scenario, name, {})


def _join(stage: Stage, steps: Iterable[Step]) -> None:
    """Let those who act for the first time join."""
    new = {step.who for step in steps if step.who} - stage.people.keys()
    if new:
        with stage.database.transaction() as session:
            for who in sorted(new):
                stage.join(session, who)


def _live(stage: Stage, people: People) -> None:
    """Let the people of a file act until it is decided, nobody acts any more, or the time is up."""
    end = stage.now + LONGEST_DAYS * DAY
    for _ in range(_MOST_PLANS):
        place = _place(stage)
        plan = people.next(place) if place is not None else None
        if plan is None:
            break
        # A review that had begun before goes on: nobody waits anew because a colleague answered.
        due = max(stage.now, _since(stage) + int(plan.after_days * DAY)) if place else stage.now
        due = _in_office(stage, due, plan.steps)
        if due >= end:
            break
        _go_on(stage, due)
        if _place(stage) == place and not _try_each(stage, plan.steps):
            break
    if _place(stage) is not None:
        _go_on(stage, end)


def _in_office(stage: Stage, due: int, steps: Iterable[Step]) -> int:
    """Return when steps are taken: applicants at any time, the office on its open days."""
    day = stage.calendar.local_date(due)
    if all(step.who in (None, APPLICANT) for step in steps) or stage.calendar.is_open(day):
        return due
    return stage.calendar.start_of_day_us(stage.calendar.next_open(day)) + _MORNING


def _go_on(stage: Stage, due: int) -> None:
    move_to(stage, max(due, stage.now))


def _try_each(stage: Stage, steps: Iterable[Step]) -> bool:
    """Take the steps in turn until one of them moves the file; say whether any was taken."""
    steps = tuple(steps)
    _join(stage, steps)
    before, taken = _state(stage), False
    for step in steps:
        try:
            play(stage, step)
        except StepFailed:
            continue
        taken = True
        if _state(stage) != before:
            break
    return taken


def _relive(stage: Stage, past: Past) -> Iterator[Misfit]:
    _join(stage, [deed.step for deed in past.deeds])
    for deed in past.deeds:
        try:
            move_to(stage, max(deed.at, stage.now))
            play(stage, deed.step)
        except StepFailed as failed:
            on = local_date(deed.at, stage.calendar.zone).isoformat()
            yield Misfit(past.name, on, deed.step.words, str(failed))
    if _place(stage) is not None:
        last = past.deeds[-1].at if past.deeds else stage.now
        move_to(stage, max(last + DAY, stage.now))


def _state(stage: Stage) -> tuple[str, int]:
    """Where a file stands, and how many lanes have been answered."""
    with stage.database.reading() as session:
        row = stage.file(session)
        answered = session.scalar(
            select(func.count())
            .select_from(Lane)
            .where(Lane.application_id == row.id, Lane.decided_at.is_not(None))
        )
        return row.state, answered or 0


def _place(stage: Stage) -> Place | None:
    """Return where a file stands; None once it is decided."""
    with stage.database.reading() as session:
        row = stage.file(session)
        if row.outcome is not None or stage.definition.phases[row.state].final:
            return None
        visits = session.scalars(
            select(Visit.lane).where(
                Visit.application_id == row.id, Visit.closed_at.is_(None), Visit.lane.is_not(None)
            )
        )
        waiting = tuple(lane for lane in visits if lane and _holds(stage, lane))
        times = _number(session, Visit, row, Visit.step == row.state)
        today = local_date(stage.now, stage.calendar.zone)
        return Place(row.state, row.round, times, waiting, row.open_items, today)


def _holds(stage: Stage, lane: str) -> bool:
    return not stage.definition.lanes[lane].informational


def _since(stage: Stage) -> int:
    """Return since when the file waits where it stands."""
    with stage.database.reading() as session:
        opened = session.scalar(
            select(func.min(Visit.opened_at)).where(
                Visit.application_id == stage.application, Visit.closed_at.is_(None)
            )
        )
    return opened or stage.now


def _count(stage: Stage, figures: Figures) -> None:
    with stage.database.reading() as session:
        row = stage.file(session)
        figures.files += 1
        figures.outcomes[row.outcome or "open"] += 1
        if row.decided_at is not None and row.submitted_at is not None:
            figures.lead_us.append(row.decided_at - row.submitted_at)
        figures.notices += _number(session, CorrectionNotice, row)
        figures.reviews += _number(session, Visit, row, Visit.lane.is_not(None), Visit.closed_by.is_not(None))
        figures.clocks_missed += _missed(session, stage, row)
        figures.deemed.update(_deemed(session, stage, row))


def _number(session: Session, model: Any, row: PermitApplication, *conditions: Any) -> int:
    query = select(func.count()).select_from(model).where(model.application_id == row.id, *conditions)
    return session.scalar(query) or 0


def _missed(session: Session, stage: Stage, row: PermitApplication) -> int:
    """Count the runs of the office's clocks that were not stopped in time."""
    today = local_date(stage.now, stage.calendar.zone)
    runs = session.scalars(
        select(Clock).where(
            Clock.application_id == row.id, Clock.holder == "agency", Clock.due_on.is_not(None)
        )
    )
    return sum(run.due_on < (run.stopped_on or today) or run.state == "expired" for run in runs if run.due_on)


def _deemed(session: Session, stage: Stage, row: PermitApplication) -> Iterator[str]:
    """Yield the legal outcomes that came by lapse of time."""
    causes = {
        clock.on_expiry: clock.outcome
        for clock in stage.definition.clocks.values()
        if clock.on_expiry and clock.outcome in _DEEMED
    }
    events = session.scalars(select(Event.body).where(Event.application_id == row.id))
    for body in map(json.loads, events):
        if body["action"] in causes and body["role"] == "system":
            yield str(causes[body["action"]])


def _days(us: float) -> float:
    return round(us / DAY, 1)


def _p90(values: list[int]) -> int:
    """Return the smallest value that nine tenths of the values do not exceed."""
    return sorted(values)[max(0, -(-len(values) * 9 // 10) - 1)]
