"""The map: one workflow drawn, each step coloured by what lies there, waits there, or is about to miss its date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from permitflow.analytics.percentiles import ENOUGH
from permitflow.engine.definition import Definition
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Column, Figure, Kind, Linked, plain
from permitflow.reports.page import Ask, Choice, Listing, Page, Statement

SOON_DAYS = 2
"""Business days before its due date from which an open file is at risk."""
COUNTED = f"""WITH counted AS (SELECT stays.file, step, stays.party, opened_at, closed_at, before_decision,
        coalesce(closed_at, now_us()) - opened_at AS stayed,
        stayed - worked_us - CASE WHEN closed_at IS NULL AND claimed_at IS NOT NULL THEN now_us() - claimed_at ELSE 0 END
            AS waited,
        least(stays.due_on, chosen.due_on) <= coalesce((SELECT on_day FROM days WHERE open AND on_day > today()
            ORDER BY on_day LIMIT 1 OFFSET {SOON_DAYS - 1}), today()) AS due_soon
    FROM stays JOIN chosen USING (file)
    WHERE chosen.workflow = $drawn AND (closed_at IS NULL OR in_period(closed_at))),
    limits AS (SELECT step, count(*) AS n, quantile_cont(waited, 0.5) AS p50_wait, quantile_cont(stayed, 0.85) AS p85
        FROM counted WHERE closed_at IS NOT NULL GROUP BY step),
    judged AS (SELECT counted.*, n, p50_wait, p85, closed_at IS NULL AS is_open, n >= {ENOUGH} AND stayed > p85 AS is_old
        FROM counted LEFT JOIN limits USING (step))"""
"""Visits that ended in the period or are open, with the limits of their step; waiting is the time nobody had claimed
them, or all of it where nobody of the city has to act."""
_STEPS = f"""{COUNTED} SELECT step, coalesce(any_value(n), 0), count(*) FILTER (is_open),
    any_value(p50_wait), any_value(p85), sum(waited) FILTER (before_decision)::BIGINT, count(*) FILTER (is_open AND is_old),
    count(*) FILTER (is_open AND due_soon), count(*) FILTER (is_open AND (is_old OR due_soon))
    FROM judged GROUP BY step ORDER BY step"""
_BUSIEST = "SELECT workflow FROM chosen GROUP BY workflow ORDER BY count(*) DESC, workflow LIMIT 1"


@dataclass(frozen=True, slots=True)
class Heat:
    """One way to colour the map: its words, and which number of a step it shows."""

    title: Phrase
    column: str
    kind: Kind


HEATS: Mapping[str, Heat] = MappingProxyType(
    {
        "wip": Heat(Phrase("Files there now"), "open", "count"),
        "wait": Heat(Phrase("Half wait at least"), "wait", "duration"),
        "p85": Heat(Phrase("85 of 100 leave within"), "p85", "duration"),
        "lost": Heat(Phrase("Waiting time in all, before the decision"), "lost", "duration"),
        "risk": Heat(Phrase("Open files at risk"), "risk", "count"),
    }
)
"""What the map can be coloured by: the word of the address and what it shows."""
LEVELS = 4
"""Colours from pale to dark; a step without a number has none."""
COLUMNS = (
    Column("step", Phrase("Step")),
    Column("open", Phrase("There now"), "count"),
    Column("n", Phrase("Left in the period"), "count"),
    Column("wait", Phrase("Half wait at least"), "duration"),
    Column("p85", Phrase("85 of 100 leave within"), "duration"),
    Column("lost", Phrase("Waiting time in all, before the decision"), "duration"),
    Column("old", Phrase("Open beyond 85 of 100"), "count"),
    Column("due_soon", Phrase("Due within {n} business days or overdue", {"n": SOON_DAYS}), "count"),
    Column("risk", Phrase("At risk: either"), "count"),
    Column("risk_percent", Phrase("At risk, of those there"), "percent"),
)


@dataclass(frozen=True, slots=True)
class Map:
    """The workflow that is drawn, and the cells of each of its steps, by the columns of the figure."""

    definition: Definition
    heat: Heat
    figure: Figure
    cells: Mapping[str, Mapping[str, Cell]]

    def level(self, step: str) -> int:
        """Return how dark a step is: 0 for nothing to show, 1 to 4 by its part of the greatest."""
        most = max((_number(row[self.heat.column]) for row in self.cells.values()), default=0)
        value = _number(self.cells[step][self.heat.column]) if step in self.cells else 0
        return 0 if value <= 0 else min(LEVELS, 1 + int(LEVELS * value / most))


def drawn_map(ask: Ask) -> Map | None:
    """Return what the picture is drawn from; None where no file is in the scope."""
    definition = _definition(ask)
    if definition is None:
        return None
    rows = ask.snapshot.rows(_STEPS, {"drawn": definition.workflow})
    called = replace(ask.workflows, prefers=definition.workflow).step_title
    steps = {row[0]: _cells(called(row[0]), definition.workflow, row) for row in rows}
    ordered = [tuple(cells.values()) for cells in _ordered(definition, steps)]
    heat = HEATS.get(ask.word("heat"), HEATS["wip"])
    return Map(definition, heat, _figure(definition, ordered, steps), steps)


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    found = drawn_map(ask)
    return [found.figure] if found else [_figure(None, [], {})]


def _definition(ask: Ask) -> Definition | None:
    """The newest version of the workflow that is chosen, or of the one with most files."""
    drawn = _drawn(ask)
    known = [one for one in ask.workflows.definitions.values() if one.workflow == drawn]
    return known[-1] if known else None


def _drawn(ask: Ask) -> str:
    if ask.scope.workflow:
        return ask.scope.workflow
    found = ask.snapshot.rows(_BUSIEST)
    return found[0][0] if found else ""


def _cells(title: str, workflow: str, row: Sequence[Any]) -> dict[str, Cell]:
    step, n, open_, wait, p85, lost, old, due_soon, risk = row
    where = {"step": step, "workflow": workflow}
    enough = n >= ENOUGH
    return {
        "step": Phrase("{step}", {"step": title}),
        "open": Linked(open_, "open", where),
        "n": Linked(n, "left", where),
        "wait": _us(wait) if enough else None,
        "p85": _us(p85) if enough else None,
        "lost": Linked(_us(lost), "counted", where),
        "old": Linked(old, "old", where),
        "due_soon": Linked(due_soon, "due_soon", where),
        "risk": Linked(risk, "risk", where),
        "risk_percent": round(100 * risk / open_, 1) if open_ >= ENOUGH else None,
    }


def _us(value: float | None) -> int | None:
    return None if value is None else round(value)


def _ordered(definition: Definition, steps: Mapping[str, Mapping[str, Cell]]) -> list[Mapping[str, Cell]]:
    """The steps in the order of the workflow, a phase before its lanes; steps of older versions last."""
    order: dict[str, int] = {}
    for phase, spec in definition.phases.items():
        for name in (phase, *spec.lanes):
            order.setdefault(name, len(order))
    return [steps[step] for step in sorted(steps, key=lambda step: (order.get(step, len(order)), step))]


def _number(cell: Cell) -> float:
    value = plain(cell)
    return float(value) if isinstance(value, (int, float)) else 0.0


def _figure(
    definition: Definition | None, rows: Sequence[Sequence[Cell]], steps: Mapping[str, Mapping[str, Cell]]
) -> Figure:
    title = definition.title if definition else ""
    return Figure(
        "steps",
        Phrase("Step by step"),
        "step_times",
        COLUMNS,
        rows,
        lead=(Phrase("Files of: {workflow}.", {"workflow": title}),) if definition else (),
        notes=_notes(definition, steps),
        n=sum(int(_number(cells["n"])) for cells in steps.values()),
    )


def _notes(definition: Definition | None, steps: Mapping[str, Mapping[str, Cell]]) -> tuple[Phrase, ...]:
    notes = [
        Phrase(
            "An open file is at risk when it has been at its step longer than 85 of 100 that left it, or when it is due within {n} business days or overdue.",
            {"n": SOON_DAYS},
        ),
        Phrase(
            "Times come from files that left the step in the period and need {n} of them; waiting time in all also holds what the open ones have waited so far.",
            {"n": ENOUGH},
        ),
    ]
    gone = [step for step in steps if definition and step not in {*definition.phases, *definition.lanes}]
    if gone:
        notes.append(Phrase("Steps of older versions that are not in the picture: {n}.", {"n": len(gone)}))
    return tuple(notes)


def _listed(title: Phrase, condition: str) -> Listing:
    def lines(ask: Ask) -> Statement:
        sql = f"{COUNTED} SELECT file, opened_at, closed_at, step FROM judged WHERE step = $step AND {condition}"
        return Statement(sql, {"drawn": _drawn(ask), "step": ask.word("step")})

    def called(ask: Ask) -> Phrase:
        words = replace(ask.workflows, prefers=_drawn(ask))
        return Phrase(title.message, {"step": words.step_title(ask.word("step")), **title.params})

    return Listing(called, lines)


PAGE = Page(
    "map",
    Phrase("Where files lie on their way"),
    Phrase("The workflow drawn; the darker a step, the more lies, waits or runs late there."),
    figures,
    {
        "open": _listed(Phrase("{step}: there now"), "is_open"),
        "left": _listed(Phrase("{step}: left in the period"), "NOT is_open"),
        "counted": _listed(Phrase("{step}: left in the period or there now"), "before_decision"),
        "old": _listed(Phrase("{step}: open longer than 85 of 100"), "is_open AND is_old"),
        "due_soon": _listed(Phrase("{step}: open and due soon or overdue"), "is_open AND due_soon"),
        "risk": _listed(Phrase("{step}: open and at risk"), "is_open AND (is_old OR due_soon)"),
    },
    (Choice("heat", Phrase("Colour by"), lambda _ask: [(name, heat.title) for name, heat in HEATS.items()]),),
)
