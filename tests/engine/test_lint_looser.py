"""An overlay may ask for more than its base, never for less; each way of asking for less has its check."""

from pathlib import Path

import pytest

from permitflow.engine.errors import Problem
from permitflow.engine.findings import CATALOGUE
from permitflow.engine.loader import check_file
from tests.engine.overlay_samples import BASE, HEAD, SAMPLES, OverlaySample
from tests.engine.small_workflow import line_of


def linted(tmp_path: Path, text: str, base: str = BASE) -> tuple[Problem, ...]:
    """What lint says about an overlay of a base, both in a tree of their own."""
    for folder, content in (("base", base), ("town", HEAD + text)):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "small.yaml").write_text(content)
    return check_file(tmp_path / "town" / "small.yaml")


def test_the_base_and_an_overlay_that_says_nothing_are_fine(tmp_path: Path) -> None:
    assert linted(tmp_path, "") == ()
    assert check_file(tmp_path / "base" / "small.yaml") == ()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.check)
def test_a_looser_overlay_and_its_stricter_twin(sample: OverlaySample, tmp_path: Path) -> None:
    found = linted(tmp_path, sample.looser)
    mine = [one for one in found if one.id == sample.check and sample.words in one.message]
    assert mine, [str(problem) for problem in found]
    assert mine[0].severity == CATALOGUE[sample.check].severity == "error"
    text = HEAD + sample.looser
    where = (text, "town") if sample.at in text else (BASE, "base")
    assert Path(mine[0].file).parent.name == where[1]
    assert mine[0].line == line_of(where[0], sample.at)
    twin = linted(tmp_path, sample.tighter)
    assert sample.check not in {problem.id for problem in twin}, [str(problem) for problem in twin]


def test_a_clock_that_the_city_set_itself_may_be_loosened(tmp_path: Path) -> None:
    local = BASE.replace("    roll: none\n", "    roll: none\n    level: local\n")
    assert linted(tmp_path, 'clocks:\n  extra:\n    length: "60"\n', local) == ()


def test_an_applicants_time_may_be_made_longer_but_not_shorter(tmp_path: Path) -> None:
    held = BASE.replace("    roll: none\n", "    roll: none\n    holder: applicant\n")
    assert linted(tmp_path, 'clocks:\n  extra:\n    length: "60"\n', held) == ()
    (found,) = linted(tmp_path, 'clocks:\n  extra:\n    length: "19"\n', held)
    assert "is shorter: 19 instead of 20" in found.message


def test_time_that_the_applicant_gives_does_not_loosen(tmp_path: Path) -> None:
    text = 'clocks:\n  extra:\n    extended_by:\n      resubmit: {length: "30"}\n'
    assert linted(tmp_path, text) == ()


def test_a_review_that_is_left_out_altogether_is_missed(tmp_path: Path) -> None:
    text = "lanes:\n  fire:\nphases:\n  in_review:\n    lanes: [electrical, utility]\n"
    (found,) = linted(tmp_path, text)
    assert (found.id, "the base's review 'fire' cannot be left out" in found.message) == ("L258", True)


def test_a_clock_is_held_to_the_laws_beside_the_packs(tmp_path: Path) -> None:
    law = (Path(__file__).resolve().parents[2] / "workflows/clocks/us-ca-ab970.yaml").read_text()
    (tmp_path / "clocks").mkdir()
    (tmp_path / "clocks" / "mine.yaml").write_text(law.replace("pack: us-ca-ab970", "pack: mine"))
    followed = BASE.replace(
        "    authority: City code 5", "    authority: City code 5\n    law: mine/completeness"
    )
    assert linted(tmp_path, "", followed) == ()
    found = linted(tmp_path, 'clocks:\n  completeness:\n    length: "11"\n', followed)
    assert {problem.id for problem in found} == {"L165", "L251"}
    (tmp_path / "clocks" / "mine.yaml").write_text("pack: [")
    assert {problem.id for problem in linted(tmp_path, "", followed)} == {"L119"}
