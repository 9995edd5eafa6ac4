"""What went wrong with the machine's clock: the newest first, and only what concerns one's own cities."""

from __future__ import annotations

from permitflow.models import ClockAnomaly, Jurisdiction, PermitApplication
from permitflow.queries.clock_watch import MOST, anomalies
from tests.rows import Rows


def test_the_newest_leap_stands_first_with_its_file_and_its_zone(rows: Rows) -> None:
    city = rows.add(Jurisdiction, zone="America/Denver")["id"]
    file = rows.add(PermitApplication, jurisdiction_id=city, number="RIO-A-2026-00001")["id"]
    rows.add(ClockAnomaly, kind="jump", noticed_at=1, drift_us=3_600_000_000)
    rows.add(
        ClockAnomaly,
        kind="regression",
        noticed_at=2,
        drift_us=-90_000,
        jurisdiction_id=city,
        application_id=file,
    )
    with rows.session() as session:
        newest, oldest = anomalies(session, [city])
    assert (newest.kind, newest.seconds, newest.number) == ("regression", "0.090", "RIO-A-2026-00001")
    assert (newest.application_id, newest.zone) == (file, "America/Denver")
    assert (oldest.kind, oldest.seconds, oldest.number) == ("jump", "3,600.000", "")
    assert oldest.zone == "America/Denver", "a leap of the whole machine is told in a zone of the reader"


def test_files_of_other_cities_are_nobody_s_business(rows: Rows) -> None:
    mine, theirs = (rows.add(Jurisdiction, zone="America/Denver")["id"] for _ in range(2))
    rows.add(ClockAnomaly, jurisdiction_id=theirs, drift_us=-1)
    with rows.session() as session:
        assert anomalies(session, [mine]) == ()
        assert len(anomalies(session, [theirs])) == 1


def test_without_a_city_the_machine_s_own_leaps_are_told_in_utc(rows: Rows) -> None:
    rows.add(ClockAnomaly, drift_us=-1_500_000)
    with rows.session() as session:
        (leap,) = anomalies(session, [])
    assert (leap.zone, leap.seconds) == ("UTC", "1.500")


def test_the_list_ends_after_a_hundred(rows: Rows) -> None:
    for number in range(MOST + 1):
        rows.add(ClockAnomaly, noticed_at=number)
    with rows.session() as session:
        found = anomalies(session, [])
    assert (len(found), found[0].noticed_at, found[-1].noticed_at) == (MOST, MOST, 1)
