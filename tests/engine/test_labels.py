"""The words of a workflow's picture stand apart."""

from itertools import pairwise
from pathlib import Path

import pytest

from permitflow.engine import diagram
from permitflow.engine.labels import LETTER, labels, width_with
from permitflow.engine.loader import load_file
from permitflow.services.repertoire import workflow_files
from tests.factories import ROOT

SHIPPED = workflow_files(ROOT / "workflows")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_action_that_is_drawn_is_named_at_a_place_of_its_own(path: Path) -> None:
    picture = diagram.layout(load_file(path).definition)
    found = labels(picture)
    drawn = [title for arrow in picture.arrows for title in arrow.titles]
    assert sorted(" / ".join(label.text for label in found).split(" / ")) == sorted(drawn)
    assert len({(label.x, label.y) for label in found}) == len(found)
    for label in found:
        assert 0 <= label.x <= picture.width
        assert 0 <= label.y <= picture.height


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_words_beside_a_box_stand_clear_of_every_box(path: Path) -> None:
    picture = diagram.layout(load_file(path).definition)
    for label in labels(picture):
        if label.anchor == "start":
            assert not [
                box
                for box in picture.boxes
                if box.x < label.x <= box.x + box.width and box.y < label.y < box.y + box.height
            ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_titles_in_one_gap_stand_in_rows(path: Path) -> None:
    picture = diagram.layout(load_file(path).definition)
    middles = sorted(label.y for label in labels(picture) if label.anchor == "middle")
    assert all(second - first >= diagram.WORDS_Y for first, second in pairwise(middles))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_titles_between_rows_cover_no_box(path: Path) -> None:
    picture = diagram.layout(load_file(path).definition)
    for label in labels(picture):
        if label.anchor == "middle":
            assert not [box for box in picture.boxes if box.y < label.y < box.y + box.height]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_word_reaches_past_the_picture(path: Path) -> None:
    picture = diagram.layout(load_file(path).definition)
    placed = labels(picture)
    ends = [label.x + LETTER * len(label.text) for label in placed if label.anchor == "start"]
    assert all(end < width_with(picture, placed) for end in ends)
