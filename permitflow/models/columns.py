"""Column kinds that every table shares."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import mapped_column

from permitflow.db import new_id

Key = Annotated[str, mapped_column(String(32), primary_key=True, default=new_id)]
"""A UUIDv7 as 32 hex digits."""
Ref = Annotated[str, mapped_column(String(32))]
Instant = Annotated[int, mapped_column(BigInteger)]
"""Microseconds since 1970-01-01T00:00:00Z."""
Cents = Annotated[int, mapped_column(BigInteger)]
Code = Annotated[str, mapped_column(String(64))]
"""An id of a definition: a phase, a lane, a role, an action."""
Sha256 = Annotated[str, mapped_column(String(64))]
JurisdictionRef = Annotated[str, mapped_column(String(32), ForeignKey("jurisdictions.id"))]
JurisdictionCopy = Annotated[
    str, mapped_column(String(32), comment="copied from the application, whose row holds the reference")
]
"""On the rows of one application. A reference of each would lock the city's row again and again in every transition."""
ApplicationRef = Annotated[str, mapped_column(String(32), ForeignKey("permit_applications.id"))]
UserRef = Annotated[str, mapped_column(String(32), ForeignKey("users.id"))]
OptionalUserRef = Annotated[str | None, mapped_column(String(32), ForeignKey("users.id"))]
