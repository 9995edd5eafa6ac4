"""How much of a finished file's life somebody worked on it, and how much nobody did, by class before the total."""

from __future__ import annotations

from collections.abc import Mapping

from permitflow.analytics.grouped_percentiles import ALL, Key, Measured, Source, percentiles_by
from permitflow.queries.sentence import Phrase
from permitflow.reports.class_words import GROUPS, value_words
from permitflow.reports.figures import Cell, Chart, Figure, Linked
from permitflow.reports.lead_times import BASIS, SAMPLE, gather_lives
from permitflow.reports.page import Ask
from permitflow.reports.percentile_cells import (
    INTERVALS,
    class_columns,
    percentile_cells,
    percentile_columns,
    too_few,
)
from permitflow.reports.wording import elapsed, rounded

CLASSES = tuple(group for group in GROUPS if group)
LIVES = Source("SELECT * FROM lives", CLASSES, ("idle", "efficiency"))
Percentiles = Mapping[Key, Mapping[str, Measured]]
CLAIMED = Phrase(
    "Worked on means claimed, nights and closed days included. Lanes claimed at the same time count once."
)


def worked_figures(ask: Ask) -> list[Figure]:
    """Return idle time and flow efficiency of the files that the city decided in the period."""
    gather_lives(ask.snapshot)
    found = percentiles_by(ask.snapshot, LIVES)
    worked, lead, decided = ask.snapshot.row(
        """SELECT sum(worked), sum(lead), (SELECT count(*) FROM chosen WHERE by_city AND in_period(decided_at))
        FROM lives"""
    )
    notes: tuple[Phrase, ...] = (
        CLAIMED,
        INTERVALS,
        *too_few(*(one["idle"].n for one in found.values())),
    )
    if decided > (n := found[ALL]["idle"].n):
        told = {"n": n, "all": decided, "most": SAMPLE}
        notes += (
            Phrase("Of {all} files {n} were taken by chance: of more than {most} not all are read.", told),
        )
    return [_idle(ask, found, notes), _efficiency(ask, found, notes, (worked or 0, lead or 0))]


def _idle(ask: Ask, found: Percentiles, notes: tuple[Phrase, ...]) -> Figure:
    whole = found[ALL]["idle"]
    half, most = whole.value(50), whole.value(85)
    told: tuple[Phrase, ...] = ()
    if half is not None and most is not None:
        days = {"n": whole.n, "half": elapsed(half), "most": elapsed(most)}
        told = (
            Phrase(
                "Nobody worked on half of {n} files for {half} or less, on 85 of 100 for {most} or less.",
                days,
            ),
        )
    return Figure(
        "idle",
        Phrase("Time in which nobody worked on a file"),
        "idle_time",
        (*class_columns(), *percentile_columns("duration")),
        [[*head, *percentile_cells(measured["idle"])] for head, measured in _lines(ask, found)],
        lead=told,
        chart=Chart("bars", "class", ("p50", "p85"), Phrase("Idle days of a file")),
        notes=notes,
        n=whole.n,
        public=True,
    )


def _efficiency(ask: Ask, found: Percentiles, notes: tuple[Phrase, ...], sums: tuple[int, int]) -> Figure:
    whole, (worked, lead) = found[ALL]["efficiency"], sums
    half = whole.value(50)
    told: tuple[Phrase, ...] = ()
    if half is not None and lead:
        parts = {"n": whole.n, "half": rounded(100 * half / BASIS), "share": rounded(100 * worked / lead)}
        told = (
            Phrase("Half of {n} files were worked on in no more than {half} % of their time.", parts),
            Phrase("Of the time of all of them together it was {share} %.", parts),
        )
    return Figure(
        "efficiency",
        Phrase("Part of the time in which somebody worked on a file"),
        "flow_efficiency",
        (*class_columns(), *percentile_columns("percent")),
        [[*head, *_percents(measured["efficiency"])] for head, measured in _lines(ask, found)],
        lead=told,
        chart=Chart("bars", "class", ("p50", "p85"), Phrase("Part of the time worked on, in percent")),
        notes=notes,
        n=whole.n,
        public=True,
    )


def _lines(ask: Ask, found: Percentiles) -> list[tuple[list[Cell], Mapping[str, Measured]]]:
    return [
        (
            [
                GROUPS[group],
                value_words(ask.workflows, group, value),
                Linked(measured["idle"].n, "lives", {"group": group, "value": value or ""} if group else {}),
            ],
            measured,
        )
        for (group, value), measured in found.items()
        if measured["idle"].n
    ]


def _percents(measured: Measured) -> list[float | None]:
    return [None if part is None else 100 * part / BASIS for part in percentile_cells(measured)]
