"""A workflow's picture as an SVG file that needs nothing else: no scripts, no fonts, no links."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from permitflow.engine.definition import Definition
from permitflow.engine.diagram import Arrow, Box, Diagram, LaneMark, Mark, layout
from permitflow.engine.labels import Label, labels, width_with
from permitflow.engine.table import ClockLine, clocks

_STYLE = """
text { font-family: "Public Sans", "Segoe UI", "DejaVu Sans", Arial, sans-serif; fill: #1b1b1b; }
.title { font-size: 20px; font-weight: 700; } .summary, .line { font-size: 13px; } .head { font-size: 15px; font-weight: 700; }
.box { fill: #fff; stroke: #005ea2; stroke-width: 1.5; } .final { stroke-width: 3; }
.applicant { fill: #fff7dd; } .agency { fill: #e7f2fb; } .payment { fill: #eef6ea; } .external { fill: #f3ecf8; }
.box-title { font-size: 14px; font-weight: 700; } .small { font-size: 12px; fill: #3d4551; } .tiny { font-size: 11px; fill: #3d4551; }
.lane { fill: #fff; stroke: #a9aeb1; } .sometimes { stroke-dasharray: 4 3; } .outside { fill: #f3ecf8; }
.clock { fill: #fdf2d0; stroke: #936f38; } .arrow { fill: none; stroke: #3d4551; stroke-width: 1.5; }
.system { stroke-dasharray: 5 3; } .back { stroke: #71767a; } .tip { fill: #3d4551; }
.name { font-size: 12px; fill: #3d4551; paint-order: stroke; stroke: #fff; stroke-width: 4px; }
.middle { text-anchor: middle; }
"""
_NAMESPACE = "http://www.w3.org/2000/svg"
_TIP = """<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0 L8 4 L0 8 z" class="tip"/></marker></defs>"""
_PARTIES = {"agency": "City", "applicant": "Applicant", "payment": "Payment", "external": "Outside party"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD = 76
_LINE = 18
_LEAST_WIDTH = 900
_BOX_LETTERS, _PARTY_LETTERS, _END_LETTERS = 29, 35, 37
_LETTER = 7
CLOCK_SIGN, STAY_SIGN = "\u25f4", "\u21bb"


def svg(definition: Definition) -> str:
    """Return the picture of a workflow with its phases, lanes, clocks and actions; the clocks are spelt out below."""
    picture = layout(definition)
    placed = labels(picture)
    width = max(width_with(picture, placed), _LEAST_WIDTH)
    notes = list(_notes(definition, width))
    height = _HEAD + picture.height + _LINE * (len(notes) + 2)
    title, summary = _plain(definition.title), _plain(definition.summary)
    described = f"{summary} {len(picture.boxes)} phases, {len(definition.actions)} actions, {len(definition.clocks)} clocks."
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="{_NAMESPACE}" role="img" aria-labelledby="title about" lang="en" {size}>',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="about">{escape(described)}</desc>',
        f"<style>{_STYLE}</style>",
        _TIP,
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        _text(24, 34, title, "title"),
        _text(24, 58, textwrap.shorten(summary, width // _LETTER, placeholder=" \u2026"), "summary"),
        f'<g transform="translate(0 {_HEAD})">',
        *_picture(picture, placed),
        "</g>",
        *(
            _text(24, _HEAD + picture.height + _LINE * (number + 1), words, kind)
            for number, (words, kind) in enumerate(notes)
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _picture(picture: Diagram, placed: list[Label]) -> Iterator[str]:
    yield from map(_arrow, picture.arrows)
    for box in picture.boxes:
        yield from _box(box)
    for label in placed:
        yield _text(label.x, label.y, label.text, f"name {label.anchor}")


def _arrow(arrow: Arrow) -> str:
    kind = f"arrow{' system' if arrow.by_system else ''}{' back' if arrow.back else ''}"
    return f'<path d="{arrow.path}" class="{kind}" marker-end="url(#tip)"/>'


def _box(box: Box) -> Iterator[str]:
    party = _PARTIES.get(box.party, box.outcome.capitalize() or "Closed")
    ends = f" \u00b7 or {', '.join(box.ends)}" if box.ends else ""
    stays = f"{STAY_SIGN} {', '.join(box.stays)}" if box.stays else ""
    kind = f"box {box.party}{' final' if box.final else ''}"
    yield f"<g><title>{escape(_plain(f'{box.title}: {party}{ends} {stays}'))}</title>"
    yield f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="4" class="{kind}"/>'
    yield _text(box.x + 10, box.y + 22, _short(box.title, _BOX_LETTERS), "box-title")
    yield _text(box.x + 10, box.y + 42, _short(f"{party}{ends}", _PARTY_LETTERS), "small")
    if stays:
        yield _text(box.x + 10, box.y + 60, _short(stays, _END_LETTERS), "tiny")
    for lane in box.lanes:
        yield from _lane(lane)
    for clock in box.clocks:
        yield from _clock(clock)
    yield "</g>"


def _lane(lane: LaneMark) -> Iterator[str]:
    marks = f"{'' if lane.always else ' sometimes'}{' outside' if lane.kind == 'external' else ''}"
    notes = [
        *(
            ["inspection"]
            if lane.kind == "inspection"
            else ["outside party"]
            if lane.kind == "external"
            else []
        ),
        *(["for information"] if lane.informational else []),
        *(["if needed"] if not lane.always else []),
        *([f"after {', '.join(lane.after)}"] if lane.after else []),
    ]
    words = " \u00b7 ".join([lane.title, *notes])
    yield (
        f'<rect x="{lane.x}" y="{lane.y}" width="{lane.width}" height="{lane.height}" rx="3" class="lane{marks}">'
        f"<title>{escape(_plain(words))}</title></rect>"
    )
    yield _text(lane.x + 8, lane.y + 13, _short(words, _END_LETTERS), "tiny")


def _clock(clock: Mark) -> Iterator[str]:
    note = clock.note.replace("business day", "bus. day").replace("calendar day", "cal. day")
    words = f"{CLOCK_SIGN} {_short(clock.title, max(_END_LETTERS - len(note) - 4, 8))}: {note}"
    yield (
        f'<rect x="{clock.x}" y="{clock.y}" width="{clock.width}" height="{clock.height}" rx="8" class="clock">'
        f"<title>{escape(_plain(f'{clock.title}: {clock.note}'))}</title></rect>"
    )
    yield _text(clock.x + 8, clock.y + 12, _short(words, _END_LETTERS), "tiny")


def _notes(definition: Definition, width: int) -> Iterator[tuple[str, str]]:
    """The clocks and the lanes in sentences, wrapped to the width of the picture."""
    across = (width - 48) // _LETTER
    if definition.clocks:
        yield "Clocks", "head"
    for line in clocks(definition):
        yield from ((part, "line") for part in textwrap.wrap(_plain(_clock_sentence(line)), across))
    conditional = {
        name: lane for name, lane in definition.lanes.items() if lane.required_when.strip() != "true"
    }
    if conditional:
        yield "", "line"
        yield "Lanes needed only for some projects", "head"
    for lane in conditional.values():
        yield from (
            (part, "line")
            for part in textwrap.wrap(_plain(f"{lane.title}: when {lane.required_when}"), across)
        )


def _clock_sentence(line: ClockLine) -> str:
    parts = [
        f"{CLOCK_SIGN} {line.title}: {line.length} from {' or '.join(line.starts)}",
        f"paused by {' or '.join(line.pauses)}" if line.pauses else "",
        f"ended by {' or '.join(line.stops)}" if line.stops else "",
        f"at its end: {line.outcome.replace('_', ' ') if line.outcome != 'none' else 'nothing by law'}",
        line.authority,
        "" if line.verified else "number not verified, so it only warns",
    ]
    return "; ".join(part for part in parts if part) + "."


def _text(x: int, y: int, words: str, kind: str) -> str:
    return f"<text x={quoteattr(str(x))} y={quoteattr(str(y))} class={quoteattr(kind)}>{escape(_plain(words))}</text>"


def _short(words: str, letters: int) -> str:
    words = _plain(words)
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "\u2026"


def _plain(words: str) -> str:
    """Return a text on one line without what XML cannot hold."""
    return _UNPRINTABLE.sub("", " ".join(words.split()))
