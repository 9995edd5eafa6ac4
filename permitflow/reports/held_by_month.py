"""In whose hands finished files were until their decision, month by month: parts of the whole that sum to 100."""

from __future__ import annotations

from permitflow.analytics.courts import PARTIES
from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Chart, Column, Figure, Linked
from permitflow.reports.months import months
from permitflow.reports.page import Ask
from permitflow.reports.small_numbers import hidden

TITLES = {
    "agency": Phrase("City"),
    "applicant": Phrase("Applicant"),
    "external": Phrase("Utility or other agency"),
    "payment": Phrase("Payment"),
}
_HELD = f"""WITH turns AS (
    SELECT file, month, gross, courts.party,
        greatest(least(coalesce(ended_at, decided_at), decided_at) - greatest(started_at, submitted_at), 0) AS held
    FROM courts JOIN finished USING (file)
), parts AS (
    SELECT any_value(month) AS month, any_value(gross) AS took,
        {", ".join(f"sum(CASE WHEN party = '{party}' THEN held ELSE 0 END) AS {party}" for party in PARTIES)}
    FROM turns GROUP BY file
), explained AS (
    SELECT month, count(*) AS n, {", ".join(f"sum({party}) AS {party}" for party in PARTIES)}
    FROM parts WHERE {" + ".join(PARTIES)} = took GROUP BY month
)
SELECT month, count(*), coalesce(any_value(n), 0), {", ".join(f"any_value({party})" for party in PARTIES)}
FROM finished LEFT JOIN explained USING (month) GROUP BY month"""
"""Month -> files, those whose record of turns has no gap and no overlap, and the time each party held these."""


def held_by_month(ask: Ask) -> Figure:
    """Return the split of the lead time among the parties by the month of the decision, from the table `finished`."""
    spans = months(ask.scope)
    found = {month: counted for month, *counted in ask.snapshot.rows(_HELD)}
    files = sum(n for n, *_ in found.values())
    unexplained = files - sum(explained for _, explained, *_ in found.values())
    left_out = Phrase(
        "Files left out, because their record of turns has a gap or an overlap: {n}.", {"n": unexplained}
    )
    return Figure(
        "held",
        Phrase("Whose turn it was, by the month of the decision"),
        "ball_in_court",
        (
            Column("month", Phrase("Month")),
            Column("files", Phrase("Files"), "count"),
            *(Column(party, TITLES[party], "percent") for party in PARTIES),
        ),
        [_row(span.name, *found[span.name]) for span in spans if span.name in found],
        lead=_lead(found),
        chart=Chart("stacked", "month", PARTIES, Phrase("Part of the time to the decision, in percent")),
        notes=(
            *((left_out,) if unexplained else ()),
            *hidden(*(explained for _, explained, *_ in found.values())),
        ),
        n=files - unexplained,
        public=True,
    )


def _row(month: str, files: int, explained: int, *held: int | None) -> list[Cell]:
    whole = sum(part or 0 for part in held)
    shares = [100 * (part or 0) / whole if whole and explained >= ENOUGH else None for part in held]
    return [month, Linked(files, "decided", {"month": month}), *shares]


def _lead(found: dict[str, list[int]]) -> tuple[Phrase, ...]:
    explained = sum(counted[1] for counted in found.values())
    held = {
        party: sum(counted[2 + place] or 0 for counted in found.values())
        for place, party in enumerate(PARTIES)
    }
    whole = sum(held.values())
    if explained < ENOUGH or not whole:
        return ()
    shares = {party: round(100 * part / whole) for party, part in held.items()}
    return (
        Phrase(
            "Of the time from submission to decision {agency} % passed with the city, {applicant} % with the applicant, "
            "{payment} % waiting for payment and {external} % with others.",
            shares,
        ),
    )
