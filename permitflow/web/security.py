"""Headers of every answer, and the first look at every request."""

from __future__ import annotations

from flask import Flask, Response, request
from flask import session as note
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from permitflow.web.cookies import sent_token

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; worker-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
OUR_OWN = (None, "same-origin", "none")
READING = ("GET", "HEAD", "OPTIONS")


def install(app: Flask, settings: Settings) -> None:
    """Trust the proxies named by the settings, refuse foreign requests, put the headers on every answer."""
    hops = settings.proxy_hops
    if hops:
        wsgi = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
        app.wsgi_app = wsgi  # type: ignore[method-assign]  # Flask documents this way of wrapping.
    if settings.trusted_hosts:
        app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    app.before_request(refuse_foreign_forms)
    app.after_request(add_headers)


def refuse_foreign_forms() -> None:
    """Refuse a form that another site sent, before anything reads it."""
    if request.method in READING:
        return
    origin = request.headers.get("Origin")
    foreign = origin is not None and origin != request.host_url.rstrip("/")
    if foreign or request.headers.get("Sec-Fetch-Site") not in OUR_OWN:
        raise BadRequest


def add_headers(response: Response) -> Response:
    """Add what the browser must know; a header that a view set stays."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if _is_private(response) else "no-cache"
    return response


def _is_private(response: Response) -> bool:
    """A page made for one person, or one that carries a form secret, must not be kept by anybody."""
    return bool(sent_token()) or note.modified or response.status_code >= 400
