"""The texts of templates in the reader's language, each looked up once per language and not once per page."""

from __future__ import annotations

from functools import lru_cache

from flask_babel import gettext

LANGUAGES = ("en",)


def language() -> str:
    """Return the one language there is a catalogue for; more are chosen here by person and browser."""
    return LANGUAGES[0]


def text(message: str, **values: object) -> str:
    """Return a message in the reader's language, with its places filled."""
    known = _known(language(), message)
    return known % values if values else known


@lru_cache(maxsize=4096)
def _known(_language: str, message: str) -> str:
    return str(gettext(message))
