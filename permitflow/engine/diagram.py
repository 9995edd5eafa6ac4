"""A workflow as a picture: boxes in rows from top to bottom, with lanes and clocks inside, and arrows.

Everything is plain numbers for whoever writes the SVG. The layout is a small layered one: a phase stands below every
phase of the file before it that leads to it, phases of a layer keep the order of the file and take as many rows as
they need, arrows that run back or past rows are led round the right side on tracks of their own. An end that is
reached from three or more phases, such as a withdrawal, would cover the picture with lines: it is named at each of
those boxes instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from permitflow.engine.clock_places import clocks_in, length_words
from permitflow.engine.definition import Definition, LaneDef

BOX_WIDTH = 256
BOX_HEIGHT = 56
LANE_HEIGHT = 22
CLOCK_HEIGHT = 20
STAYS_HEIGHT = 18
GAP_X = 28
GAP_Y = 48
WORDS_Y = 14
MARGIN = 24
TRACK = 10
COMMON_END = 3
MOST_IN_A_ROW = 6

Ways = dict[tuple[str, str], list[str]]
"""The actions that lead from one phase to another."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line inside a box: where it is drawn and what it says; `note` says it in short, `name` is the id."""

    name: str
    title: str
    note: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class LaneMark:
    """A lane inside a box; `always` when its condition is simply true, `after` the titles of its hold points."""

    lane: str
    title: str
    kind: str
    always: bool
    informational: bool
    after: tuple[str, ...]
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Box:
    """A phase: its place in pixels, its words, what is drawn inside, the common ends, and the steps that stay there."""

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
    clocks: tuple[Mark, ...] = ()
    ends: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """All actions from one phase to another, drawn as one line through `points`, with the place of its label.

    A direct one runs to the row below; the others run round the side.
    """

    source: str
    target: str
    actions: tuple[str, ...]
    titles: tuple[str, ...]
    by_system: bool
    back: bool
    direct: bool
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
    """The picture's size in pixels, its boxes and its arrows; `lanes` and `clocks` are those of all boxes."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    lanes: tuple[LaneMark, ...]
    clocks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the boxes are made from: every way, the ends that are only named, the row of each phase, its clocks."""

    definition: Definition
    ways: Ways
    exits: frozenset[str]
    rows: Mapping[str, int]
    clocks: Mapping[str, tuple[str, ...]]


def layout(definition: Definition) -> Diagram:
    """Return the picture of a workflow; the cost grows with phases and actions."""
    ways = _ways(definition)
    exits = _common_ends(definition, ways)
    drawn = {way: actions for way, actions in ways.items() if way[1] not in exits}
    plan = _Plan(definition, ways, exits, _rows(definition, drawn), clocks_in(definition))
    boxes = _boxes(plan, drawn)
    inner = max(box.x + box.width for box in boxes.values())
    arrows = _arrows(definition, boxes, drawn, inner)
    right = max([inner, *(x for arrow in arrows for x, _ in arrow.points)])
    bottom = max(box.y + box.height for box in boxes.values())
    lanes = tuple(lane for box in boxes.values() for lane in box.lanes)
    clocks = tuple(clock for box in boxes.values() for clock in box.clocks)
    return Diagram(right + MARGIN, bottom + MARGIN, tuple(boxes.values()), arrows, lanes, clocks)


def _ways(definition: Definition) -> Ways:
    ways: Ways = {}
    for name, action in definition.actions.items():
        for source in action.from_:
            if source != action.target(source):
                ways.setdefault((source, action.target(source)), []).append(name)
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
    layers[definition.initial()] = 0
    deepest = max((layer for name, layer in layers.items() if not definition.phases[name].final), default=-1)
    return {name: deepest + 1 if definition.phases[name].final else layer for name, layer in layers.items()}


def _rows(definition: Definition, ways: Ways) -> dict[str, int]:
    """Return the row of each phase: a layer that is too wide for one row takes several."""
    layers = _layers(definition, ways)
    rows: dict[str, int] = {}
    row = 0
    for layer in sorted(set(layers.values())):
        names = [name for name in definition.phases if layers[name] == layer]
        for place, name in enumerate(names):
            rows[name] = row + place // MOST_IN_A_ROW
        row = rows[names[-1]] + 1
    return rows


def _boxes(plan: _Plan, drawn: Ways) -> dict[str, Box]:
    rows: list[list[str]] = [[] for _ in range(max(plan.rows.values()) + 1)]
    for name, row in plan.rows.items():
        rows[row].append(name)
    widest = max(len(row) for row in rows)
    boxes: dict[str, Box] = {}
    y = MARGIN
    for names in rows:
        x = MARGIN + (widest - len(names)) * (BOX_WIDTH + GAP_X) // 2
        for name in names:
            boxes[name] = _box(plan, name, (x, y))
            x += BOX_WIDTH + GAP_X
        y += max(boxes[name].height for name in names) + _gap(plan, drawn, names)
    return {name: boxes[name] for name in plan.definition.phases}


