"""What a mail says: one text for each kind of news and receiver, from templates/emails/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    select_autoescape,
)

import config

GENERIC = "transition"
LONGEST_SUBJECT = 200
TEMPLATES = config.ROOT / "templates"


@dataclass(frozen=True, slots=True)
class News:
    """What happened to one file, for one group of receivers; every text in plain words."""

    kind: str
    receiver: str
    number: str
    title: str
    city: str
    entry: str
    standing: str
    next: str
    in_your_court: bool
    queues: tuple[str, ...]
    link: str


def write(news: News, name: str) -> tuple[str, str]:
    """Return the subject (one line) and the body of the mail that brings `news` to a person called `name`."""
    subject = _template(news.kind, "subject.txt").render(news=news, name=name)
    body = _template(news.kind, "body.txt").render(news=news, name=name)
    return one_line(subject), body.strip() + "\n"


def one_line(subject: str) -> str:
    """Return a subject as mail servers take it: on one line, and not too long."""
    return " ".join(subject.split())[:LONGEST_SUBJECT]


def render(name: str, values: Mapping[str, object]) -> str:
    """Return a template of templates/emails/ filled in; a page (.html) escapes what it is given."""
    return _environment().get_template(name).render(**values)


def _template(kind: str, part: str) -> Template:
    try:
        return _environment().get_template(f"{kind}/{part}")
    except TemplateNotFound:
        return _environment().get_template(f"{GENERIC}/{part}")


@cache
def _environment() -> Environment:
    environment = Environment(
        # Parts of pages are named from the root, as in every other template.
        loader=FileSystemLoader([TEMPLATES / "emails", TEMPLATES]),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _in_english
    return environment


def _in_english(message: str, **values: object) -> str:
    """Fill in a text as it stands: English is what the catalogue starts from."""
    return message % values if values else message
