"""Editing a calendar: a draft, its publication, and the open files that are counted anew; on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from permitflow.db import Database
from permitflow.instants import DAY, SECOND
from permitflow.models import (
    CalendarClosure,
    CalendarEdit,
    CalendarPublication,
    CalendarVersion,
    Clock,
    Event,
    Jurisdiction,
)
from permitflow.queries import calendars
from permitflow.services import calendar_edits, calendar_recounts
from permitflow.services.calendar_drafts import draft_of
from permitflow.services.calendar_edits import CalendarChanged, CalendarRefused, Change, Editor
from permitflow.services.calendar_recounts import continue_reprojection
from permitflow.services.errors import NotFound
from tests import factories
from tests.factories import MONDAY, City

WORKFLOW = "us-ca-commercial-ab970"
WEDNESDAY = date(2026, 3, 4)
FLOOD = Change("close", WEDNESDAY, "Flood", "City hall is under water")
LATER = MONDAY + 61 * SECOND


@pytest.fixture
def city(database: Database) -> City:
    return factories.city(database)


def submitted(city: City) -> str:
    application_id = city.draft(WORKFLOW)
    city.act(application_id, "submit", "applicant")
    return application_id


def edit(city: City, change: Change = FLOOD, seen: str | None = None) -> str:
    with city.database.transaction() as session:
        editor = Editor(city.staff["manager"], MONDAY, seen)
        return calendar_edits.edit(session, city.id, change, editor).id


def publish(city: City, reason: str = "Flood", seen: str | None = None, at: int = MONDAY) -> CalendarVersion:
    with city.database.transaction() as session:
        editor = Editor(city.staff["administrator"], at, seen)
        return calendar_edits.publish(session, city.id, reason, editor)


def seen_of(city: City) -> str:
    with city.database.reading() as session:
        return draft_of(session, city.id).seen


def result_of(city: City) -> dict[date, str]:
    with city.database.reading() as session:
        closures = draft_of(session, city.id).result.closures
        return {on: closure.name for on, closure in closures.items()}


def clock(city: City, application_id: str, name: str = "completeness") -> Clock:
    with city.database.reading() as session:
        query = select(Clock).where(Clock.application_id == application_id, Clock.clock == name)
        return session.scalars(query).one()


def progress(city: City, version: CalendarVersion) -> CalendarPublication:
    with city.database.reading() as session:
        return session.get_one(CalendarPublication, version.id)


def test_edits_collect_in_a_draft_that_counts_nothing_yet(city: City) -> None:
    edit(city)
    edit(city, Change("open", date(2026, 5, 25), "", "Open after all"))
    assert result_of(city) == {WEDNESDAY: "Flood"}
    with city.database.reading() as session:
        assert draft_of(session, city.id).base.closures.keys() == {date(2026, 5, 25)}
        assert session.scalars(select(CalendarVersion)).one().version == 1


def test_publishing_makes_the_next_version_with_its_closures_and_reasons(city: City) -> None:
    edit_id = edit(city)
    version = publish(city, "The river rose")
    assert (version.version, version.reason, version.published_by) == (
        2,
        "The river rose",
        city.staff["administrator"],
    )
    with city.database.reading() as session:
        closed = session.scalars(
            select(CalendarClosure)
            .where(CalendarClosure.calendar_version_id == version.id)
            .order_by(CalendarClosure.closed_on)
        ).all()
        assert [(row.closed_on, row.name, row.reason, row.closed_by) for row in closed] == [
            (WEDNESDAY, "Flood", FLOOD.reason, city.staff["manager"]),
            (date(2026, 5, 25), "Memorial Day", None, None),
        ]
        assert session.get_one(CalendarEdit, edit_id).published_in == version.id
        assert draft_of(session, city.id).edits == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Change("close", None, "Flood", "x"), "Give the date"),
        (Change("close", date(1960, 1, 1), "Flood", "x"), "Give the date"),
        (Change("close", WEDNESDAY, " ", "x"), "a name"),
        (Change("close", WEDNESDAY, "Flood", " "), "Say why"),
        (Change("close", date(2026, 5, 25), "Flood", "x"), "closed already: Memorial Day"),
        (Change("close", date(2026, 3, 7), "Flood", "x"), "Saturday"),
        (Change("open", None, "", "x"), "Give the date"),
        (Change("open", WEDNESDAY, "", "x"), "working day already"),
        (Change("open", date(2026, 3, 7), "", "x"), "Saturday"),
        (Change("weekdays", None, "", "x"), "at least one weekday"),
        (Change("weekdays", None, "10", "x"), "at least one weekday"),
        (Change("weekdays", None, "01234", "x"), "already"),
        (Change("hours", None, "17:00-08:00", "x"), "opens before it closes"),
        (Change("hours", None, "late-later", "x"), "Give the hours"),
        (Change("hours", None, "08:00-17:00", "x"), "already"),
        (Change("burn", None, "", "x"), "edited by"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_in_a_sentence(
    city: City, change: Change, sentence: str
) -> None:
    with pytest.raises(CalendarRefused, match=sentence):
        edit(city, change)
    assert seen_of(city) == "1:"


def test_weekdays_and_hours_are_published(city: City) -> None:
    edit(city, Change("weekdays", None, "0123", "Budget"))
    edit(city, Change("hours", None, "09:00-16:30", "Budget"))
    version = publish(city)
    assert (version.weekdays, version.opens, version.closes) == ("0123", "09:00", "16:30")


def test_the_next_year_is_seeded_after_the_last_one(city: City) -> None:
    edit(city, Change("seed"))
    edit(city, Change("seed"))
    with city.database.reading() as session:
        assert [row.value for row in draft_of(session, city.id).edits] == ["2027 US-CA", "2028 US-CA"]
    days = result_of(city)
    assert days[date(2027, 12, 24)].startswith("Christmas Day")
    assert date(2028, 7, 4) in days
    assert publish(city).seeded_to == 2028


def test_a_city_on_an_unknown_pack_takes_its_states_holidays(city: City) -> None:
    with city.database.transaction() as session:
        place = session.get_one(Jurisdiction, city.id)
        place.pack, place.state = "no-such-pack", "NV"
    edit(city, Change("seed"))
    with city.database.reading() as session:
        assert [row.value for row in draft_of(session, city.id).edits] == ["2027 US-NV"]


def test_an_edit_can_be_taken_back(city: City) -> None:
    edit_id = edit(city)
    with city.database.transaction() as session:
        calendar_edits.take_back(session, city.id, edit_id, Editor(None, MONDAY, seen_of(city)))
    assert seen_of(city) == "1:"


def test_nothing_is_published_without_an_edit_or_a_reason(city: City) -> None:
    with pytest.raises(CalendarRefused, match="nothing to publish"):
        publish(city)
    edit(city)
    with pytest.raises(CalendarRefused, match="Say why"):
        publish(city, " ")


def test_the_second_of_two_editors_is_told_what_changed(city: City) -> None:
    seen = seen_of(city)
    first = edit(city, seen=seen)
    with pytest.raises(CalendarChanged) as changed:
        edit(city, Change("close", date(2026, 3, 5), "Flood", "still wet"), seen=seen)
    assert [row.id for row in changed.value.added] == [first]
    assert (changed.value.published, changed.value.gone) == ((), 0)
    seen = seen_of(city)
    publish(city)
    with pytest.raises(CalendarChanged) as changed:
        publish(city, seen=seen)
    assert (changed.value.published, changed.value.added, changed.value.gone) == ((2,), (), 1)
    assert len(result_of(city)) == 2


def test_publishing_moves_the_due_dates_of_open_files(city: City) -> None:
    application_id = submitted(city)
    before = clock(city, application_id)
    edit(city)
    version = publish(city)
    assert clock(city, application_id).due_on == before.due_on
    assert progress(city, version).files == 1
    assert continue_reprojection(city.database, MONDAY) == 1
    after = clock(city, application_id)
    assert (after.calendar_version_id, after.due_on) == (version.id, date(2026, 3, 10))
    assert before.due_on == date(2026, 3, 9)
    assert city.file(application_id).due_on == after.due_on
    with city.database.reading() as session:
        events = session.scalars(select(Event.body).where(Event.action == "change_calendar")).all()
    assert len(events) == 1
    assert "2026-03-09 to 2026-03-10" in events[0]


def test_what_the_preview_says_is_what_happens(city: City) -> None:
    files = [submitted(city) for _ in range(3)]
    city.act(files[0], "accept", "permit_technician")
    edit(city)
    with city.database.reading() as session:
        impact = calendars.impact(session, draft_of(session, city.id), date(2026, 3, 2))
    told = {(line.application_id, line.new_due_on) for line in impact.lines}
    before = {one: clock(city, one).due_on for one in files}
    publish(city)
    continue_reprojection(city.database, MONDAY)
    with city.database.reading() as session:
        open_ = session.execute(
            select(Clock.application_id, Clock.due_on).where(Clock.stopped_at.is_(None))
        ).all()
    moved = {(row.application_id, row.due_on) for row in open_ if row.due_on != before[row.application_id]}
    assert (impact.files, impact.moved) == (3, len(impact.lines))
    assert told == {pair for pair in moved if pair[0] in files}
    assert clock(city, files[0]).stopped_on == date(2026, 3, 2)


def test_a_day_outside_every_clock_moves_nothing(city: City) -> None:
    submitted(city)
    edit(city, Change("close", date(2029, 3, 6), "Moving day", "We move"))
    with city.database.reading() as session:
        impact = calendars.impact(session, draft_of(session, city.id), date(2026, 3, 2))
    assert (impact.files, impact.moved, impact.lines) == (1, 0, ())


def test_new_weekdays_are_worked_out_for_every_clock(city: City) -> None:
    submitted(city)
    edit(city, Change("weekdays", None, "0123", "Budget"))
    with city.database.reading() as session:
        impact = calendars.impact(session, draft_of(session, city.id), date(2026, 3, 2))
    assert (impact.moved, impact.lines[0].new_due_on) == (1, date(2026, 3, 10))


def test_counting_anew_goes_on_where_it_stopped(city: City) -> None:
    files = sorted(submitted(city) for _ in range(3))
    edit(city)
    version = publish(city)
    assert continue_reprojection(city.database, MONDAY, at_most=2) == 2
    reached = progress(city, version)
    assert (reached.done, reached.reached, reached.finished_at) == (2, files[1], None)
    assert continue_reprojection(city.database, LATER) == 1
    assert {clock(city, one).calendar_version_id for one in files} == {version.id}
    done = progress(city, version)
    assert (done.done, done.failed, done.finished_at) == (3, 0, LATER)
    assert continue_reprojection(city.database, LATER) == 0


def test_a_crash_between_two_files_counts_nothing_twice(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(submitted(city) for _ in range(2))
    edit(city)
    publish(city)
    real = calendar_recounts.reproject

    def dies(connection: object, application_id: str, *more: object) -> bool:
        if application_id == files[1]:
            raise KeyboardInterrupt
        return real(connection, application_id, *more)

    monkeypatch.setattr(calendar_recounts, "reproject", dies)
    with pytest.raises(KeyboardInterrupt):
        continue_reprojection(city.database, MONDAY)
    monkeypatch.setattr(calendar_recounts, "reproject", real)
    assert continue_reprojection(city.database, MONDAY) == 1
    with city.database.reading() as session:
        told = session.scalars(select(Event.application_id).where(Event.action == "change_calendar")).all()
    assert sorted(told) == files


def test_a_file_that_cannot_be_counted_does_not_stop_the_others(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(submitted(city) for _ in range(2))
    edit(city)
    version = publish(city)
    real = calendar_recounts.reproject

    def breaks(connection: object, application_id: str, *more: object) -> bool:
        if application_id == files[0]:
            raise ValueError("closed for more than 366 days")
        return real(connection, application_id, *more)

    monkeypatch.setattr(calendar_recounts, "reproject", breaks)
    assert continue_reprojection(city.database, LATER) == 1
    done = progress(city, version)
    assert (done.done, done.failed, done.finished_at) == (2, 1, LATER)
    assert clock(city, files[0]).calendar_version_id != version.id


def test_a_file_that_started_meanwhile_with_the_old_calendar_is_still_found(city: City) -> None:
    first = submitted(city)
    edit(city)
    version = publish(city)
    old = clock(city, first).calendar_version_id
    continue_reprojection(city.database, MONDAY)
    with city.database.transaction() as session:
        session.execute(update(Clock).values(calendar_version_id=old))
    assert progress(city, version).finished_at is None
    assert continue_reprojection(city.database, LATER) == 1
    assert clock(city, first).calendar_version_id == version.id


def test_a_newer_version_takes_over(city: City) -> None:
    application_id = submitted(city)
    edit(city)
    first = publish(city)
    edit(city, Change("close", date(2026, 3, 5), "Flood", "still wet"))
    second = publish(city, at=MONDAY + SECOND)
    assert progress(city, first).finished_at == MONDAY + SECOND
    assert continue_reprojection(city.database, LATER + SECOND) == 1
    assert clock(city, application_id).calendar_version_id == second.id
    assert (progress(city, first).done, progress(city, second).done) == (0, 1)


def test_what_ran_out_keeps_its_date(city: City) -> None:
    application_id = submitted(city)
    before = clock(city, application_id)
    edit(city)
    version = publish(city, at=MONDAY + 30 * DAY)
    assert progress(city, version).files == 0
    assert continue_reprojection(city.database, MONDAY + 31 * DAY) == 0
    after = clock(city, application_id)
    assert (after.due_on, after.calendar_version_id) == (before.due_on, before.calendar_version_id)
    assert progress(city, version).finished_at == MONDAY + 31 * DAY


def test_other_cities_are_left_alone(city: City) -> None:
    other = factories.city(city.database, slug="other-town")
    theirs = submitted(other)
    submitted(city)
    edit(city)
    version = publish(city)
    assert continue_reprojection(city.database, LATER) == 1
    assert clock(other, theirs).calendar_version_id != version.id


def test_an_open_clock_beyond_the_seeded_years_is_noticed(city: City) -> None:
    application_id = submitted(city)
    with city.database.transaction() as session:
        session.execute(
            update(Clock).where(Clock.application_id == application_id).values(due_on=date(2031, 12, 30))
        )
    with city.database.reading() as session:
        draft = draft_of(session, city.id)
        reach = calendars.reach(session, draft.place, draft.result, date(2026, 3, 2))
    assert (reach.seeded_to, reach.last_due_on, reach.needed, reach.short) == (
        2026,
        date(2031, 12, 30),
        2032,
        True,
    )


def test_a_city_without_a_calendar_has_no_draft(city: City) -> None:
    with city.database.reading() as session, pytest.raises(NotFound, match="no calendar"):
        draft_of(session, "0" * 32)
