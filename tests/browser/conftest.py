"""A real Chromium, a served application, and the checks every page has to pass in it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from tests.presence import absent

if TYPE_CHECKING:
    from flask import Flask

APT_LINE = "apt-get install -y chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """async rules => (await axe.run(document, {runOnly: {type: "tag", values: rules}})).violations
    .flatMap(found => found.nodes.map(node => `${found.id} (${found.impact}): ${node.html} ${node.failureSummary}`))"""
WATCH_POLICY = """
window.refusedByPolicy = [];
document.addEventListener("securitypolicyviolation", event => window.refusedByPolicy.push(
    `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
PageCheck = Callable[[Page, str], None]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The browser sees the embedded database; the other one is covered below the pages."""
    return sqlite_url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once for each worker."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        absent(f"Chromium is not installed: {APT_LINE}")
    # Chromium's own sandbox refuses to run as root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A free port of this machine, held from the start so that links can name it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


@pytest.fixture
def environ(environ: dict[str, str], listening: socket.socket) -> dict[str, str]:
    """The environment of an installation whose links lead to the served port."""
    port = str(listening.getsockname()[1])
    return environ | {"PORT": port, "PERMITFLOW_BASE_URL": f"http://127.0.0.1:{port}"}


@pytest.fixture
def served(app: Flask, environ: dict[str, str], listening: socket.socket) -> Iterator[str]:
    """The address of the running application."""
    server = make_server("127.0.0.1", int(environ["PORT"]), app, threaded=True, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield environ["PERMITFLOW_BASE_URL"]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complains about; at the end no script may have failed and no policy been broken."""
    heard: list[str] = []
    yield heard
    assert not heard, "\n".join(heard)


@pytest.fixture
def new_page(chromium: Browser, served: str, complaints: list[str]) -> Iterator[Callable[[], Page]]:
    """Opens pages for as many people as a test needs; each has cookies of its own."""
    contexts: list[BrowserContext] = []

    def listen(line: ConsoleMessage) -> None:
        if "Content Security Policy" in line.text:
            complaints.append(line.text)

    def open_page() -> Page:
        context = chromium.new_context(base_url=served, viewport=DESKTOP, locale="en-US")
        context.set_default_timeout(10_000)
        context.add_init_script(WATCH_POLICY)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", listen)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """A page of one person."""
    return new_page()


@pytest.fixture
def check_page() -> PageCheck:
    """Checks the page that is open: accessible, within its policy, and readable on a phone.

    With PERMITFLOW_TEST_PICTURES=FOLDER it also leaves a picture of each size under the given name.
    """
    pictures = os.environ.get("PERMITFLOW_TEST_PICTURES")

    def check(page: Page, name: str) -> None:
        for size, viewport in (("wide", DESKTOP), ("narrow", PHONE)):
            page.set_viewport_size(viewport)
            if pictures:
                page.screenshot(path=Path(pictures) / f"{name}-{size}.png", full_page=True)
            found = accessibility_problems(page)
            assert not found, f"{page.url} ({size}):\n" + "\n".join(found)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{page.url} scrolls sideways at 320 pixels: it is {width} wide"
        assert page.evaluate("window.refusedByPolicy") == []
        page.set_viewport_size(DESKTOP)

    return check


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, as sentences."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN_AXE, RULES)
    return found
