"""Why corrections were asked for: by code section, by discipline and by company, with the days that they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Statement
from permitflow.reports.people_named import companies
from permitflow.reports.reviews import CYCLES, Verdicts, verdicts
from permitflow.reports.small_numbers import enough, hidden, percent

MOST_SECTIONS = 30
MOST_COMPANIES = 60
OTHERS = "others"
"""The word of the address for what is pooled into one line; no code section and no company is called so."""

ASKED = """steps_closed AS (
    SELECT file, closed_at, min(step) AS step FROM stays
        SEMI JOIN (SELECT file, asked_at AS closed_at FROM corrections WHERE lane IS NULL) AS outside USING (file, closed_at)
    WHERE party = 'agency' AND in_period(closed_at) GROUP BY file, closed_at),
asked AS (SELECT i.file, notice, coalesce(nullif(trim(code_section), ''), '-') AS section, asked_at, answered_at,
        coalesce(lane, step, '') AS discipline,
        greatest(asked_at, coalesce(answered_at, CASE WHEN decided_at > asked_at THEN decided_at END, now_us())) AS until_at,
        answered_at IS NULL AND (decided_at IS NULL OR decided_at <= asked_at) AS waits
    FROM corrections AS i JOIN chosen USING (file) LEFT JOIN steps_closed AS s ON s.file = i.file AND s.closed_at = asked_at
    WHERE in_period(asked_at))"""
"""Corrections asked for in the period. One outside lanes belongs to the step that asked, the completeness check or a review.

