"""Cities side by side: first how much of each record is known, then the figures that it can bear. Nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.asking import asking
from permitflow.reports.beside import lately
from permitflow.reports.city_summary import FAMILIES, FAMILY, SUMMARY
from permitflow.reports.deadlines import UNCHECKED
from permitflow.reports.figures import Cell, Column, Figure, Linked
from permitflow.reports.page import Ask, Listing, Page, Statement
from permitflow.reports.scope import City
from permitflow.reports.small_numbers import kept_percent, percent
from permitflow.reports.snapshots.store import Gathering

LEAST_DATED = 95
"""Percent of the ended files that must have both dates before times are shown."""
MOST_CITIES = 40
ALONE = Phrase(
    "You see one city: the others stand here for those who may read their reports, and for everybody under Performance."
)
TITLES: Mapping[str, Phrase] = {
    "homes": Phrase("Homes"),
    "sites": Phrase("Shops, workplaces, apartment houses and plazas"),
    "other": Phrase("Other applications"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of one city; nothing while its record is being gathered."""

    city: City
    coverage: Mapping[str, Any]
    families: Mapping[str, Mapping[str, Any]]

    @property
    def ended(self) -> int:
        """Files that ended in the period, and permits of it that came without dates."""
        return int(self.coverage.get("ended", 0) + self.coverage.get("imported", 0))

    @property
    def bears_times(self) -> bool:
        """Whether enough of what ended has both dates."""
        return bool(self.ended) and 100 * self.coverage["dated"] >= LEAST_DATED * self.ended


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    told = list(_told(ask))
    return [_coverage(told), _times(told)]


def _told(ask: Ask) -> Iterator[Told]:
    cities = ask.cities or (ask.scope.city,)
    for city in sorted(cities, key=lambda one: (one.name.casefold(), one.slug))[:MOST_CITIES]:
        try:
            found = _summary(ask, city)
        except Gathering:
            found = {"coverage": {}, "families": {}}
        yield Told(city, **found)


def _summary(ask: Ask, city: City) -> Any:
    if city == ask.scope.city:
        return lately(replace(ask, words={}), SUMMARY).value
    with asking(ask.session, replace(ask.scope, city=city)) as other:
        return lately(replace(other, hurried=ask.hurried), SUMMARY).value


def _coverage(told: Sequence[Told]) -> Figure:
    return Figure(
        "coverage",
        Phrase("How much of each record is known"),
        "data_quality",
        (
            Column("city", Phrase("City")),
            Column("since", Phrase("First application"), "instant"),
            Column("ended", Phrase("Files ended"), "count"),
            Column("imported", Phrase("Permits from elsewhere, without dates"), "count"),
            Column("dated_share", Phrase("With both dates"), "percent"),
            Column("claimed_share", Phrase("Reviews with the time they were taken"), "percent"),
            Column("timed_share", Phrase("New files with a legal clock"), "percent"),
        ),
        [_coverage_row(one) for one in told],
        lead=(
            Phrase(
                "Cities are in the order of the alphabet. They are not ranked: their laws, their applications and their "
                "records differ."
            ),
        ),
        notes=(
            Phrase(
                "Both dates: the day of submission and the day of the decision. Permits from elsewhere count among those without."
            ),
            *((ALONE,) if len(told) == 1 else ()),
        ),
        n=len(told),
    )


def _coverage_row(one: Told) -> tuple[Cell, ...]:
    known = one.coverage
    if not known:
        return (one.city.name, None, None, None, None, None, None)
    return (
        one.city.name,
        known["since_at"],
        Linked(known["ended"], "ended", {"city": one.city.slug}),
        known["imported"],
        percent(known["dated"], one.ended),
        percent(known["claimed"], known["reviews"]),
        percent(known["timed"], known["arrived"]),
    )


def _times(told: Sequence[Told]) -> Figure:
    rows = [
        _times_row(one, family)
        for family in FAMILIES
        for one in told
        if any(family in other.families for other in told)
    ]
    return Figure(
        "times",
        Phrase("The same figures for each city"),
        "classes",
        (
            Column("family", Phrase("Kind of site")),
            Column("city", Phrase("City")),
            Column("files", Phrase("Files decided"), "count"),
            Column("p50", Phrase("Half within"), "duration"),
            Column("low", Phrase("Half: from"), "duration"),
            Column("high", Phrase("Half: to"), "duration"),
            Column("p85", Phrase("85 of 100 within"), "duration"),
            Column("applicant_share", Phrase("Time with the applicant"), "percent"),
            Column("kept_share", Phrase("Legal dates kept"), "percent"),
            Column("approved_share", Phrase("Approved the first time"), "percent"),
            Column("why", Phrase("What is left out, and why")),
        ),
        rows,
        notes=(
            Phrase(
                "Times are shown from {n} files on, and only where at least {percent} of 100 ended files have both dates. "
                "The definitions and the period are the same for all cities.",
                {"n": ENOUGH, "percent": LEAST_DATED},
            ),
            UNCHECKED,
        ),
        empty=Phrase("No city decided anything in the period."),
        n=sum(found.get("n", 0) for one in told for found in one.families.values()),
    )


def _times_row(one: Told, family: str) -> tuple[Cell, ...]:
    found = one.families.get(family, {})
    n = found.get("n", 0)
    shown = one.bears_times and n >= ENOUGH
    times = [found.get(name) if shown else None for name in ("p50", "low", "high", "p85")]
    away = 100 * found["away"] / found["took"] if shown and found.get("took") else None
    return (
        TITLES[family],
        one.city.name,
        Linked(n, "decided", {"city": one.city.slug, "family": family}) if one.coverage else None,
        *times,
        away,
        kept_percent(found.get("kept", 0), found.get("due", 0)) if one.bears_times else None,
        percent(found.get("approved", 0), found.get("cycles", 0)) if one.bears_times else None,
        _why(one, n),
    )


def _why(one: Told, n: int) -> Phrase | None:
    if not one.coverage:
        return Phrase("The record of this city is being gathered; look again in a few minutes.")
    if not one.bears_times and one.ended:
        return Phrase(
            "No figures: {dated} of {ended} that ended have both dates.",
            {"dated": one.coverage["dated"], "ended": one.ended},
        )
    return Phrase("No times: fewer than {n} files.", {"n": ENOUGH}) if n < ENOUGH else None


def _ended_lines(_ask: Ask) -> Statement:
    return Statement(
        """SELECT file, submitted_at, decided_at, state FROM chosen
        WHERE in_period(decided_at) OR decided_at IS NULL AND party = 'none' AND in_period(party_since_at)"""
    )


def _decided_lines(ask: Ask) -> Statement:
    return Statement(
        f"SELECT file, submitted_at, decided_at, state FROM chosen WHERE by_city AND in_period(decided_at) AND {FAMILY} = $family",
        {"family": ask.word("family")},
    )


PAGE = Page(
    "cities",
    Phrase("Cities side by side"),
    Phrase("How much of each record is known, and the figures that it can bear."),
    figures,
    {
        "ended": Listing(lambda _ask: Phrase("Files that ended in the period"), _ended_lines),
        "decided": Listing(lambda _ask: Phrase("Files that the city decided in the period"), _decided_lines),
    },
)
