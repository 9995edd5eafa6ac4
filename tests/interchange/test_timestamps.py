"""Dates and times of other systems, exact to the microsecond."""

import time

import pytest

from permitflow.interchange.timestamps import parse_instant

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
