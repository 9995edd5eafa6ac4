"""The command where only the interpreter is at hand."""

from __future__ import annotations

import runpy

import pytest

from permitflow import __version__


def test_the_package_runs_as_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["permitflow", "--version"])

    with pytest.raises(SystemExit) as left:
        runpy.run_module("permitflow", run_name="__main__")

    assert left.value.code == 0
    assert capsys.readouterr().out == f"permitflow, version {__version__}\n"
