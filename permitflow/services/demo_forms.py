"""Invented homes, garages and charging plazas for the demo region, drawn from a seeded generator."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path
from typing import Any

import typst

from permitflow.services.uploads import Limits, Stored, store

_STREETS = (
    "Alder",
    "Birch",
    "Cannery",
    "Depot",
    "Elm",
    "Foundry",
    "Granite",
    "Harbor",
    "Juniper",
    "Larch",
    "Mill",
)
_KINDS = ("St", "Ave", "Rd", "Ln", "Way")
_HOSTS = ("garage", "market", "library", "clinic", "hotel", "school", "warehouse", "office park")
_MODELS = (
    ("Brightline", "BL-32", 32, 240, "L2"),
    ("Brightline", "BL-40", 40, 240, "L2"),
    ("Northwire", "Home 48", 48, 240, "L2"),
    ("Northwire", "Fleet 80", 80, 240, "L2"),
)
_BREAKERS = {32: 40, 40: 50, 48: 60, 80: 100}
_FAST = ("Corrente", "DC-180", 228, 480, "DC")
_PAPER = """#set document(title: "{title}")
#set text(lang: "en", size: 12pt)
= {title}
Sample drawing of the demo region. It shows what a reviewer would open here.
#rect(width: 100%, height: 40%)[#align(center + horizon)[{title}]]
"""


def home(rng: random.Random, city: str, zip_code: str) -> dict[str, Any]:
    """Return the steps of a home charger's form; about one in three misses a rule of the permit at once."""
    model = rng.choice(_MODELS[:3])
    amps = model[2]
    breaker = _BREAKERS[amps] if rng.random() > 0.15 else amps
    service = rng.choice((100, 200, 200, 200))
    electrical = {
        "service_amps": service,
        "service_voltage": 240,
        "phases": 1,
        "existing_load_amps": rng.randrange(28, 70 if service == 100 else 100),
        "load_method": "measured_220_87" if rng.random() < 0.6 else "calculated_220_83",
        "breaker_amps": breaker,
        "service_upgrade": rng.random() < 0.06,
        "has_ems": False,
    }
    site = _site(rng, city, zip_code, rng.choice(("one_family", "one_family", "two_family")), "garage")
    site |= {"historic_district": rng.random() < 0.05, "in_setback": False}
    project: dict[str, Any] = {
        "type": "residential",
        "title": "Home charger",
        "description": "Charger in the garage",
    }
    project |= {"work_class": "existing", "valuation_cents": rng.randrange(9, 28) * 10_000} | _PLAIN_PROJECT
    return {
        "project": project,
        "site": site,
        "equipment": [_charger(model, 1, rng)],
        "electrical": electrical,
        "people": _people(rng),
    }


def business(rng: random.Random, city: str, zip_code: str) -> dict[str, Any]:
    """Return the steps of a commercial application: a few chargers at work, or a fast-charging plaza."""
    fast = rng.random() < 0.3
    stations = rng.choice((2, 4, 6, 8)) if fast else rng.choice((2, 4, 6, 10, 12, 20, 30))
    model = _FAST if fast else rng.choice(_MODELS[1:])
    host = rng.choice(_HOSTS)
    kind = "fast_charging_plaza" if fast else rng.choice(("workplace", "commercial", "multifamily"))
    stalls = stations + rng.randrange(10, 120)
    site = _site(rng, city, zip_code, "multifamily" if kind == "multifamily" else "commercial", "lot")
    site |= {"existing_stalls": stalls, "stalls_after": stalls, "in_right_of_way": rng.random() < 0.12}
    project = {
        "type": kind,
        "title": f"Charging at the {host}",
        "description": f"{stations} charging stations at the {host}",
        "work_class": "new",
        "valuation_cents": stations * (9_000_000 if fast else 800_000),
        "use_relation": "accessory",
        "includes_canopy": fast and rng.random() < 0.3,
        "includes_storage": fast and rng.random() < 0.2,
        "new_structure": False,
    }
    electrical = {
        "service_amps": 3000 if fast else 1600,
        "service_voltage": 480,
        "phases": 3,
        "existing_load_amps": rng.randrange(120, 420),
        "load_method": "measured_220_87",
        "breaker_amps": 300 if fast else _BREAKERS[model[2]],
        "service_upgrade": fast and rng.random() < 0.4,
        "has_ems": rng.random() < 0.25,
        "ems_setpoint_amps": 200,
    }
    return {
        "project": project,
        "site": site,
        "equipment": [_charger(model, stations, rng)],
        "electrical": electrical,
        "people": _people(rng),
    }


def paper(title: str, folder: Path) -> Stored:
    """Store a one-page sample document with a title; the same title is the same file."""
    data = typst.compile(_PAPER.format(title=title.replace('"', "'")).encode())
    return store(BytesIO(data), f"{title}.pdf", folder, Limits(max_bytes=1 << 20, min_free_bytes=0))


_PLAIN_PROJECT = {
    "use_relation": "accessory",
    "includes_canopy": False,
    "includes_storage": False,
    "new_structure": False,
}


def _site(rng: random.Random, city: str, zip_code: str, occupancy: str, location: str) -> dict[str, Any]:
    return {
        "street": f"{rng.randrange(100, 4900)} {rng.choice(_STREETS)} {rng.choice(_KINDS)}",
        "city": city,
        "zip": zip_code,
        "occupancy": occupancy,
        "location": location,
        "flood_zone": rng.random() < 0.04,
        "historic_district": False,
        "coastal_zone": False,
        "airport_influence": False,
        "in_right_of_way": False,
        "trench_in_public_way": False,
        "public_land": False,
    }


def _charger(model_row: tuple[str, str, int, int, str], quantity: int, rng: random.Random) -> dict[str, Any]:
    maker, model, amps, volts, level = model_row
    return {
        "manufacturer": maker,
        "model": model,
        "listing": f"UL {'2202' if level == 'DC' else '2594'} E{rng.randrange(100_000, 999_999)}",
        "quantity": quantity,
        "level": level,
        "amps": amps,
        "volts": volts,
        "phase": 3 if level == "DC" else 1,
        "ports": 1,
        "outdoor": level == "DC",
    }


def _people(rng: random.Random) -> dict[str, Any]:
    first, last = (
        rng.choice(("Ada", "Ben", "Cora", "Dan", "Eve")),
        rng.choice(("Moss", "Reed", "Stone", "Vale")),
    )
    name = f"{first} {last}"
    owner = {"name": name, "email": f"{first}.{last}@owner.example".lower(), "phone": "555-0100"}
    return {"applicant": owner, "owner": owner}
