"""Every setting of PermitFlow: its name, its environment variable, what it accepts, its default and its meaning.

The dataclass `Settings` is the one table; docs/settings.md is written from it. A wrong value stops the start with one
sentence that names the variable, the value and what is expected.
"""

import difflib
import logging
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
PREFIX = "PERMITFLOW_"
# Variables of the test suite share the prefix without being settings of the program.
TEST_PREFIX = "PERMITFLOW_TEST_"
SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 10


class ConfigError(ValueError):
    """A setting that cannot be used, said in one sentence fit for the terminal."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one setting accepts: the words for a person, and the function that reads the text."""

    expected: str
    read: Callable[[str], Any]


def _choice(*words: str) -> Kind:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Kind(f"one of {', '.join(words)}", read)


def _whole(low: int, high: int) -> Kind:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number from {low} to {high}", read)


def _read_database(text: str) -> str:
    for scheme in ("postgres://", "postgresql://", "postgresql+psycopg://"):
        if text.startswith(scheme):
            return "postgresql+psycopg://" + text.removeprefix(scheme)
    if text.startswith("sqlite:///") and text != "sqlite:///" and ":memory:" not in text:
        return text
    raise ValueError(text)


def _read_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(text)
    return text.rstrip("/")


def _read_mailbox(text: str) -> str:
    name, at, domain = text.strip().rpartition("@")
    if not (name and at and domain) or any(ord(letter) < ord(" ") for letter in text):
        raise ValueError(text)
    return text.strip()


def _read_folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _read_yes_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(text)
    return text == "yes"


def _read_host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", text):
        raise ValueError(text)
    return text


TEXT = Kind("a text", str)
FOLDER = Kind("a folder", _read_folder)
SWITCH = Kind("auto, yes or no", _choice("auto", "yes", "no").read)
YES_NO = Kind("yes or no", _read_yes_no)
HOST = Kind("a host name or a network address", _read_host)
HOSTS = Kind("host names separated by commas", _read_list)
DATABASE = Kind("sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME", _read_database)
ADDRESS = Kind("an http:// or https:// address without query", _read_address)
MAILBOX = Kind("an e-mail address", _read_mailbox)
LEVELS = _choice(*(logging.getLevelName(level) for level in (10, 20, 30, 40, 50)))


