"""When open files will be done: the promise for each, how sure it is, and how earlier promises were kept."""

from __future__ import annotations

from collections.abc import Sequence

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.back_tests import MOST_FILES, Held, Tested, tested
from permitflow.reports.figures import Cell, Column, Figure, Linked
from permitflow.reports.file_lists import names
from permitflow.reports.forecasts import Promise, promises
from permitflow.reports.open_files import Counts, OpenFile, Ranking, listed, open_count, ranking
from permitflow.reports.page import Ask, Choice, Listing, Page, Statement

SHOWN = 50
NOTHING_OPEN = Phrase("No file lies with the city now.")
KINDS = {
    "step": Phrase("Done at its step"),
    "file": Phrase("Decided"),
}


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    found, test = ranking(ask, _start(ask, open_count(ask)), SHOWN), tested(ask)
    return [_summary(found.counts), _promises(ask, found, test), _calibration(test)]


def _summary(found: Counts) -> Figure:
    rows: list[list[Cell]] = [
        [Phrase("Open with the city"), Linked(found.open, "open")],
        [Phrase("Past a legal due date"), Linked(found.overdue, "overdue")],
        [Phrase("More likely than not to miss a legal due date"), Linked(found.likely, "likely")],
    ]
    notes = []
    if found.unknown:
        notes.append(
            Phrase(
                "Files without a known chance: {n}. Of clocks like theirs fewer than {enough} have stopped in a year.",
                {"n": found.unknown, "enough": ENOUGH},
            )
        )
    return Figure(
        "summary",
        Phrase("What is open, and what will be late"),
        "breach_risk",
        (Column("what", Phrase("Files")), Column("files", Phrase("Number"), "count")),
        rows,
        lead=(
            Phrase(
                "Open files with the city: {open}. Past a legal due date: {late}. More likely to miss one than to keep "
                "it: {likely}.",
                {"open": found.open, "late": found.overdue, "likely": found.likely},
            ),
        ),
        notes=tuple(notes),
        n=found.open,
        public=True,
    )


def _promises(ask: Ask, found: Ranking, test: Tested) -> Figure:
    called = names(ask.session, [file.id for file in found.files])
    made = promises(ask, found.files, test.levels)
    rows = [
        _row(ask, file, promise, called[file.id].number, file.step in test.drifting)
        for file, promise in zip(found.files, made, strict=True)
    ]
    return Figure(
        "promises",
        Phrase("Each open file, the worst first"),
        "breach_risk",
        _COLUMNS,
        rows,
        lead=_kept_words(test),
        notes=(
            Phrase(
                "Two forecasts stand side by side: from how long stays of the same age took in the last year (a dash where too few were ever so old), and from the "
                "queue ahead at the speed of the last 60 open days. Where they differ much, or where the step has "
                "changed lately, trust neither."
            ),
            Phrase(
                "The chance is that of the legal clock: clocks that ran as long as this one, up to the due date."
            ),
            Phrase("Files that lie with their applicants are not promised anything and are not shown."),
        ),
        empty=NOTHING_OPEN,
        n=found.counts.open,
    )


_COLUMNS = (
    Column("file", Phrase("File")),
    Column("step", Phrase("Step")),
    Column("due_on", Phrase("Legal due date"), "date"),
    Column("risk", Phrase("Chance to miss it, %"), "percent"),
    Column("age", Phrase("Age of the file"), "duration"),
    Column("step_p50", Phrase("Step done, by its age: 50 of 100"), "date"),
    Column("step_p85", Phrase("By its age: 85 of 100"), "date"),
    Column("ahead", Phrase("Ahead in the queue"), "count"),
    Column("queue_p50", Phrase("Step done, by the queue: 50 of 100"), "date"),
    Column("queue_p85", Phrase("By the queue: 85 of 100"), "date"),
    Column("drift", Phrase("Step changed lately")),
    Column("decision_p50", Phrase("Decided: 50 of 100"), "date"),
    Column("decision_p85", Phrase("Decided: 85 of 100"), "date"),
)


def _row(ask: Ask, file: OpenFile, promise: Promise, number: str, drifting: bool) -> list[Cell]:
    return [
        Linked(number, file=file.id),
        Phrase(ask.workflows.step_title(file.step)),
        file.legal_due_on,
        None if file.risk is None else 100 * file.risk,
        ask.scope.now - file.submitted_at,
        promise.step_p50,
        promise.step_p85,
        file.ahead,
        promise.queue_p50,
        promise.queue_p85,
        Phrase("yes") if drifting else Phrase("no"),
        promise.decision_p50,
        promise.decision_p85,
    ]


def _kept_words(test: Tested) -> tuple[Phrase, ...]:
    held = test.held["step"]
    if held.n < ENOUGH or held.kept is None:
        return (Phrase("Too few earlier promises have come due to say how many were kept."),)
    return (
        Phrase(
            "Of {n} promises like these over the last year {kept} of 100 were kept; 85 of 100 is what they promise.",
            {"n": held.n, "kept": round(100 * held.kept)},
        ),
    )


def _calibration(test: Tested) -> Figure:
    return Figure(
        "calibration",
        Phrase("Were earlier promises kept"),
        "calibration",
        (
            Column("what", Phrase("Promised")),
            Column("n", Phrase("Promises judged (n)"), "number"),
            Column("kept", Phrase("Kept, of 85 promised, %"), "percent"),
            Column("covered", Phrase("Within the range, of 80 expected, %"), "percent"),
            Column("open", Phrase("Not judged yet"), "number"),
        ),
        [_held_row(KINDS[kind], held) for kind, held in test.held.items()],
        notes=(
            Phrase(
                "On the first of each of the last twelve stretches of 30 days the forecast from the age was made again "
                "for what was open then, with what was known then. Sample: {n} files, at most {most}.",
                {"n": test.files, "most": MOST_FILES},
            ),
            Phrase(
                "Files: the forecast from the queue is not tested; shares from fewer than {n} are left out.",
                {"n": ENOUGH},
            ),
        ),
        n=sum(held.n for held in test.held.values()),
        public=True,
    )


def _held_row(what: Phrase, held: Held) -> list[Cell]:
    enough = held.n >= ENOUGH
    shares = [100 * share if enough and share is not None else None for share in (held.kept, held.covered)]
    return [what, held.n, *shares, held.open]


def _start(ask: Ask, total: int) -> int:
    """The rank that the address asks for, as far as there are files; counted from 0."""
    asked = ask.word("rank")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    return start - start % SHOWN if start < total else 0


def _ranks(ask: Ask) -> Sequence[tuple[str, Phrase | str]]:
    """The stretches of the ranking, the first twenty and the one that is asked for."""
    total = open_count(ask)
    starts = {*range(0, min(total, 20 * SHOWN), SHOWN), _start(ask, total)}
    return [
        (
            str(start or ""),
            Phrase("{first} to {last}", {"first": start + 1, "last": min(start + SHOWN, max(total, 1))}),
        )
        for start in sorted(starts)
    ]


def _listing(kind: str, title: Phrase) -> Listing:
    def lines(_ask: Ask) -> Statement:
        return listed(kind)

    return Listing(lambda _ask: title, lines)


PAGE = Page(
    "promises",
    Phrase("When open files will be done"),
    Phrase("A date for each file, how sure it is, and how earlier dates held."),
    figures,
    {
        "open": _listing("open", Phrase("Open files with the city")),
        "overdue": _listing("overdue", Phrase("Open files past a legal due date")),
        "likely": _listing("likely", Phrase("Open files that will rather miss their legal due date")),
    },
    (Choice("rank", Phrase("Files by rank"), _ranks),),
)
