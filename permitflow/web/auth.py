"""Signing in and out, and the person's own page. Flask-Login is used here and in web/context.py only."""

from __future__ import annotations

import logging

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError

from permitflow.db import TurnTimeout
from permitflow.queries.people import Person, find_session
from permitflow.services import accounts, demo, passwords, sessions
from permitflow.web.access import access
from permitflow.web.context import SignedInUser, Visitor, database, now, person, settings, visitor
from permitflow.web.cookies import give_token, sent_token, take_token, use_secret_of
from permitflow.web.forms.auth import PasswordForm, SignInForm
from permitflow.web.navigation import home_of
from permitflow.web.signed_out import local_path, unpack

BAD_INPUT = 422
REFUSED = 403
log = logging.getLogger(__name__)
blueprint = Blueprint("auth", __name__, url_prefix="/auth")


def install(app: Flask) -> None:
    """Let Flask-Login find the person of each request in the database; its own cookies stay unused."""
    manager = LoginManager()
    manager.anonymous_user = Visitor
    manager.request_loader(load_user)
    manager.init_app(app, add_context_processor=False)
    app.after_request(touch_session)


def load_user(_request: Request) -> SignedInUser | None:
    """Find the person of a request by one statement; no cookie, no statement."""
    token = sent_token()
    if not token:
        return None
    with database().glance() as connection:
        found = find_session(connection, sessions.hash_token(token), now())
    if found is None or not sessions.is_live(found, now(), sessions.Limits.of(settings())):
        return None
    g.session_seen_at = found.seen_at
    return SignedInUser(found.person)


def touch_session(response: Response) -> Response:
    """Keep a used session alive, at most once a minute and never at the cost of the answer."""
    seen_at = g.get("session_seen_at")
    if seen_at is None or now() - seen_at < sessions.TOUCH_EVERY:
        return response
    try:
        with database().connection() as connection:
            sessions.touch(connection, person().session_hash, now())
    except (OperationalError, TurnTimeout):
        log.warning("The time a session was last used could not be written.")
    return response


@blueprint.get("/sign-in")
@access(public=True)
def sign_in() -> ResponseReturnValue:
    """The sign-in page; somebody who is signed in goes on."""
    target = local_path(request.args.get("next"))
    current = visitor()
    if current is not None:
        return redirect(target or home_of(current))
    return _sign_in_page(SignInForm(formdata=None, next=target))


@blueprint.post("/sign-in")
@access(public=True)
def check_sign_in() -> ResponseReturnValue:
    """Begin a session, or say that address and password do not go together."""
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form), BAD_INPUT
    token = _try(form.email.data or "", form.password.data or "")
    if token is None:
        refusal = _(
            "The e-mail address or the password is not right, or there were too many tries. Wait a minute."
        )
        form.form_errors.append(refusal)
        return _sign_in_page(form), REFUSED
    response = _go_on(form, token)
    give_token(response, token)
    return response


def _try(email: str, password: str) -> str | None:
    """Count the try, look at the password outside any transaction, then begin the session."""
    with database().transaction() as session:
        attempt = sessions.count_attempt(session, email, now())
    right = passwords.matches(attempt.password_hash, password, settings().password_cost)
    if not right or attempt.user_id is None:
        return None
    _end_sent_session()
    with database().transaction() as session:
        return sessions.open_session(session, attempt.user_id, now(), sessions.Limits.of(settings()))


def _end_sent_session() -> None:
    token = sent_token()
    if token:
        with database().transaction() as session:
            sessions.revoke(session, sessions.hash_token(token), now())


def _go_on(form: SignInForm, token: str) -> Response:
    """Open the wanted page, or show the form that arrived without a session, ready to be sent again."""
    carried = unpack(form.carried.data)
    with database().glance() as connection:
        found = find_session(connection, sessions.hash_token(token), now())
    if found is None:
        return make_response(redirect(url_for("auth.sign_in")))
    if carried is None:
        return make_response(redirect(local_path(form.next.data) or home_of(found.person)))
    g.person = found.person
    use_secret_of(token)
    return make_response(render_template("auth/send_again.html", carried=carried))


@blueprint.post("/sign-out")
@access(public=True)
def sign_out() -> ResponseReturnValue:
    """End the session on the server and in the browser."""
    _end_sent_session()
    response = make_response(redirect(url_for("public.home")))
    take_token(response)
    flash(_("You are signed out."))
    return response


@blueprint.get("/account")
@access(signed_in=True)
def account() -> ResponseReturnValue:
    """The person's own page: roles, companies, a new password."""
    return render_template("auth/account.html", form=PasswordForm(formdata=None), roles=_roles(person()))


@blueprint.post("/account")
@access(signed_in=True)
def change_password() -> ResponseReturnValue:
    """Set a new password and end all other sessions."""
    form = PasswordForm()
    if not form.validate() or not _password_set(form):
        return render_template("auth/account.html", form=form, roles=_roles(person())), BAD_INPUT
    flash(_("Your password is changed. All your other sessions are ended."))
    return redirect(url_for("auth.account"))


def _password_set(form: PasswordForm) -> bool:
    me, cost, new = person(), settings().password_cost, form.new_password.data or ""
    with database().transaction() as session:
        attempt = sessions.count_attempt(session, me.email, now())
    if not passwords.matches(attempt.password_hash, form.current_password.data or "", cost):
        form.current_password.errors = [_("This is not your current password, or there were too many tries.")]
        return False
    try:
        passwords.check_strength(new, email=me.email, name=me.name)
    except passwords.WeakPassword as weak:
        form.new_password.errors = [_(str(weak))]
        return False
    password_hash = passwords.hash_password(new, cost)
    with database().transaction() as session:
        accounts.set_password(session, me.user_id, password_hash, now(), keep=me.session_hash)
    return True


def _roles(me: Person) -> list[tuple[str, list[str]]]:
    return [(me.cities[city], sorted(roles)) for city, roles in me.grants.items()]


def _sign_in_page(form: SignInForm) -> str:
    carried = unpack(form.carried.data) is not None
    return render_template("auth/sign_in.html", form=form, carried=carried, demo_logins=_demo_logins())


def _demo_logins() -> list[demo.Login]:
    if settings().env != "demo":
        return []
    with database().reading() as session:
        return demo.logins(session)
