"""Write docs/lint.md and workflows/workflow.schema.json: `.venv/bin/python tools/workflow_pages.py`."""

from __future__ import annotations

import json

import config
from permitflow.engine.findings import CATALOGUE
from permitflow.engine.schema import FILE_NAME, json_schema

PAGE = config.ROOT / "docs" / "lint.md"
SCHEMA = config.ROOT / "workflows" / FILE_NAME
HEAD = """# The checks of a workflow file

`permitflow lint PATH` checks a workflow file, a pack or a folder of packs, and says each problem as
`file:line: error L103: sentence`. A definition with an error is never used for an application. A warning is for people to
think about.

A file marked `legacy: true` writes down a process as it is elsewhere. The checks marked *policy* then only warn, and L272
bars the file from being published. All other checks ask for what the engine needs to work at all.

Checks *at publication* (L136, L137, L272) also need the city's people and are made when a version is proposed and again
when it is approved; L270 compares it with the version before. L271 is reported by `permitflow workflow test`. Checks of an
*overlay* compare the merged result with the file that it extends: tighter is welcome, looser is refused. Where two
expressions differ, they are compared at made-up answers around every number and word that they name.

Three things that cannot go wrong here have no check. A clock always counts on the calendar of the city that runs it, so
no clock can be without one. Effects, parties and outcomes are data types, so a name outside the list is L004. The texts of
workflow files are gathered for translation with those of the pages; `tools/messages.py --check` finds what is missing.

This page is written from the catalogue in `permitflow/engine/findings.py` by `.venv/bin/python tools/workflow_pages.py`.

| Check | Severity | Legacy | Passes when |
|---|---|---|---|
"""


def page() -> str:
    """The whole text of docs/lint.md."""
    rows = [
        f"| {check} | {entry.severity} | {'policy' if entry.policy else ''} | {entry.what} |\n"
        for check, entry in CATALOGUE.items()
    ]
    return HEAD + "".join(rows)


def schema() -> str:
    """The whole text of workflows/workflow.schema.json."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")
