"""The schema on the command line is the one that is shipped for editors."""

import json

from tests.cli.conftest import Run
from tests.factories import ROOT


def test_the_schema_is_printed(run: Run) -> None:
    result = run("workflow", "schema")
    assert result.status == 0
    shipped = (ROOT / "workflows" / "workflow.schema.json").read_text(encoding="utf-8")
    assert json.loads(result.out) == json.loads(shipped)
