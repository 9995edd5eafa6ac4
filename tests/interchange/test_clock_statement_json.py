"""The clock statement as one JSON document."""

from __future__ import annotations

import json

from permitflow.interchange.clock_statement_json import document
from permitflow.queries.clock_statement import Statement


def test_the_json_document_has_every_day_and_survives_a_round_trip(shown: Statement) -> None:
    told = document(shown)
    assert json.loads(json.dumps(told)) == told
    (clock,) = [one for one in told["clocks"] if one["name"] == "completeness"]
    assert (clock["starts_on"], clock["due_on"]) == ("2026-03-02", "2026-03-12")
    assert clock["days"][0] == {
        "on": "2026-03-02",
        "counted": False,
        "number": None,
        "why": "start day is not counted",
    }
    assert clock["days"][-1]["counted"]
    assert clock["pauses"][0]["resumed_on"] == "2026-03-03"
    assert clock["extensions"][0]["length"] == 2
    assert clock["started_by"]["entry"] == "Submitted"
