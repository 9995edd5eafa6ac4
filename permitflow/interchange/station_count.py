"""How many charging spaces a permit's description states, read by a few plain rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

STATED = re.compile(r"\bSUPPLY EQUIPMENT\s*:\s*(\d{1,3})\s*SPACES?\b")
"""The city's own form: "ELECTRIC VEHICLE SUPPLY EQUIPMENT: 4 SPACES"."""

WORDS = (
    *("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN"),
    *(
        "ELEVEN",
        "TWELVE",
        "THIRTEEN",
        "FOURTEEN",
        "FIFTEEN",
        "SIXTEEN",
        "SEVENTEEN",
        "EIGHTEEN",
        "NINETEEN",
        "TWENTY",
    ),
)
THINGS = re.compile(
    r"(?:(?:SUPER)?CHARGERS?|EVSES?|SUPPLY EQUIPMENT|WALL CONNECTORS?|(?:CAR|EV|VEHICLE) STATIONS?"
    r"|(?:CHARGING|CHARGE) (?:STATIONS?|UNITS?|POSTS?|DISPENSERS?|DOCKS?|PORTS?|SPACES?))\b"
    r"(?! (?:CABINET|CIRCUIT|OUTLET|RECEPTACLE|PLUG|FEED|LOCATION|READY|INFRASTRUCTURE|INSTALLED))"
)
"""What is counted; a cabinet or an outlet for it is another thing."""
UNITS = re.compile(
    r"A|AMPS?|ANP|V|VOLTS?|KW|KVA|W|P|PH|PHASE|POLE|WIRE|SPACE|CIRCUIT|STORY|GANG|FT|LF|TH|ST|ND|RD|\d+"
)
"""A number before one of these is a measure and counts no chargers."""
STOPS = re.compile(
    r"A|AN|AND|AT|BRANCH|BREAKERS?|BY|CABINETS?|CIRCUITS?|CONDUITS?|DISCONNECT|FEEDERS?|FOR|FORKLIFT|FROM"
    r"|GARAGE|IN|INSTALL|LINES?|LOT|METERS?|OF|ON|OR|OUTLETS?|PANELS?|PER|PLUG|POWER|RECEPTACLES?|SERVICE"
    r"|SUB|SUBPANEL|SYSTEM|TAPS?|TO|TRANSFORMER|WIRES?|WITH"
)
"""Words at which the search for what a number counts ends."""
LEADS = re.compile(
    r"ADD|AND|ENERGIZE|FEED|FOR|I|INSTALL|INSTALLATION|NEW|OF|PROPOSED|PROVIDE|TO|TOTAL|WIRE|WITH|\W"
)
"""What a bare number must follow to count; elsewhere it is part of a name ("JUICEBOX 40 EVSE")."""
NOT_ALL = frozenset({"DEMO", "DEMOLISH", "EACH", "EVERY", "REMOVE", "THAN"})
"""Words after which a number does not tell how many there will be."""
FARTHEST = 8
"""Words between a number and the thing it counts, at most."""
LEVEL = re.compile(r"\b(?:LEVEL|LVL|L)[ -]?(?:[123]|I{1,3})\b(?: ?(?:&|AND) ?(?:[123]|I{1,3})\b)?")
HASHED = re.compile(r"# ?\S+")
PAIR = re.compile(rf"\b({'|'.join(WORDS)}) ?\(\d{{1,3}}\)|\b(\d{{1,3}}) ?\((?:{'|'.join(WORDS)})\)")
RUN_ON = re.compile(r"(?<=[A-Z]S)INSTALL\b")
TOKEN = re.compile(
    r"\(\d{1,3}X?\)|\d{1,3}(?:-(?=[A-Z ]|\d+(?:\.\d+)? ?(?:A|AMP|KW)\b)| -(?= ))|[A-Z0-9]\w*(?:[./']\w+)*|[^\s\w-]"
)


class _Count(NamedTuple):
    """A number and the words up to the thing it counts; no number where the text is cut off before it."""

    number: int | None
    phrase: str


def station_count(description: str) -> int | None:
    """The number of charging spaces or stations a description states, or None where it does not.

    The city's form wins. Otherwise a number counts when it is a word, stands in brackets, or follows a
    word like INSTALL, and when only qualities lie between it and a charger: "(2) 50 AMP LEVEL 2 EV
    CHARGERS" is 2, while amperes, volts, levels, parking spaces and permit numbers are no counts. Where a
    text makes several counts that do not repeat each other, it states no one number.
    """
    text = " ".join(description.upper().split())
    stated = STATED.search(text)
    if stated:
        return int(stated.group(1)) or None
    whole = not text.endswith("...")
    tokens = TOKEN.findall(_simplified(text.rstrip(".")))
    counts = {_count_at(tokens, place, whole) for place in range(len(tokens))} - {None}
    if len(counts) != 1:
        return None
    (count,) = counts
    return count.number if count else None


def _simplified(text: str) -> str:
    """Takes away what only looks like a count: levels, numbered places, and the second form of a doubled number."""
    for pattern, substitute in ((RUN_ON, ". INSTALL"), (LEVEL, "LEVELED"), (HASHED, " "), (PAIR, r"(\1\2)")):
        text = pattern.sub(substitute, text)
    for value, word in enumerate(WORDS, start=1):
        text = re.sub(rf"\(?\b{word}\b\)?", f"({value})", text)
    return text


def _count_at(tokens: Sequence[str], place: int, whole: bool) -> _Count | None:
    """The count that begins at a token, or None."""
    number = _number_at(tokens, place)
    if number is None:
        return None
    rest = tokens[place + 1 : place + 1 + FARTHEST]
    qualities = list(takewhile(lambda token: token[0].isalnum() and not STOPS.fullmatch(token), rest))
    phrase = " ".join(tokens[place + 1 : place + 3 + FARTHEST])
    thing = THINGS.search(phrase)
    if thing and thing.start() <= len(" ".join(qualities)):
        return _Count(number, phrase[: thing.end()])
    cut_off = not whole and place + 1 + len(qualities) == len(tokens)
    return _Count(None, "") if cut_off else None


def _number_at(tokens: Sequence[str], place: int) -> int | None:
    digits = tokens[place].strip("()X-")
    before, after = ["", *tokens, ""][place], [*tokens, ""][place + 1]
    if not digits.isdecimal() or len(digits) > 3 or before in NOT_ALL:
        return None
    bare = not tokens[place].startswith("(")
    if bare and (UNITS.fullmatch(after) or (before and not LEADS.fullmatch(before))):
        return None
    return int(digits) or None
