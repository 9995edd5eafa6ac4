"""How files came to their decision: at once, at the counter or in full review; who left the fast track, and why."""

from __future__ import annotations

from collections.abc import Sequence

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports import fast_track, months
from permitflow.reports.class_words import WAYS
from permitflow.reports.fast_track import Track
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement

MOST_READ = 20_000
"""Files that left the fast track and are looked at for their reasons; of more, so many are drawn by the end of their ids."""
_LEFT = """SELECT file, arg_min(from_state, seq) AS phase, arg_min(data, seq) AS told
    FROM acts WHERE actor = 'system' AND list_contains($handing, action) AND in_period(happened_at) GROUP BY file"""
_ISSUED = """SELECT file, min(happened_at) AS passed_at FROM acts
    WHERE actor = 'system' AND list_contains($passing, action) AND in_period(happened_at) GROUP BY file"""
_AUDITED = """audited AS (SELECT file, min(happened_at) AS audited_at FROM acts WHERE list_contains($audits, action) GROUP BY file),
    stopped AS (SELECT file, min(happened_at) AS stopped_at FROM acts WHERE list_contains($suspending, action) GROUP BY file)"""
_DRAWN = "list_contains($drawn, workflow || '/' || (CAST('0x' || right(id, 8) AS BIGINT) % 100)::VARCHAR)"

_AUDIT_COUNTS = f"""WITH issued AS ({_ISSUED}), {_AUDITED}
    SELECT workflow, count(*), count(*) FILTER (drawn), count(*) FILTER (drawn AND looked_at),
        count(*) FILTER (drawn AND missed), count(*) FILTER (NOT drawn AND missed)
    FROM (SELECT workflow, {_DRAWN} AS drawn, audited_at IS NOT NULL OR stopped_at IS NOT NULL AS looked_at,
            stopped_at IS NOT NULL AS missed
        FROM issued JOIN chosen USING (file) LEFT JOIN audited USING (file) LEFT JOIN stopped USING (file))
    GROUP BY workflow ORDER BY workflow"""

SHARES = [
    Column(f"{way}_share", Phrase("{way}, of a hundred", {"way": words.message}), "percent")
    for way, words in WAYS.items()
]


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    track = fast_track.track_of(ask.workflows)
    return [_by_month(ask), _times(ask), _left(ask, track), _audit(ask, track)]


def _by_month(ask: Ask) -> Figure:
    found = ask.snapshot.rows(
        f"""SELECT month, count(*) FILTER (pathway = 'auto'), count(*) FILTER (pathway = 'counter'),
            count(*) FILTER (pathway = 'full') FROM chosen JOIN {months.values(months.months(ask.scope))}
            ON decided_at >= start_at AND decided_at < end_at WHERE by_city GROUP BY month ORDER BY month"""
    )
    rows = []
    for month, *numbers in found:
        total = sum(numbers)
        counts = [
            Linked(number, "decided", {"way": way, "month": month})
            for way, number in zip(WAYS, numbers, strict=True)
        ]
        rows.append(
            (month, *counts, *(100 * number / total if total >= ENOUGH else None for number in numbers))
        )
    total, auto = sum(sum(row[1:]) for row in found), sum(row[1] for row in found)
    return Figure(
        "by_month",
        Phrase("Ways to the decision by month"),
        "classes",
        (
            Column("month", Phrase("Month of the decision")),
            *(Column(way, words, "count") for way, words in WAYS.items()),
            *SHARES,
        ),
        rows,
        lead=(
            Phrase(
                "Files the city decided: {n}. Of these at once, without a person: {auto}.",
                {"n": total, "auto": auto},
            ),
        ),
        chart=Chart(
            "stacked",
            "month",
            tuple(column.id for column in SHARES),
            Phrase("Of a hundred files of the month"),
        ),
        notes=(
            Phrase(
                "At the counter: people acted one after another, in one round. Withdrawn files are no decisions."
            ),
            Phrase("Shares of months with fewer than {n} files are not shown.", {"n": ENOUGH}),
        ),
        n=total,
        public=True,
    )


