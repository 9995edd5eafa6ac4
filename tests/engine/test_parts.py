"""What ids, events, paths and texts of a workflow file look like, and that nothing unknown slips in."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from permitflow.engine.parts import EventName, FieldPath, Id, Provenance, Slug, Text


def reads(kind: Any, text: str) -> bool:
    """Whether a text is one of this kind."""
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Id, ["a", "plan_review", "lane2", "a" * 63], ["", "A", "2lanes", "_a", "a-b", "a.b", "a\n", "é", "a" * 64]),
        (Slug, ["us-ca-commercial", "a", "a" * 63], ["", "us_ca", "-a", "1a", "A", "a" * 64]),
        (EventName, ["approve", "fire.approve"], ["fire.", ".approve", "fire.approve.again", "Fire.approve"]),
        (FieldPath, ["signed", "site.slope", "a.b.c"], ["site.", "a.b.c.d", "site..slope", "Site.slope", "1.a"]),
    ],
)  # fmt: skip
def test_names_are_plain_and_bounded(kind: Any, good: list[str], bad: list[str]) -> None:
    assert [text for text in good if not reads(kind, text)] == []
    assert [text for text in bad if reads(kind, text)] == []


def test_a_text_says_something_and_loses_its_blanks() -> None:
    assert TypeAdapter(Text).validate_python("  Fire  ") == "Fire"
    assert [text for text in ("", " \n ", "x" * 2001) if reads(Text, text)] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("verified", "true"), ("verified", 1), ("as_of", "yesterday"), ("source", 7), ("checked_by", "me")],
)
def test_a_part_takes_no_other_kind_and_no_other_key(key: str, value: object) -> None:
    said: dict[str, Any] = {"source": "Code", "as_of": "2026-01-01", "verified": True}
    assert Provenance(**said).verified
    with pytest.raises(ValidationError):
        Provenance(**said | {key: value})
