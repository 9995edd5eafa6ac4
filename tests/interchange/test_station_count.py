"""How many charging spaces a description states: what counts, and what only looks like it."""

import csv

import pytest

from permitflow.interchange.station_count import station_count
from tests.reference_data import reference_file


@pytest.mark.parametrize(
    ("description", "stations"),
    [
        ("RECEPTACLE OUTLETS: 1 . ELECTRIC VEHICLE SUPPLY EQUIPMENT:8 SPACES. SPECIFIC LOCATION: LOT.", 8),
        ("Electric vehicle supply equipment: 12 spaces", 12),
        ("INSTALL (2) EV CHARGERS", 2),
        ("4 CHARGING STATIONS", 4),
        ("TWO (2) LEVEL 2 EV CHARGING STATIONS", 2),
        ("3 (THREE) EV CHARGING STATIONS", 3),
        ("INSTALL (2) 50 AMP LEVEL 2- EV CHARGERS ON 1 PEDESTAL", 2),
        ("2-40AMP CIRCUITS FOR 2-EV CHARGERS", 2),
        ("INSTALL ONE OWNER FURNISHED 60AMP WALL CONNECTOR IN PARKING SPACE #223", 1),
        ("WIRING FOR 6 ELECTRICAL VEHICLE CHARGING STATIONS", 6),
        ("(5) SUPERCHARGER CABINETSINSTALL (20) SUPERCHARGER POSTS", 20),
        ("INSTALL 4 EVSE UNITS. 40 AMP CIRCUIT FOR 4 EVSE UNITS.", 4),
        ("INSTALL (6) EV CHARGERS. EVERY TWO CHARGERS ON POWER SHARING.", 6),
        ("INSTALL (35X) NEW ELECTRIC VEHICLE CHARGERS", 35),
        ("DEMO AND REPLACE (2) CAR CHARGING STATIONS", 2),
    ],
)
def test_a_stated_number_is_read(description, stations):
    assert station_count(description) == stations


@pytest.mark.parametrize(
    "description",
    [
        "",
        "INSTALL EV CHARGERS",
        "60 AMP 240 VOLT EV CHARGER",
        "6 0 AMP EV CHARGER",
        "INSTALL LEVEL 2 EV CHARGER",
        "INSTALL LEVEL 2 & 3 CAR CHARGING STATIONS",
        "INSTALL LEVEL II AND III CAR CHARGING STATIONS",
        "INSTALL 100A SERVICE FOR CHARGING STATION",
        "INSTALL JUICEBOX 40 EVSE UNIT",
        "INSTALL GEN 3 EV CHARGER",
        "17-5401 B-2 CHARGING STATIONS",
        "NEMA 14-50R EV CHARGER",
        "PARKING SPACE 15 EV CHARGER",
        "UNIT 8 EV CHARGER",
        "SPOT #4 EV CHARGER",
        "SPOT # 4 EV CHARGER",
        "PERMIT #101009054 EV CHARGER",
        "1700 E 56TH ST EV CHARGER",
        "(2) 40A CIRCUITS FOR EV CHARGERS",
        "(2) CAR CHARGER RECEPTACLES",
        "ADD (4) CHARGING CABINETS",
        "4 OUTLETS FOR FORKLIFT CHARGING STATION",
        "GARAGE WITH 2 EVSE-READY PARKING SPACES",
        "DETACHED 2 CAR GARAGE WITH EV CHARGER",
        "DEMO (2) CAR CHARGERS",
        "MORE THAN ONE EVSE CHARGER PER CIRCUIT",
        "ELECTRIC VEHICLE SUPPLY EQUIPMENT:0 SPACES",
    ],
)
def test_what_only_looks_like_a_count_is_not_one(description):
    assert station_count(description) is None


@pytest.mark.parametrize(
    "description",
    [
        "INSTALL 5 EV CHARGERS OUTSIDE. INSTALL 1 EV CHARGER INSIDE.",
        "INSTALL (1) 120KW FAST CHARGER. INSTALL (1) 19.2KW VEHICLE CHARGER.",
        "INSTALL (1) LEVEL III CHARGING STATION, (1) 40A 208V LEVE...",
    ],
)
def test_several_counts_or_a_text_cut_off_in_one_state_no_number(description):
    assert station_count(description) is None


def test_on_a_citys_real_permits_every_form_and_many_free_texts_are_read():
    with reference_file("permits/chicago_ev_permits.csv").open(encoding="utf-8", newline="") as file:
        descriptions = [row["Description"] for row in csv.DictReader(file)]

    formed = [text for text in descriptions if "SUPPLY EQUIPMENT:" in text]
    free = [text for text in descriptions if "SUPPLY EQUIPMENT:" not in text]

    assert len(formed) == 714
    assert all(station_count(text) is not None for text in formed)
    assert sum(station_count(text) is not None for text in free) >= 215
