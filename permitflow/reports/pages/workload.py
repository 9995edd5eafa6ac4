"""Workload: what lies with whom, what lies with nobody, and what has come to a halt; for sharing work out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from permitflow.analytics.durations import percentile
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.people_named import people
from permitflow.reports.queue_order import TURNS
from permitflow.reports.small_numbers import enough, hidden, percent

LEAST_TEAM = 5
"""People below which a range of the team would show single ones."""
STEPS = """efforts AS (SELECT step, median(worked_us) AS effort FROM visits
    WHERE party = 'agency' AND worked_us > 0 AND in_period(closed_at) GROUP BY step HAVING count(*) >= 20)"""
LOAD = f"""{TURNS}, {STEPS},
held AS (SELECT claimed_by AS person, count(*) AS open, sum(effort)::BIGINT AS effort, count(*) FILTER (effort IS NULL) AS unweighed
    FROM stays LEFT JOIN efforts USING (step) WHERE party = 'agency' AND closed_at IS NULL AND claimed_by IS NOT NULL GROUP BY claimed_by),
done AS (SELECT closed_by AS person, count(*) AS done FROM stays
    WHERE party = 'agency' AND closed_by IS NOT NULL AND in_period(closed_at) GROUP BY closed_by),
instants AS (SELECT closed_by AS person, closed_at // 900000000 AS quarter FROM visits
        WHERE party = 'agency' AND closed_by IS NOT NULL AND in_period(closed_at)
    UNION SELECT coalesce(claimed_by, closed_by), first_claimed_at // 900000000 FROM visits
        WHERE party = 'agency' AND coalesce(claimed_by, closed_by) IS NOT NULL AND in_period(first_claimed_at)),
present AS (SELECT person, count(DISTINCT on_day) AS days
    FROM instants ASOF JOIN days ON quarter * 900000000 >= start_at GROUP BY person),
took AS (SELECT person, count(*) AS taken, count(*) FILTER (overtook) AS overtook,
        median(first_claimed_at - opened_at) AS wait FROM turns WHERE person IS NOT NULL GROUP BY person),
last AS (SELECT person, max(acted_at) AS last_at FROM (
        SELECT closed_by AS person, max(closed_at) AS acted_at FROM visits WHERE in_period(closed_at) GROUP BY closed_by
        UNION ALL SELECT claimed_by, max(claimed_at) FROM visits WHERE in_period(claimed_at) GROUP BY claimed_by) GROUP BY person)"""
"""`present`: days on which the person took or ended a review; a quarter of an hour lies within one day everywhere."""

_LOADS = f"""WITH {LOAD}, everybody AS (SELECT person FROM held UNION SELECT person FROM done UNION SELECT person FROM took)
SELECT person, coalesce(open, 0), effort, coalesce(unweighed, 0), coalesce(done, 0), coalesce(days, 0), coalesce(taken, 0),
    coalesce(overtook, 0), wait, last_at