def _setting(variable: str, kind: Kind, default: str, meaning: str, *, secret: bool = False) -> Any:
    """One row of the table. A default may name settings above it in braces; a secret is left out of the repr."""
    row = {"variable": variable, "kind": kind, "default": default, "meaning": meaning, "secret": secret}
    return field(metadata=row, repr=not secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process, read once at its start."""

    env: Literal["demo", "development", "production"] = _setting(
        "PERMITFLOW_ENV",
        _choice("demo", "development", "production"),
        "demo",
        "What this process is for. Demo shows demo logins; production refuses demo data and unsafe secrets.",
    )
    host: str = _setting("HOST", HOST, "127.0.0.1", "The network address the server listens on.")
    port: int = _setting("PORT", _whole(1, 65535), "8000", "The port the server listens on.")
    instance_dir: Path = _setting(
        "PERMITFLOW_INSTANCE_DIR", FOLDER, "{root}/instance", "Where this installation keeps its own files."
    )
    upload_dir: Path = _setting(
        "PERMITFLOW_UPLOAD_DIR", FOLDER, "{instance_dir}/uploads", "Where uploaded documents are kept."
    )
    database_url: str = _setting(
        "DATABASE_URL",
        DATABASE,
        "sqlite:///{instance_dir}/permitflow.sqlite3",
        "The database: a SQLite file, or PostgreSQL for production.",
        secret=True,
    )
    secret_key: str = _setting(
        "SECRET_KEY",
        TEXT,
        "",
        "Signs form tokens. Production demands at least 32 random characters; elsewhere an empty value means a random "
        "key kept in the instance folder.",
        secret=True,
    )
    base_url: str = _setting(
        "PERMITFLOW_BASE_URL",
        ADDRESS,
        "http://{host}:{port}",
        "The address people use, for links in mails and QR codes. Production must name it.",
    )
    trusted_hosts: tuple[str, ...] = _setting(
        "PERMITFLOW_TRUSTED_HOSTS",
        HOSTS,
        "",
        "Host names that requests may carry. Empty means the host of the address in production, any host elsewhere.",
    )
    proxy_hops: int = _setting(
        "PERMITFLOW_PROXY_HOPS",
        _whole(0, 5),
        "0",
        "How many reverse proxies stand in front and set X-Forwarded-* headers.",
    )
    session_cookie_secure: bool = _setting(
        "PERMITFLOW_SESSION_COOKIE_SECURE",
        SWITCH,
        "auto",
        "Whether the session cookie travels only over https. Auto means yes in production.",
    )
    session_idle_minutes_staff: int = _setting(
        "PERMITFLOW_SESSION_IDLE_MINUTES_STAFF",
        _whole(1, 1440),
        "30",
        "Minutes without a request after which city staff sign in again.",
    )
    session_idle_minutes_applicant: int = _setting(
        "PERMITFLOW_SESSION_IDLE_MINUTES_APPLICANT",
        _whole(1, 1440),
        "120",
        "Minutes without a request after which applicants sign in again.",
    )
    session_absolute_hours: int = _setting(
        "PERMITFLOW_SESSION_ABSOLUTE_HOURS",
        _whole(1, 168),
        "12",
        "Hours after which everyone signs in again.",
    )
    password_cost: Literal["normal", "low"] = _setting(
        "PERMITFLOW_PASSWORD_COST",
        _choice("normal", "low"),
        "normal",
        "How costly password hashes are. Low is for tests and refused in production.",
    )
    max_upload_mb: int = _setting(
        "PERMITFLOW_MAX_UPLOAD_MB", _whole(1, 1024), "25", "The largest document accepted, in megabytes."
    )
    min_free_disk_mb: int = _setting(
        "PERMITFLOW_MIN_FREE_DISK_MB",
        _whole(0, 1_000_000),
        "200",
        "Uploads are refused when less than this many megabytes of disk are free.",
    )
    smtp_host: str = _setting(
        "PERMITFLOW_SMTP_HOST", TEXT, "", "The mail server. Empty means that mails stay in the outbox page."
    )
    smtp_port: int = _setting("PERMITFLOW_SMTP_PORT", _whole(1, 65535), "587", "The port of the mail server.")
    smtp_tls: Literal["none", "starttls", "tls"] = _setting(
        "PERMITFLOW_SMTP_TLS",
        _choice("none", "starttls", "tls"),
        "starttls",
        "How the connection to the mail server is protected.",
    )
    smtp_user: str = _setting(
        "PERMITFLOW_SMTP_USER", TEXT, "", "The user at the mail server. Empty means no sign-in."
    )
    smtp_password: str = _setting(
        "PERMITFLOW_SMTP_PASSWORD", TEXT, "", "The password at the mail server.", secret=True
    )
    smtp_from: str = _setting(
        "PERMITFLOW_SMTP_FROM", MAILBOX, "permits@permitflow.invalid", "The sender of mails."
    )
    sweep_seconds: int = _setting(
        "PERMITFLOW_SWEEP_SECONDS",
        _whole(0, 3600),
        "15",
        "Seconds between two looks for due clocks and unsent mails. 0 turns the built-in runner off.",
    )
    report_minutes: int = _setting(
        "PERMITFLOW_REPORT_MINUTES",
        _whole(0, 1440),
        "5",
        "Minutes between two renewals of the columns that report pages of large cities read. 0 renews them only when "
        "a page is looked at.",
    )
    log_level: str = _setting(
        "PERMITFLOW_LOG_LEVEL", LEVELS, "INFO", "The least severe log line that is written."
    )
    debug: bool = _setting(
        "PERMITFLOW_DEBUG",
        YES_NO,
        "no",
        "Whether the command line shows the trace of an unexpected failure instead of one sentence.",
    )

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def allows_demo_data(self) -> bool:
        """Demo data must never mix with real permits."""
        return not self.is_production


def load(environ: Mapping[str, str]) -> Settings:
    """Read all settings from `environ`; an empty variable counts as unset.

    Errors: ConfigError with one sentence. Outside production a missing secret key is made once and kept in the
    instance folder, readable by its owner only.
    """
    _refuse_unknown(environ)
    values: dict[str, Any] = {}
    for row in fields(Settings):
        default = str(row.metadata["default"]).format(root=ROOT, **values)
        values[row.name] = _read(row, environ.get(row.metadata["variable"]) or default)
    if values["env"] == "production":
        _check_production(values, environ)
    _settle(values)
    return Settings(**values)


def _read(row: Field[Any], text: str) -> Any:
    kind: Kind = row.metadata["kind"]
    try:
        return kind.read(text)
    except ValueError:
        shown = "the given value" if row.metadata["secret"] else f"{text!r}"
        message = f"{row.metadata['variable']} must be {kind.expected}; {shown} is not."
        raise ConfigError(message) from None


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {
        row.metadata["variable"].removeprefix(PREFIX): row.metadata["variable"] for row in fields(Settings)
    }
    for name in sorted(environ):
        if name in known.values() or not name.startswith(PREFIX) or name.startswith(TEST_PREFIX):
            continue
        similar = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
        hint = f"Did you mean {known[similar[0]]}?" if similar else "See docs/settings.md for all settings."
        raise ConfigError(f"{name} is not a setting. {hint}")


def _check_production(values: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    secret = values["secret_key"]
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS:
        raise ConfigError(
            f"SECRET_KEY must be set to at least {SHORTEST_SECRET} random characters in production; "
            "it is missing, too short or too plain."
        )
    if not environ.get("PERMITFLOW_BASE_URL"):
        raise ConfigError(
            "PERMITFLOW_BASE_URL must be set to the address people use in production; it is missing."
        )
    if values["password_cost"] == "low":
        raise ConfigError("PERMITFLOW_PASSWORD_COST must be normal in production; 'low' is for tests.")


def _settle(values: dict[str, Any]) -> None:
    """Fill in what depends on the kind of installation."""
    production = values["env"] == "production"
    if not values["secret_key"]:
        values["secret_key"] = _kept_secret(values["instance_dir"])
    secure = values["session_cookie_secure"]
    values["session_cookie_secure"] = production if secure == "auto" else secure == "yes"
    if production and not values["trusted_hosts"]:
        values["trusted_hosts"] = (urlsplit(values["base_url"]).hostname,)


def _kept_secret(instance_dir: Path) -> str:
    """The secret key of this installation, made at the first start."""
    path = instance_dir / "secret_key"
    try:
        if not path.exists():
            _write_secret(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(
            f"PERMITFLOW_INSTANCE_DIR must be a folder this user can write; {str(instance_dir)!r} is not "
            f"({error.strerror})."
        ) from None


def _write_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        # A link never replaces: of two processes that start together, both end with the same key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
