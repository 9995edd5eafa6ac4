"""Editing a city's calendar: changes collect in a draft, are published as its next version, and reach open files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import config
from permitflow.db import new_id
from permitflow.engine.calendars import WEEKDAYS as WEEKDAY_NAMES
from permitflow.engine.errors import DefinitionError
from permitflow.engine.pack import load_pack
from permitflow.models import CalendarClosure, CalendarEdit, CalendarVersion, Jurisdiction
from permitflow.services.calendar_drafts import (
    CLOSE,
    HOURS,
    OPEN,
    SEED,
    WEEKDAYS,
    Draft,
    WorkingDays,
    draft_of,
)
from permitflow.services.calendar_recounts import queue_files

_FIRST, _LAST = date(1970, 1, 1), date(2200, 12, 31)


class CalendarRefused(ValueError):
    """An edit that makes no sense; the text is one sentence that says what to change."""


class CalendarChanged(Exception):
    """Somebody else edited or published the calendar meanwhile.

    `published` are the numbers of the versions published since, `added` the edits that are new, `gone` how many of
    those seen were taken back or published.
    """

    def __init__(self, published: Sequence[int], added: Sequence[CalendarEdit], gone: int) -> None:
        self.published, self.added, self.gone = tuple(published), tuple(added), gone
        super().__init__("Somebody else changed this calendar meanwhile. Nothing was saved.")


@dataclass(frozen=True, slots=True)
class Change:
    """One edit as a person asks for it: `kind` is close, open, weekdays, hours or seed, `seen` the draft they saw."""

    kind: str
    day: date | None = None
    value: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who edits (None: the command line), when (microseconds), and the draft that they saw (None: any)."""

    by: str | None
    at: int
    seen: str | None = None


def edit(session: Session, jurisdiction_id: str, change: Change, editor: Editor) -> CalendarEdit:
    """Add one edit to the draft of a city's next calendar.

    Raises:
        CalendarRefused: the edit changes nothing, or lacks its name or reason.
        CalendarChanged: the draft is not the one that the editor saw.
    """
    draft = _locked(session, jurisdiction_id, editor.seen)
    value = _checked(draft, change)
    row = CalendarEdit(
        id=new_id(),
        jurisdiction_id=jurisdiction_id,
        based_on=draft.version.id,
        kind=change.kind,
        day=change.day if change.kind in (CLOSE, OPEN) else None,
        value=value,
        reason=change.reason.strip(),
        made_by=editor.by,
        made_at=editor.at,
        published_in=None,
    )
    session.add(row)
    session.flush()
    return row


def take_back(session: Session, jurisdiction_id: str, edit_id: str, editor: Editor) -> None:
    """Take an edit out of the draft; raises CalendarChanged when the draft is not the one that the editor saw."""
    draft = _locked(session, jurisdiction_id, editor.seen)
    for row in draft.edits:
        if row.id == edit_id:
            session.delete(row)
    session.flush()


def publish(session: Session, jurisdiction_id: str, reason: str, editor: Editor) -> CalendarVersion:
    """Publish the draft as the city's next calendar version and queue every open file to be counted anew.

    Raises:
        CalendarRefused: the draft is empty, the reason is missing, or the days describe no office.
        CalendarChanged: the draft is not the one whose effect the editor saw.
    """
    draft = _locked(session, jurisdiction_id, editor.seen)
    if not draft.edits:
        raise CalendarRefused("There is nothing to publish: change a day first.")
    if not reason.strip():
        raise CalendarRefused("Say why the calendar changes; the reason stands on every file that it moves.")
    days = draft.result
    version = CalendarVersion(
        id=new_id(),
        jurisdiction_id=jurisdiction_id,
        version=draft.version.version + 1,
        weekdays=days.weekdays,
        opens=days.opens,
        closes=days.closes,
        reason=reason.strip(),
        published_at=editor.at,
        published_by=editor.by,
        seeded_to=days.seeded_to,
    )
    _refuse_no_office(days, version, draft.place.zone)
    session.add(version)
    session.flush()
    _write_closures(session, version, days)
    for row in draft.edits:
        row.published_in = version.id
    queue_files(session, version, editor.at)
    return version


def holidays_of(place: Jurisdiction) -> str:
    """Return whose public holidays a city keeps, as 'US-CA': its pack says so, or else its state."""
    folder = config.ROOT / "workflows" / Path(place.pack).name
    try:
        spec = load_pack(folder).spec
    except DefinitionError:
        return f"US-{place.state}"
    return f"{spec.country}-{spec.subdivision}" if spec.subdivision else spec.country


