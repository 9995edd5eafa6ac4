"""A file without a database, whose writes are gathered instead of sent; and a draft with the fewest rows."""

from __future__ import annotations

from datetime import time
from typing import Any, cast

from permitflow.engine.calendars import Calendar
from permitflow.engine.loader import load_text
from permitflow.engine.machine import Machine, compile_machine
from permitflow.models import CalendarVersion, Company, StoredDefinition, User
from permitflow.prepared import Channel, Prepared, Values
from permitflow.services.acts import Start
from permitflow.services.files import File
from tests.engine.small_workflow import SMALL
from tests.factories import MONDAY
from tests.rows import Rows

OFFICE = Calendar("1", 1, "America/Los_Angeles", frozenset(range(5)), {}, time(8), time(17))


class Gathered:
    """Stands where a channel stands and remembers every write."""

    def __init__(self) -> None:
        self.writes: list[tuple[Prepared, Values]] = []

    def write(self, statement: Prepared, values: Values) -> None:
        self.writes.append((statement, values))


def machine(text: str = SMALL) -> Machine:
    """The machine of a workflow."""
    loaded = load_text(text, "small.yaml")
    return compile_machine(loaded.hash, loaded.definition)


def file_in(phase: str, **columns: Any) -> File:
    """A file of the small workflow in a phase."""
    usual = {
        "id": "f" * 32,
        "jurisdiction_id": "c" * 32,
        "company_id": "v" * 32,
        "state": phase,
        "party": machine().definition.phases[phase].party,
        "party_since_at": 1,
        "round": 1,
        "due_on": None,
        "submitted_at": 1,
        "decided_at": None,
        "reopened_at": None,
        "outcome": None,
    }
    return File(cast(Channel, Gathered()), machine(), OFFICE, "1", usual | columns)


def writes(file: File) -> list[tuple[Prepared, Values]]:
    """What was written to a file so far."""
    return cast(Gathered, file.channel).writes


def begun(rows: Rows, **values: Any) -> Start:
    """A draft of the small workflow that nobody has started yet, in an office open from Monday to Friday."""
    small = load_text(SMALL, "small.yaml")
    version = rows.add(CalendarVersion, version=1, weekdays="01234", opens="08:00", closes="17:00")
    rows.add(StoredDefinition, hash=small.hash, workflow="small", body=small.body)
    company, user = rows.add(Company)["id"], rows.add(User)["id"]
    return Start(version["jurisdiction_id"], company, user, small.hash, MONDAY, **values)
