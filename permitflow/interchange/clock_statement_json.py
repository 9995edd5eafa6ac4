"""The clock statement as one JSON document, for other programs and for the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

from permitflow.queries.clock_statement import Cause, ClockStatement, Standstill, Statement, Stretch


def document(shown: Statement) -> dict[str, Any]:
    """Return a statement as a JSON document: dates as YYYY-MM-DD, instants in microseconds, every day of each clock."""
    return {
        "application": {
            "id": shown.application.id,
            "number": shown.application.number,
            "title": shown.application.title,
        },
        "city": shown.city.slug,
        "zone": shown.city.zone,
        "as_of": shown.today.isoformat(),
        "definition_hash": shown.application.definition_hash,
        "clocks": [_clock(clock) for clock in shown.clocks],
    }


def _clock(clock: ClockStatement) -> dict[str, Any]:
    row, spec = clock.run.clock, clock.spec
    return {
        "name": row.clock,
        "title": spec.title,
        "round": row.round,
        "state": row.state,
        "level": spec.level,
        "holder": spec.holder,
        "stricter": clock.stricter,
        "unit": row.unit,
        "length": row.length,
        "starts_on": row.started_on.isoformat(),
        "stopped_on": _day(row.stopped_on),
        "due_on": _day(clock.due_on),
        "first_due_on": _day(clock.first_due_on),
        "consumed": clock.consumed,
        "of": clock.length,
        "counted_in": clock.unit,
        "outcome": spec.outcome,
        "consequence": clock.consequence,
        "authority": spec.authority,
        "source": spec.source,
        "as_of": spec.as_of.isoformat(),
        "verified": spec.verified,
        "calendars": [{"version": one.version, "reason": one.reason} for one in clock.calendars],
        "started_by": _cause(clock.started),
        "stopped_by": _cause(clock.stopped),
        "pauses": [_pause(pause) for pause in clock.standstills],
        "extensions": [
            {"on": one.on.isoformat(), "length": one.length, "by": _cause(one.cause)} for one in clock.granted
        ],
        "stretches": [_stretch(stretch) for stretch in clock.stretches],
        "days": [
            {"on": day.on.isoformat(), "counted": day.counted, "number": day.number, "why": day.why}
            for day in clock.days
        ],
    }


def _pause(pause: Standstill) -> dict[str, Any]:
    return {
        "paused_on": pause.paused_on.isoformat(),
        "resumed_on": _day(pause.resumed_on),
        "reason": pause.reason,
        "paused_by": _cause(pause.began),
        "resumed_by": _cause(pause.ended),
    }


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "first": stretch.first.isoformat(),
        "last": stretch.last.isoformat(),
        "counted": stretch.counted,
        "why": stretch.why or "counted",
        "ahead": stretch.ahead,
    }


def _cause(cause: Cause | None) -> dict[str, Any] | None:
    return None if cause is None else {"seq": cause.seq, "entry": cause.entry, "at": cause.at}


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None
