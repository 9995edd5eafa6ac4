"""The picture of a workflow: layers, no overlaps, every way drawn or named."""

from collections import Counter
from pathlib import Path

import pytest

from permitflow.engine.definition import Definition
from permitflow.engine.diagram import COMMON_END, MOST_IN_A_ROW, Box, layout
from permitflow.engine.loader import load_file
from permitflow.services.repertoire import workflow_files
from tests.engine.small_workflow import loaded

PACKS = workflow_files(Path("workflows").resolve())


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
    ends = {box.y for box in boxes.values() if box.final}
    assert min(ends, default=0) > max(box.y for box in boxes.values() if not box.final) or not ends


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
        (source, action.target(source))
        for action in definition.actions.values()
        for source in action.from_
        if source != action.target(source)
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
    tracks = [arrow.points[1][0] for arrow in layout(definition).arrows if not arrow.direct]
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


def test_steps_that_stay_are_named_in_their_box(definition: Definition) -> None:
    for box in layout(definition).boxes:
        stays = [
            spec.title
            for spec in definition.actions.values()
            if box.phase in spec.from_ and spec.target(box.phase) == box.phase
        ]
        assert list(box.stays) == stays


def test_clocks_are_drawn_inside_the_boxes_where_they_run(definition: Definition) -> None:
    picture = layout(definition)
    assert {clock.name for clock in picture.clocks} == set(definition.clocks)
    for box in picture.boxes:
        assert all(box.y < clock.y and clock.y + clock.height < box.y + box.height for clock in box.clocks)
        assert not (box.final and box.clocks)


def test_no_row_is_wider_than_a_page_can_show(definition: Definition) -> None:
    rows = Counter(box.layer for box in layout(definition).boxes)
    assert max(rows.values()) <= MOST_IN_A_ROW
