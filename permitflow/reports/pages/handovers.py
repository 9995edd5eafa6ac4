"""Handovers: between whom files pass, how often they are given to somebody else, and how often they go back and forth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Chart, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.people_named import people
from permitflow.reports.prepared_page import Prepared
from permitflow.reports.small_numbers import hidden, percent

MOST_PEOPLE = 15
MOST_TIMES = 6
"""Files that passed on so often or more stand in one line."""
OTHERS = "others"
OTHER_PEOPLE = Phrase("Other people")
Passed = Sequence[Sequence[Any]]
"""From whom, to whom, at which step, how often."""
Names = Mapping[str | None, str | Phrase]

PASSES = """claims AS (
    SELECT file, step, first_claimed_at, coalesce(claimed_by, closed_by) AS person FROM stays
    WHERE party = 'agency' AND first_claimed_at < to_us() AND coalesce(claimed_by, closed_by) IS NOT NULL),
passes AS (SELECT * FROM (
        SELECT file, step, person, first_claimed_at, lag(person) OVER w AS before, lag(first_claimed_at) OVER w AS before_at
        FROM claims SEMI JOIN (SELECT file FROM claims WHERE first_claimed_at >= from_us()) USING (file)
        WINDOW w AS (PARTITION BY file ORDER BY first_claimed_at, step))
    WHERE before <> person AND in_period(first_claimed_at))"""
"""Visits taken in the period by another person than the file's visit before; of each visit whoever had it last."""
PAIRS = f"""busy AS (SELECT unnest([before, person]) AS person FROM passes),
top AS (SELECT person FROM busy GROUP BY person ORDER BY count(*) DESC, person LIMIT {MOST_PEOPLE}),
pairs AS (SELECT p.*, CASE WHEN a.person IS NULL THEN '{OTHERS}' ELSE before END AS giver,
    CASE WHEN b.person IS NULL THEN '{OTHERS}' ELSE p.person END AS taker
    FROM passes AS p LEFT JOIN top AS a ON a.person = before LEFT JOIN top AS b ON b.person = p.person)"""
MOVED = """moved AS (SELECT file, action, json_extract_string(data, '$.visit') AS visit, happened_at
    FROM acts WHERE action IN ('reassigned', 'released') AND in_period(happened_at)),
taken AS (SELECT visit, file, step, opened_at, closed_at FROM stays
    WHERE party = 'agency' AND first_claimed_at IS NOT NULL AND in_period(first_claimed_at)),
given AS (SELECT taken.*, action FROM taken JOIN moved USING (file, visit))"""
"""Visits first taken in the period, and those acts of the period that gave them to a colleague or back to the queue."""
TIMES = """decided AS (SELECT file, submitted_at, decided_at, state FROM chosen WHERE by_city AND in_period(decided_at)),
bounced AS (SELECT file, count(*) AS times FROM courts SEMI JOIN decided USING (file) JOIN chosen USING (file)
    WHERE courts.party = 'applicant' AND started_at < decided_at GROUP BY file),
people AS (SELECT file, first_claimed_at, step, coalesce(claimed_by, closed_by) AS person FROM stays SEMI JOIN decided USING (file)
    WHERE stays.party = 'agency' AND before_decision AND first_claimed_at IS NOT NULL AND coalesce(claimed_by, closed_by) IS NOT NULL),
changes AS (SELECT file, person <> lag(person) OVER (PARTITION BY file ORDER BY first_claimed_at, step) AS changed FROM people),
handed AS (SELECT file, count(*) FILTER (changed) AS times FROM changes GROUP BY file),
counted AS (SELECT decided.*, least(coalesce(h.times, 0), $most) AS handovers, least(coalesce(b.times, 0), $most) AS bounces
    FROM decided LEFT JOIN handed AS h USING (file) LEFT JOIN bounced AS b USING (file))"""

