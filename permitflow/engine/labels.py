"""Where the words of a workflow's picture stand, so that they neither cover one another nor the boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from permitflow.engine.diagram import MARGIN, WORDS_Y, Arrow, Box, Diagram

FIRST_ROW = 16
GAP = 8
BASELINE = 4
# About the size of a letter of the picture, in pixels.
LETTER, HEIGHT = 7, 9


@dataclass(frozen=True, slots=True)
class Label:
    """One text at a place in pixels; it is centred there, or begins there."""

    x: int
    y: int
    text: str
    anchor: Literal["middle", "start"]


def labels(picture: Diagram) -> list[Label]:
    """Return the names of all arrows: on straight ones in rows of their own, on others where they leave their box."""
    boxes = {box.phase: box for box in picture.boxes}
    rows: Counter[int] = Counter()
    found: list[Label] = []
    for arrow in picture.arrows:
        if arrow.direct:
            found += _between(arrow, boxes[arrow.source], rows)
        else:
            found.append(_beside(arrow, picture, found))
    return found


def width_with(picture: Diagram, placed: Iterable[Label]) -> int:
    """Return how wide the picture is with its words, in pixels: words beside an arrow may reach past the last box."""
    ends = (label.x + LETTER * len(label.text) + MARGIN for label in placed if label.anchor == "start")
    return max([picture.width, *ends])


def _between(arrow: Arrow, source: Box, rows: Counter[int]) -> list[Label]:
    """Every title takes the next row of the gap below its layer, at the point of its line."""
    (ax, ay), (bx, by) = arrow.points[-2:]
    found = []
    for title in arrow.titles:
        y = ay + FIRST_ROW + WORDS_Y * rows[source.layer]
        rows[source.layer] += 1
        found.append(Label(ax + (bx - ax) * (y - ay) // max(by - ay, 1), y, title, "middle"))
    return found


def _beside(arrow: Arrow, picture: Diagram, placed: list[Label]) -> Label:
    """The first free place to the right of the box and of other words, on the line itself."""
    x, y = arrow.points[0]
    boxes = [box.x + box.width for box in picture.boxes if box.x >= x and box.y <= y <= box.y + box.height]
    words = [
        label.x + LETTER * len(label.text)
        for label in placed
        if label.anchor == "start" and abs(label.y - y - BASELINE) < HEIGHT
    ]
    return Label(max([x, *boxes, *words]) + GAP, y + BASELINE, " / ".join(arrow.titles), "start")
