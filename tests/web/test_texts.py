"""The texts of templates: filled, looked up once per language, and escaped like any other value."""

from __future__ import annotations

from flask import Flask, render_template_string

from permitflow.web import texts


def test_places_are_filled_and_a_plain_percent_sign_stays(app: Flask) -> None:
    with app.test_request_context():
        assert texts.text("%(count)d files", count=3) == "3 files"
        assert texts.text("100 % sure") == "100 % sure"


def test_what_is_filled_in_is_escaped_in_a_template(app: Flask) -> None:
    with app.test_request_context():
        shown = render_template_string('{{ _("by %(name)s", name="<b>") }}')
    assert shown == "by &lt;b&gt;"
