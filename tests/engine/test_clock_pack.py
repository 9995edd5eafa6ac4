"""Clock packs are read strictly, and what does not fit together is named with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from permitflow.engine import clock_pack
from permitflow.engine.errors import DefinitionError

PACK = """pack: xx-small
title: A small statute
calendar:
  country: US
  subdivision: NJ
  holidays: [Juneteenth National Independence Day]
  closures: {2026-12-24: Christmas Eve}
receipt:
  late: next_open_day
  source: A code
  as_of: 2026-01-01
  verified: false
clocks:
  decision:
    title: Decision
    unit: business_day
    length: "20"
    starts: [submitted]
    stops: [decided]
    pauses: [notice_sent]
    resumes: [resubmitted]
    authority: A statute
    outcome: deemed_denied
    on_expiry: deemed_denied
    source: A code
    as_of: 2026-01-01
    verified: true
"""


def refused(text: str, name: str = "xx-small") -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        clock_pack.load_text(text, "xx-small.yaml", name)
    return caught.value


def test_a_pack_is_read_with_its_calendar() -> None:
    pack = clock_pack.load_text(PACK, "xx-small.yaml", "xx-small")
    assert list(pack.clocks) == ["decision"]
    assert pack.calendar.place == "US-NJ"
    closures = pack.calendar.closed_days(range(2026, 2027))
    assert closures == {
        date(2026, 6, 19): "Juneteenth National Independence Day",
        date(2026, 12, 24): "Christmas Eve",
    }
    calendar = pack.calendar.calendar(range(2026, 2028), closures)
    assert calendar.id == "US-NJ 2026-2027"
    assert not calendar.is_open(date(2026, 12, 24))
    assert calendar.is_open(date(2026, 12, 25))


@pytest.mark.parametrize(
    ("find", "put", "line", "sentence"),
    [
        ("starts: [submitted]", "starts: [sumbitted]", 18, "'sumbitted' is no event; known are certificate"),
        ("stops: [decided]", "stops: [approve]", 19, "'approve' is no event"),
        ('length: "20"', 'length: "all(x)"', 17, "the length cannot be read"),
        ("    pauses: [notice_sent]\n", "", 14, "a clock that can be paused needs events that resume it"),
        ("    on_expiry: deemed_denied\n", "", 14, "the outcome 'deemed_denied' and 'on_expiry'"),
        (
            "outcome: deemed_denied\n    on_expiry: deemed_denied",
            "outcome: remedy",
            14,
            "and 'remedy' do not",
        ),
        ("authority: A statute", "authority: A statute\n    law: us-ca-ab970/decision", 23, "the law itself"),
        (
            "pack: xx-small",
            "pack: xx-large",
            1,
            "the pack is called 'xx-large', but its file 'xx-small.yaml'",
        ),
        ("    verified: true\n", "", 14, "verified"),
        ("  late: next_open_day", "  late: soon", 9, "late"),
        ("  country: US", "  country: US\n  opens: 18:00", 3, "open before they close"),
        ("pack: xx-small", "pack: ../xx-small", 1, "pack"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(find: str, put: str, line: int, sentence: str) -> None:
    assert find in PACK
    error = refused(PACK.replace(find, put, 1))
    assert sentence in str(error)
    assert (error.file, error.line) == ("xx-small.yaml", line)
    assert all(problem.severity == "error" for problem in error.problems)


def test_an_event_that_a_clock_makes_happen_may_be_named_by_another() -> None:
    text = PACK.replace("on_expiry: deemed_denied", "on_expiry: sent_to_board").replace(
        "stops: [decided]", "stops: [decided, sent_to_board]"
    )
    assert "sent_to_board" in clock_pack.load_text(text, "xx-small.yaml", "xx-small").events()


def test_packs_are_found_by_name_only(tmp_path: Path) -> None:
    (tmp_path / "xx-small.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "secret.yaml").write_text("no pack", encoding="utf-8")
    folder = tmp_path / "clocks"
    folder.mkdir()
    (folder / "xx-small.yaml").write_text(PACK, encoding="utf-8")
    assert clock_pack.names_in(folder) == ("xx-small",)
    assert clock_pack.find("xx-small", folder).pack == "xx-small"
    for name in ("../secret", "nothing", "", "xx-small.yaml"):
        with pytest.raises(LookupError, match="There is no clock pack .*; there are xx-small"):
            clock_pack.find(name, folder)
    with pytest.raises(LookupError, match="there are none"):
        clock_pack.find("xx-small", tmp_path / "absent")
