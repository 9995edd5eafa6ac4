"""The clock statement as a PDF for print and screen readers (PDF/UA-1): each clock in short, every day in an appendix."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import typst

from permitflow.engine.calendars import WEEKDAYS
from permitflow.instants import to_datetime
from permitflow.queries.clock_statement import Cause, ClockStatement, Statement, Stretch
from permitflow.queries.sentence import english_day

_SHEET = Path(__file__).resolve().parents[2] / "templates" / "letters" / "clock_statement.typ"
_UNITS = {"business_day": "business day", "calendar_day": "calendar day", "month": "month", "year": "year"}
_LEVELS = {"state": "set by the state", "local": "set by the city"}
_HOLDERS = {
    "agency": "the city's",
    "applicant": "the applicant's",
    "permit": "the permit's",
    "external": "an outside party's",
}


def render(shown: Statement, at: int) -> bytes:
    """Return the PDF of a statement made at instant `at` (microseconds); the same statement gives the same bytes.

    It claims PDF/UA-1. Where no font of the host has a character of a name, the claim is dropped rather than the
    statement.
    """
    data = json.dumps(_words(shown), ensure_ascii=False)
    try:
        return _compiled(data, at, accessible=True)
    except typst.TypstError:
        return _compiled(data, at, accessible=False)


def counted_words(stretch: Stretch) -> str:
    """Return what happened to the days of a stretch, in English: '9 counted, 4 closed every week'."""
    if stretch.why:
        return stretch.why
    parts = [f"{stretch.counted} counted"] if stretch.counted else []
    parts += [f"{stretch.resting} closed every week"] if stretch.resting else []
    return ", ".join(parts) + (" (still to come)" if stretch.ahead else "")


def length_words(number: int, unit: str) -> str:
    """Return a length in English: '20 business days'."""
    return f"{number} {_UNITS[unit]}{'' if number == 1 else 's'}"


def _compiled(data: str, at: int, *, accessible: bool) -> bytes:
    return typst.compile(
        _SHEET.read_bytes(),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards="ua-1" if accessible else None,
        # typst takes whole seconds.
        timestamp=to_datetime(at).replace(microsecond=0),
    )


def _words(shown: Statement) -> dict[str, Any]:
    return {
        "language": "en",
        "title": "Clock statement",
        "number": shown.application.number or "Draft",
        "page_word": "Page",
        "city": shown.city.name,
        "subject": shown.application.title,
        "as_of": f"As it stands on {english_day(shown.today)} ({shown.city.zone}). "
        "The deadline that ends first stands first.",
        "pauses_title": "Pauses",
        "pauses_head": ["From the evening of", "To the evening of", "Reason"],
        "count_title": "The count",
        "count_head": ["Days", "What was counted"],
        "appendix_title": "Appendix: every day",
        "days_head": ["Date", "No.", "Why"],
        "clocks": [_clock(clock, shown.city.zone) for clock in shown.clocks],
        "empty": "No legal clock has started yet.",
        "record": f"Record: event {shown.application.event_seq}, {shown.application.event_hash}",
        "definition": f"Workflow: {shown.application.definition_hash}",
    }


def _clock(clock: ClockStatement, zone: str) -> dict[str, Any]:
    return {
        "title": clock.spec.title
        + (f" (round {clock.run.clock.round})" if clock.run.clock.round > 1 else ""),
        "facts": [fact for fact in _facts(clock, zone) if fact[1]],
        "pauses": [
            [
                english_day(pause.paused_on) + _cause(pause.began, zone),
                english_day(pause.resumed_on) + _cause(pause.ended, zone)
                if pause.resumed_on
                else "still paused",
                pause.reason,
            ]
            for pause in clock.standstills
        ],
        "stretches": [[_span(stretch), counted_words(stretch)] for stretch in clock.stretches],
        "days": [[day.on.isoformat(), str(day.number or "–"), _why(day.why)] for day in clock.days],
    }


def _facts(clock: ClockStatement, zone: str) -> list[tuple[str, str]]:
    row, spec = clock.run.clock, clock.spec
    unit = "business_day" if clock.unit == "business_day" else "calendar_day"
    verdict = "checked against the law" if spec.verified else "not checked against the law: it warns only"
    extensions = "; ".join(
        f"{english_day(one.on)}: by {length_words(one.length, row.unit)}{_cause(one.cause, zone)}"
        for one in clock.granted
    )
    versions = ", then ".join(f"version {one.version} ({one.reason})" for one in clock.calendars)
    return [
        ("Due", english_day(clock.due_on) if clock.due_on else "open: the clock stands still"),
        ("Due at the start", _other(clock.first_due_on, clock.due_on)),
        ("Used", f"{clock.consumed} of {length_words(clock.length, unit)}"),
        ("Started", english_day(row.started_on) + _cause(clock.started, zone)),
        ("Ended", english_day(row.stopped_on) + _cause(clock.stopped, zone) if row.stopped_on else ""),
        ("Length", length_words(row.length, row.unit)),
        ("Extended", extensions),
        ("Whose clock", f"{_HOLDERS[spec.holder]}, {_LEVELS[spec.level]}"),
        ("Compared", "the stricter of the state's and the city's own clock" if clock.stricter else ""),
        ("When it runs out", clock.consequence),
        ("Authority", spec.authority),
        ("Source", f"{spec.source}, {english_day(spec.as_of)}: {verdict}"),
        ("Calendar", versions),
    ]


def _other(first: date | None, now: date | None) -> str:
    return english_day(first) if first and first != now else ""


def _cause(cause: Cause | None, zone: str) -> str:
    if cause is None:
        return ""
    at = to_datetime(cause.at, zone).strftime("%H:%M")
    return f" ({cause.entry}, {at}, {cause.who or 'the system'})"


def _span(stretch: Stretch) -> str:
    first = english_day(stretch.first)
    return first if stretch.days == 1 else f"{first} to {english_day(stretch.last)}"


def _why(why: str) -> str:
    return f"{why}, closed every week" if why in WEEKDAYS else why
