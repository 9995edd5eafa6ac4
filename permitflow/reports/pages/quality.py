"""Quality: what was approved the first time, what came back, and why corrections were asked for."""

from __future__ import annotations

from collections.abc import Sequence

from permitflow.analytics.proportions import share
from permitflow.queries.sentence import Phrase
from permitflow.reports import correction_reasons, rework
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.months import months, values
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.prepared_page import Prepared
from permitflow.reports.reviews import ANSWERS, CYCLES, Verdicts, verdicts
from permitflow.reports.small_numbers import hidden, percent

ALL_FILES = Phrase("All files")
APPROVED = Column("approved_share", Phrase("Approved the first time"), "percent")
BOUNDS = (
    Column("share_low", Phrase("At least (95 of 100)"), "percent"),
    Column("share_high", Phrase("At most (95 of 100)"), "percent"),
)


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    known = verdicts(ask.workflows)
    return [
        _whole_files(ask, known),
        _by_step(ask, known),
        _by_month(ask, known),
        _complete(ask, known),
        rework.cycles(ask),
        rework.by_step(ask),
        correction_reasons.by_section(ask),
        correction_reasons.by_discipline(ask),
        correction_reasons.by_company(ask, known),
    ]


def _bounds(part: int, n: int) -> tuple[Cell, ...]:
    found = share(part, n)
    return (None, None, None) if found is None else (found.value, found.low, found.high)


def _whole_files(ask: Ask, known: Verdicts) -> Figure:
    sql = f"""WITH {CYCLES} SELECT workflow, count(*), count(*) FILTER (approved) FROM cycles
        GROUP BY workflow ORDER BY workflow"""
    counted = ask.snapshot.rows(sql, known.within(sql))
    n, good = (sum(row[place] for row in counted) for place in (1, 2))
    titles = ask.workflows.titles
    rows = [_cycle_row(Phrase(titles.get(name, name)), name, *pair) for name, *pair in counted]
    return Figure(
        "first_cycle_files",
        Phrase("Files approved in their first cycle"),
        "first_cycle_approval",
        (
            Column("workflow", Phrase("Workflow")),
            Column("ended", Phrase("First cycles ended"), "count"),
            Column("sent_back", Phrase("Corrections or refusal"), "count"),
            APPROVED,
            *BOUNDS,
        ),
        [*rows, _cycle_row(ALL_FILES, "", n, good)] if rows else [],
        lead=_approved_lead(good, n),
        notes=(
            Phrase(
                "A first cycle ends with the decision or with the first request for corrections, so that files which "
                "wait for their second cycle count too. What was missing at intake is counted below."
            ),
            *hidden(*(row[1] for row in counted)),
        ),
        n=n,
        public=True,
    )


def _approved_lead(good: int, n: int) -> tuple[Phrase, ...]:
    found = percent(good, n)
    if found is None:
        return ()
    words = {"percent": round(found), "n": n}
    return (Phrase("{percent} of 100 files were approved without corrections (files counted: {n}).", words),)


def _cycle_row(title: Phrase, workflow: str, n: int, good: int) -> Sequence[Cell]:
    where = {"of": workflow}
    return (
        title,
        Linked(n, "first_cycles", where),
        Linked(n - good, "sent_back", where),
        *_bounds(good, n),
    )


def _by_step(ask: Ask, known: Verdicts) -> Figure:
    sql = f"WITH {ANSWERS} SELECT step, count(*), count(*) FILTER (asked) FROM answers WHERE first GROUP BY step ORDER BY step"
    counted = ask.snapshot.rows(sql, known.within(sql))
    return Figure(
        "first_cycle_steps",
        Phrase("Reviews approved the first time, by step"),
        "first_cycle_approval",
        (
            Column("step", Phrase("Step")),
            Column("answered", Phrase("Answered the first time"), "count"),
            Column("asked", Phrase("Asked for corrections"), "count"),
            APPROVED,
            *BOUNDS,
        ),
        [
            (
                Phrase(ask.workflows.step_title(step)),
                Linked(n, "first_answers", {"step": step}),
                Linked(asked, "first_requests", {"step": step}),
                *_bounds(n - asked, n),
            )
            for step, n, asked in counted
        ],
        chart=Chart("bars", "step", ("approved_share",), Phrase("Percent approved the first time")),
        notes=hidden(*(n for _, n, _ in counted)),
        n=sum(n for _, n, _ in counted),
        public=True,
    )


