"""Survival curves from counts by the hour: durations, first outcomes, and what is too little to tell."""

from __future__ import annotations

import pytest

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.survival import Curve, kaplan_meier_of_counts
from permitflow.reports.scope import Workflows
from permitflow.reports.stay_curves import (
    HOUR_US,
    ends_of_files,
    file_curves,
    incidence,
    issued_steps,
    share_open,
    step_curves,
)
from tests.reports.recorded import definition
from tests.reports.told_city import ToldCity, at

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
HOME = Workflows({"h": definition("us-generic/residential-instant")})
JUNE = (at(FIRST), at("2026-07-01"))


def test_stays_of_a_step_are_rounded_up_to_hours_and_open_ones_count_as_far_as_they_came() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-02")
    city.stay(file, "fire", "2026-06-01 10:00", "2026-06-01 11:00")
    city.stay(file, "fire", "2026-06-01 10:00", "2026-06-01 11:00:01")
    city.stay(file, "fire", "2026-06-30 12:00")
    city.stay(file, "fire", "2026-07-01", "2026-07-02")
    city.stay(file, "fire", "2026-05-31 23:59", "2026-06-02")
    city.stay(file, "after", "2026-06-02", "2026-06-03", before_decision=False, role=None)
    city.stay(file, "after", "2026-06-02", "2026-06-02", before_decision=False)
    with city.asked(FIRST, LAST) as ask:
        curves = step_curves(ask.snapshot, JUNE)
    assert curves.keys() == {"after", "fire"}
    fire = curves["fire"]
    assert (fire.n, fire.events, fire.longest) == (3, 2, 15 * DAY_US)
    assert [fire.at(hours * HOUR_US) for hours in (0, 1, 2)] == pytest.approx([1, 2 / 3, 1 / 3])
    assert curves["after"].at(0) == 0


def test_the_first_decision_of_a_file() -> None:
    city = ToldCity("2026-05-01", NOW)
    for outcome in ("issued", "denied", "withdrawn", "abandoned", "expired"):
        city.file("2026-06-01", "2026-06-03", outcome=outcome)
    ran_out = city.file("2026-06-01", "2026-06-03", outcome="expired")
    city.stay(ran_out, "issued", "2026-06-03", "2026-07-03", before_decision=False)
    city.file("2026-07-05", workflow="v")
    city.file("2026-07-15")
    city.file("2026-05-31 23:59")
    with city.asked(FIRST, LAST, HOME) as ask:
        found = ends_of_files(ask, (JUNE[0], ask.scope.now))
    two = 2 * DAY_US
    assert {*found["w"]} == {
        (12 * HOUR_US, None, 1),
        (two, "denied", 1),
        (two, "expired", 2),
        (two, "issued", 2),
        (two, "withdrawn", 1),
    }
    assert found["v"] == [(10 * DAY_US + 12 * HOUR_US, None, 1)]
    assert [*found] == ["v", "w"]


def test_phases_in_which_a_permit_is_issued() -> None:
    with ToldCity("2026-05-01", NOW).asked(FIRST, LAST, HOME) as ask:
        assert "issued" in issued_steps(ask)
        assert not {"denied", "draft", "withdrawn"} & {*issued_steps(ask)}


def test_curves_and_shares_of_the_same_counts_agree() -> None:
    counts = {"w": [(DAY_US, "issued", 2), (DAY_US, "denied", 1), (2 * DAY_US, None, 1)]}
    curve = file_curves(counts)["w"]
    assert (curve.n, curve.events, curve.at(DAY_US)) == (4, 3, 0.25)
    last = incidence(counts["w"])[-1]
    assert sum(last.by_outcome.values()) == pytest.approx(1 - curve.at(DAY_US))
    assert last.by_outcome["issued"] == pytest.approx(0.5)


def curve_of(n: int, ended: int) -> Curve:
    return kaplan_meier_of_counts([(DAY_US, ended, 0), (3 * DAY_US, 0, n - ended)])


def test_the_share_still_open_is_told_as_far_as_anybody_was_seen() -> None:
    assert share_open(curve_of(20, 5), 2 * DAY_US) == 0.75
    assert share_open(curve_of(20, 5), 3 * DAY_US) == 0.75
    assert share_open(curve_of(20, 5), 3 * DAY_US + 1) is None
    assert share_open(curve_of(20, 20), 9 * DAY_US) == 0
    assert share_open(curve_of(19, 5), DAY_US) is None
