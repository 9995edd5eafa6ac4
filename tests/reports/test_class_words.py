"""What classes of files are called."""

from __future__ import annotations

import pytest

from permitflow.analytics.snapshot import CLASSES, TABLES
from permitflow.reports.class_words import GROUPS, VALUES, WAYS, value_words
from permitflow.reports.scope import Workflows
from tests.reports.recorded import definition

HOME = definition("us-generic/residential-instant")


@pytest.mark.parametrize(
    ("group", "value", "words"),
    [
        ("", None, "All files"),
        ("", "anything", "All files"),
        ("level", "DC", "DC fast charging"),
        ("level", "L9", "L9"),
        ("level", None, "Not told"),
        ("public_land", "true", "On public land"),
        ("pathway", "auto", "Instant"),
        ("workflow", HOME.workflow, HOME.title),
        ("workflow", "gone", "gone"),
        ("workflow", None, "Not told"),
    ],
)
def test_a_value_has_words_or_stands_for_itself(group: str, value: str | None, words: str) -> None:
    assert value_words(Workflows({"h": HOME}), group, value).say() == words


def test_groups_are_columns_of_files() -> None:
    columns = {column.split()[0] for column in TABLES["files"].split(",")}
    assert {group for group in GROUPS if group} <= columns
    assert {*CLASSES} < {*GROUPS}
    assert {group for group, _ in VALUES} <= {*GROUPS}
    assert all(VALUES["pathway", way] == words for way, words in WAYS.items())
