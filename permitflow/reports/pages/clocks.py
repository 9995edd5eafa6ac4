"""The legal clocks: what ends soon, what is late, what was kept and how narrowly, and what became of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports import standstills
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.lapses import LAPSES, lapse_words, refunds
from permitflow.reports.legal_terms import DUE, KEPT, OPEN, TERMS, clock_titles, period, titled
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.small_numbers import kept_percent

Counts = Mapping[tuple[str, str, str, bool], int]
"""How many clocks: (side, clock, standing, whether its last day lies in the period) -> number."""
WORDS = {
    "running": Phrase("Running"),
    "paused": Phrase("Standing still"),
    "soon": Phrase("Due soon"),
    "overdue": Phrase("Overdue and open"),
    "met": Phrase("In time"),
    "near": Phrase("In time, at most 2 business days left"),
    "late": Phrase("Stopped late"),
    "lapsed": Phrase("Ran out"),
}
TOGETHER = {"due": DUE, "kept": KEPT}
"""Standings that a list may name together."""
FEW = Phrase("Shares from fewer than {n} clocks are not shown.", {"n": ENOUGH})
OTHERS = {
    "external": Phrase("Outside agency"),
    "applicant": Phrase("Applicant"),
    "permit": Phrase("Permit"),
}


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    rows = ask.snapshot.rows(
        f"WITH {TERMS} SELECT side, clock, standing, due_in_period, count(*) FROM terms GROUP BY ALL",
        period(ask),
    )
    counts = Counter({row[:4]: row[4] for row in rows})
    return [
        _now(ask, counts),
        _on_time(ask, counts),
        _by_month(ask),
        _lapses(ask),
        standstills.pauses(ask),
        _apart(
            ask,
            counts,
            ("unverified", Phrase("Clocks of the city whose number nobody has checked")),
            Phrase(
                "They warn, but the law's own step is never taken by them. They are in no other figure of this page."
            ),
        ),
        _apart(
            ask,
            counts,
            ("others", Phrase("Clocks of outside agencies, applicants and permits")),
            Phrase("These bind somebody else than the city and are in no other figure of this page."),
        ),
    ]


def _now(ask: Ask, counts: Counts) -> Figure:
    clocks = _clocks(counts, ("city",), OPEN)
    rows: list[Sequence[Cell]] = [
        (ask.workflows.clock_title(clock), *(_linked(counts, side, clock, one) for one in OPEN))
        for side, clock in clocks
    ]
    total = {one: sum(_number(counts, "city", clock, one) for _, clock in clocks) for one in OPEN}
    return Figure(
        "now",
        Phrase("Clocks that bind the city now"),
        "on_time",
        (_clock_column(), *(Column(one, WORDS[one], "count") for one in OPEN)),
        rows,
        lead=(
            Phrase(
                "Clocks that have not stopped: {open}. Of these due soon: {soon}. Past their last day: {overdue}.",
                {"open": sum(total.values()), "soon": total["soon"], "overdue": total["overdue"]},
            ),
        ),
        notes=(
            Phrase(
                "Due soon: at most 2 business days or a fifth of the time is left. The others run with more time."
            ),
        ),
        empty=Phrase("No clock binds the city now."),
        n=sum(total.values()),
    )


def _on_time(ask: Ask, counts: Counts) -> Figure:
    clocks = _clocks(counts, ("city",), DUE, due=True)
    rows = [
        (ask.workflows.clock_title(clock), *_outcome(counts, side, clock), _rate(counts, side, clock))
        for side, clock in clocks
    ]
    kept, due = (
        sum(_number(counts, "city", clock, one, due=True) for _, clock in clocks for one in standings)
        for standings in (KEPT, DUE)
    )
    said = Phrase(
        "Clocks whose last day lay in the period: {due}. Stopped in time: {kept}. Overdue open ones count as missed.",
        {"due": due, "kept": kept},
    )
    columns = (
        _clock_column(),
        Column("due", Phrase("Due"), "count"),
        *(Column(one, WORDS[one], "count") for one in DUE),
    )
    return Figure(
        "on_time",
        Phrase("Kept and missed"),
        "on_time",
        (*columns, Column("rate", Phrase("Share in time"), "percent")),
        rows,
        lead=(said,),
        notes=(
            Phrase("In time are both columns that begin so. Files withdrawn or abandoned are left out."),
            FEW,
        ),
        n=due,
        public=True,
    )


def _by_month(ask: Ask) -> Figure:
    found = ask.snapshot.rows(
        f"""WITH {TERMS} SELECT strftime(due_on, '%Y-%m') AS month, clock, count(*),
            count(*) FILTER (standing IN ('met', 'near')) FROM terms
            WHERE side = 'city' AND due_in_period AND standing IN ('met', 'near', 'late', 'lapsed', 'overdue')
            GROUP BY ALL ORDER BY month, clock""",
        period(ask),
    )
    rows = [
        (
            month,
            ask.workflows.clock_title(clock),
            Linked(due, "clocks", {"side": "city", "clock": clock, "month": month, "standing": "due"}),
            Linked(kept, "clocks", {"side": "city", "clock": clock, "month": month, "standing": "kept"}),
            kept_percent(kept, due),
        )
        for month, clock, due, kept in found
    ]
    return Figure(
        "by_month",
        Phrase("In time by the month of the last day"),
        "on_time",
        (
            Column("month", Phrase("Month")),
            _clock_column(),
            Column("due", Phrase("Due"), "count"),
            Column("kept", Phrase("In time"), "count"),
            Column("rate", Phrase("In time, of a hundred"), "percent"),
        ),
        rows,
        chart=Chart(
            "lines", "month", ("rate",), Phrase("Of a hundred clocks stopped in time"), series="clock"
        ),
        notes=(FEW,),
        n=sum(due for *_, due, _ in found),
        public=True,
    )


def _lapses(ask: Ask) -> Figure:
    found = ask.snapshot.rows(
        f"SELECT clock, what, count(*), count(DISTINCT file) FROM ({LAPSES}) GROUP BY ALL ORDER BY 3 DESC, 1, 2",
        {"actions": [*lapse_words(ask.workflows)]},
    )
    words = lapse_words(ask.workflows)
    rows = [
        (
            ask.workflows.clock_title(clock),
            words[what],
            Linked(count, "lapses", {"clock": clock, "what": what}),
            files,
        )
        for clock, what, count, files in found
    ]
    owed, cents = refunds(ask)
    said = (
        Phrase(
            "Late decisions that owe money back: {n}, together {dollars} dollars.",
            {"n": owed, "dollars": cents // 100},
        ),
    )
    return Figure(
        "lapses",
        Phrase("Clocks that ran out, and what came of it"),
        "on_time",
        (
            _clock_column(),
            Column("what", Phrase("What came of it")),
            Column("lapses", Phrase("Clocks"), "count"),
            Column("files", Phrase("Files"), "count"),
        ),
        rows,
        lead=said if owed else (),
        empty=Phrase("No clock ran out in the period."),
        n=sum(count for _, _, count, _ in found),
    )


def _apart(ask: Ask, counts: Counts, named: tuple[str, Phrase], note: Phrase) -> Figure:
    """The clocks of one side in one table: open ones as of now, the others by their last day in the period."""
    id_, title = named
    sides = (id_,) if id_ == "unverified" else tuple(OTHERS)
    shown = ("running", "paused", "soon", "overdue")
    clocks = sorted({*_clocks(counts, sides, OPEN), *_clocks(counts, sides, DUE, due=True)})
    rows: list[Sequence[Cell]] = [
        (
            ask.workflows.clock_title(clock),
            OTHERS.get(side, Phrase("City")),
            *(_linked(counts, side, clock, one) for one in shown),
            *(_linked(counts, side, clock, one, due=True) for one in ("met", "near", "late", "lapsed")),
        )
        for side, clock in clocks
    ]
    standings = (*shown, "met", "near", "late", "lapsed")
    return Figure(
        id_,
        title,
        "on_time",
        (
            _clock_column(),
            Column("side", Phrase("Binds")),
            *(Column(one, WORDS[one], "count") for one in standings),
        ),
        rows,
        notes=(note,),
        empty=Phrase("There is no such clock."),
    )


def _clock_column() -> Column:
    return Column("clock", Phrase("Clock"))


def _clocks(
    counts: Counts, sides: Sequence[str], standings: Sequence[str], *, due: bool = False
) -> list[tuple[str, str]]:
    return sorted(
        {
            (side, clock)
            for (side, clock, standing, in_period), number in counts.items()
            if side in sides and standing in standings and number and (in_period or not due)
        }
    )


def _number(counts: Counts, side: str, clock: str, standing: str, *, due: bool = False) -> int:
    inside = counts.get((side, clock, standing, True), 0)
    return inside if due else inside + counts.get((side, clock, standing, False), 0)


def _linked(counts: Counts, side: str, clock: str, standing: str, *, due: bool = False) -> Linked:
    words = {"side": side, "clock": clock, "standing": standing} | ({"due": "yes"} if due else {})
    return Linked(_number(counts, side, clock, standing, due=due), "clocks", words)


def _outcome(counts: Counts, side: str, clock: str) -> tuple[Linked, ...]:
    each = [_linked(counts, side, clock, one, due=True) for one in DUE]
    total = sum(_number(counts, side, clock, one, due=True) for one in DUE)
    return Linked(total, "clocks", {"side": side, "clock": clock, "standing": "due"}), *each


def _rate(counts: Counts, side: str, clock: str) -> float | None:
    kept, due = (
        sum(_number(counts, side, clock, one, due=True) for one in standings) for standings in (KEPT, DUE)
    )
    return kept_percent(kept, due)


def _clock_lines(ask: Ask) -> Statement:
    place, titles = titled("clock", clock_titles(ask.workflows))
    standing = ask.word("standing")
    wanted = {name: ask.word(name) for name in ("side", "clock", "month")}
    in_period = "due_in_period AND" if ask.word("due") or ask.word("month") or standing in TOGETHER else ""
    return Statement(
        f"""WITH {TERMS} SELECT file, started_at, stopped_at, {place} FROM terms WHERE {in_period} list_contains($standings, standing)
            AND $side IN ('', side) AND $clock IN ('', clock) AND ($month = '' OR strftime(due_on, '%Y-%m') = $month)""",
        {**period(ask), **titles, **wanted, "standings": [*TOGETHER.get(standing, (standing,))]},
    )


def _lapse_lines(ask: Ask) -> Statement:
    place, titles = titled("clock", clock_titles(ask.workflows))
    wanted = {"clock": ask.word("clock"), "what": ask.word("what"), "actions": [*lapse_words(ask.workflows)]}
    return Statement(
        f"SELECT file, happened_at, happened_at, {place} FROM ({LAPSES}) WHERE clock = $clock AND what = $what",
        wanted | titles,
    )


def _of_clock(ask: Ask) -> Phrase:
    clock = ask.workflows.clock_title(ask.word("clock"))
    words = WORDS.get(ask.word("standing"))
    if words is None:
        return Phrase("Files by the last day of a clock: {clock}", {"clock": clock})
    return Phrase("{standing}: {clock}", {"standing": words.message, "clock": clock})


PAGE = Page(
    "clocks",
    Phrase("Legal clocks"),
    Phrase("What the law says must be done by when, and whether it was."),
    figures,
    {
        "clocks": Listing(_of_clock, _clock_lines),
        "lapses": Listing(
            lambda ask: Phrase("Ran out: {clock}", {"clock": ask.workflows.clock_title(ask.word("clock"))}),
            _lapse_lines,
        ),
        "pauses": Listing(
            lambda ask: Phrase("Files whose clock stood still: {reason}", {"reason": ask.word("reason")}),
            standstills.pause_lines,
        ),
    },
)