def _by_month(ask: Ask, known: Verdicts) -> Figure:
    spans = values(months(ask.scope))
    sql = f"""WITH {ANSWERS}, {CYCLES},
        of_files AS (SELECT month, count(*) AS n, count(*) FILTER (approved) AS good
            FROM {spans} JOIN cycles ON ended_at >= start_at AND ended_at < end_at GROUP BY month),
        of_reviews AS (SELECT month, count(*) AS n, count(*) FILTER (NOT asked) AS good
            FROM {spans} JOIN answers ON closed_at >= start_at AND closed_at < end_at WHERE first GROUP BY month)
        SELECT month, coalesce(f.n, 0), coalesce(f.good, 0), coalesce(r.n, 0), coalesce(r.good, 0)
        FROM {spans} LEFT JOIN of_files AS f USING (month) LEFT JOIN of_reviews AS r USING (month) ORDER BY month"""
    counted = ask.snapshot.rows(sql, known.within(sql))
    return Figure(
        "first_cycle_months",
        Phrase("Approved the first time, month by month"),
        "first_cycle_approval",
        (
            Column("month", Phrase("Month")),
            Column("files", Phrase("First cycles ended"), "count"),
            Column("files_share", Phrase("Files approved the first time"), "percent"),
            Column("reviews", Phrase("Reviews answered the first time"), "count"),
            Column("reviews_share", Phrase("Reviews approved the first time"), "percent"),
        ),
        [
            (
                month,
                Linked(n, "first_cycles", {"month": month}),
                percent(good, n),
                Linked(of, "first_answers", {"month": month}),
                percent(passed, of),
            )
            for month, n, good, of, passed in counted
        ]
        if any(n or of for _, n, _, of, _ in counted)
        else [],
        chart=Chart("lines", "month", ("files_share", "reviews_share"), Phrase("Percent")),
        notes=hidden(*(count for _, n, _, of, _ in counted for count in (n, of))),
        n=sum(n for _, n, _, _, _ in counted),
        public=True,
    )


def _complete(ask: Ask, known: Verdicts) -> Figure:
    sql = f"""WITH {ANSWERS} SELECT workflow, count(*), count(*) FILTER (asked) FROM answers JOIN chosen USING (file)
        WHERE first AND list_contains($completeness::VARCHAR[], step) GROUP BY workflow ORDER BY workflow"""
    counted = ask.snapshot.rows(sql, known.within(sql))
    titles = ask.workflows.titles
    return Figure(
        "complete_at_intake",
        Phrase("Complete when first submitted"),
        "first_cycle_approval",
        (
            Column("workflow", Phrase("Workflow")),
            Column("checked", Phrase("Checked the first time"), "count"),
            Column("incomplete", Phrase("Something was missing"), "count"),
            Column("complete_share", Phrase("Complete the first time"), "percent"),
            *BOUNDS,
        ),
        [
            (
                Phrase(titles.get(workflow, workflow)),
                Linked(n, "checked", {"of": workflow}),
                Linked(missing, "incomplete", {"of": workflow}),
                *_bounds(n - missing, n),
            )
            for workflow, n, missing in counted
        ],
        notes=hidden(*(n for _, n, _ in counted)),
        n=sum(n for _, n, _ in counted),
        public=True,
    )


def _month_of(ask: Ask, column: str) -> str:
    """The condition that an instant lies in the month that the address names, if it names one."""
    wanted = ask.word("month")
    if not wanted:
        return "true"
    spans = {month.name: month for month in months(ask.scope)}
    span = spans.get(wanted)
    return f"{column} >= {span.start_at} AND {column} < {span.end_at}" if span else "false"


def _cycle_lines(ask: Ask, condition: str = "true") -> Statement:
    known, workflow = verdicts(ask.workflows), ask.word("of")
    wanted = "workflow = $workflow" if workflow else "true"
    sql = f"WITH {CYCLES} SELECT file, submitted_at, ended_at, state FROM cycles WHERE {condition} AND {wanted} AND {_month_of(ask, 'ended_at')}"
    return Statement(sql, known.within(sql, workflow=workflow))


def _answer_lines(ask: Ask, condition: str = "true") -> Statement:
    known, step = verdicts(ask.workflows), ask.word("step")
    wanted = "step = $step" if step else "true"
    sql = f"WITH {ANSWERS} SELECT file, opened_at, closed_at, step FROM answers WHERE first AND {condition} AND {wanted} AND {_month_of(ask, 'closed_at')}"
    return Statement(sql, known.within(sql, step=step))


def _check_lines(ask: Ask, condition: str = "true") -> Statement:
    known = verdicts(ask.workflows)
    sql = f"""WITH {ANSWERS} SELECT file, opened_at, closed_at, step FROM answers JOIN chosen USING (file)
        WHERE first AND {condition} AND list_contains($completeness::VARCHAR[], step) AND workflow = $workflow"""
    return Statement(sql, known.within(sql, workflow=ask.word("of")))


LISTINGS = {
    "first_cycles": Listing(lambda _ask: Phrase("Files whose first cycle ended in the period"), _cycle_lines),
    "sent_back": Listing(
        lambda _ask: Phrase("Files not approved in their first cycle"),
        lambda ask: _cycle_lines(ask, "NOT approved"),
    ),
    "first_answers": Listing(lambda _ask: Phrase("Reviews answered the first time"), _answer_lines),
    "first_requests": Listing(
        lambda _ask: Phrase("Reviews that asked for corrections the first time"),
        lambda ask: _answer_lines(ask, "asked"),
    ),
    "checked": Listing(lambda _ask: Phrase("Files checked for completeness the first time"), _check_lines),
    "incomplete": Listing(
        lambda _ask: Phrase("Files in which something was missing at first"),
        lambda ask: _check_lines(ask, "asked"),
    ),
}
PAGE = Page(
    "quality",
    Phrase("Quality: what came back, and why"),
    Phrase("What was approved the first time, what had to be done again, and what corrections cost."),
    Prepared("quality", figures),
    LISTINGS | rework.LISTINGS | correction_reasons.LISTINGS,
)