def _times(ask: Ask) -> Figure:
    found = ask.snapshot.rows(
        """SELECT pathway, count(*), quantile_cont(decided_at - submitted_at, 0.5),
            quantile_cont(decided_at - submitted_at, 0.85), quantile_cont(b_decided - b_submitted, 0.5),
            quantile_cont(b_decided - b_submitted, 0.85)
        FROM chosen WHERE by_city AND in_period(decided_at) GROUP BY pathway"""
    )
    numbers = {way: (n, *((None,) * 4 if n < ENOUGH else times)) for way, n, *times in found}
    rows = [
        (words, Linked(numbers[way][0], "decided", {"way": way}), *numbers[way][1:])
        for way, words in WAYS.items()
        if way in numbers
    ]
    return Figure(
        "times",
        Phrase("Time to the decision by pathway"),
        "lead_time",
        (
            Column("way", Phrase("Pathway")),
            Column("n", Phrase("Files"), "count"),
            Column("p50", Phrase("Half took no longer than"), "duration"),
            Column("p85", Phrase("85 of 100 took no longer than"), "duration"),
            Column("p50_business", Phrase("Half, business time"), "business"),
            Column("p85_business", Phrase("85 of 100, business time"), "business"),
        ),
        rows,
        notes=(
            Phrase(
                "Times of fewer than {n} files are not shown. Open files are in no pathway yet.",
                {"n": ENOUGH},
            ),
            Phrase("A file that passes at once is decided when it is paid, so that time is in it."),
        ),
        n=sum(one[0] for one in numbers.values()),
        public=True,
    )


def _left(ask: Ask, track: Track) -> Figure:
    rows = _leaving(ask, track)
    (gone,) = ask.snapshot.row(f"SELECT count(*) FROM ({_LEFT})", {"handing": [*track.handing]})
    (passed,) = ask.snapshot.row(f"SELECT count(*) FROM ({_ISSUED})", {"passing": [*track.passing]})
    why = fast_track.reasons(ask, rows)
    lines: list[Sequence[Cell]] = [
        (
            Phrase("{rule}", {"rule": fast_track.clause_title(ask.workflows, clause)}),
            *(
                Linked(len(group.get(clause, ())), "left", {"clause": clause, "group": name})
                for name, group in _groups(why).items()
            ),
        )
        for clause in sorted(why.files, key=lambda clause: (-len(why.files[clause]), clause))
    ]
    lead = Phrase(
        "Files that went through the rule check: {n}. Passed at once: {passed}. Handed to people: {left}.",
        {"n": passed + gone, "passed": passed, "left": gone},
    )
    return Figure(
        "left",
        Phrase("Why files left the fast track"),
        "overrides",
        (
            Column("rule", Phrase("Rule that was not met or not known")),
            Column("files", Phrase("Files"), "count"),
            Column("alone", Phrase("This rule alone: without it, so many more files would pass"), "count"),
            Column("unchanged", Phrase("Then approved by people as they were"), "count"),
        ),
        lines,
        lead=(lead,),
        notes=_left_notes(why, gone),
        empty=Phrase("No file left a fast track in the period."),
        n=why.judged,
    )


def _left_notes(why: fast_track.Reasons, left: int) -> tuple[Phrase, ...]:
    known = Phrase(
        "Reasons are known for {judged} of {left} files. Where the record does not name them, the rules are judged again "
        "by what the applicant entered, at most {most} files, drawn by chance.",
        {"judged": why.judged, "left": left, "most": fast_track.MOST_JUDGED},
    )
    return (known, Phrase("A file may fail several rules, so the files of all lines add up to more."))


def _audit(ask: Ask, track: Track) -> Figure:
    found = (
        ask.snapshot.rows(
            _AUDIT_COUNTS,
            _parameters(track),
        )
        if track.passing
        else []
    )
    titles = ask.workflows.titles
    groups = ("passed", "drawn", "audited", "missed", "other_missed")
    rows = [
        (
            Phrase("{title}", {"title": titles.get(workflow, workflow)}),
            *(
                Linked(number, "audit", {"of": workflow, "group": name})
                for name, number in zip(groups, numbers, strict=True)
            ),
            100 * numbers[3] / numbers[2] if numbers[2] >= ENOUGH else None,
        )
        for workflow, *numbers in found
    ]
    return Figure(
        "audit",
        Phrase("Audit of permits issued at once"),
        "overrides",
        (
            Column("workflow", Phrase("Kind of application")),
            Column("passed", Phrase("Passed at once"), "count"),
            Column("drawn", Phrase("Drawn for the audit"), "count"),
            Column("audited", Phrase("Looked at"), "count"),
            Column("missed", Phrase("Something was found"), "count"),
            Column("other_missed", Phrase("Found without being drawn"), "count"),
            Column("rate", Phrase("Found, of a hundred looked at"), "percent"),
        ),
        rows,
        notes=(
            Phrase(
                "A file counts as found when its permit was suspended or revoked, as looked at when that or the entry of a "
                "clean audit is in its record. The rate is shown from {n} files looked at.",
                {"n": ENOUGH},
            ),
        ),
        empty=Phrase("No file passed at once in the period."),
        n=sum(numbers[2] for _, *numbers in found),
    )


