"""What a mail says: one text for each kind of news and receiver, from templates/emails/."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound

import config

GENERIC = "transition"
LONGEST_SUBJECT = 200


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
    return " ".join(subject.split())[:LONGEST_SUBJECT], body.strip() + "\n"


def _template(kind: str, part: str) -> Template:
    try:
        return _environment().get_template(f"{kind}/{part}")
    except TemplateNotFound:
        return _environment().get_template(f"{GENERIC}/{part}")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(config.ROOT / "templates" / "emails"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # These are texts, not pages.
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = _in_english
    return environment


def _in_english(message: str, **values: object) -> str:
    """Fill in a text as it stands: English is what the catalogue starts from."""
    return message % values if values else message
