"""What a workflow file or a clock pack says about a legal clock: its length, its events, and what its end means."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from permitflow.engine.parts import EventName, Expression, Id, Part, Receiver, Text

Unit = Literal["business_day", "calendar_day", "month", "year"]
ClockOutcome = Literal[
    "deemed_complete", "deemed_approved", "deemed_denied", "void", "expired", "remedy", "none"
]


class ReceiptDef(Part):
    """When a submission counts as received, and whether an unpaid fee holds a clock back."""

    late: Literal["same_day", "next_open_day"]
    """What happens to a submission after closing time or on a closed day."""
    fee_gates_clock: bool = False
    source: Text
    as_of: Annotated[datetime.date, Field(strict=False)]
    verified: bool


class ExtensionDef(Part):
    """More time by an action, in the clock's own unit, at most so many times per run of the clock."""

    length: Expression
    at_most: int = Field(default=1, ge=1, le=20)


class RungDef(Part):
    """One warning before a deadline: at a percentage of the length used, or with so many units left."""

    percent: int | None = Field(default=None, ge=1, le=100)
    left: int | None = Field(default=None, ge=0, le=3660)
    notify: Receiver

    @model_validator(mode="after")
    def _one_measure(self) -> RungDef:
        if (self.percent is None) == (self.left is None):
            raise ValueError("a rung has either 'percent' or 'left'")
        return self


class RefundTier(Part):
    """The share of the fees owed back once a decision is so many percent of the length late."""

    late_percent: int = Field(ge=0, le=1000)
    refund_percent: int = Field(ge=1, le=100)


class RemedyDef(Part):
    """The right that a missed deadline gives to the applicant."""

    text: Text
    """What the applicant may do or is owed, in one sentence."""
    citation: Text
    fees: tuple[Id, ...] = ()
    """The fees a refund is computed from; every fee that was paid when none is named."""
    refund: tuple[RefundTier, ...] = ()
    """Rising tiers; the last one that is reached counts. None for a right without money."""


class ClockDef(Part):
    """A legal clock: what starts, stops and pauses it and what its end means."""

    title: Text
    unit: Unit
    length: Expression
    starts: Annotated[tuple[EventName, ...], Field(min_length=1)]
    """Events that start the clock; one that comes while it runs starts it anew."""
    stops: tuple[EventName, ...]
    pauses: tuple[EventName, ...] = ()
    resumes: tuple[EventName, ...] = ()
    extended_by: dict[EventName, ExtensionDef] = Field(default_factory=dict)
    roll: Literal["none", "next", "previous"] = "next"
    count_from: Literal["exclude_first", "receipt_day_counts"] = "exclude_first"
    received: bool = False
    """The starting event is a submission: the definition's rule of receipt says on which day it counts."""
    authority: Text
    level: Literal["state", "local"] = "state"
    law: str = ""
    """The clock pack and clock that this one follows, as `pack/clock`; it must not be longer than that."""
    outcome: ClockOutcome
    on_expiry: Id | None = None
    """The system action taken when a verified clock runs out."""
    warn_at: tuple[int, ...] = (60, 85, 100)
    ladder: tuple[RungDef, ...] = ()
    """Who is warned when; without one, reviewers and then managers at the percentages of `warn_at`."""
    remedy: RemedyDef | None = None
    holder: Literal["agency", "applicant", "permit", "external"] = "agency"
    source: Text
    as_of: Annotated[datetime.date, Field(strict=False)]
    verified: bool
