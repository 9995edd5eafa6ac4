"""Curves of steps and files, with open ones censored, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.survival import cumulative_incidence, kaplan_meier, share_ended_by
from permitflow.db import Database
from permitflow.engine.pack import load_pack
from permitflow.instants import local_date
from permitflow.reports.figures import Figure, plain
from permitflow.reports.pages import survival
from permitflow.reports.scope import Workflows
from permitflow.reports.stay_curves import HOUR_US
from tests.factories import ROOT
from tests.reports.history import ZONE, History, asked, told
from tests.reports.open_city import OpenCity, open_city, said
from tests.reports.pages.linked import wrong_links

(COMMERCIAL, *_) = (one.definition for one in load_pack(ROOT / "workflows" / "us-generic").workflows)


def stays_of(city: OpenCity, step: str) -> list[tuple[int, bool]]:
    return [
        ((stay.closed_at or city.scope.now) - stay.opened_at, stay.closed_at is not None)
        for stay in city.stays
        if stay.step == step
    ]


def by_hours(stays: Sequence[tuple[int, bool]]) -> list[tuple[int, bool]]:
    return [(-(-took // HOUR_US) * HOUR_US, ended) for took, ended in stays]


def find(figures: Sequence[Figure], name: str) -> Figure:
    return next(figure for figure in figures if figure.id == name)


def test_the_curves_are_those_of_every_stay_taken_by_itself(database: Database) -> None:
    city = open_city(database)
    with asked(database, city.scope) as ask:
        found = survival.figures(ask)
        assert wrong_links(ask, survival.PAGE, found) == []
    curves = find(found, "curves")
    steps = [column.id for column in curves.columns[1:]]
    assert steps == ["building", "fire", "intake"]
    for place, step in enumerate(steps, 1):
        exact, hourly = kaplan_meier(stays_of(city, step)), kaplan_meier(by_hours(stays_of(city, step)))
        for row in curves.rows:
            day, share = plain(row[0]), plain(row[place])
            assert isinstance(day, int)
            t = day * DAY_US
            if t > hourly.longest and hourly.at(t) > 0:
                assert share is None
            else:
                assert share == pytest.approx(100 * hourly.at(t))
                assert share == pytest.approx(100 * exact.at(t), abs=1.5)
    table = {said(row[0]): row for row in find(found, "steps").rows}
    assert plain(table["fire"][1]) == len(stays_of(city, "fire"))
    assert plain(table["fire"][2]) == sum(not ended for _, ended in stays_of(city, "fire"))
    assert table["fire"][3] == kaplan_meier(by_hours(stays_of(city, "fire"))).quantile(0.5)


def test_the_band_is_greenwoods(database: Database) -> None:
    city = open_city(database)
    with asked(database, city.scope) as ask:
        band = find(survival.figures(replace(ask, words={"step": "intake"})), "band")
        usual = find(survival.figures(replace(ask, words={"step": "nowhere"})), "band")
    curve = kaplan_meier(by_hours(stays_of(city, "intake")))
    for day, share, low, high in band.rows:
        assert isinstance(day, int)
        points = [point for point in curve.points if point.t <= day * DAY_US]
        expected = (points[-1].survival, points[-1].low, points[-1].high) if points else (1, 1, 1)
        assert (share, low, high) == pytest.approx([100 * part for part in expected])
    assert band.n == usual.n == 200


def test_outcomes_and_open_files_add_up(database: Database) -> None:
    city = open_city(database)
    with asked(database, city.scope) as ask:
        found = survival.figures(ask)
    for workflow in ("v", "w"):
        ends = [
            (
                -(-((file.decided_at or city.scope.now) - file.submitted_at) // HOUR_US) * HOUR_US,
                {"abandoned": "expired"}.get(file.outcome or "", file.outcome),
                1,
            )
            for file in city.files
            if file.workflow == workflow
        ]
        figure, expected = find(found, f"ends-{workflow}"), cumulative_incidence(ends)
        assert figure.n == len(ends)
        for day, *shares in figure.rows:
            assert isinstance(day, int)
            wanted = [100 * share_ended_by(expected, one, day * DAY_US) for one in survival.OUTCOMES]
            assert shares == pytest.approx(wanted)
    files = {said(row[0]): row for row in find(found, "files").rows}
    assert plain(files["w"][1]) == sum(file.workflow == "w" for file in city.files)


def test_a_permit_that_ran_out_was_issued_first(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(20):
            outcome = ("expired", "closed", "revoked", "denied")[number % 4]
            file = history.file(f"A-{number}", 60, 70, outcome=outcome, state=outcome)
            if number < 4:
                history.stay(file, "issued", 70, 80, party="applicant", role=None)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        known = replace(ask, workflows=Workflows({"known": COMMERCIAL}))
        last = find(survival.figures(known), "ends-w").rows[-1]
    # Of five that ended as expired one had its permit; closed and revoked ones had theirs.
    assert last[1:] == pytest.approx([55.0, 25.0, 0.0, 20.0])


def test_few_stays_give_counts_and_no_curve(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(19):
            history.stay(history.file(f"A-{number}", 60), "fire", 60, 61)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        found = survival.figures(ask)
    assert [figure.id for figure in found] == ["steps", "curves", "files"]
    (row,) = find(found, "steps").rows
    assert [plain(cell) for cell in row[1:]] == [19, 0, None, *[None] * 6]
    assert find(found, "curves").rows == []


def test_the_period_is_half_open_and_chooses_by_the_beginning(database: Database) -> None:
    city = open_city(database)
    one_day = local_date(city.stays[40].opened_at, ZONE)
    scope = replace(city.scope, from_on=one_day, to_on=one_day)
    began = [stay for stay in city.stays if local_date(stay.opened_at, ZONE) == one_day]
    with asked(database, scope) as ask:
        found = survival.figures(ask)
    assert find(found, "steps").n == len(began) > 0
    with asked(database, replace(city.scope, from_on=date(2020, 1, 1), to_on=date(2020, 1, 2))) as ask:
        assert find(survival.figures(ask), "steps").rows == []


def test_the_workflow_filter_narrows_steps_and_files(database: Database) -> None:
    city = open_city(database)
    with asked(database, replace(city.scope, workflow="v")) as ask:
        found = survival.figures(ask)
        assert wrong_links(ask, survival.PAGE, found) == []
    assert find(found, "files").n == sum(file.workflow == "v" for file in city.files)
    assert not any(figure.id == "ends-w" for figure in found)
