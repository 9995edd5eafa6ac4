"""OCEL 2.0 in JSON: every event and object is of a declared type, and relations name objects that are there."""

from __future__ import annotations

import json

from permitflow.interchange.ocel_export import Happening, Thing, Types, write_ocel

TYPES = Types({"application": ("level",), "person": ()}, {"approve": ("lane",)})
OBJECTS = [
    Thing("a1", "application", 0, {"level": "DC"}, [("p1", "applied")]),
    Thing("p1", "person", 0),
]
EVENTS = [
    Happening("a1-1", "approve", 1_500_000, {"lane": "fire"}, [("a1", "application"), ("p1", "done by")])
]


def test_a_log_has_types_objects_and_events() -> None:
    log = json.loads(b"".join(write_ocel(TYPES, OBJECTS, EVENTS)))

    assert log["objectTypes"] == [
        {"name": "application", "attributes": [{"name": "level", "type": "string"}]},
        {"name": "person", "attributes": []},
    ]
    assert log["eventTypes"] == [{"name": "approve", "attributes": [{"name": "lane", "type": "string"}]}]
    assert log["objects"][0] == {
        "id": "a1",
        "type": "application",
        "attributes": [{"name": "level", "time": "1970-01-01T00:00:00.000000Z", "value": "DC"}],
        "relationships": [{"objectId": "p1", "qualifier": "applied"}],
    }
    assert log["events"] == [
        {
            "id": "a1-1",
            "type": "approve",
            "time": "1970-01-01T00:00:01.500000Z",
            "attributes": [{"name": "lane", "value": "fire"}],
            "relationships": [
                {"objectId": "a1", "qualifier": "application"},
                {"objectId": "p1", "qualifier": "done by"},
            ],
        }
    ]


def test_a_log_without_anything_is_readable() -> None:
    log = json.loads(b"".join(write_ocel(Types({}, {}), [], [])))
    assert log == {"objectTypes": [], "eventTypes": [], "objects": [], "events": []}