def _locked(session: Session, jurisdiction_id: str, seen: str | None) -> Draft:
    """Return the draft with its city locked against other editors; open files go on meanwhile."""
    session.execute(
        select(Jurisdiction.id).where(Jurisdiction.id == jurisdiction_id).with_for_update(key_share=True)
    )
    draft = draft_of(session, jurisdiction_id)
    if seen is not None and seen != draft.seen:
        changed = _changed(draft, seen)
        # The refusal outlives the transaction, whose end would take the words of the edits away.
        session.expunge_all()
        raise changed
    return draft


def _changed(draft: Draft, seen: str) -> CalendarChanged:
    number, _, ids = seen.partition(":")
    known = set(filter(None, ids.split(",")))
    first = int(number) + 1 if number.isascii() and number.isdigit() else draft.version.version
    present = {row.id for row in draft.edits}
    added = [row for row in draft.edits if row.id not in known]
    return CalendarChanged(range(first, draft.version.version + 1), added, len(known - present))


def _checked(draft: Draft, change: Change) -> str:
    """Return the value that an edit keeps; raises CalendarRefused."""
    value = change.value.strip()
    checks: Mapping[str, Callable[[WorkingDays, Change], str]] = {
        CLOSE: _check_close,
        OPEN: _check_open,
        WEEKDAYS: _check_weekdays,
        HOURS: _check_hours,
    }
    if change.kind == SEED:
        return f"{draft.result.seeded_to + 1} {holidays_of(draft.place)}"
    if change.kind not in checks:
        raise CalendarRefused("A calendar is edited by closing or opening days, or by its weekdays or hours.")
    if problem := checks[change.kind](draft.result, change):
        raise CalendarRefused(problem)
    if not change.reason.strip():
        raise CalendarRefused("Say why; the reason is shown beside the day.")
    return value


def _check_close(days: WorkingDays, change: Change) -> str:
    if change.day is None or not _FIRST <= change.day <= _LAST:
        return "Give the date to close, such as 2026-12-24."
    if not change.value.strip():
        return "Give the closure a name, such as 'Day after Thanksgiving'."
    if change.day in days.closures:
        return f"{change.day} is closed already: {days.closures[change.day].name}."
    if str(change.day.weekday()) not in days.weekdays:
        return f"{change.day} is a {WEEKDAY_NAMES[change.day.weekday()]}: the office is shut that day anyway."
    return ""


def _check_open(days: WorkingDays, change: Change) -> str:
    if change.day is None or not _FIRST <= change.day <= _LAST:
        return "Give the date to open, such as 2026-12-24."
    if change.day in days.closures:
        return ""
    if str(change.day.weekday()) in days.weekdays:
        return f"{change.day} is a working day already."
    return f"{change.day} is a {WEEKDAY_NAMES[change.day.weekday()]}: change the weekdays to open it."


def _check_weekdays(days: WorkingDays, change: Change) -> str:
    digits = change.value.strip()
    if not digits or any(digit not in "0123456" for digit in digits) or sorted(set(digits)) != list(digits):
        return "Choose at least one weekday on which the office is open."
    return "The office is open on these weekdays already." if digits == days.weekdays else ""


def _check_hours(days: WorkingDays, change: Change) -> str:
    opens, _, closes = change.value.strip().partition("-")
    try:
        first, last = time.fromisoformat(opens), time.fromisoformat(closes)
    except ValueError:
        return "Give the hours as 08:00 and 17:00."
    if first >= last or len(opens) != 5 or len(closes) != 5:
        return "The office opens before it closes, such as 08:00 to 17:00."
    return "These are the office hours already." if (opens, closes) == (days.opens, days.closes) else ""


def _refuse_no_office(days: WorkingDays, version: CalendarVersion, zone: str) -> None:
    try:
        days.calendar(version.id, version.version, zone)
    except ValueError as error:
        raise CalendarRefused(str(error)) from error


def _write_closures(session: Session, version: CalendarVersion, days: WorkingDays) -> None:
    rows = [
        {
            "calendar_version_id": version.id,
            "closed_on": on,
            "jurisdiction_id": version.jurisdiction_id,
            "name": closure.name,
            "reason": closure.reason or None,
            "closed_by": closure.by,
        }
        for on, closure in days.closures.items()
    ]
    if rows:
        session.execute(insert(CalendarClosure), rows)
