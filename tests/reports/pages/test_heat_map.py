"""The map of a workflow against a count by hand, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import NamedTuple

import pytest

from permitflow.db import Database
from permitflow.engine.loader import load_file
from permitflow.instants import local_date
from permitflow.reports.figures import Cell, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages import heat_map
from permitflow.reports.scope import Scope, Workflows
from tests.reports.history import NO_DUE_DATE, NOW, ZONE, History, asked, day
from tests.reports.pages.linked import wrong_links

WORKFLOW = Path(__file__).parents[3] / "workflows" / "us-ca" / "commercial-ab970.yaml"
STEPS = ("intake", "fire", "corrections", "gone_in_this_version")
FIRST = NOW - 60


class Stay(NamedTuple):
    """One visit in days; a file has as many as it has steps."""

    file: int
    step: str
    opened: float
    claimed: float | None
    closed: float | None
    due: float | None


def stays(seed: int) -> Iterator[Stay]:
    chance = Random(seed)
    for file in range(150):
        at = chance.uniform(-40, NOW)
        for step in STEPS:
            closed = at + chance.expovariate(1 / (12 if step == "fire" else 4))
            claimed = at + (closed - at) * chance.random() if chance.random() < 0.8 else None
            due = at + 15 if chance.random() < 0.5 else None
            ended = closed if closed <= NOW and chance.random() < 0.95 else None
            if claimed is not None and claimed > NOW:
                claimed = None
            yield Stay(file, step, at, claimed, ended, due)
            if ended is None:
                break
            at = closed


@pytest.fixture
def scope(database: Database) -> Scope:
    with database.transaction() as session:
        history = History(session)
        files = {}
        for stay in stays(7):
            if stay.file not in files:
                files[stay.file] = history.file(f"F-{stay.file}", stay.opened)
            due_on = NO_DUE_DATE if stay.due is None else local_date(day(stay.due), ZONE)
            party = "applicant" if stay.step == "corrections" else "agency"
            given = {"due_on": due_on, "party": party}
            history.stay(files[stay.file], stay.step, stay.opened, stay.closed, stay.claimed, **given)
        return history.scope(FIRST, NOW, NOW)


@contextmanager
def drawing(database: Database, scope: Scope, **words: str) -> Iterator[Ask]:
    """The question, of a city that has published a workflow by the name its files carry."""
    definition = load_file(WORKFLOW).definition.model_copy(update={"workflow": "w"})
    with asked(database, scope) as ask:
        yield replace(ask, workflows=Workflows({"h": definition}), words=words)


def by_step(ask: Ask) -> dict[str, dict[str, Cell]]:
    found = heat_map.drawn_map(ask)
    assert found is not None
    return {step: dict(cells) for step, cells in found.cells.items()}


def counted(step: str, scope: Scope) -> list[Stay]:
    return [
        stay
        for stay in stays(7)
        if stay.step == step and (stay.closed is None or scope.start_at <= day(stay.closed) < scope.end_at)
    ]


def waited(stay: Stay) -> int:
    end = NOW if stay.closed is None else stay.closed
    return day(end if stay.claimed is None else stay.claimed) - day(stay.opened)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_equals_a_count_by_hand(database: Database, scope: Scope, step: str) -> None:
    known = counted(step, scope)
    left = [stay for stay in known if stay.closed is not None]
    here = [stay for stay in known if stay.closed is None]
    stayed = sorted(day(stay.closed or 0) - day(stay.opened) for stay in left)
    p85 = quantiles(stayed, n=20, method="inclusive")[16]
    with drawing(database, scope) as ask:
        found = {name: plain(cell) for name, cell in by_step(ask)[step].items()}
    # The desk's city has no calendar, so that every day is open and "two business days" are two days.
    old = {stay.file for stay in here if day(NOW) - day(stay.opened) > p85}
    soon = {
        stay.file for stay in here if stay.due and (local_date(day(stay.due), ZONE) - scope.today).days <= 2
    }
    assert (found["open"], found["n"]) == (len(here), len(left))
    assert found["wait"] == pytest.approx(median(map(waited, left)), abs=1)
    assert found["p85"] == pytest.approx(p85, abs=1)
    assert found["lost"] == sum(map(waited, known))
    assert (found["old"], found["due_soon"], found["risk"]) == (len(old), len(soon), len(old | soon))


def test_every_number_leads_to_its_files(database: Database, scope: Scope) -> None:
    with drawing(database, scope) as ask:
        assert wrong_links(ask, heat_map.PAGE, heat_map.figures(ask)) == []


def test_steps_stand_in_the_order_of_the_workflow_and_old_ones_are_told(
    database: Database, scope: Scope
) -> None:
    with drawing(database, scope) as ask:
        (figure,) = heat_map.figures(ask)
    said = [cell.say() for row in figure.rows if not isinstance(cell := row[0], (str, type(None)))]
    assert said == ["Completeness check", "Fire", "Corrections to answer", "gone_in_this_version"]
    assert "not in the picture: 1" in figure.notes[-1].say()


def test_the_darkest_step_has_the_most(database: Database, scope: Scope) -> None:
    for heat in heat_map.HEATS:
        with drawing(database, scope, heat=heat) as ask:
            found = heat_map.drawn_map(ask)
            assert found is not None
        values = {step: plain(cells[found.heat.column]) for step, cells in found.cells.items()}
        most = max(values, key=lambda step: values[step] or 0)
        assert found.level(most) == heat_map.LEVELS
        assert found.level("nowhere") == 0
        ordered = sorted(values, key=lambda step: values[step] or 0)
        assert [found.level(step) for step in ordered] == sorted(found.level(step) for step in ordered)


def test_an_unknown_word_colours_by_what_lies_there(database: Database, scope: Scope) -> None:
    with drawing(database, scope, heat="' OR 1=1") as ask:
        found = heat_map.drawn_map(ask)
    assert found is not None
    assert found.heat is heat_map.HEATS["wip"]


def test_few_files_are_counted_and_not_timed(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        file = history.file("F-1", NOW - 5)
        history.stay(file, "intake", NOW - 5, NOW - 4)
        history.stay(file, "fire", NOW - 4)
        scope = history.scope(FIRST, NOW, NOW)
    with drawing(database, scope) as ask:
        found = by_step(ask)
    assert [plain(found["intake"][name]) for name in ("n", "wait", "p85", "risk_percent")] == [
        1,
        None,
        None,
        None,
    ]
    assert [plain(found["fire"][name]) for name in ("open", "old", "risk")] == [1, 0, 0]


def test_a_city_without_files_has_no_picture(database: Database) -> None:
    with database.transaction() as session:
        scope = History(session).scope(FIRST, NOW, NOW)
    with drawing(database, scope) as ask:
        assert heat_map.drawn_map(ask) is None
        (figure,) = heat_map.figures(ask)
    assert not figure.rows
