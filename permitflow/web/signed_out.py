"""What happens to somebody who is not signed in: the way to the sign-in page, with what they had typed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from permitflow.web.cookies import FORM_FIELD
from permitflow.web.forms.auth import SignInForm

CARRIED_SECONDS = 12 * 3600
FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class Carried:
    """A form that arrived after its session had ended: where it was going and what was typed."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: bool

    def shown(self) -> list[tuple[str, str]]:
        """The fields a person typed, without those the page added."""
        hidden = ("token", "version", "visit_id", "document_set_hash")
        return [(name, text) for name, text in self.fields if text and name not in hidden]


def ask_to_sign_in(status: int = FORBIDDEN) -> ResponseReturnValue:
    """Send a reader to the sign-in page; give a writer that page with everything typed kept in it."""
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    form = SignInForm(formdata=None)
    form.carried.data = pack(
        Carried(request.path, tuple(_typed()), any(file.filename for file in request.files.values()))
    )
    return render_template("auth/sign_in.html", form=form, carried=True, demo_logins=[]), status


def _typed() -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, text in request.form.items(multi=True)
        if not name.endswith(FORM_FIELD) and "password" not in name
    ]


def pack(carried: Carried) -> str:
    """Return a carried form as one signed text for a hidden field."""
    return str(_serializer().dumps([carried.path, carried.fields, carried.files]))


def unpack(text: str | None) -> Carried | None:
    """Return what `pack` made, or None when it is absent, too old or not ours."""
    if not text:
        return None
    try:
        path, fields, files = _serializer().loads(text, max_age=CARRIED_SECONDS)
    except BadData:
        return None
    return Carried(path, tuple((name, value) for name, value in fields), files)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="carried-form")


def local_path(target: str | None) -> str | None:
    """Return `target` when it is a path of this site, else None: a link must not lead elsewhere after sign-in."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if any(ord(letter) < ord(" ") for letter in target) or urlsplit(target).netloc:
        return None
    return target
