"""Real test data that lies beside the repository and is never part of it."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


def reference_file(name: str) -> Path:
    """The path of a data file; the test is skipped by name where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the reference data {name} is not beside the repository")
    return path


def reference_figures(name: str) -> dict[str, Any]:
    """The figures of a reference file, with the months where the summary has them."""
    figures: dict[str, Any] = json.loads(reference_file(f"reference/{name}.json").read_text())
    own = figures["own_pandas"]
    figures["months"] = {key: own[key] for key in ("cases_started_per_month", "cases_ended_per_month")}
    return figures
