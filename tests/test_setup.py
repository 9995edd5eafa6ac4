"""The two commands a newcomer types say what they need, without installing anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("run", "test")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the set-up in a folder whose name has a space."""
    folder = tmp_path / "a checkout"
    (folder / "tools").mkdir(parents=True)
    for name in (*COMMANDS, "requirements.txt", "requirements-dev.txt", "tools/setup.sh", "tools/launcher"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def ready(checkout: Path) -> Path:
    """The same with an environment in which everything is installed and the command tells how it was called."""
    environment = checkout / ".venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(sys.executable)
    for name in ("requirements.txt", "requirements-dev.txt"):
        done = subprocess.run(["cksum", name], cwd=checkout, capture_output=True, text=True, check=True)
        (environment / f"{name}.stamp").write_text(done.stdout)
    (checkout / "tools" / "launcher").write_text('#!/bin/sh\necho "permitflow $*"\n')
    return checkout


def call(command: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [command, *arguments],
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": "/"} | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def fake_python(folder: Path, body: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("arguments", [["serve"], ["setup", "now"], ["--help"], [""]])
def test_run_knows_one_word(checkout: Path, arguments: list[str]) -> None:
    done = call(checkout / "run", *arguments)
    assert (done.returncode, done.stderr) == (2, "usage: ./run [setup]\n")
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_python_is_named_with_its_package(checkout: Path, command: str) -> None:
    done = call(checkout / command, PYTHON="no-such-python")
    assert done.returncode == 1
    assert "apt-get install -y python3 python3-venv" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_an_old_python_is_refused(checkout: Path, command: str) -> None:
    old = fake_python(checkout, 'if [ "$1" = -V ]; then echo "Python 3.9.2"; else exit 1; fi')
    done = call(checkout / command, PYTHON=old)
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.9.2" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_venv_module_gives_the_line_to_type(checkout: Path, command: str) -> None:
    bare = fake_python(checkout, f'case "$*" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"')
    done = call(checkout / command, PYTHON=bare)
    assert done.returncode == 1
    assert done.stderr == "Python's venv module is missing: apt-get install -y python3-venv\n"


def test_a_prepared_checkout_starts_at_once(ready: Path) -> None:
    assert call(ready / "run").stdout == "permitflow up\n"
    assert call(ready / "run", "setup").stdout == "permitflow up --setup-only\n"


def test_the_package_is_found_where_the_checkout_is(ready: Path) -> None:
    call(ready / "run")
    link = ready / ".venv" / "lib" / "python3.11" / "site-packages" / "permitflow.pth"
    assert link.read_text() == f"{ready}\n"
    moved = ready.rename(ready.with_name("moved"))
    call(moved / "run")
    assert (moved / link.relative_to(ready)).read_text() == f"{moved}\n"


def test_arguments_go_to_pytest(ready: Path) -> None:
    (ready / "test_one.py").write_text("def test_one():\n    assert True\n")
    packages = Path(pytest.__file__).parents[1]
    done = call(ready / "test", "-q", "-p", "no:cacheprovider", "test_one.py", PYTHONPATH=str(packages))
    assert done.returncode == 0
    assert "1 passed" in done.stdout


def test_the_command_runs_the_python_of_its_own_environment(checkout: Path) -> None:
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    shutil.copy(checkout / "tools" / "launcher", programs / "permitflow")
    (programs / "permitflow").chmod(0o755)
    package = checkout / "permitflow"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "cli.py").write_text("import sys\ndef main():\n    print(sys.argv[1:])\n    return 3\n")
    done = call(programs / "permitflow", "lint", "a b", PYTHONPATH=str(checkout))
    assert (done.returncode, done.stdout) == (3, "['lint', 'a b']\n")
