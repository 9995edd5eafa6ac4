"""The smallest pieces of a workflow file: what ids, texts and expressions look like, and the base of every part."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
EventName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$")]
"""An action, or a step in a lane as `lane.verb`; `lane.answered` stands for every answer that ends the review."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
FieldPath = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,2}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(max_length=200)]
"""The name that another system gives to the same thing; kept so that a converted machine can be compared."""
Expression = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

Party = Literal["applicant", "agency", "payment", "external", "none"]
Outcome = Literal["issued", "denied", "withdrawn", "expired", "revoked", "abandoned", "closed"]
Receiver = Literal["applicant", "reviewers", "managers"]


class Part(BaseModel):
    """A piece of a definition: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Provenance(Part):
    """Where the numbers of a definition come from."""

    source: Text
    as_of: Annotated[datetime.date, Field(strict=False)]
    verified: bool
