"""Addresses of report pages: read from what was copied, and asked again on a later day."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.instants import DAY
from permitflow.reports.saved import NotAReport, path_of, read_address, scope_of
from permitflow.reports.scope import City
from tests.factories import MONDAY

CITY = City("c", "rio-verde", "Rio Verde", "America/Los_Angeles")


def test_an_address_is_read_with_or_without_its_host() -> None:
    path = "/reports/finished?city=rio-verde&from=2026-01-01&to=2026-01-31&class=level%3DDC&evil=1"
    for text in (path, f"https://permits.test{path}", f"  {path} "):
        found = read_address(text)
        assert (found.page, found.city) == ("finished", "rio-verde")
        assert found.words == {"from": "2026-01-01", "to": "2026-01-31", "class": "level=DC"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/reports/",
        "/reports/no-such-page",
        "/admin/outbox",
        "//evil.test/finished",
        "/reports/finished/../../admin",
        "/reports/finished?from=2026-02-30",
        "/reports/finished?from=2026-02-02&to=2026-02-01",
        "/reports/finished?from=0001-01-01",
    ],
)
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(NotAReport):
        read_address(text)


def test_words_are_cut_and_must_be_printable() -> None:
    found = read_address("/reports/finished?workflow=" + "w" * 300 + "&class=%00")
    assert len(found.words["workflow"]) == 100
    assert "class" not in found.words


@pytest.mark.parametrize("days", [30, 90, 365])
def test_a_relative_period_moves_along(days: int) -> None:
    words = {"from": "2020-01-01", "to": "2020-12-31", "workflow": "w", "class": "level=DC"}
    for at, today in ((MONDAY, date(2026, 3, 2)), (MONDAY + 7 * DAY, date(2026, 3, 9))):
        scope = scope_of(CITY, words, days, at)
        assert (scope.to_on, (scope.to_on - scope.from_on).days) == (today, days - 1)
        assert (scope.workflow, scope.pathway, scope.class_) == ("w", "", "level=DC")


def test_dates_of_an_address_stay_and_open_ends_are_the_usual_year() -> None:
    kept = scope_of(CITY, {"from": "2020-01-01", "to": "2020-12-31"}, None, MONDAY)
    assert (kept.from_on, kept.to_on) == (date(2020, 1, 1), date(2020, 12, 31))
    usual = scope_of(CITY, {}, None, MONDAY)
    assert (usual.from_on, usual.to_on) == (date(2025, 3, 3), date(2026, 3, 2))


def test_an_address_leads_back_to_itself() -> None:
    scope = scope_of(CITY, {"from": "2020-01-01", "to": "2020-12-31", "class": "level=DC"}, None, MONDAY)
    path = path_of("finished", scope, {"from": "x", "heat": "wip"})
    assert path.endswith("&class=level%3DDC&heat=wip")
    assert read_address(path).words == {"from": "2020-01-01", "to": "2020-12-31", "class": "level=DC"}
