"""What holds for every command: exit status, one sentence for an error, a quick list."""

import subprocess
import sys
from pathlib import Path

import pytest

from permitflow import __version__, cli
from tests.cli.conftest import Run
from tests.factories import ROOT


def test_every_command_is_listed_with_its_line(run: Run) -> None:
    result = run("--help")
    assert result.status == 0
    for name, (_module, _attribute, words) in cli.COMMANDS.items():
        assert f"  {name} " in result.out
        assert words.split(".")[0][:30] in result.out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.status == 0
    assert f"Usage: permitflow {name}" in result.out


def test_the_list_is_made_without_loading_the_program() -> None:
    code = (
        "import sys\nfrom permitflow import cli\ncli.run(['--help'])\n"
        "print(sorted({'flask', 'sqlalchemy', 'typst', 'transitions'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").out == f"permitflow, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("user",),
        ("user", "add"),
        ("role", "grant", "a@b.test"),
        ("lint", "/no/such/file"),
        ("--x",),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.status == 2
    assert result.out == ""
    assert len(result.err.splitlines()) == 1 or arguments == ("user",)


def test_a_wrong_setting_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    result = run("city", "list")
    assert (result.status, result.out) == (1, "")
    assert result.err == "PORT must be a whole number from 1 to 65535; 'eighty' is not.\n"


def test_a_bug_leaves_its_trace_in_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permitflow.queries.cities.all_cities", lambda _session: 1 // 0)
    result = run("city", "list")
    assert result.status == 1
    assert "Something unexpected went wrong (ZeroDivisionError)" in result.err
    assert "Traceback" not in result.err
    assert "all_cities" in (tmp_path / "instance" / "errors.log").read_text(encoding="utf-8")


def test_a_bug_is_raised_when_somebody_looks_for_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("permitflow.queries.cities.all_cities", lambda _session: 1 // 0)
    monkeypatch.setenv("PERMITFLOW_DEBUG", "yes")
    with pytest.raises(ZeroDivisionError):
        run("city", "list")