_PASSED = f"WITH {PASSES} SELECT before, person, step, count(*) FROM passes GROUP BY before, person, step"
_MOVES = f"""WITH {MOVED}, per_visit AS (SELECT step, visit, count(*) FILTER (action = 'reassigned') AS given,
        count(*) FILTER (action = 'released') AS released FROM given GROUP BY step, visit),
    moves AS (SELECT step, sum(given)::INT AS given, sum(released)::INT AS released, max(given)::INT AS most
        FROM per_visit GROUP BY step),
    visits AS (SELECT step, count(*) AS n FROM taken GROUP BY step)
SELECT step, n, coalesce(given, 0), coalesce(released, 0), coalesce(most, 0) FROM visits LEFT JOIN moves USING (step) ORDER BY step"""
_PER_FILE = f"""WITH {TIMES}, both_ways AS (UNPIVOT (SELECT handovers, bounces FROM counted) ON handovers, bounces INTO NAME kind VALUE times)
SELECT times, count(*) FILTER (kind = 'handovers'), count(*) FILTER (kind = 'bounces') FROM both_ways GROUP BY times ORDER BY times"""


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    passed = ask.snapshot.rows(_PASSED)
    return [_matrix(ask, passed), _steps(ask, passed), _per_file(ask)]


def _matrix(ask: Ask, passed: Passed) -> Figure:
    found = _pooled(passed)
    names = people(ask.session, {person for pair in found for person in pair})
    ordered = sorted(found, key=lambda pair: [_order(names, person) for person in pair])
    total = sum(found.values())
    return Figure(
        "matrix",
        Phrase("Who passes files to whom"),
        "handovers",
        (
            Column("from", Phrase("From")),
            Column("to", Phrase("To")),
            Column("handovers", Phrase("Handovers"), "count"),
        ),
        [
            (
                _name(names, giver),
                _name(names, taker),
                Linked(found[giver, taker], "handovers", {"giver": giver, "taker": taker}),
            )
            for giver, taker in ordered
        ],
        lead=(Phrase("Times that a file passed from one person of the city to another: {n}.", {"n": total}),)
        if total
        else (),
        chart=Chart("heat", "to", ("handovers",), Phrase("Handovers"), series="from"),
        notes=(
            Phrase(
                "A handover is a review taken by another person than the file's review before. Side by side reviews "
                "by different people count too. The {n} people with most handovers are shown by name.",
                {"n": MOST_PEOPLE},
            ),
        ),
        n=total,
    )


def _pooled(passed: Passed) -> Counter[tuple[str, str]]:
    """Count the handovers of each pair; all but the people with most of them are put together, as in PAIRS."""
    busy: Counter[str] = Counter()
    for giver, taker, _, n in passed:
        busy.update({giver: n})
        busy.update({taker: n})
    top = sorted(busy, key=lambda person: (-busy[person], person))[:MOST_PEOPLE]
    found: Counter[tuple[str, str]] = Counter()
    for giver, taker, _, n in passed:
        found[giver if giver in top else OTHERS, taker if taker in top else OTHERS] += n
    return found


def _order(names: Names, person: str) -> tuple[bool, str, str]:
    return person == OTHERS, str(names[person]).casefold(), person


def _name(names: Names, person: str) -> Phrase | str:
    return OTHER_PEOPLE if person == OTHERS else names[person]


def _steps(ask: Ask, passed: Passed) -> Figure:
    handed: Counter[str] = Counter()
    for _, _, step, n in passed:
        handed[step] += n
    found = [(step, n, handed[step], *moves) for step, n, *moves in ask.snapshot.rows(_MOVES)]
    return Figure(
        "steps",
        Phrase("Handovers and reassignments by step"),
        "handovers",
        (
            Column("step", Phrase("Step")),
            Column("taken", Phrase("Reviews taken"), "count"),
            Column("handed", Phrase("Came from another person"), "count"),
            Column("handed_share", Phrase("Share"), "percent"),
            Column("reassigned", Phrase("Given to a colleague"), "count"),
            Column("released", Phrase("Given back to the queue"), "count"),
            Column("most", Phrase("Most often reassigned"), "count"),
        ),
        [
            (
                Phrase(ask.workflows.step_title(step)),
                Linked(n, "taken", {"step": step}),
                Linked(came, "handed", {"step": step}),
                percent(came, n),
                Linked(given, "moved", {"step": step, "act": "reassigned"}),
                Linked(released, "moved", {"step": step, "act": "released"}),
                most,
            )
            for step, n, came, given, released, most in found
        ],
        chart=Chart("bars", "step", ("handed", "reassigned", "released"), Phrase("Reviews")),
        notes=hidden(*(row[1] for row in found)),
        n=sum(row[1] for row in found),
    )