def _gap(plan: _Plan, drawn: Ways, names: list[str]) -> int:
    """Return the room below a row: each step to the next row is named on a line of its own."""
    below = [
        actions
        for (source, target), actions in drawn.items()
        if source in names and plan.rows[target] == plan.rows[source] + 1
    ]
    return GAP_Y + WORDS_Y * sum(map(len, below))


def _box(plan: _Plan, name: str, place: tuple[int, int]) -> Box:
    definition, (x, y) = plan.definition, place
    phase, stays = definition.phases[name], _stays(definition, name)
    head = y + BOX_HEIGHT + (STAYS_HEIGHT if stays else 0)
    lanes = tuple(
        _lane(definition, lane, x, head + number * LANE_HEIGHT) for number, lane in enumerate(phase.lanes)
    )
    below = head + len(lanes) * LANE_HEIGHT
    clocks = tuple(
        _clock(definition, clock, x, below + number * CLOCK_HEIGHT)
        for number, clock in enumerate(plan.clocks[name])
    )
    height = below - y + len(clocks) * CLOCK_HEIGHT + (4 if lanes or clocks else 0)
    return Box(
        name,
        phase.title,
        phase.party,
        phase.outcome or "",
        phase.initial,
        phase.final,
        plan.rows[name],
        x,
        y,
        BOX_WIDTH,
        height,
        lanes,
        clocks,
        tuple(
            definition.phases[to].title
            for to in definition.phases
            if (name, to) in plan.ways and to in plan.exits
        ),
        stays,
    )


def _stays(definition: Definition, phase: str) -> tuple[str, ...]:
    return tuple(
        spec.title
        for spec in definition.actions.values()
        if phase in spec.from_ and spec.target(phase) == phase
    )


def _lane(definition: Definition, lane: str, x: int, y: int) -> LaneMark:
    spec = definition.lanes[lane]
    after = tuple(definition.lanes[before].title for before in spec.after)
    return LaneMark(
        lane,
        spec.title,
        spec.kind,
        _always(spec),
        spec.informational,
        after,
        x + 8,
        y,
        BOX_WIDTH - 16,
        LANE_HEIGHT - 4,
    )


def _always(spec: LaneDef) -> bool:
    return spec.required_when.strip() == "true"


def _clock(definition: Definition, clock: str, x: int, y: int) -> Mark:
    spec = definition.clocks[clock]
    return Mark(clock, spec.title, length_words(spec), x + 8, y, BOX_WIDTH - 16, CLOCK_HEIGHT - 4)


def _arrows(definition: Definition, boxes: dict[str, Box], ways: Ways, inner: int) -> tuple[Arrow, ...]:
    side = {
        way: number
        for number, way in enumerate(way for way in ways if boxes[way[1]].layer != boxes[way[0]].layer + 1)
    }
    ends = Counter(name for way in side for name in way)
    used: Counter[str] = Counter()
    floors: dict[int, int] = {}
    for box in boxes.values():
        floors[box.layer] = max(floors.get(box.layer, 0), box.y + box.height)
    arrows = []
    for way, actions in ways.items():
        source, target = boxes[way[0]], boxes[way[1]]
        if way not in side:
            points = _straight(source, target, floors[source.layer])
        else:
            leave = _port(source, used, ends)
            points = _round(
                (source, leave), (target, _port(target, used, ends)), inner + TRACK * (side[way] + 1)
            )
        arrows.append(_arrow(definition, (source, target), actions, points))
    return tuple(arrows)


def _port(box: Box, used: Counter[str], ends: Counter[str]) -> int:
    """Return the next free height on the right side of a box, so that no two lines share one."""
    used[box.phase] += 1
    return box.y + box.height * used[box.phase] // (ends[box.phase] + 1)


def _straight(source: Box, target: Box, floor: int) -> tuple[tuple[int, int], ...]:
    """Return a line straight down past the neighbours of the row, and then to the box below."""
    middle = source.x + source.width // 2
    return ((middle, source.y + source.height), (middle, floor), (target.x + target.width // 2, target.y))


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
    by = [definition.roles[role].kind for spec in specs for role in spec.by]
    (ax, ay), (bx, by_) = points[len(points) // 2 - 1], points[len(points) // 2]
    return Arrow(
        source.phase,
        target.phase,
        tuple(actions),
        tuple(spec.title for spec in specs),
        bool(by) and set(by) == {"system"},
        target.layer <= source.layer,
        target.layer == source.layer + 1,
        points,
        (ax + bx) // 2,
        (ay + by_) // 2,
    )
