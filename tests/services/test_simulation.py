"""The same files under two versions: the same people, other rules, figures that can be compared."""

from dataclasses import replace
from pathlib import Path

import pytest

from permitflow.db import Database
from permitflow.engine.loader import load_file, load_text
from permitflow.instants import DAY
from permitflow.services.rehearsal_stage import Setting
from permitflow.services.repertoire import setting_of
from permitflow.services.simulation import Figures, Span, replay, simulate_year
from tests.factories import City
from tests.services.past_city import COMMERCIAL, city_with_a_past, past

SHIPPED = Path(__file__).resolve().parents[2] / "workflows"
HOME = SHIPPED / "us-generic" / "residential-instant.yaml"


def setting(path: Path, *changes: tuple[str, str]) -> Setting:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return replace(setting_of(path, load_file(path)), loaded=load_text(text, str(path), path))


def quietly(_words: str) -> None:
    """Tell nobody."""


def test_the_same_seed_brings_the_same_year() -> None:
    home = setting(HOME)
    first = simulate_year(home, Span(2026, 3, 6), quietly)
    assert first == simulate_year(home, Span(2026, 3, 6), quietly)
    assert first.files == sum(first.outcomes.values()) == 6
    assert first.outcomes["issued"]
    assert first != simulate_year(home, Span(2026, 4, 6), quietly)


def test_another_version_meets_the_same_people() -> None:
    strict = setting(HOME, ("expression: equipment.max_amps <= 80", "expression: equipment.max_amps <= 1"))
    before = simulate_year(setting(HOME), Span(2026, 3, 6), quietly).record()
    after = simulate_year(strict, Span(2026, 3, 6), quietly).record()
    assert before["files"] == after["files"]
    # Every home is looked at by an examiner now, which takes time.
    assert after["median_days"] > before["median_days"]


def test_progress_is_told() -> None:
    told: list[str] = []
    simulate_year(setting(HOME), Span(2026, 3, 2), told.append)
    assert told == ["2 of 2 files"]


def test_figures_without_files() -> None:
    record = Figures().record()
    assert (record["files"], record["median_days"], record["p90_days"], record["reviews_per_file"]) == (
        *(0, None, None, None),
    )


def test_lead_times_in_days() -> None:
    figures = Figures(files=10, lead_us=[number * DAY for number in range(1, 11)], reviews=25)
    record = figures.record()
    assert (record["median_days"], record["p90_days"], record["reviews_per_file"]) == (5.5, 9.0, 2.5)


@pytest.fixture
def city(database: Database) -> City:
    return city_with_a_past(database)


def test_a_past_application_fits_its_own_version(city: City) -> None:
    figures = replay(setting(COMMERCIAL), past(city), quietly)
    assert figures.misfits == []
    assert (figures.files, figures.notices, figures.reviews) == (1, 1, 4)
    assert dict(figures.outcomes) == {"open": 1}


def test_what_does_not_fit_another_version_is_listed(city: City) -> None:
    other = setting(COMMERCIAL, ("role: fire_reviewer", "role: planner"))
    figures = replay(other, past(city), quietly)
    (misfit,) = figures.misfits
    assert misfit.step == "fire.approve by fire_reviewer"
    assert misfit.on == "2026-03-07"
    assert "wrong_role" in misfit.why
    assert figures.notices == 0
