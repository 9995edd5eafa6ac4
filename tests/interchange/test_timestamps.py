"""Dates and times of other systems, exact to the microsecond."""

import time

import pytest

from permitflow.interchange.timestamps import parse_instant, placed

HALF_PAST_SIX = 1_286_260_368_565_000


@pytest.mark.parametrize(
    "text",
    [
        "2010-10-05T06:32:48.565Z",
        "2010-10-05T08:32:48.565+02:00",
        "2010-10-05T08:32:48.565000+0200",
        "2010-10-04T20:02:48.565-10:30",
        "2010-10-05 06:32:48.565+00:00",
        "2010-10-05T06:32:48.565",
        "2010-10-05T06:32:48.565000999Z",
    ],
)
def test_every_offset_gives_the_same_exact_instant(text):
    assert parse_instant(text) == HALF_PAST_SIX


def test_a_time_without_offset_is_utc_wherever_the_machine_stands(monkeypatch):
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    try:
        assert parse_instant("2010-10-05T06:32:48.565") == HALF_PAST_SIX
    finally:
        monkeypatch.undo()
        time.tzset()


def test_instants_before_1970_are_negative_and_exact():
    assert parse_instant("1969-12-31T23:59:59.999999Z") == -1


@pytest.mark.parametrize(
    "text", ["", "UNKNOWN", "2010-02-30T00:00:00Z", "2010-10-05T25:00:00Z", "05/10/2010"]
)
def test_what_is_no_instant_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match=f"“{text}” is not"):
        parse_instant(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (" 2010-10-05T06:32:48.565z\n", "2010-10-05T06:32:48.565Z"),
        ("2010-10-05T06:32:48,565+00:00", "2010-10-05T06:32:48.565Z"),
        ("2010-10-05T24:00:00Z", "2010-10-06T00:00:00Z"),
        ("2010-10-05T24:00+02:00", "2010-10-05T22:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2010-10-05+02:00", "2010-10-04T22:00:00Z"),
        ("2010-10-05-08:00", "2010-10-05T08:00:00Z"),
        ("2010-10-05Z", "2010-10-05T00:00:00Z"),
    ],
)
def test_times_that_the_standard_library_misses_or_misreads(text, same):
    assert parse_instant(text) == parse_instant(same)


def test_a_date_with_an_offset_is_a_day():
    assert placed("2010-10-05+02:00")[1]


@pytest.mark.parametrize("text", ["1721-05-05T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59.999999Z"])
def test_dirty_years_are_read_for_somebody_else_to_judge(text):
    assert isinstance(parse_instant(text), int)


@pytest.mark.parametrize(
    "text", ["9999-12-31T24:00:00Z", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+01:00"]
)
def test_what_lies_before_the_first_day_or_after_the_last_is_refused(text):
    with pytest.raises(ValueError, match="outside the calendar"):
        parse_instant(text)
