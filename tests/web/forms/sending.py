"""Forms without an installation around them: a request that carries what was typed, and the sentences that come back."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.ctx import RequestContext
from flask_babel import Babel
from wtforms.form import BaseForm

ALONE = Flask("forms")
ALONE.config["WTF_CSRF_ENABLED"] = False
Babel(ALONE)


def sent(typed: dict[str, Any] | None = None, **more: Any) -> RequestContext:
    """A form that was sent; names that are no words of Python come as a dictionary."""
    return ALONE.test_request_context(method="POST", data={**(typed or {}), **more})


def opened(address: str = "/") -> RequestContext:
    """A page that was only opened."""
    return ALONE.test_request_context(address)


def sentences(form: BaseForm) -> dict[str, list[str]]:
    """What a form refuses, by field; empty when it is accepted."""
    if form.validate():
        return {}
    return {name: [str(error) for error in errors] for name, errors in form.errors.items() if name}
