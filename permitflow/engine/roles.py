"""The staff roles that every city may fill, with their titles."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STANDARD_STAFF: Mapping[str, str] = MappingProxyType(
    {
        "permit_technician": "Permit technician",
        "building_examiner": "Building plans examiner",
        "electrical_examiner": "Electrical plans examiner",
        "fire_reviewer": "Fire prevention reviewer",
        "planner": "Planner",
        "zoning_officer": "Zoning officer",
        "subcode_official": "Subcode official",
        "accessibility_reviewer": "Accessibility reviewer",
        "public_works_reviewer": "Public works reviewer",
        "traffic_engineer": "Traffic engineer",
        "arborist": "Arborist",
        "historic_reviewer": "Historic preservation reviewer",
        "environmental_reviewer": "Environmental reviewer",
        "inspector": "Inspector",
        "building_official": "Building official",
        "deputy_official": "Deputy building official",
        "cashier": "Cashier",
        "city_attorney": "City attorney",
        "risk_manager": "Risk manager",
        "property_manager": "Property manager",
        "council_clerk": "Council clerk",
        "planning_commission_clerk": "Planning commission clerk",
        "program_manager": "Program manager",
        "grant_manager": "Grant manager",
        "utility_liaison": "Utility liaison",
        "state_agency_liaison": "State agency liaison",
        "manager": "Manager",
    }
)
"""Outside parties and bodies do not sign in: their liaison or clerk records what they answered or voted."""
