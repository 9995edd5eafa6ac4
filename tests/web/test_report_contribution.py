"""The page of why files wait, on both databases."""

from __future__ import annotations

import csv
import io

from flask import Flask

from permitflow.instants import DAY, now_us
from tests import factories
from tests.browsing import database_of, signed_in


def test_the_page_its_files_and_its_lists_open(app: Flask) -> None:
    city = factories.city(database_of(app))
    at = now_us() - 20 * DAY
    city.act(city.draft("us-ca-commercial-ab970", at), "submit", "applicant", at)
    manager = signed_in(app, city.staff["manager"])
    page = manager.get("/reports/contribution").text
    assert "Nothing holds files up, as far as the record tells." in page
    assert "Completeness check" in page
    document = manager.get("/reports/contribution.json").get_json()
    assert [figure["figure"] for figure in document["figures"]] == ["waiting-causes", "contribution", "waits"]
    (row,) = csv.DictReader(io.StringIO(manager.get("/reports/contribution/waits.csv").text))
    assert (row["step"], row["closed"], row["change"]) == ("Completeness check", "0", "too few to tell")
    for listing in ("held_up", "passed", "closed", "closed_before"):
        listed = manager.get(f"/reports/contribution/files/{listing}?step=intake")
        assert listed.status_code == 200
        assert "There is no such file now" in listed.text
