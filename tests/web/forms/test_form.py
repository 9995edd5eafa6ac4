"""Every form is protected, can be made empty or filled, and says its sentences in the reader's language."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel, force_locale
from wtforms import StringField

from permitflow.web.forms.form import Form, later
from tests.web.forms.sending import opened, sent, sentences


class Sample(Form):
    name = StringField(later("Name"))


def test_a_form_takes_what_was_sent_unless_it_is_made_empty() -> None:
    with sent(name="typed"):
        assert Sample().name.data == "typed"
        assert Sample(formdata=None).name.data is None
        assert Sample(formdata=None, name="kept").name.data == "kept"
    with opened("/?name=asked"):
        assert Sample(name="kept").name.data == "kept", "an address fills no form"


def test_a_form_without_its_secret_is_refused() -> None:
    guarded = Flask("guarded")
    guarded.config["SECRET_KEY"] = "a key for tests that guards nothing at all"
    Babel(guarded)
    with guarded.test_request_context(method="POST", data={"name": "typed"}):
        assert list(sentences(Sample())) == ["csrf_token"]


def test_a_sentence_waits_for_the_language_of_its_reader() -> None:
    with opened():
        label = later("Name")
        with force_locale("en"):
            assert str(label) == "Name"
    assert not isinstance(label, str)
