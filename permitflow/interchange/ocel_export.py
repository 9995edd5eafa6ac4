"""The record as an object-centric event log: OCEL 2.0 in JSON, as a stream.

Source: OCEL 2.0 specification (ocel-standard.org), JSON format: object and event types with their attributes, objects with
relations to one another, and events with relations to the objects that they touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from permitflow.instants import to_datetime

Attributes = Mapping[str, str]
Relations = Sequence[tuple[str, str]]
"""(id of an object, what it is to this one)."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One object: `at_us` is when its attributes held, in UTC microseconds."""

    id: str
    type: str
    at_us: int
    attributes: Attributes = field(default_factory=lambda: MappingProxyType({}))
    relations: Relations = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """One event and the objects that it touched."""

    id: str
    type: str
    at_us: int
    attributes: Attributes = field(default_factory=lambda: MappingProxyType({}))
    relations: Relations = ()


@dataclass(frozen=True, slots=True)
class Types:
    """The types that a log declares: type -> names of its attributes; every attribute is a text."""

    objects: Mapping[str, Sequence[str]]
    events: Mapping[str, Sequence[str]]


def write_ocel(types: Types, objects: Iterable[Thing], events: Iterable[Happening]) -> Iterator[bytes]:
    """Yields the bytes of a log.

    Args:
        types: every type that occurs.
        objects: each once; relations may name objects that come later.
        events: in any order.
    """
    yield (
        b'{"objectTypes":'
        + _json(_declared(types.objects))
        + b',"eventTypes":'
        + _json(_declared(types.events))
    )
    yield b',"objects":['
    yield from _separated(map(_object, objects))
    yield b'],"events":['
    yield from _separated(map(_event, events))
    yield b"]}\n"


def _declared(types: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    return [
        {"name": name, "attributes": [{"name": attribute, "type": "string"} for attribute in attributes]}
        for name, attributes in types.items()
    ]


def _object(thing: Thing) -> dict[str, object]:
    time = _time(thing.at_us)
    attributes = [{"name": name, "time": time, "value": value} for name, value in thing.attributes.items()]
    return {
        "id": thing.id,
        "type": thing.type,
        "attributes": attributes,
        "relationships": _related(thing.relations),
    }


def _event(event: Happening) -> dict[str, object]:
    return {
        "id": event.id,
        "type": event.type,
        "time": _time(event.at_us),
        "attributes": [{"name": name, "value": value} for name, value in event.attributes.items()],
        "relationships": _related(event.relations),
    }


def _related(relations: Relations) -> list[dict[str, str]]:
    return [{"objectId": id_, "qualifier": qualifier} for id_, qualifier in relations]


def _time(at_us: int) -> str:
    return to_datetime(at_us, "UTC").isoformat(timespec="microseconds").replace("+00:00", "Z")


def _separated(records: Iterable[object]) -> Iterator[bytes]:
    between = b"\n"
    for record in records:
        yield between + _json(record)
        between = b",\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
