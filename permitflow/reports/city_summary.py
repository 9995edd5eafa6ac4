"""What a comparison of cities tells of one: how much of its record is known, and its figures by kind of site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from permitflow.analytics.grouped_percentiles import Source, percentiles_by
from permitflow.models import Permit
from permitflow.reports.deadlines import DUE, due_parameters
from permitflow.reports.kept import Dear
from permitflow.reports.page import Ask
from permitflow.reports.reviews import CYCLES, verdicts

FAMILY = """CASE WHEN project_type = 'residential' THEN 'homes'
    WHEN project_type IN ('multifamily', 'workplace', 'commercial', 'fast_charging_plaza') THEN 'sites' ELSE 'other' END"""
"""The family of a file: cities name their workflows as they like, but the kinds of sites are the same everywhere."""
FAMILIES = ("homes", "sites", "other")
_DECIDED = f"SELECT {FAMILY} AS family, decided_at - submitted_at AS took FROM chosen WHERE by_city AND in_period(decided_at)"
_COVERAGE = """WITH ended AS (SELECT decided_at >= submitted_at AS dated FROM chosen
        WHERE in_period(decided_at) OR decided_at IS NULL AND party = 'none' AND in_period(party_since_at)),
    reviews AS (SELECT first_claimed_at FROM stays WHERE party = 'agency' AND closed_by IS NOT NULL AND in_period(closed_at)),
    arrived AS (SELECT file, EXISTS (FROM legal_clocks WHERE legal_clocks.file = chosen.file AND holder = 'agency') AS timed
        FROM chosen WHERE in_period(submitted_at))
SELECT (SELECT min(submitted_at) FROM chosen), (SELECT count(*) FROM ended), (SELECT count(*) FILTER (dated) FROM ended),
    (SELECT count(*) FROM reviews), (SELECT count(first_claimed_at) FROM reviews),
    (SELECT count(*) FROM arrived), (SELECT count(*) FILTER (timed) FROM arrived)"""
_COVERED = ("since_at", "ended", "dated", "reviews", "claimed", "arrived", "timed")
_SPLIT = f"""WITH decided AS (SELECT file, {FAMILY} AS family, decided_at, decided_at - submitted_at AS took FROM chosen
        WHERE by_city AND in_period(decided_at)),
    away AS (SELECT file, sum(least(coalesce(ended_at, decided_at), decided_at) - started_at) AS away FROM courts JOIN decided USING (file)
        WHERE courts.party = 'applicant' AND started_at < decided_at GROUP BY file)
SELECT family, sum(took)::BIGINT, coalesce(sum(away), 0)::BIGINT FROM decided LEFT JOIN away USING (file) GROUP BY family"""
_CYCLES = f"""WITH {CYCLES} SELECT {FAMILY}, count(*), count(*) FILTER (approved) FROM cycles JOIN chosen USING (file) GROUP BY ALL"""
_DUE = f"{DUE} SELECT {FAMILY}, count(*), count(*) FILTER (standing = 'in_time') FROM due JOIN chosen USING (file) WHERE verified GROUP BY ALL"
PERCENTS = (50, 85)


def _build(ask: Ask) -> dict[str, Any]:
    coverage = dict(zip(_COVERED, ask.snapshot.row(_COVERAGE), strict=True))
    coverage["imported"] = _imported(ask)
    return {"coverage": coverage, "families": _families(ask)}


SUMMARY = Dear("city-summary", _build, 2)
"""JSON: `coverage` with its counts, and `families`: family -> its counts and its percentiles in microseconds."""


def _imported(ask: Ask) -> int:
    """Permits of the period that another system issued: nobody knows when they were applied for."""
    scope = ask.scope
    return (
        ask.session.scalar(
            select(func.count())
            .select_from(Permit)
            .where(Permit.jurisdiction_id == scope.city.id, Permit.application_id.is_(None))
            .where(Permit.issued_on.between(scope.from_on, scope.to_on))
        )
        or 0
    )


def _families(ask: Ask) -> dict[str, dict[str, int | None]]:
    found: dict[str, dict[str, int | None]] = {name: {} for name in FAMILIES}
    for (group, family), measured in percentiles_by(
        ask.snapshot, Source(_DECIDED, ("family",), ("took",)), PERCENTS
    ).items():
        if group and family:
            half = measured["took"].percentiles[50]
            found[family] |= {"n": half.n, "p50": half.value, "low": half.low, "high": half.high}
            found[family] |= {"p85": measured["took"].value(85)}
    known, days = verdicts(ask.workflows).within(_CYCLES), due_parameters(ask.scope)
    asked: tuple[tuple[str, Mapping[str, object], tuple[str, str]], ...] = (
        (_SPLIT, {}, ("took", "away")),
        (_CYCLES, known, ("cycles", "approved")),
        (_DUE, days, ("due", "kept")),
    )
    for sql, parameters, names in asked:
        for family, *counts in ask.snapshot.rows(sql, parameters):
            found[family] |= dict(zip(names, counts, strict=True))
    return {family: told for family, told in found.items() if told}
