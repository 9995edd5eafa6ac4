"""When files entered which phase or lane, under the titles that people read."""

from __future__ import annotations

from datetime import date

from permitflow.analytics.own_metric import Entry
from permitflow.reports.phase_log import counted_files, entries
from permitflow.reports.scope import Workflows
from tests.reports.recorded import definition
from tests.reports.told_city import ToldCity

FIRST, LAST, NOW = "2026-06-01", "2026-06-30", "2026-07-15 12:00"
COMMERCIAL = definition("us-ca/commercial-ab970")
KNOWN = Workflows({"h": COMMERCIAL})
INTAKE = COMMERCIAL.phases["intake"].title
FIRE = COMMERCIAL.lanes["fire"].title


def test_phases_by_the_acts_and_lanes_by_their_visits() -> None:
    city = ToldCity("2026-05-01", NOW)
    file = city.file("2026-05-02")
    case = f"{file:032d}"
    city.act(file, "submit", "2026-06-01 23:30", from_state="draft", to_state="intake")
    city.act(file, "note", "2026-06-02", from_state="intake", to_state="intake")
    city.act(file, "accept", "2026-06-03", from_state="intake", to_state="in_review")
    city.stay(file, "fire", "2026-06-03", lane="fire")
    city.stay(file, "intake", "2026-06-01 23:30", "2026-06-03")
    city.act(file, "send", "2026-06-09", from_state="in_review", to_state="strange")
    with city.asked(FIRST, LAST, KNOWN) as ask:
        assert entries(ask, {INTAKE, FIRE, "strange"}) == [
            Entry(case, date(2026, 6, 1), INTAKE),
            Entry(case, date(2026, 6, 3), FIRE),
            Entry(case, date(2026, 6, 9), "strange"),
        ]
        assert entries(ask, set()) == []


def test_open_files_and_those_decided_in_the_period_count() -> None:
    city = ToldCity("2026-05-01", NOW)
    for decided in (None, "2026-06-01", "2026-06-30 23:59", "2026-05-31 23:59", "2026-07-01"):
        city.act(city.file("2026-05-02", decided), "submit", "2026-05-02", to_state="intake")
    with city.asked(FIRST, LAST, KNOWN) as ask:
        assert counted_files(ask) == 3
        assert len(entries(ask, {INTAKE})) == 3
        drawn = entries(ask, {INTAKE}, most=2)
        assert len(drawn) == 2
        assert drawn == entries(ask, {INTAKE}, most=2)