FROM everybody LEFT JOIN held USING (person) LEFT JOIN done USING (person) LEFT JOIN present USING (person)
    LEFT JOIN took USING (person) LEFT JOIN last USING (person)"""


class Load(NamedTuple):
    """What lies with one person; times in microseconds."""

    person: str
    open: int
    effort_us: int | None
    unweighed: int
    done: int
    days: int
    taken: int
    overtook: int
    wait_us: float | None
    last_at: int | None

    @property
    def per_day(self) -> float | None:
        """Reviews ended per day on which the person was there."""
        return enough(self.done / self.days, self.done) if self.days else None

    @property
    def wait(self) -> float | None:
        return enough(self.wait_us, self.taken)

    @property
    def out_of_order(self) -> float | None:
        return percent(self.overtook, self.taken)


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    loads = _loads(ask)
    return [_people(ask, loads), _team(loads), _unassigned(ask), _halted(ask)]


def _loads(ask: Ask) -> list[Load]:
    return [Load(*row) for row in ask.snapshot.rows(_LOADS)]


COLUMNS = (
    Column("open", Phrase("Open now"), "count"),
    Column("per_day", Phrase("Reviews ended per day there"), "number"),
    Column("wait", Phrase("Half were taken within"), "duration"),
    Column("out_of_order", Phrase("Taken while an older file waited"), "percent"),
)


def _people(ask: Ask, loads: Sequence[Load]) -> Figure:
    names = people(ask.session, [load.person for load in loads])
    ordered = sorted(loads, key=lambda load: (str(names[load.person]).casefold(), load.person))
    return Figure(
        "people",
        Phrase("What lies with whom"),
        "workload",
        (
            Column("person", Phrase("Person")),
            COLUMNS[0],
            Column("effort", Phrase("Work in it, at the usual pace of each step"), "duration"),
            Column("done", Phrase("Reviews ended"), "count"),
            Column("days", Phrase("Days there"), "count"),
            COLUMNS[1],
            Column("taken", Phrase("Reviews taken"), "count"),
            *COLUMNS[2:],
            Column("quiet", Phrase("Since the last act"), "duration"),
        ),
        [_person_row(ask, load, names[load.person]) for load in ordered],
        lead=(
            Phrase(
                "This table is for sharing work out. It is in the order of names and judges nobody: files differ, and people "
                "share their time between reviews and other duties."
            ),
        ),
        chart=Chart("bars", "person", ("open",), Phrase("Reviews open now")),
        notes=_people_notes(loads),
        n=sum(load.done for load in loads),
    )


def _people_notes(loads: Sequence[Load]) -> tuple[Phrase, ...]:
    unweighed = sum(load.unweighed for load in loads)
    notes = [
        Phrase(
            "A day there is one on which the person took or ended a review; a review counts for who had it last."
        )
    ]
    if unweighed:
        notes.append(
            Phrase(
                "Open reviews at steps whose usual work is not known, left out of the work: {n}.",
                {"n": unweighed},
            )
        )
    return (*notes, *hidden(*(count for load in loads for count in (load.done, load.taken))))


def _person_row(ask: Ask, load: Load, name: str | Phrase) -> tuple[Cell, ...]:
    who = {"person": load.person}
    return (
        name,
        Linked(load.open, "held", who),
        load.effort_us if load.open else 0,
        Linked(load.done, "done", who),
        load.days,
        load.per_day,
        Linked(load.taken, "taken", who),
        load.wait,
        load.out_of_order,
        None if load.last_at is None else ask.scope.now - load.last_at,
    )


QUARTERS = (
    (25, Phrase("A quarter of the team lies below")),
    (50, Phrase("Half of the team lies below")),
    (75, Phrase("A quarter of the team lies above")),
)
MEASURES: tuple[tuple[Callable[[Load], float | None], int], ...] = (
    (lambda load: load.open, 1),
    (lambda load: load.per_day, 1000),
    (lambda load: load.wait, 1),
    (lambda load: load.out_of_order, 1000),
)
"""What is told of the team, and into how many parts a unit is cut so that the percentile counts in integers."""


def _team(loads: Sequence[Load]) -> Figure:
    told = [sorted(_whole(load, *one) for load in loads if one[0](load) is not None) for one in MEASURES]
    shown = any(len(values) >= LEAST_TEAM for values in told)
    return Figure(
        "team",
        Phrase("The range of the team"),
        "workload",
        (Column("part", Phrase("Range")), *COLUMNS),
        [
            (
                title,
                *(
                    percentile(values, quarter) / scale if len(values) >= LEAST_TEAM else None
                    for values, (_, scale) in zip(told, MEASURES, strict=True)
                ),
            )
            for quarter, title in QUARTERS
        ]
        if shown
        else [],
        notes=(Phrase("A range is shown from {n} people on.", {"n": LEAST_TEAM}),),
        empty=Phrase("There are too few people to show a range that names nobody."),
        n=len(loads),
    )


def _whole(load: Load, measure: Callable[[Load], float | None], scale: int) -> int:
    return round((measure(load) or 0) * scale)


def _unassigned(ask: Ask) -> Figure:
    found = ask.snapshot.rows(
        """SELECT step, count(*), median(now_us() - opened_at), max(now_us() - opened_at) FROM stays
        WHERE party = 'agency' AND closed_at IS NULL AND claimed_by IS NULL GROUP BY step ORDER BY 2 DESC, step"""
    )
    n = sum(row[1] for row in found)
    return Figure(
        "unassigned",
        Phrase("Files that nobody has taken"),
        "workload",
        (
            Column("step", Phrase("Step")),
            Column("files", Phrase("Waiting for somebody"), "count"),
            Column("median", Phrase("Half wait for at least"), "duration"),
            Column("longest", Phrase("The longest"), "duration"),
        ),
        [
            (
                Phrase(ask.workflows.step_title(step)),
                Linked(count, "unassigned", {"step": step}),
                enough(median, count),
                longest,
            )
            for step, count, median, longest in found
        ],
        lead=(Phrase("Reviews that lie in a queue without anybody: {n}.", {"n": n}),),
        chart=Chart("bars", "step", ("files",), Phrase("Reviews")),
        notes=hidden(*(row[1] for row in found)),
        empty=Phrase("Every open review has somebody."),
        n=n,
        public=True,
    )


HALTED = """limits AS (SELECT step, count(*) AS n, quantile_cont(closed_at - first_claimed_at, 0.95) AS longest FROM visits
    WHERE party = 'agency' AND first_claimed_at IS NOT NULL AND in_period(closed_at) GROUP BY step HAVING count(*) >= 20),
