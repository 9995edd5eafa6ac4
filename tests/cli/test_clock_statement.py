"""The command that prints a clock statement."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner, Result

from permitflow.cli.clock_statement import clock_statement
from tests.cli.conftest import Run
from tests.factories import City


@pytest.fixture
def application_id(city: City) -> str:
    application_id = city.draft("us-ca-commercial-ab970")
    city.act(application_id, "submit", "applicant")
    return application_id


def told(*arguments: str) -> Result:
    group = click.Group("clock", commands={"statement": clock_statement})
    return CliRunner().invoke(group, ["statement", *arguments])


@pytest.mark.usefixtures("run")
def test_a_statement_is_found_by_number_and_by_id(city: City, application_id: str) -> None:
    by_id = told(application_id)
    number = city.file(application_id).number or ""
    assert by_id.output == told(number).output
    assert number in by_id.output
    assert "5 business days from 2026-03-02" in by_id.output
    assert "2026-03-02 to 2026-03-02  start day is not counted" in by_id.output


@pytest.mark.usefixtures("run")
def test_every_day_can_be_printed(application_id: str) -> None:
    shown = told(application_id, "--days").output
    assert "2026-03-03     1  counted" in shown
    assert "2026-03-07     -  Saturday" in shown


@pytest.mark.usefixtures("run")
def test_json_holds_every_clock(application_id: str) -> None:
    document = json.loads(told(application_id, "--json").output)
    assert document["application"]["id"] == application_id
    assert document["clocks"][0]["days"][0]["on"] == "2026-03-02"


def test_an_unknown_number_is_one_sentence(run: Run, city: City) -> None:
    refused = told("RIO-A-1999-00001")
    assert refused.exit_code == 1
    assert "There is no application" in refused.output
    assert run("city", "list").status == 0


@pytest.mark.usefixtures("run")
def test_a_draft_has_no_clock_yet(city: City) -> None:
    assert "No legal clock has started yet." in told(city.draft("us-ca-commercial-ab970")).output
