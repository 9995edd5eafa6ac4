"""The filter of a report is read from its address, and a period that cannot be gets a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from permitflow.web.forms.reports import PeriodForm, period_form
from tests.web.forms.sending import opened, sentences


def asked() -> PeriodForm:
    """The filter as the address of the request fills it."""
    return period_form([("rio-verde", "Rio Verde")], [("home", "Home charger")])


def refused(query: str) -> dict[str, list[str]]:
    """What the filter refuses of an address."""
    with opened(f"/reports/overview?{query}"):
        return sentences(asked())


def test_an_address_without_a_filter_asks_for_everything() -> None:
    with opened("/reports/overview"):
        form = asked()
        assert sentences(form) == {}
        assert (form.first.data, form.last.data) == (None, None)
        assert (form.workflow.data, form.pathway.data, form.class_.data) == ("", "", "")


def test_every_part_of_the_filter_has_its_name_in_the_address() -> None:
    query = "city=rio-verde&from=2026-01-01&to=2026-03-31&workflow=home&pathway=counter&class=level%3DL2"
    with opened(f"/reports/overview?{query}"):
        form = asked()
        assert sentences(form) == {}
        assert (form.city.data, form.workflow.data, form.pathway.data) == ("rio-verde", "home", "counter")
        assert (form.first.data, form.last.data) == (date(2026, 1, 1), date(2026, 3, 31))
        assert form.class_.data == "level=L2"


STRANGE = ["Choose a day between 1970 and 2200."]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        (
            "from=2026-03-31&to=2026-01-01",
            {"last": ["The last day lies before the first; exchange the two."]},
        ),
        ("from=2026-03-31&to=2026-03-31", {}),
        ("from=1970-01-01", {}),
        ("from=1969-12-31", {"first": STRANGE}),
        ("to=2200-12-31", {}),
        ("to=2201-01-01", {"last": STRANGE}),
        ("from=0001-01-01&to=9999-12-31", {"first": STRANGE, "last": STRANGE}),
    ],
)
def test_a_period_lies_within_any_record_and_runs_forwards(query: str, errors: dict[str, list[str]]) -> None:
    assert refused(query) == errors


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=soon", "first"),
        ("to=2026-02-30", "last"),
        ("city=alto-verde", "city"),
        ("workflow=boat", "workflow"),
        ("pathway=back", "pathway"),
        ("class=level%3DL9", "class_"),
    ],
)
def test_what_is_not_offered_is_refused_at_its_field(query: str, field: str) -> None:
    assert list(refused(query)) == [field]


def test_only_classes_of_some_file_are_offered_and_the_one_that_is_chosen() -> None:
    query = "class=level%3DDC"
    with opened(f"/reports/overview?{query}"):
        form = asked()
        form.offer_classes(["public_land=true", "level=L9"])
        assert [value for value, _label in form.class_.choices] == ["", "level=DC", "public_land=true"]
