"""What every form shares: protection against foreign requests, and sentences that wait for the reader's language."""

from __future__ import annotations

from typing import Any, cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm


class Form(FlaskForm):
    """A protected form; `formdata=None` makes an empty one, keywords fill its fields."""

    def __init__(self, **values: Any) -> None:
        FlaskForm.__init__(self, **values)


def later(message: str) -> str:
    """Return a sentence that is translated when it is shown; import it as `_l`."""
    return cast("str", lazy_gettext(message))
