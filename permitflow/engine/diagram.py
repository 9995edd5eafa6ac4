"""A workflow as a picture and as a table: boxes in layers from top to bottom, arrows, lanes.

Everything is plain numbers for a template that writes SVG. The layout is a small layered one: a phase stands below
every phase of the file before it that leads to it, phases of a layer keep the order of the file, arrows that run back
or past layers are led round the right side on tracks of their own. An end that is reached from three or more phases,
such as a withdrawal, would cover the picture with lines: it is named at each of those boxes instead.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from permitflow.engine.definition import Definition

BOX_WIDTH = 224
BOX_HEIGHT = 56
LANE_HEIGHT = 22
GAP_X = 28
GAP_Y = 64
MARGIN = 24
TRACK = 10
COMMON_END = 3

Ways = dict[tuple[str, str], list[str]]
"""The actions that lead from one phase to another."""


@dataclass(frozen=True, slots=True)
class Box:
    """A phase: its place in pixels, its words, the lanes drawn inside, and the common ends it may lead to."""

    phase: str
    title: str
    party: str
    outcome: str
    initial: bool
    final: bool
    layer: int
    x: int
    y: int
    width: int
    height: int
    lanes: tuple[LaneMark, ...] = ()
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LaneMark:
    """A lane inside a box; `always` when its condition is simply true."""

    lane: str
    title: str
    always: bool
    informational: bool
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """All actions from one phase to another, drawn as one line through `points`, with the place of its label."""

    source: str
    target: str
    actions: tuple[str, ...]
    titles: tuple[str, ...]
    by_system: bool
    back: bool
    points: tuple[tuple[int, int], ...]
    label_x: int
    label_y: int

    @property
    def path(self) -> str:
        """The line as the `d` of an SVG path."""
        head, *rest = self.points
        return f"M{head[0]} {head[1]}" + "".join(f" L{x} {y}" for x, y in rest)


@dataclass(frozen=True, slots=True)
class Diagram:
    """The picture's size in pixels, its boxes and its arrows; `lanes` are those of all boxes."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    lanes: tuple[LaneMark, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One way from phase to phase, in words, for the table beside the picture."""

    source: str
    action: str
    target: str
    by: tuple[str, ...]
    clauses: tuple[str, ...]


def table(definition: Definition) -> tuple[Row, ...]:
    """Return every way through the workflow in the order of the phases: the same as the picture, in words."""
    rows = []
    for phase, spec in definition.phases.items():
        for action in definition.actions.values():
            if phase in action.from_:
                by = tuple(definition.roles[role].title for role in action.by)
                clauses = tuple(definition.clauses[name].message for name in action.when)
                rows.append(Row(spec.title, action.title, definition.phases[action.to].title, by, clauses))
    return tuple(rows)


def layout(definition: Definition) -> Diagram:
    """Return the picture of a workflow; the cost grows with phases and actions."""
    ways = _ways(definition)
    exits = _common_ends(definition, ways)
    drawn = {way: actions for way, actions in ways.items() if way[1] not in exits}
    boxes = _boxes(definition, _layers(definition, drawn), ways, exits)
    inner = max(box.x + box.width for box in boxes.values())
    arrows = _arrows(definition, boxes, drawn, inner)
    right = max([inner, *(x for arrow in arrows for x, _ in arrow.points)])
    bottom = max(box.y + box.height for box in boxes.values())
    lanes = tuple(lane for box in boxes.values() for lane in box.lanes)
    return Diagram(right + MARGIN, bottom + MARGIN, tuple(boxes.values()), arrows, lanes)


def _ways(definition: Definition) -> Ways:
    ways: Ways = {}
    for name, action in definition.actions.items():
        for source in action.from_:
            if source != action.to:
                ways.setdefault((source, action.to), []).append(name)
    return ways


def _common_ends(definition: Definition, ways: Ways) -> frozenset[str]:
    sources = Counter(target for _, target in ways)
    return frozenset(
        name for name, phase in definition.phases.items() if phase.final and sources[name] >= COMMON_END
    )


def _layers(definition: Definition, ways: Ways) -> dict[str, int]:
    """Return the layer of each phase: one below the lowest earlier phase that leads to it, ends at the bottom."""
    order = {name: place for place, name in enumerate(definition.phases)}
    layers: dict[str, int] = {}
    for name in definition.phases:
        above = [layers[source] for source, target in ways if target == name and order[source] < order[name]]
        layers[name] = max(above, default=-1) + 1
    deepest = max((layer for name, layer in layers.items() if not definition.phases[name].final), default=-1)
    return {name: deepest + 1 if definition.phases[name].final else layer for name, layer in layers.items()}


