"""Who may open a page: every view says so, and a view that does not is opened to nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from flask import current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from permitflow.queries.people import Person
from permitflow.web.context import visitor
from permitflow.web.signed_out import ask_to_sign_in

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open one view."""

    public: bool = False
    staff: bool = False
    roles: frozenset[str] = frozenset()

    def admits(self, person: Person) -> bool:
        """Say whether somebody who is signed in may open the view."""
        if self.roles:
            return bool(self.roles & person.roles)
        return person.is_staff or not self.staff


def access(
    *, public: bool = False, signed_in: bool = False, staff: bool = False, roles: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare who may open a view: everyone, everyone signed in, all staff, or the holders of a role.

    Which city's and which company's things a person may see is decided where those things are loaded.
    """
    if [public, signed_in, staff, bool(roles)].count(True) != 1:
        raise ValueError("a view names exactly one kind of access")

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        vars(view)["access"] = Access(public, staff, frozenset(roles))
        return view

    return mark


def check_access() -> ResponseReturnValue | None:
    """Before each request: let the person pass, ask them to sign in, or refuse."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    rule = wanted_access()
    if rule is None:
        raise RuntimeError(f"the view {request.endpoint} does not say who may open it")
    if rule.public:
        return None
    person = visitor()
    if person is None:
        return ask_to_sign_in()
    if not rule.admits(person):
        raise Forbidden
    return None


def wanted_access() -> Access | None:
    """Return what the view of this request demands; None when it does not say, or when there is no such view."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "access", None)
