"""The page of quality against a count by hand over a seeded office, on both databases."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pytest

from permitflow.db import Database
from permitflow.reports.pages import quality
from permitflow.reports.scope import Scope
from tests.reports.history import NOW, day
from tests.reports.pages import office
from tests.reports.pages.linked import wrong_links
from tests.reports.pages.office import File, Office, Stay, figure_of, looking, rows_of

PASSED = ("approve", "accept")
ASKED = ("request_corrections", "request_information")


@pytest.fixture
def written(database: Database) -> Office:
    return office.write(database, office.files(5))


def table(database: Database, scope: Scope, figure: str) -> dict[Any, dict[str, Any]]:
    return rows_of(figure_of(database, scope, quality.PAGE, figure))


def share(part: int, n: int) -> object:
    return pytest.approx(100 * part / n) if n >= 20 else None


def first_answers(written: Office) -> list[tuple[File, Stay]]:
    """Reviews that were answered in the period, the first time, before the decision."""
    return [
        (file, stay)
        for file, stay in written.stays()
        if written.covers(stay.closed)
        and stay.action in (*PASSED, *ASKED)
        and stay.round == 1
        and stay.why != "resubmit_information"
    ]


def cycle_end(file: File) -> tuple[float | None, bool]:
    """When the first cycle of a file ended, and whether it approved."""
    sent = [notice.asked for notice in file.notices if notice.items[0][0] is not None]
    if sent:
        return min(sent), False
    return (file.decided, file.outcome == "issued") if file.by_city else (None, False)


def test_files_approved_in_their_first_cycle(database: Database, written: Office) -> None:
    ends = [cycle_end(file) for file in written.files]
    counted = [good for at, good in ends if written.covers(at)]
    found = table(database, written.scope, "first_cycle_files")["All files"]
    assert found["ended"] == len(counted) > 20
    assert found["sent_back"] == counted.count(False) > 0
    assert found["approved_share"] == share(counted.count(True), len(counted))
    assert found["share_low"] < found["approved_share"] < found["share_high"]


def test_reviews_approved_the_first_time(database: Database, written: Office) -> None:
    by_step = defaultdict(list)
    for _, stay in first_answers(written):
        by_step[stay.step].append(stay.action in ASKED)
    found = table(database, written.scope, "first_cycle_steps")
    assert len(found) == len(by_step) == 3
    for step, row in zip(sorted(by_step), found.values(), strict=True):
        asked = sum(by_step[step])
        assert (row["answered"], row["asked"]) == (len(by_step[step]), asked)
        assert row["approved_share"] == share(len(by_step[step]) - asked, len(by_step[step]))


def test_months_are_those_of_the_city_and_sum_to_the_period(database: Database, written: Office) -> None:
    months = table(database, written.scope, "first_cycle_months")
    assert sum(row["reviews"] for row in months.values()) == len(first_answers(written))
    ends = [at for at, _ in map(cycle_end, written.files) if written.covers(at)]
    assert sum(row["files"] for row in months.values()) == len(ends)


def test_complete_when_first_submitted(database: Database, written: Office) -> None:
    checks = [
        stay.action == "request_information" for _, stay in first_answers(written) if stay.step == "intake"
    ]
    (found,) = table(database, written.scope, "complete_at_intake").values()
    assert (found["checked"], found["incomplete"]) == (len(checks), sum(checks))
    assert found["complete_share"] == share(len(checks) - sum(checks), len(checks))


def test_cycles_to_the_decision(database: Database, written: Office) -> None:
    counted = Counter(
        str(file.round) for file in written.files if file.by_city and written.covers(file.decided)
    )
    found = table(database, written.scope, "cycles")
    assert {number: row["files"] for number, row in found.items()} == counted


def test_files_come_back_to_the_same_person_or_to_another(database: Database, written: Office) -> None:
    ended, again, same = Counter[str](), Counter[str](), Counter[str]()
    for file in written.files:
        before: dict[str, str | None] = {}
        for stay in sorted(file.stays, key=lambda one: one.opened):
            if stay.party != "agency" or stay.closed is None:
                continue
            if written.covers(stay.closed):
                ended[stay.step] += 1
                again[stay.step] += stay.step in before
                same[stay.step] += before.get(stay.step) == stay.person
            before[stay.step] = stay.person
    found = table(database, written.scope, "rework_steps")
    assert sorted(row["visits"] for row in found.values()) == sorted(ended.values())
    assert sorted(row["again"] for row in found.values()) == sorted(again.values())
    assert sorted(row["repeats"] for row in found.values()) == sorted(same.values())
    assert all(row["redos"] == row["again"] - row["repeats"] for row in found.values())
    assert 0 < sum(same.values()) < sum(again.values())


def test_correction_sections_with_what_they_cost(database: Database, written: Office) -> None:
    items, spent, waiting = Counter[str](), Counter[str](), Counter[str]()
    for file in written.files:
        for notice in file.notices:
            if not written.covers(notice.asked):
                continue
            until = day(NOW) if notice.answered is None else day(notice.answered)
            for _, section in notice.items:
                items[section] += 1
                waiting[section] += notice.answered is None
            for section in {section for _, section in notice.items}:
                spent[section] += until - day(notice.asked)
    found = table(database, written.scope, "correction_sections")
    assert {section: row["items"] for section, row in found.items()} == items
    assert {section: row["waiting"] for section, row in found.items()} == waiting
    assert {section: row["days"] for section, row in found.items()} == spent
    assert list(found.values())[-1]["cumulative"] == 100
    counts = [row["items"] for row in found.values()]
    assert counts == sorted(counts, reverse=True)


def test_corrections_outside_lanes_belong_to_the_step_that_asked(database: Database, written: Office) -> None:
    items = Counter(
        lane or "intake"
        for file in written.files
        for notice in file.notices
        if written.covers(notice.asked)
        for lane, _ in notice.items
    )
    found = table(database, written.scope, "correction_disciplines")
    assert sorted(row["items"] for row in found.values()) == sorted(items.values())
    assert "Completeness check" in found


def test_companies_of_few_files_stand_in_one_line(database: Database, written: Office) -> None:
    counted = Counter(file.company for file in written.files if written.covers(cycle_end(file)[0]))
    assert 0 < counted["tiny"] < 20 <= counted["mid"]
    found = table(database, written.scope, "correction_companies")
    assert {name: row["files"] for name, row in found.items()} == {
        "Big": counted["big"],
        "Mid": counted["mid"],
        "Other companies: 1": counted["tiny"],
    }
    assert found["Other companies: 1"]["approved_share"] is None


def test_every_number_leads_to_its_list(database: Database, written: Office) -> None:
    with looking(database, written.scope) as ask:
        assert wrong_links(ask, quality.PAGE, quality.figures(ask)) == []


@pytest.mark.parametrize("chosen", [{"class_": "level=DC"}, {"workflow": "w"}, {"pathway": "full"}])
def test_filters_narrow_every_number_and_its_list(
    database: Database, written: Office, chosen: dict[str, str]
) -> None:
    with looking(database, replace(written.scope, **chosen)) as ask:
        figures = quality.figures(ask)
        assert wrong_links(ask, quality.PAGE, figures) == []
    if "class_" in chosen:
        dc = [stay for file, stay in first_answers(written) if file.level == "DC"]
        assert next(figure for figure in figures if figure.id == "first_cycle_steps").n == len(dc)


def test_an_empty_city_has_empty_figures(database: Database) -> None:
    scope = office.write(database, []).scope
    with looking(database, scope) as ask:
        assert [figure.id for figure in quality.figures(ask) if figure.rows] == []


def test_few_files_have_counts_but_no_shares(database: Database) -> None:
    few = [file for file in office.files(5) if file.decided and file.decided > office.FIRST][:10]
    scope = office.write(database, few).scope
    found = table(database, scope, "first_cycle_files")["All files"]
    assert found["ended"]
    assert found["approved_share"] is found["share_low"] is None
