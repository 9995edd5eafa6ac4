"""Why a verb could not be done, beyond what the engine refuses."""

from __future__ import annotations


class NotFound(Exception):
    """There is no such thing, or not for this person; the page is the same for both."""


class Stale(Exception):
    """The file has changed since the person saw it; `version` is what they saw, when they said."""

    def __init__(self, application_id: str, version: int | None, message: str) -> None:
        self.application_id = application_id
        self.version = version
        super().__init__(message)
