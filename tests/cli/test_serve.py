"""The server as a process of its own: it sets itself up, answers, and stops when it is asked to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import ROOT

START = "import sys; from permitflow.cli import main; main()"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environ(sqlite_url: str, tmp_path: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PERMITFLOW_")}
    return kept | {
        "DATABASE_URL": sqlite_url,
        "PERMITFLOW_INSTANCE_DIR": str(tmp_path / "instance"),
        "PERMITFLOW_PASSWORD_COST": "low",
        "PERMITFLOW_ENV": "development",
        "PORT": str(port),
    }


@pytest.fixture
def server(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", START, "serve"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def finished(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that has run to its end."""
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def answer(port: int, path: str) -> bytes:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
                body: bytes = response.read()
                return body
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_it_answers_and_stops_when_asked(server: subprocess.Popen[str], port: int) -> None:
    assert json.loads(answer(port, "/healthz")) == {"ok": True}
    assert b"Permits for electric-vehicle chargers" in answer(port, "/")
    server.send_signal(signal.SIGTERM)
    out, _ = server.communicate(timeout=20)
    assert server.returncode == 0
    assert f"PermitFlow is at http://127.0.0.1:{port}" in out


def test_a_taken_port_is_one_sentence(environ: dict[str, str], port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = finished(environ, "serve")
    assert done.returncode == 1
    assert done.stderr == f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another PORT.\n"


def test_an_older_schema_is_one_sentence(environ: dict[str, str], tmp_path: Path) -> None:
    empty = environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    for name in ("serve", "worker"):
        done = finished(empty, name)
        assert done.returncode == 1
        assert done.stderr.endswith("Run `permitflow db upgrade` first.\n")
        assert "Traceback" not in done.stderr


def test_setting_up_needs_nothing_and_can_be_repeated(environ: dict[str, str], tmp_path: Path) -> None:
    fresh = environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.sqlite3'}"}
    for _ in range(2):
        done = finished(fresh, "up", "--setup-only")
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("PermitFlow is set up.\n")


def test_a_worker_looks_for_work_until_it_is_stopped(environ: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", START, "worker"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Looking for due work every 15 seconds.")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_demo_data_is_refused_in_production(environ: dict[str, str]) -> None:
    production = environ | {
        "PERMITFLOW_ENV": "production",
        "PERMITFLOW_PASSWORD_COST": "normal",
        "SECRET_KEY": "fourteen-Quick-zebras-79-jump-over",
        "PERMITFLOW_BASE_URL": "https://permits.test",
    }
    done = finished(production, "demo", "load")
    assert done.returncode == 1
    assert done.stderr == "Demo data is refused in production: PERMITFLOW_ENV is production.\n"
