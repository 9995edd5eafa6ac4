"""Classes of files side by side: the same figures for each, what differs and how surely, and who was taken out of turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from permitflow.analytics.grouped_percentiles import ALL, Key, Measured, Source, percentiles_by
from permitflow.analytics.percentiles import ENOUGH
from permitflow.analytics.proportions import Estimate, bounded, difference, share
from permitflow.queries.sentence import Phrase
from permitflow.reports.class_words import GROUPS, value_words
from permitflow.reports.deadlines import DUE, UNCHECKED, due_parameters
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.prepared_page import Prepared
from permitflow.reports.queue_order import TURNS_BOTH_WAYS
from permitflow.reports.reviews import CYCLES, verdicts
from permitflow.reports.small_numbers import hidden, kept_percent, percent

KINDS: Mapping[str, Phrase] = {
    **{name: GROUPS[name] for name in ("workflow", "level", "project_type", "public_land")},
    "size": Phrase("Files of the applicant's company"),
}
SIZES: Mapping[str, Phrase] = {
    "1": Phrase("One file"),
    "2-9": Phrase("2 to 9 files"),
    "10+": Phrase("10 files or more"),
}
KINDS_OF = """sizes AS (SELECT company, CASE WHEN count(*) < 2 THEN '1' WHEN count(*) < 10 THEN '2-9' ELSE '10+' END AS size
    FROM files GROUP BY company),
