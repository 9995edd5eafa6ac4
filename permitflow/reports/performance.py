"""What everybody may know of a city's work: figures that name no person and no file, and that lead to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.beside import lately
from permitflow.reports.class_words import WAYS
from permitflow.reports.figures import Cell, Column, Figure, plain
from permitflow.reports.headline import HELD, LATE, MET, TERM, TERM_OPEN, Terms
from permitflow.reports.kept import Dear
from permitflow.reports.kept_figures import packed, unpacked
from permitflow.reports.page import Ask
from permitflow.reports.pages.overview import FEW, Card, overview

_TIMES = """SELECT workflow, pathway, count(*) AS n, quantile_cont(decided_at - submitted_at, [0.5, 0.85]) AS took
    FROM chosen WHERE by_city AND in_period(decided_at) GROUP BY GROUPING SETS ((workflow, pathway), ())
    ORDER BY workflow NULLS LAST, pathway"""
_TERMS = f"""SELECT clock, count(*) FILTER ({MET}), count(*) FILTER ({LATE}), count(*) FILTER ({TERM_OPEN})
    FROM legal_clocks JOIN chosen USING (file)
    WHERE {TERM} AND legal_clocks.due_on BETWEEN $first::DATE AND $last::DATE GROUP BY clock ORDER BY clock"""
PARTIES = {
    "agency": Phrase("City"),
    "applicant": Phrase("Applicant"),
    "payment": Phrase("Payment"),
    "external": Phrase("Utility or other agency"),
}


@dataclass(frozen=True, slots=True)
class Performance:
    """The public page as of an instant: its sentences, its cards, and the figures that files and programs get."""

    told: tuple[Phrase, ...]
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]
    as_of: int


def performance(ask: Ask) -> Performance:
    """Return the public figures of a scope; only what is meant for the public passes, and without its links.

    They are kept for as long as the record stays the same, for a few minutes: anybody may ask, as often as they like.
    In a large city they are prepared, and shown for longer. Raises Counting.
    """
    result = lately(ask, PUBLIC)
    told, cards, figures = (unpacked(result.value[part]) for part in ("told", "cards", "figures"))
    return Performance(told, cards, figures, result.as_of)


def _built(ask: Ask) -> dict[str, object]:
    found = overview(ask)
    cards, *others = found.figures
    figures = [
        _unlinked(one) for one in (cards, on_time(ask), times(ask), courts(ask), *others) if one.public
    ]
    return {"told": packed(found.told), "cards": packed(found.cards), "figures": packed(figures)}


PUBLIC = Dear("performance", _built)


def _unlinked(figure: Figure) -> Figure:
    rows: Sequence[Sequence[Cell]] = [tuple(map(plain, row)) for row in figure.rows]
    return replace(figure, rows=rows)


def on_time(ask: Ask) -> Figure:
    """Return how many terms of each legal clock were kept, ended late, or are overdue and open."""
    dates = {"first": ask.scope.from_on.isoformat(), "last": ask.scope.to_on.isoformat()}
    rows = [(clock, Terms(*counts)) for clock, *counts in ask.snapshot.rows(_TERMS, dates)]
    return Figure(
        "on-time",
        Phrase("Were the legal terms kept"),
        "on_time",
        (
            Column("clock", Phrase("Legal clock")),
            Column("kept", Phrase("Kept"), "count"),
            Column("late", Phrase("Ended late"), "count"),
            Column("overdue", Phrase("Overdue and open"), "count"),
            Column("percent", Phrase("Share kept"), "percent"),
        ),
        [
            (_said(ask.workflows.clock_title(clock)), terms.met, terms.late, terms.overdue, terms.percent)
            for clock, terms in rows
        ],
        notes=(FEW,),
        empty=Phrase("No legal term ended in the period."),
        n=sum(terms.due for _clock, terms in rows),
        public=True,
    )


def times(ask: Ask) -> Figure:
    """Return the time to the decision by kind of application and way to the permit, and of all files last."""
    rows = ask.snapshot.rows(_TIMES)
    titles = ask.workflows.titles
    return Figure(
        "times",
        Phrase("Time to the decision"),
        "percentiles",
        (
            Column("workflow", Phrase("Kind of application")),
            Column("pathway", Phrase("Way to the permit")),
            Column("decided", Phrase("Decided"), "count"),
            Column("p50", Phrase("Half within"), "duration"),
            Column("p85", Phrase("85 of 100 within"), "duration"),
        ),
        [
            (
                Phrase("All together") if workflow is None else _said(titles.get(workflow, workflow)),
                None if workflow is None else WAYS.get(pathway, _said(pathway)),
                n,
                *([round(took[0]), round(took[1])] if n >= ENOUGH else [None, None]),
            )
            for workflow, pathway, n, took in rows
            if n
        ],
        notes=(FEW,),
        n=max((row[2] for row in rows), default=0),
        public=True,
    )


def courts(ask: Ask) -> Figure:
    """Return who had the files decided in the period, and for what part of the time to their decision."""
    span = {"start": ask.scope.start_at, "end": ask.scope.end_at}
    rows = sorted(ask.snapshot.rows(HELD, span), key=lambda row: (-row[1], row[0]))
    whole = sum(held for _party, held, _files in rows)
    (decided,) = ask.snapshot.row("SELECT count(*) FROM chosen WHERE by_city AND in_period(decided_at)")
    enough = decided >= ENOUGH and whole
    return Figure(
        "courts",
        Phrase("Whose turn it was until the decision"),
        "ball_in_court",
        (
            Column("party", Phrase("With")),
            Column("files", Phrase("Files they had"), "count"),
            Column("percent", Phrase("Part of the time"), "percent"),
        ),
        [
            (
                PARTIES.get(party, _said(party)),
                files,
                round(100 * int(held) / int(whole), 1) if enough else None,
            )
            for party, held, files in rows
        ],
        notes=(FEW,),
        n=decided,
        public=True,
    )


def _said(words: str) -> Phrase:
    """Words of a workflow, translated when they are shown."""
    return Phrase("{words}", {"words": words})
