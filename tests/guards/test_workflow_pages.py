"""The page of the checks and the schema for editors are what the code says."""

from tools import workflow_pages


def test_the_page_of_the_checks_is_current() -> None:
    text = workflow_pages.PAGE.read_text(encoding="utf-8")
    assert text == workflow_pages.page(), "run: .venv/bin/python tools/workflow_pages.py"


def test_the_schema_for_editors_is_current() -> None:
    text = workflow_pages.SCHEMA.read_text(encoding="utf-8")
    assert text == workflow_pages.schema(), "run: .venv/bin/python tools/workflow_pages.py"