def _leaving(ask: Ask, track: Track) -> Sequence[tuple[str, str, str, str, bool, bool]]:
    """The files that were handed to people: what fast_track.reasons needs of each."""
    if not track.handing:
        return []
    found = ask.snapshot.rows(
        f"""WITH gone AS ({_LEFT}) SELECT id, definition_hash, phase, coalesce(told->>'unmet', ''), round = 1,
            by_city AND outcome <> 'denied' AND round = 1 FROM gone JOIN chosen USING (file)
        ORDER BY right(id, 8) LIMIT {MOST_READ}""",
        {"handing": [*track.handing]},
    )
    return [
        (id_, hash_, phase, unmet, bool(same), bool(as_was))
        for id_, hash_, phase, unmet, same, as_was in found
    ]


def _groups(why: fast_track.Reasons) -> dict[str, dict[str, set[str]]]:
    return {"files": why.files, "alone": why.alone, "unchanged": why.unchanged}


def _parameters(track: Track) -> dict[str, object]:
    drawn = [
        f"{workflow}/{number}" for workflow, numbers in track.drawn.items() for number in sorted(numbers)
    ]
    steps = {"passing": track.passing, "audits": track.audits, "suspending": track.suspending}
    return {"drawn": drawn, **{name: sorted(names) for name, names in steps.items()}}


def _decided_lines(ask: Ask) -> Statement:
    month = ask.word("month")
    span = next((one for one in months.months(ask.scope) if one.name == month), None)
    within = (
        {"from": span.start_at, "to": span.end_at}
        if span
        else {"from": ask.scope.start_at, "to": ask.scope.end_at}
    )
    return Statement(
        "SELECT file, submitted_at, decided_at, state FROM chosen "
        "WHERE by_city AND pathway = $way AND decided_at >= $from AND decided_at < $to",
        {"way": ask.word("way"), **within},
    )


def _left_lines(ask: Ask) -> Statement:
    track = fast_track.track_of(ask.workflows)
    why = fast_track.reasons(ask, _leaving(ask, track))
    ids = _groups(why).get(ask.word("group"), {}).get(ask.word("clause"), set())
    return Statement(
        "SELECT file, submitted_at, decided_at, state FROM chosen WHERE list_contains($ids, id)",
        {"ids": sorted(ids)},
    )


def _audit_lines(ask: Ask) -> Statement:
    conditions = {
        "passed": "true",
        "drawn": _DRAWN,
        "audited": f"{_DRAWN} AND (audited_at IS NOT NULL OR stopped_at IS NOT NULL)",
        "missed": f"{_DRAWN} AND stopped_at IS NOT NULL",
        "other_missed": f"NOT {_DRAWN} AND stopped_at IS NOT NULL",
    }
    track = fast_track.track_of(ask.workflows)
    return Statement(
        f"""WITH issued AS ({_ISSUED}), {_AUDITED} SELECT file, passed_at, coalesce(stopped_at, audited_at), state
            FROM issued JOIN chosen USING (file) LEFT JOIN audited USING (file) LEFT JOIN stopped USING (file)
            WHERE workflow = $of AND {conditions.get(ask.word("group"), "false")} AND len($drawn) >= 0""",
        {**_parameters(track), "of": ask.word("of")},
    )


PAGE = Page(
    "pathways",
    Phrase("Pathways and the fast track"),
    Phrase("Which files are decided at once, which need people, and what the audit found."),
    figures,
    {
        "decided": Listing(
            lambda ask: Phrase(
                "Files decided: {way}", {"way": WAYS.get(ask.word("way"), Phrase("-")).message}
            ),
            _decided_lines,
        ),
        "left": Listing(
            lambda ask: Phrase(
                "Left the fast track: {rule}",
                {"rule": fast_track.clause_title(ask.workflows, ask.word("clause"))},
            ),
            _left_lines,
        ),
        "audit": Listing(lambda _ask: Phrase("Files that passed at once"), _audit_lines),
    },
)
