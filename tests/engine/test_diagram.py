"""The picture of a workflow: layers, no overlaps, every way drawn or named."""

from pathlib import Path

import pytest

from permitflow.engine.definition import Definition
from permitflow.engine.diagram import COMMON_END, Box, layout, table
from permitflow.engine.loader import load_file
from tests.engine.small_workflow import loaded

PACKS = sorted(path for path in Path("workflows").resolve().glob("us-*/*.yaml") if path.name != "pack.yaml")


def definitions() -> list[Definition]:
    return [loaded().definition, *(load_file(path).definition for path in PACKS)]


@pytest.fixture(params=definitions(), ids=lambda definition: definition.workflow)
def definition(request: pytest.FixtureRequest) -> Definition:
    found: Definition = request.param
    return found


def test_every_phase_is_a_box_and_the_first_is_on_top(definition: Definition) -> None:
    boxes = {box.phase: box for box in layout(definition).boxes}
    assert list(boxes) == list(definition.phases)
    assert boxes[definition.initial()].y == min(box.y for box in boxes.values())
    ends = {box.layer for box in boxes.values() if box.final}
    assert ends == {max(box.layer for box in boxes.values())}


def test_boxes_do_not_overlap(definition: Definition) -> None:
    boxes = layout(definition).boxes
    for number, first in enumerate(boxes):
        for second in boxes[number + 1 :]:
            assert apart(first, second), (first.phase, second.phase)


def apart(first: Box, second: Box) -> bool:
    beside = first.x + first.width <= second.x or second.x + second.width <= first.x
    return beside or first.y + first.height <= second.y or second.y + second.height <= first.y


def test_everything_is_inside_the_picture(definition: Definition) -> None:
    picture = layout(definition)
    places = [(box.x + box.width, box.y + box.height) for box in picture.boxes]
    places += [point for arrow in picture.arrows for point in arrow.points]
    places += [(arrow.label_x, arrow.label_y) for arrow in picture.arrows]
    assert all(0 < x < picture.width and 0 < y < picture.height for x, y in places)


def test_every_way_is_an_arrow_or_a_named_end(definition: Definition) -> None:
    picture = layout(definition)
    ways = {
        (source, action.to)
        for action in definition.actions.values()
        for source in action.from_
        if source != action.to
    }
    drawn = {(arrow.source, arrow.target) for arrow in picture.arrows}
    titles = {phase.title: name for name, phase in definition.phases.items()}
    named = {(box.phase, titles[end]) for box in picture.boxes for end in box.ends}
    assert drawn | named == ways
    assert not drawn & named
    for end in {target for _, target in named}:
        assert sum(target == end for _, target in ways) >= COMMON_END


def test_arrows_touch_their_boxes(definition: Definition) -> None:
    picture = layout(definition)
    boxes = {box.phase: box for box in picture.boxes}
    for arrow in picture.arrows:
        assert on_edge(boxes[arrow.source], arrow.points[0])
        assert on_edge(boxes[arrow.target], arrow.points[-1])


def on_edge(box: Box, point: tuple[int, int]) -> bool:
    x, y = point
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def test_lines_that_run_round_do_not_share_a_track(definition: Definition) -> None:
    tracks = [arrow.points[1][0] for arrow in layout(definition).arrows if len(arrow.points) > 2]
    assert len(tracks) == len(set(tracks))


def test_lanes_are_drawn_inside_their_box() -> None:
    picture = layout(loaded().definition)
    box = next(box for box in picture.boxes if box.phase == "in_review")
    assert [lane.lane for lane in box.lanes] == ["electrical", "fire", "utility"]
    assert [lane.always for lane in box.lanes] == [True, False, True]
    assert [lane.informational for lane in box.lanes] == [False, False, True]
    assert all(box.y < lane.y and lane.y + lane.height < box.y + box.height for lane in box.lanes)
    assert picture.lanes == box.lanes


def test_arrows_say_who_moves_and_where_it_goes_back() -> None:
    arrows = {(arrow.source, arrow.target): arrow for arrow in layout(loaded().definition).arrows}
    assert arrows["draft", "screening"].titles == ("Submit",)
    assert not arrows["draft", "screening"].by_system
    assert arrows["screening", "intake"].actions == ("pass_screening", "hand_over")
    assert arrows["screening", "intake"].by_system
    assert arrows["corrections", "in_review"].back
    assert not arrows["in_review", "corrections"].back
    assert arrows["draft", "screening"].path.startswith("M")
    assert " L" in arrows["draft", "screening"].path


def test_the_picture_is_the_same_every_time() -> None:
    assert layout(loaded().definition) == layout(loaded().definition)


def test_the_table_holds_every_way_in_words(definition: Definition) -> None:
    rows = table(definition)
    assert len(rows) == sum(len(action.from_) for action in definition.actions.values())


def test_a_row_of_the_table() -> None:
    row = table(loaded().definition)[0]
    assert (row.source, row.action, row.target) == ("Draft", "Submit", "Screening")
    assert (row.by, row.clauses) == (("Applicant",), ("Sign the application.",))