An unanswered one lasts until the file ended, or until now.
"""
SECTIONS = f"""ranked AS (SELECT section, row_number() OVER (ORDER BY count(*) DESC, section) AS place FROM asked GROUP BY section),
placed AS (SELECT asked.*, CASE WHEN place <= {MOST_SECTIONS} THEN section ELSE '{OTHERS}' END AS reason,
    least(place, {MOST_SECTIONS + 1}) AS place FROM asked JOIN ranked USING (section))"""
COLUMNS = (
    Column("items", Phrase("Corrections"), "count"),
    Column("cumulative", Phrase("Together so far"), "percent"),
    Column("files", Phrase("Files"), "count"),
    Column("waiting", Phrase("Not answered yet"), "count"),
    Column("days", Phrase("Calendar time they cost"), "duration"),
    Column("median", Phrase("Half were answered within"), "duration"),
)
COST = Phrase(
    "The time runs from each notice to its last answer, once for each line that the notice touches; unanswered "
    "corrections count up to now, or to the end of their file."
)


def by_section(ask: Ask) -> Figure:
    """Return the code sections by how often something was to be corrected under them."""
    found = _counted(ask, f"{ASKED}, {SECTIONS}", "placed", "reason")
    total = sum(row[2] for row in found)
    return Figure(
        "correction_sections",
        Phrase("Why corrections were asked for, by code section"),
        "correction_reasons",
        (Column("section", Phrase("Code section")), *COLUMNS),
        [
            (Phrase("Other sections") if section == OTHERS else section, *cells)
            for section, cells in _cells(found, total, "of_section", "reason")
        ],
        lead=_first_lead(found, total),
        chart=Chart("pareto", "section", ("items", "cumulative"), Phrase("Corrections")),
        notes=(COST, *hidden(*(row[5] for row in found))),
        n=total,
        public=True,
    )


def by_discipline(ask: Ask) -> Figure:
    """Return the steps and lanes by how many corrections they asked for."""
    found = _counted(ask, f"{ASKED}, placed AS (SELECT *, 1 AS place FROM asked)", "placed", "discipline")
    total = sum(row[2] for row in found)
    return Figure(
        "correction_disciplines",
        Phrase("Why corrections were asked for, by discipline"),
        "correction_reasons",
        (Column("discipline", Phrase("Discipline")), *COLUMNS),
        [
            (Phrase(ask.workflows.step_title(step)) if step else Phrase("Completeness check"), *cells)
            for step, cells in _cells(found, total, "of_discipline", "discipline")
        ],
        chart=Chart("pareto", "discipline", ("items", "cumulative"), Phrase("Corrections")),
        notes=(COST, *hidden(*(row[5] for row in found))),
        n=total,
        public=True,
    )


Counted = tuple[str, int, int, int, int, int, int, int | None]
"""What, its place, items, files, unanswered items, answered notices, time and median time in microseconds."""


def _counted(ask: Ask, tables: str, table: str, column: str) -> list[Counted]:
    rows: list[Any] = ask.snapshot.rows(
        f"""WITH {tables}, notices AS (SELECT {column} AS what, notice, min(asked_at) AS since_at, max(until_at) AS until_at,
                bool_or(answered_at IS NULL) AS is_open FROM {table} GROUP BY ALL),
            spent AS (SELECT what, count(*) FILTER (NOT is_open) AS n, sum(until_at - since_at)::BIGINT AS days,
                quantile_cont(until_at - since_at, 0.5) FILTER (NOT is_open) AS median FROM notices GROUP BY what),
            counted AS (SELECT {column} AS what, min(place) AS place, count(*) AS items, count(DISTINCT file) AS files,
                count(*) FILTER (waits) AS waiting FROM {table} GROUP BY what)
        SELECT what, place, items, files, waiting, n, days, median FROM counted JOIN spent USING (what)
        ORDER BY what = '{OTHERS}', items DESC, what""",
    )
    return rows


def _cells(
    found: Sequence[Counted], total: int, listing: str, word: str
) -> list[tuple[str, tuple[Cell, ...]]]:
    rows, so_far = [], 0
    for what, _, items, files, waiting, answered, days, median in found:
        so_far += items
        cells: tuple[Cell, ...] = (
            Linked(items, listing, {word: what}),
            100 * so_far / total,
            files,
            Linked(waiting, f"{listing}_waiting", {word: what}),
            days,
            enough(median, answered),
        )
        rows.append((what, cells))
    return rows


def _first_lead(found: Sequence[Counted], total: int) -> tuple[Phrase, ...]:
    if not found:
        return ()
    words = {"n": total, "section": found[0][0], "most": found[0][2]}
    return (
        Phrase("Corrections asked for: {n}. The most frequent section, {section}, stands for {most}.", words),
    )


FIRMS = f"""firms AS (SELECT company, count(*) AS n, count(*) FILTER (approved) AS good FROM cycles GROUP BY company),
placed AS (SELECT *, CASE WHEN n >= {ENOUGH} AND row_number() OVER (ORDER BY n DESC, company) <= {MOST_COMPANIES}
    THEN company ELSE '{OTHERS}' END AS firm FROM firms)"""


def by_company(ask: Ask, known: Verdicts) -> Figure:
    """Return the companies by their first cycles; those of under 20 files stand in one line."""
    sql = f"""WITH {CYCLES}, {FIRMS}, {ASKED}, items AS (SELECT company, count(*) AS items FROM asked JOIN chosen USING (file) GROUP BY company)
        SELECT firm, count(*), sum(n)::INT, sum(good)::INT, coalesce(sum(items), 0)::INT FROM placed LEFT JOIN items USING (company)
        GROUP BY firm"""
    found = ask.snapshot.rows(sql, known.within(sql))
    names = companies(ask.session, [firm for firm, *_ in found if firm != OTHERS])
    named = sorted(found, key=lambda row: (row[0] == OTHERS, names.get(row[0], row[0]).casefold()))
    return Figure(
        "correction_companies",
        Phrase("First cycles by company"),
        "correction_reasons",
        (
            Column("company", Phrase("Company")),
            Column("files", Phrase("First cycles ended"), "count"),
            Column("sent_back", Phrase("Corrections or refusal"), "count"),
            Column("approved_share", Phrase("Approved the first time"), "percent"),
            Column("items", Phrase("Corrections asked for"), "count"),
        ),
        [
            (
                Phrase("Other companies: {n}", {"n": firms}) if firm == OTHERS else names.get(firm, "-"),
                Linked(n, "company_cycles", {"firm": firm}),
                Linked(n - good, "company_sent_back", {"firm": firm}),
                percent(good, n),
                items,
            )
            for firm, firms, n, good, items in named
        ],
        notes=(Phrase("Companies with fewer than {n} files are put together.", {"n": ENOUGH}),),
        n=sum(row[2] for row in found),
    )


def _item_lines(ask: Ask, word: str, condition: str = "true") -> Statement:
    tables = f"{ASKED}, {SECTIONS}" if word == "reason" else f"{ASKED}, placed AS (SELECT * FROM asked)"
    return Statement(
        f"""WITH {tables} SELECT file, asked_at, CASE WHEN waits THEN NULL ELSE until_at END,
            CASE WHEN discipline = '' THEN section ELSE discipline END FROM placed WHERE {word} = $what AND {condition}""",
        {"what": ask.word(word)},
    )


def _company_lines(ask: Ask, condition: str = "true") -> Statement:
    known = verdicts(ask.workflows)
    sql = f"""WITH {CYCLES}, {FIRMS} SELECT file, submitted_at, ended_at, state FROM cycles JOIN placed USING (company)
        WHERE firm = $firm AND {condition}"""
    return Statement(sql, known.within(sql, firm=ask.word("firm")))


LISTINGS = {
    "of_section": Listing(
        lambda ask: Phrase("Corrections under {section}", {"section": ask.word("reason")}),
        lambda ask: _item_lines(ask, "reason"),
    ),
    "of_section_waiting": Listing(
        lambda ask: Phrase("Unanswered corrections under {section}", {"section": ask.word("reason")}),
        lambda ask: _item_lines(ask, "reason", "waits"),
    ),
    "of_discipline": Listing(
        lambda _ask: Phrase("Corrections that one discipline asked for"),
        lambda ask: _item_lines(ask, "discipline"),
    ),
    "of_discipline_waiting": Listing(
        lambda _ask: Phrase("Unanswered corrections of one discipline"),
        lambda ask: _item_lines(ask, "discipline", "waits"),
    ),
    "company_cycles": Listing(lambda _ask: Phrase("First cycles of one company"), _company_lines),
    "company_sent_back": Listing(
        lambda _ask: Phrase("Files of one company that were not approved in their first cycle"),
        lambda ask: _company_lines(ask, "NOT approved"),
    ),
}
