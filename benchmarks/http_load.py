"""A small keep-alive client: a few connections that each ask again as soon as they were answered."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTED_WITHIN = 60
_END = b"\r\n\r\n"


@dataclass(slots=True)
class Connection:
    """One connection with what has arrived of the current answer."""

    socket: socket.socket
    asked_at: float = 0.0
    answer: bytearray = field(default_factory=bytearray)

    def ask(self, request: bytes) -> None:
        """Send the request."""
        self.answer.clear()
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def complete(self) -> bool:
        """Read what has come; say whether the answer is whole. Raises RuntimeError unless it is a 200."""
        self.answer += self.socket.recv(262_144)
        head, found, body = bytes(self.answer).partition(_END)
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode("latin-1"))
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return len(body) >= int(length.partition(b":")[2])


@dataclass(frozen=True, slots=True)
class Load:
    """What a round of requests took: requests per second, and the seconds of each."""

    rate: float
    seconds: list[float]


def measure(port: int, request: bytes, connections: int, seconds: float) -> Load:
    """Ask over several connections at once for some seconds."""
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(connections):
            one = Connection(stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)))
            one.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.ask(request)
        start = time.perf_counter()
        taken = list(_answers(selector, request, start + seconds))
        return Load(len(taken) / (time.perf_counter() - start), taken)


def _answers(selector: selectors.BaseSelector, request: bytes, end: float) -> Iterator[float]:
    """Yield the seconds of each answer, and ask again at once."""
    while time.perf_counter() < end:
        for key, _events in selector.select(timeout=30):
            one = key.data
            if one.complete():
                yield time.perf_counter() - one.asked_at
                one.ask(request)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(
    application: str, environment: dict[str, str], workers: int = 2, threads: int = 4
) -> Iterator[int]:
    """Serve a WSGI application with gunicorn for the duration of the `with`; yield its port."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "gthread",
        "-w",
        str(workers),
        "--threads",
        str(threads),
    ]
    command += ["--keep-alive", "30", "--log-level", "error", "-b", f"127.0.0.1:{port}", application]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ) | environment)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("The server did not start.")
