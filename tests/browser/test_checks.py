"""The checks of the browser see what they are there to see."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from permitflow.web.access import access

pytestmark = pytest.mark.browser
HEAD = "<!doctype html><html lang='en'><head><meta name='viewport' content='width=device-width'><title>Trial</title></head>"


@pytest.fixture
def trial(app: Flask) -> Callable[[str], str]:
    """Adds a page with the given body to the application; returns its path."""

    def add(body: str) -> str:
        app.add_url_rule(
            "/trial", "trial", access(public=True)(lambda: f"{HEAD}<body><main>{body}</main></body></html>")
        )
        return "/trial"

    return add


def test_a_plain_page_passes(trial, page: Page, check_page) -> None:
    page.goto(trial("<h1>Trial</h1>"))
    check_page(page, "trial")


def test_a_field_without_label_is_found(trial, page: Page, check_page) -> None:
    page.goto(trial("<h1>Trial</h1><input>"))
    with pytest.raises(AssertionError, match="label"):
        check_page(page, "trial")


def test_a_page_too_wide_for_a_phone_is_found(trial, page: Page, check_page) -> None:
    page.goto(trial("<h1>Trial</h1><img alt='' src='/static/vendor/uswds-3.14.0/img/hero.jpg' width='900'>"))
    with pytest.raises(AssertionError, match="scrolls sideways"):
        check_page(page, "trial")


def test_inline_code_is_refused_and_heard(trial, page: Page, complaints: list[str]) -> None:
    page.goto(trial("<h1>Trial</h1><p id='p'></p>"))
    with page.expect_console_message():
        page.evaluate("document.getElementById('p').setAttribute('style', 'color: red')")
    page.wait_for_function("window.refusedByPolicy.length > 0")
    assert "style-src" in page.evaluate("window.refusedByPolicy[0]")
    assert "style-src" in complaints.pop()


def test_a_script_that_fails_is_heard(trial, page: Page, complaints: list[str]) -> None:
    page.goto(trial("<h1>Trial</h1>"))
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('broken script'); })")
    assert "broken script" in complaints.pop()