kinds AS (SELECT file, workflow, level, project_type, public_land::VARCHAR AS public_land, coalesce(size, '1') AS size
    FROM chosen LEFT JOIN sizes USING (company))"""
"""The classes of each chosen file; a company's size is that of its files in the whole record."""
TIMES = f"""WITH {KINDS_OF},
shut AS (SELECT DISTINCT file, b_start, b_start + end_at - start_at AS b_end FROM stops JOIN days
    ON on_day >= paused_on AND on_day < coalesce(resumed_on, today() + 1) WHERE declared AND open),
held AS (SELECT file, sum(greatest(least(b_end, b_decided) - greatest(b_start, b_submitted), 0)) AS held
    FROM shut JOIN chosen USING (file) GROUP BY file)
SELECT kinds.* EXCLUDE (file), decided_at - submitted_at AS gross,
    (b_decided - b_submitted - coalesce(held, 0))::BIGINT AS net
FROM chosen JOIN kinds USING (file) LEFT JOIN held USING (file) WHERE by_city AND in_period(decided_at)"""
"""Decided files: calendar time, and business time without the days of declared holds (each day once)."""
DECIDED = "decided AS (SELECT * FROM chosen WHERE by_city AND in_period(decided_at))"
PERCENTS = (50, 85)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one class: first cycles ended and approved, clocks due and kept, time in all and with the applicant."""

    cycles: int = 0
    approved: int = 0
    due: int = 0
    kept: int = 0
    took_us: int = 0
    applicant_us: int = 0
    taken: int = 0
    overtook: int = 0
    overtaken: int = 0


NONE = Counts()


@dataclass(frozen=True, slots=True)
class Found:
    """All that is known of the classes, by kind and class."""

    times: Mapping[Key, Mapping[str, Measured]]
    counts: Mapping[Key, Counts]

    def classes(self, kind: str) -> list[str | None]:
        """Return the classes of a kind that have anything, in the order of their words; what is not told last."""
        known = {value for name, value in (*self.times, *self.counts) if name == kind}
        return sorted(known, key=lambda value: (value is None, value or ""))

    def n(self, key: Key) -> int:
        """Return how many files of a class the city decided."""
        return self.times[key]["gross"].n if key in self.times else 0


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    found = Found(
        percentiles_by(ask.snapshot, Source(TIMES, tuple(KINDS), ("gross", "net")), PERCENTS),
        {(kind, value): Counts(**numbers) for kind, value, numbers in _counts(ask)},
    )
    return [*(_kind(ask, found, kind) for kind in KINDS), _differences(ask, found), _order(ask, found)]


def _counts(ask: Ask) -> list[tuple[str, str | None, dict[str, int]]]:
    """The counts of each class, added up from those of all classes crossed with each other."""
    told: dict[Key, Counter[str]] = {}
    columns = ", ".join(KINDS)
    for sql, parameters, names in _counted(ask):
        for row in ask.snapshot.rows(f"{sql} GROUP BY {columns}".format(kinds=columns), parameters):
            numbers = dict(zip(names, row[len(KINDS) :], strict=True))
            for key in zip(KINDS, row, strict=False):
                told.setdefault(key, Counter()).update(numbers)
    return [(*key, dict(numbers)) for key, numbers in told.items()]


def _counted(ask: Ask) -> list[tuple[str, Mapping[str, object], tuple[str, ...]]]:
    """Statements that end before GROUP BY, with their parameters and what their last columns are called."""
    cycles = f"WITH {KINDS_OF}, {CYCLES} SELECT {{kinds}}, count(*), count(*) FILTER (approved) FROM (SELECT file, approved FROM cycles) JOIN kinds USING (file)"
    due = f"{DUE}, {KINDS_OF} SELECT {{kinds}}, count(*), count(*) FILTER (standing = 'in_time') FROM due JOIN kinds USING (file) WHERE verified"
    held = f"""WITH {KINDS_OF}, {DECIDED},
        away AS (SELECT file, sum(least(coalesce(ended_at, decided_at), decided_at) - started_at) AS away FROM courts JOIN decided USING (file)
            WHERE courts.party = 'applicant' AND started_at < decided_at GROUP BY file),
        split AS (SELECT file, decided_at - submitted_at AS took, coalesce(away, 0) AS away FROM decided LEFT JOIN away USING (file))
        SELECT {{kinds}}, sum(took)::BIGINT, sum(away)::BIGINT FROM split JOIN kinds USING (file)"""
    turns = f"""WITH {KINDS_OF}, {TURNS_BOTH_WAYS} SELECT {{kinds}}, count(*), count(*) FILTER (overtook), count(*) FILTER (overtaken)
        FROM turns JOIN kinds USING (file)"""
    return [
        (cycles, verdicts(ask.workflows).within(cycles), ("cycles", "approved")),
        (due, due_parameters(ask.scope), ("due", "kept")),
        (held, {}, ("took_us", "applicant_us")),
        (turns, {}, ("taken", "overtook", "overtaken")),
    ]


def _called(ask: Ask, kind: str, value: str | None) -> Phrase:
    return (
        SIZES[value or ""] if kind == "size" and value in SIZES else value_words(ask.workflows, kind, value)
    )


def _words(kind: str, value: str | None) -> dict[str, str]:
    return {"kind": kind, "of": "" if value is None else value}


TIME_COLUMNS = (
    Column("gross_p50", Phrase("Half within"), "duration"),
    Column("gross_low", Phrase("Half: from"), "duration"),
    Column("gross_high", Phrase("Half: to"), "duration"),
    Column("gross_p85", Phrase("85 of 100 within"), "duration"),
    Column("net_p50", Phrase("Half within, business time without holds"), "business"),
    Column("net_p85", Phrase("85 of 100 within, business time without holds"), "business"),
)


def _kind(ask: Ask, found: Found, kind: str) -> Figure:
    classes = found.classes(kind)
    keys: list[Key] = [(kind, value) for value in classes]
    return Figure(
        f"by_{kind}",
        KINDS[kind],
        "classes",
        (
            Column("class", KINDS[kind]),
            Column("files", Phrase("Files decided"), "count"),
            *TIME_COLUMNS,
            Column("approved_share", Phrase("Approved the first time"), "percent"),
            Column("due", Phrase("Legal dates due"), "count"),
            Column("kept_share", Phrase("Kept in time"), "percent"),
            Column("applicant_share", Phrase("Time with the applicant"), "percent"),
        ),
        [
            (
                _called(ask, kind, value),
                Linked(found.n((kind, value)), "decided", _words(kind, value)),
                *_times(found, (kind, value)),
                *_shares(found, (kind, value)),
            )
            for value in classes
        ],
        chart=Chart("bars", "class", ("gross_p50", "gross_p85"), Phrase("Days to the decision")),
        notes=(UNCHECKED, *hidden(*(count for key in keys for count in _sizes(found, key)))),
        n=found.n(ALL),
        public=True,
    )


def _sizes(found: Found, key: Key) -> tuple[int, ...]:
    counts = found.counts.get(key, NONE)
    return found.n(key), counts.cycles, counts.due


def _times(found: Found, key: Key) -> tuple[Cell, ...]:
    if key not in found.times:
        return (None,) * len(TIME_COLUMNS)
    gross, net = found.times[key]["gross"], found.times[key]["net"]
    half = gross.percentiles[50]
    return half.value, half.low, half.high, gross.value(85), net.value(50), net.value(85)


def _shares(found: Found, key: Key) -> tuple[Cell, ...]:
    counts = found.counts.get(key, NONE)
    enough = found.n(key) >= ENOUGH and counts.took_us
    return (
        percent(counts.approved, counts.cycles),
        Linked(counts.due, "due", _words(*key)),
        kept_percent(counts.kept, counts.due),
        100 * counts.applicant_us / counts.took_us if enough else None,
    )


def _differences(ask: Ask, found: Found) -> Figure:
    rows = [row for kind in KINDS for row in _against_largest(ask, found, kind)]
    return Figure(
        "differences",
        Phrase("What differs, and how surely"),
        "classes",
        (
            Column("kind", Phrase("By")),
            Column("class", Phrase("Class")),
            Column("against", Phrase("Against the largest class")),
            Column("longer", Phrase("Half took longer by"), "duration"),
            Column("longer_low", Phrase("Longer: from"), "duration"),
            Column("longer_high", Phrase("Longer: to"), "duration"),
            Column("approved", Phrase("Approved the first time, points more"), "number"),
            Column("approved_low", Phrase("Approved: from"), "number"),
            Column("approved_high", Phrase("Approved: to"), "number"),
            Column("kept", Phrase("Kept in time, points more"), "number"),
            Column("kept_low", Phrase("Kept: from"), "number"),
            Column("kept_high", Phrase("Kept: to"), "number"),
        ),
        rows,
        notes=(
            Phrase(
                "Shown only where both classes have at least {n}. A difference whose range includes 0 may be chance.",
                {"n": ENOUGH},
            ),
            Phrase(
                "Classes differ in what is asked of them: choose one workflow above before you compare sites or companies."
            ),
        ),
        empty=Phrase("There are no two classes with enough files to compare."),
        n=found.n(ALL),
        public=True,
    )


def _against_largest(ask: Ask, found: Found, kind: str) -> list[Sequence[Cell]]:
    classes = found.classes(kind)
    if not classes:
        return []
    largest = max(classes, key=lambda value: found.n((kind, value)))
    base = _estimates(found, (kind, largest))
    rows: list[Sequence[Cell]] = []
    for value in classes:
        told = [difference(*pair) for pair in zip(_estimates(found, (kind, value)), base, strict=True)]
        if value != largest and any(told):
            called = (_called(ask, kind, value), _called(ask, kind, largest))
            rows.append((KINDS[kind], *called, *(cell for one in told for cell in _cells(one))))
    return rows


def _estimates(found: Found, key: Key) -> tuple[Estimate | None, ...]:
    counts = found.counts.get(key, NONE)
    half = bounded(found.times[key]["gross"].percentiles[50]) if key in found.times else None
    return half, share(counts.approved, counts.cycles), share(counts.kept, counts.due)


def _cells(one: Estimate | None) -> tuple[Cell, ...]:
    return (None, None, None) if one is None else (one.value, one.low, one.high)


def _order(ask: Ask, found: Found) -> Figure:
    keys = [(kind, value) for kind in KINDS for value in found.classes(kind)]
    told = [(key, found.counts[key]) for key in keys if key in found.counts and found.counts[key].taken]
    return Figure(
        "order",
        Phrase("Taken out of turn, by class"),
        "classes",
        (
            Column("kind", Phrase("By")),
            Column("class", Phrase("Class")),
            Column("taken", Phrase("Reviews taken"), "count"),
            Column("overtook", Phrase("While an older file waited"), "count"),
            Column("overtook_share", Phrase("Share that went ahead"), "percent"),
            Column("overtaken", Phrase("After a newer file"), "count"),
            Column("overtaken_share", Phrase("Share that was passed over"), "percent"),
        ),
        [
            (
                KINDS[kind],
                _called(ask, kind, value),
                Linked(counts.taken, "taken", _words(kind, value)),
                Linked(counts.overtook, "overtook", _words(kind, value)),
                percent(counts.overtook, counts.taken),
                Linked(counts.overtaken, "overtaken", _words(kind, value)),
                percent(counts.overtaken, counts.taken),
            )
            for (kind, value), counts in told
        ],
        notes=(
            Phrase("The queue of a step is that of the whole city, in the order in which files came to it."),
            *hidden(*(counts.taken for _, counts in told)),
        ),
        n=sum(counts.taken for (kind, _), counts in told if kind == "workflow"),
        public=True,
    )


def _of_class(ask: Ask) -> tuple[str, dict[str, object]]:
    """The condition that a file is of the class the address names; a kind that is none chooses nothing."""
    kind = ask.word("kind")
    if kind not in KINDS:
        return "false", {}
    return f"coalesce(kinds.{kind}, '') = $class", {"class": ask.word("of")}


def _decided_lines(ask: Ask) -> Statement:
    where, parameters = _of_class(ask)
    return Statement(
        f"WITH {KINDS_OF}, {DECIDED} SELECT file, submitted_at, decided_at, state FROM decided JOIN kinds USING (file) WHERE {where}",
        parameters,
    )


def _due_lines(ask: Ask) -> Statement:
    where, parameters = _of_class(ask)
    sql = f"{DUE}, {KINDS_OF} SELECT file, started_at, stopped_at, clock FROM due JOIN kinds USING (file) WHERE verified AND {where}"
    return Statement(sql, {**due_parameters(ask.scope), **parameters})


def _turn_lines(ask: Ask, condition: str = "true") -> Statement:
    where, parameters = _of_class(ask)
    return Statement(
        f"""WITH {KINDS_OF}, {TURNS_BOTH_WAYS} SELECT file, opened_at, first_claimed_at, step FROM turns JOIN kinds USING (file)
        WHERE {condition} AND {where}""",
        parameters,
    )


PAGE = Page(
    "classes",
    Phrase("Classes of files side by side"),
    Phrase("The same figures for each kind of file and applicant, before any total."),
    Prepared("classes", figures),
    {
        "decided": Listing(
            lambda _ask: Phrase("Files of one class that the city decided in the period"), _decided_lines
        ),
        "due": Listing(lambda _ask: Phrase("Legal dates of one class"), _due_lines),
        "taken": Listing(lambda _ask: Phrase("Reviews of one class taken in the period"), _turn_lines),
        "overtook": Listing(
            lambda _ask: Phrase("Reviews taken while an older file waited"),
            lambda ask: _turn_lines(ask, "overtook"),
        ),
        "overtaken": Listing(
            lambda _ask: Phrase("Reviews taken after a newer file"),
            lambda ask: _turn_lines(ask, "overtaken"),
        ),
    },
)
