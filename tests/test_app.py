"""The application is put together: settings, pages, templates that fail loudly."""

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError

from permitflow.app import PAGES


def test_every_module_of_pages_is_registered(app: Flask) -> None:
    assert {pages.blueprint.name for pages in PAGES} <= set(app.blueprints)


def test_a_template_that_asks_for_nothing_known_fails(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ nothing }}")


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{ _('100 % done') }}", "100 % done"),
        ("{{ _(text) }}", "&lt;b&gt; 5 % &lt;/b&gt;"),
        ("{{ _('Hello %(name)s', name=text) }}", "Hello &lt;b&gt; 5 % &lt;/b&gt;"),
        ("{{ ngettext('%(num)d file', '%(num)d files', 2) }}", "2 files"),
    ],
)
def test_texts_are_neither_formats_nor_html_by_themselves(app: Flask, template: str, shown: str) -> None:
    with app.test_request_context():
        assert render_template_string(template, text="<b> 5 % </b>") == shown


def test_the_largest_request_has_room_for_the_largest_document(app: Flask) -> None:
    assert app.config["MAX_CONTENT_LENGTH"] == 26_000_000