held AS (SELECT visit, file, step, claimed_at, claimed_by FROM stays
    WHERE party = 'agency' AND closed_at IS NULL AND claimed_by IS NOT NULL),
late AS (SELECT held.*, longest FROM held JOIN limits USING (step) WHERE now_us() - claimed_at > longest),
halted AS (SELECT late.* FROM late ANTI JOIN (
        SELECT visit FROM late JOIN acts ON acts.file = late.file AND actor = claimed_by AND happened_at > claimed_at) AS acted USING (visit))"""
"""Reviews held for longer than 95 of 100 took from their claim to the end, without an act of their holder since."""


def _halted(ask: Ask) -> Figure:
    found = ask.snapshot.rows(
        f"""WITH {HALTED}, counted AS (SELECT step, count(*) AS held FROM held GROUP BY step),
            stopped AS (SELECT step, count(*) AS halted, max(now_us() - claimed_at) AS longest FROM halted GROUP BY step)
        SELECT step, held, coalesce(halted, 0), limits.longest::BIGINT, stopped.longest
        FROM counted LEFT JOIN stopped USING (step) LEFT JOIN limits USING (step) ORDER BY 3 DESC, step"""
    )
    halted = sum(row[2] for row in found)
    return Figure(
        "halted",
        Phrase("Reviews that have come to a halt"),
        "workload",
        (
            Column("step", Phrase("Step")),
            Column("held", Phrase("Taken and open"), "count"),
            Column("halted", Phrase("Come to a halt"), "count"),
            Column("limit", Phrase("95 of 100 ended within"), "duration"),
            Column("longest", Phrase("Longest halt"), "duration"),
        ),
        [
            (
                Phrase(ask.workflows.step_title(step)),
                Linked(held, "held_at", {"step": step}),
                Linked(stopped, "halted", {"step": step}),
                limit,
                longest,
            )
            for step, held, stopped, limit, longest in found
        ],
        lead=(Phrase("Taken long ago and not touched since: {n}.", {"n": halted}),),
        notes=(
            Phrase(
                "A review has come to a halt when it was taken longer ago than 95 of 100 reviews of its step took, and "
                "whoever has it has done nothing on the file since."
            ),
        ),
        empty=Phrase("Nobody has an open review."),
        n=sum(row[1] for row in found),
    )


def _of_person(ask: Ask, tables: str, columns: str, condition: str) -> Statement:
    return Statement(
        f"{tables} SELECT file, {columns}, step FROM {condition} = $person", {"person": ask.word("person")}
    )


def _of_step(ask: Ask, statement: str) -> Statement:
    return Statement(f"{statement} AND step = $step", {"step": ask.word("step")})


PAGE = Page(
    "workload",
    Phrase("Workload: for sharing work out"),
    Phrase("What lies with whom, what lies with nobody, and what has come to a halt."),
    figures,
    {
        "held": Listing(
            lambda _ask: Phrase("Open reviews of one person"),
            lambda ask: _of_person(
                ask,
                "",
                "claimed_at, closed_at",
                "stays WHERE party = 'agency' AND closed_at IS NULL AND claimed_by",
            ),
        ),
        "done": Listing(
            lambda _ask: Phrase("Reviews that one person ended"),
            lambda ask: _of_person(
                ask,
                "",
                "opened_at, closed_at",
                "stays WHERE party = 'agency' AND in_period(closed_at) AND closed_by",
            ),
        ),
        "taken": Listing(
            lambda _ask: Phrase("Reviews that one person took, from their arrival to the claim"),
            lambda ask: _of_person(ask, f"WITH {TURNS}", "opened_at, first_claimed_at", "turns WHERE person"),
        ),
        "unassigned": Listing(
            lambda _ask: Phrase("Reviews that nobody has taken"),
            lambda ask: _of_step(
                ask,
                "SELECT file, opened_at, closed_at, step FROM stays WHERE party = 'agency' AND closed_at IS NULL AND claimed_by IS NULL",
            ),
        ),
        "held_at": Listing(
            lambda _ask: Phrase("Reviews taken and open"),
            lambda ask: _of_step(
                ask, f"WITH {HALTED} SELECT file, claimed_at, NULL::BIGINT, step FROM held WHERE true"
            ),
        ),
        "halted": Listing(
            lambda _ask: Phrase("Reviews that have come to a halt"),
            lambda ask: _of_step(
                ask, f"WITH {HALTED} SELECT file, claimed_at, NULL::BIGINT, step FROM halted WHERE true"
            ),
        ),
    },
)
