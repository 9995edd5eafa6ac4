"""The age of what is open, against how long the same step took before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.file_lists import names
from permitflow.reports.page import Ask, Choice, Listing, Page, Statement
from permitflow.reports.stay_curves import OF_A_STEP

MOST_POINTS = 500
PERCENTS = (50, 70, 85, 95)
_STANDING = f"""WITH history AS (
    SELECT step, count(*) AS closed, quantile_cont(b_closed - b_opened, [0.5, 0.7, 0.85, 0.95]) AS bands
    FROM stays WHERE {OF_A_STEP} AND in_period(closed_at) GROUP BY step
), standing AS (
    SELECT stays.file, step, opened_at, b_now() - b_opened AS age, closed,
        CASE WHEN closed >= {ENOUGH} THEN bands END AS bands
    FROM stays LEFT JOIN history USING (step) WHERE {OF_A_STEP} AND closed_at IS NULL
)"""
"""`standing`: the open stays with their net age and the four limits of their step, NULL from under 20 closed stays."""
_LINES = f"""{_STANDING} SELECT step, count(*), coalesce(any_value(closed), 0), any_value(bands),
        count(*) FILTER (age > bands[3]), count(*) FILTER (age > bands[4]), max(age),
        arg_max(id, (age, -standing.file))
    FROM standing JOIN files USING (file) GROUP BY step ORDER BY step"""
_POINTS = f"""SELECT step, id, b_now() - b_opened AS age FROM (
        SELECT file, step, b_opened FROM stays WHERE {OF_A_STEP} AND closed_at IS NULL AND $step IN ('', step)
        ORDER BY b_opened, file LIMIT {MOST_POINTS}) JOIN files USING (file) ORDER BY age DESC, file"""
BANDS = (
    Phrase("as fast as half"),
    Phrase("beyond 50 of 100"),
    Phrase("beyond 70 of 100"),
    Phrase("beyond 85 of 100"),
    Phrase("beyond 95 of 100"),
)
UNKNOWN = Phrase("no limit known")
LIMITS = Phrase("Limits are net ages of the stays that ended in the period, in business days.")
FASTER = Phrase(
    "A step that answers its easy files first shows limits that are too short; see how long until it is done."
)


@dataclass(frozen=True, slots=True)
class StepLine:
    """What stands at one step: counts, the four limits (business microseconds; None when suppressed), the oldest."""

    step: str
    open: int
    closed: int
    limits: Sequence[float] | None
    beyond_85: int
    beyond_95: int
    oldest_us: int
    oldest_id: str

    def limit(self, place: int) -> float | None:
        """Return one of the four limits."""
        return None if self.limits is None else self.limits[place]


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    lines = [StepLine(*row) for row in ask.snapshot.rows(_LINES)]
    return [_points(ask, lines), _steps(ask, lines)]


def _points(ask: Ask, lines: Sequence[StepLine]) -> Figure:
    chosen = next((line for line in lines if line.step == ask.word("step")), None)
    found = ask.snapshot.rows(_POINTS, {"step": chosen.step if chosen else ""})
    called = names(ask.session, [row[1] for row in found])
    limits = {line.step: line.limits for line in lines}
    total = chosen.open if chosen else sum(line.open for line in lines)
    notes = [LIMITS]
    if total > len(found):
        notes.append(
            Phrase(
                "Drawn are the {n} oldest of {total}; the table counts all.",
                {"n": len(found), "total": total},
            )
        )
    return Figure(
        "points",
        Phrase("Each open stay by its net age"),
        "ageing",
        (
            Column("file", Phrase("File")),
            Column("step", Phrase("Step")),
            Column("age", Phrase("Net age"), "business"),
            Column("band", Phrase("Against the stays before")),
        ),
        [_point(ask, row, called[row[1]].number, limits.get(row[0])) for row in found],
        lead=_lead(ask, lines),
        chart=Chart(
            "scatter",
            "step",
            ("age",),
            Phrase("Net age in business days"),
            series="band",
            lines=_level_lines(chosen),
            order=(*BANDS, UNKNOWN),
        ),
        notes=tuple(notes),
        empty=Phrase("Nothing is open."),
        n=total,
    )


def _point(ask: Ask, row: tuple[Any, ...], number: str, limits: Sequence[float] | None) -> list[Cell]:
    step, id_, age = row
    band = UNKNOWN if limits is None else BANDS[sum(age > limit for limit in limits)]
    return [Linked(number, file=id_), Phrase(ask.workflows.step_title(step)), age, band]


def _level_lines(chosen: StepLine | None) -> tuple[tuple[Phrase, float], ...]:
    """The limits of one step; of several steps each has its own, and none is drawn."""
    if chosen is None or chosen.limits is None:
        return ()
    pairs = zip(PERCENTS, chosen.limits, strict=True)
    return tuple((Phrase("{percent} of 100", {"percent": percent}), limit) for percent, limit in pairs)


def _lead(ask: Ask, lines: Sequence[StepLine]) -> tuple[Phrase, ...]:
    known = [line for line in lines if line.limits is not None]
    if not known:
        return ()
    count, old = sum(line.open for line in known), sum(line.beyond_85 for line in known)
    said = [
        Phrase(
            "Open stays at steps with limits: {n}. Longer than 85 of 100 before them at the same step: {old}.",
            {"n": count, "old": old},
        )
    ]
    worst = max(known, key=lambda line: line.beyond_85)
    if worst.beyond_85:
        place = ask.workflows.step_title(worst.step)
        said.append(Phrase("Most of them stand at {place}: {n}.", {"place": place, "n": worst.beyond_85}))
    return tuple(said)


def _steps(ask: Ask, lines: Sequence[StepLine]) -> Figure:
    notes = [LIMITS, FASTER]
    if any(line.limits is None for line in lines):
        notes.append(Phrase("Limits need {n} closed stays; steps with fewer have none.", {"n": ENOUGH}))
    return Figure(
        "steps",
        Phrase("Open stays of each step, and its limits"),
        "ageing",
        (
            Column("step", Phrase("Step")),
            Column("open", Phrase("Open now"), "count"),
            Column("beyond_85", Phrase("Older than 85 of 100"), "count"),
            Column("beyond_95", Phrase("Older than 95 of 100"), "count"),
            Column("oldest", Phrase("Oldest"), "business"),
            *(
                Column(f"p{percent}", Phrase("{percent} of 100 within", {"percent": percent}), "business")
                for percent in PERCENTS
            ),
            Column("closed", Phrase("Closed (n)"), "count"),
        ),
        [_row(ask, line) for line in lines],
        notes=tuple(notes),
        empty=Phrase("Nothing is open."),
        n=sum(line.open for line in lines),
    )


def _row(ask: Ask, line: StepLine) -> list[Cell]:
    known = line.limits is not None
    return [
        Phrase(ask.workflows.step_title(line.step)),
        Linked(line.open, "open", {"step": line.step}),
        Linked(line.beyond_85, "beyond", {"step": line.step, "limit": "85"}) if known else None,
        Linked(line.beyond_95, "beyond", {"step": line.step, "limit": "95"}) if known else None,
        Linked(line.oldest_us, file=line.oldest_id),
        *(line.limit(place) for place in range(len(PERCENTS))),
        Linked(line.closed, "closed", {"step": line.step}),
    ]


def _open(ask: Ask) -> Statement:
    return Statement(
        f"SELECT file, opened_at, NULL, step FROM stays WHERE {OF_A_STEP} AND closed_at IS NULL AND step = $step",
        {"step": ask.word("step")},
    )


def _beyond(ask: Ask) -> Statement:
    place = 4 if ask.word("limit") == "95" else 3
    return Statement(
        f"{_STANDING} SELECT file, opened_at, NULL, step FROM standing WHERE age > bands[{place}] AND step = $step",
        {"step": ask.word("step")},
    )


def _closed(ask: Ask) -> Statement:
    return Statement(
        f"SELECT file, opened_at, closed_at, step FROM stays "
        f"WHERE {OF_A_STEP} AND in_period(closed_at) AND step = $step",
        {"step": ask.word("step")},
    )


def _at(words: Phrase) -> Any:
    return lambda ask: Phrase(words.message, {"place": ask.workflows.step_title(ask.word("step"))})


def _choices(ask: Ask) -> list[tuple[str, Phrase | str]]:
    found = ask.snapshot.rows(
        f"SELECT DISTINCT step FROM stays WHERE {OF_A_STEP} AND closed_at IS NULL ORDER BY 1"
    )
    usual: list[tuple[str, Phrase | str]] = [("", Phrase("All steps"))]
    return [*usual, *((step, Phrase(ask.workflows.step_title(step))) for (step,) in found)]


PAGE = Page(
    "ageing",
    Phrase("How old the open files are"),
    Phrase("Each open stay against how long the same step took before."),
    figures,
    {
        "open": Listing(_at(Phrase("{place}: open now")), _open),
        "beyond": Listing(_at(Phrase("{place}: open longer than usual")), _beyond),
        "closed": Listing(_at(Phrase("{place}: closed in the period")), _closed),
    },
    (Choice("step", Phrase("Step"), _choices),),
)
