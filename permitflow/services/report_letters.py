"""What the mail of a report says: subject, text and page, from templates/emails/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from permitflow.queries.sentence import english_day
from permitflow.reports.digest import Digest
from permitflow.reports.mailed import Part
from permitflow.services import letters

DIGEST, SCHEDULED = "digest", "scheduled_report"


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it is sent: the same in text and as a page."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where the receiver can go on: the page, all saved reports, and the page that stops these mails."""

    page: str
    all: str
    stop: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A saved report as it is mailed: its name and note, the period in words, and the figures of its page."""

    name: str
    note: str
    city: str
    title: str
    period: str
    parts: Sequence[Part]


def write_digest(news: Digest, links: Links, receiver: str) -> Written:
    """Return the weekly digest for somebody."""
    return _write(DIGEST, {"news": news, "links": links, "name": receiver})


def write_scheduled(report: Scheduled, links: Links, receiver: str) -> Written:
    """Return the mail of a saved report for somebody."""
    return _write(SCHEDULED, {"report": report, "links": links, "name": receiver})


def _write(kind: str, values: Mapping[str, object]) -> Written:
    filled = {**values, "day": english_day}
    subject, text, page = (
        letters.render(f"{kind}/{part}", filled) for part in ("subject.txt", "body.txt", "body.html")
    )
    return Written(letters.one_line(subject), text.strip() + "\n", page)