def _boxes(
    definition: Definition, layers: dict[str, int], ways: Ways, exits: frozenset[str]
) -> dict[str, Box]:
    rows = [
        [name for name in definition.phases if layers[name] == layer]
        for layer in range(max(layers.values()) + 1)
    ]
    widest = max(len(row) for row in rows)
    boxes: dict[str, Box] = {}
    y = MARGIN
    for row in rows:
        x = MARGIN + (widest - len(row)) * (BOX_WIDTH + GAP_X) // 2
        for name in row:
            ends = tuple(
                definition.phases[to].title for to in definition.phases if (name, to) in ways and to in exits
            )
            boxes[name] = _box(definition, name, layers[name], (x, y), ends)
            x += BOX_WIDTH + GAP_X
        y += max((boxes[name].height for name in row), default=0) + GAP_Y
    return {name: boxes[name] for name in definition.phases}


def _box(definition: Definition, name: str, layer: int, place: tuple[int, int], ends: tuple[str, ...]) -> Box:
    phase, (x, y) = definition.phases[name], place
    lanes = tuple(_lane(definition, lane, x, y, number) for number, lane in enumerate(phase.lanes))
    height = BOX_HEIGHT + len(lanes) * LANE_HEIGHT + (4 if lanes else 0)
    outcome = phase.outcome or ""
    marks = (phase.initial, phase.final)
    return Box(name, phase.title, phase.party, outcome, *marks, layer, x, y, BOX_WIDTH, height, lanes, ends)


def _lane(definition: Definition, lane: str, x: int, y: int, number: int) -> LaneMark:
    spec = definition.lanes[lane]
    always = spec.required_when.strip() == "true"
    top = y + BOX_HEIGHT + number * LANE_HEIGHT
    return LaneMark(lane, spec.title, always, spec.informational, x + 8, top, BOX_WIDTH - 16, LANE_HEIGHT - 4)


def _arrows(definition: Definition, boxes: dict[str, Box], ways: Ways, inner: int) -> tuple[Arrow, ...]:
    side = [way for way in ways if boxes[way[1]].layer != boxes[way[0]].layer + 1]
    ends = Counter(name for way in side for name in way)
    used: Counter[str] = Counter()
    arrows = []
    for way, actions in ways.items():
        source, target = boxes[way[0]], boxes[way[1]]
        if way not in side:
            points = _straight(source, target)
        else:
            leave = _port(source, used, ends)
            points = _round(
                (source, leave), (target, _port(target, used, ends)), inner + TRACK * (side.index(way) + 1)
            )
        arrows.append(_arrow(definition, (source, target), actions, points))
    return tuple(arrows)


def _port(box: Box, used: Counter[str], ends: Counter[str]) -> int:
    """Return the next free height on the right side of a box, so that no two lines share one."""
    used[box.phase] += 1
    return box.y + box.height * used[box.phase] // (ends[box.phase] + 1)


def _straight(source: Box, target: Box) -> tuple[tuple[int, int], ...]:
    start = (source.x + source.width // 2, source.y + source.height)
    return (start, (target.x + target.width // 2, target.y))


def _round(source: tuple[Box, int], target: tuple[Box, int], track: int) -> tuple[tuple[int, int], ...]:
    """Return a line that leaves a box to the right and runs on its own track.

    Going back it enters the other box from the right, going down from above, so as not to cross its neighbours.
    """
    (box, leave), (other, enter) = source, target
    start = ((box.x + box.width, leave), (track, leave))
    if other.layer <= box.layer:
        return (*start, (track, enter), (other.x + other.width, enter))
    middle = other.x + other.width * (enter - other.y) // other.height
    above = other.y - GAP_Y // 3 - (track - other.x) % (GAP_Y // 4)
    return (*start, (track, above), (middle, above), (middle, other.y))


def _arrow(
    definition: Definition, ends: tuple[Box, Box], actions: list[str], points: tuple[tuple[int, int], ...]
) -> Arrow:
    source, target = ends
    specs = [definition.actions[name] for name in actions]
    system = all(definition.roles[role].kind == "system" for spec in specs for role in spec.by)
    (ax, ay), (bx, by) = points[len(points) // 2 - 1], points[len(points) // 2]
    return Arrow(
        source.phase,
        target.phase,
        tuple(actions),
        tuple(spec.title for spec in specs),
        system,
        target.layer <= source.layer,
        points,
        (ax + bx) // 2,
        (ay + by) // 2,
    )