def _per_file(ask: Ask) -> Figure:
    counted = {times: row for times, *row in ask.snapshot.rows(_PER_FILE, {"most": MOST_TIMES})}
    found = [(times, *counted.get(times, (0, 0))) for times in range(max(counted, default=-1) + 1)]
    n = sum(row[1] for row in found)
    once = sum(bounced for times, _, bounced in found if times)
    return Figure(
        "per_file",
        Phrase("How often a file passed on before its decision"),
        "handovers",
        (
            Column("times", Phrase("Times")),
            Column("handovers", Phrase("Files by handovers between people"), "count"),
            Column("handovers_share", Phrase("Share by handovers"), "percent"),
            Column("bounces", Phrase("Files by trips to the applicant and back"), "count"),
            Column("bounces_share", Phrase("Share by trips"), "percent"),
        ),
        [
            (
                Phrase("{n} or more", {"n": MOST_TIMES}) if times == MOST_TIMES else str(times),
                Linked(handed, "by_handovers", {"times": str(times)}),
                percent(handed, n),
                Linked(bounced, "by_bounces", {"times": str(times)}),
                percent(bounced, n),
            )
            for times, handed, bounced in found
        ],
        lead=(
            Phrase(
                "Files decided: {n}. Of these, back with the applicant before the decision: {bounced}.",
                {"n": n, "bounced": once},
            ),
        )
        if n
        else (),
        chart=Chart("bars", "times", ("handovers", "bounces"), Phrase("Files")),
        notes=hidden(n),
        n=n,
    )


def _pair_lines(ask: Ask) -> Statement:
    return Statement(
        f"WITH {PASSES}, {PAIRS} SELECT file, before_at, first_claimed_at, step FROM pairs WHERE giver = $giver AND taker = $taker",
        {"giver": ask.word("giver"), "taker": ask.word("taker")},
    )


def _taken_lines(ask: Ask) -> Statement:
    return Statement(
        f"WITH {MOVED} SELECT file, opened_at, closed_at, step FROM taken WHERE step = $step",
        {"step": ask.word("step")},
    )


def _handed_lines(ask: Ask) -> Statement:
    return Statement(
        f"WITH {PASSES} SELECT file, before_at, first_claimed_at, step FROM passes WHERE step = $step",
        {"step": ask.word("step")},
    )


def _moved_lines(ask: Ask) -> Statement:
    return Statement(
        f"WITH {MOVED} SELECT file, opened_at, closed_at, step FROM given WHERE step = $step AND action = $act",
        {"step": ask.word("step"), "act": ask.word("act")},
    )


def _times_lines(ask: Ask, column: str) -> Statement:
    word = ask.word("times")
    times = int(word) if word.isdecimal() and len(word) < 4 else -1
    return Statement(
        f"WITH {TIMES} SELECT file, submitted_at, decided_at, state FROM counted WHERE {column} = $times",
        {"most": MOST_TIMES, "times": times},
    )


PAGE = Page(
    "handovers",
    Phrase("Handovers between people"),
    Phrase("Between whom files pass, and how often they go back and forth."),
    Prepared("handovers", figures),
    {
        "handovers": Listing(lambda _ask: Phrase("Files passed from one person to another"), _pair_lines),
        "taken": Listing(lambda _ask: Phrase("Reviews taken in the period"), _taken_lines),
        "handed": Listing(lambda _ask: Phrase("Reviews that came from another person"), _handed_lines),
        "moved": Listing(lambda _ask: Phrase("Reviews given to somebody else"), _moved_lines),
        "by_handovers": Listing(
            lambda _ask: Phrase("Decided files by handovers"), lambda ask: _times_lines(ask, "handovers")
        ),
        "by_bounces": Listing(
            lambda _ask: Phrase("Decided files by trips to the applicant"),
            lambda ask: _times_lines(ask, "bounces"),
        ),
    },
)
