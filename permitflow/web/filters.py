"""How instants, dates and money look on a page."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_date, format_datetime
from flask import Flask
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from permitflow.engine.errors import Refusal
from permitflow.instants import DAY, SECOND, local_date, to_datetime
from permitflow.queries.sentence import SEPARATOR, Phrase

NOTHING = "-"
DAY_PATTERN = "EEE d MMM y"
TIME_PATTERN = "EEE d MMM y, HH:mm zzz"
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def local_time(instant: int | None, zone: str) -> str:
    """An instant as local date and time of a zone: 'Tue 4 Aug 2026, 14:05 PDT'; a dash when there is none."""
    if instant is None:
        return NOTHING
    return format_datetime(to_datetime(instant, zone), TIME_PATTERN, locale=get_locale())


def local_day(day: date | int | None, zone: str = "UTC") -> str:
    """A date, or the date of an instant in a zone: 'Tue 4 Aug 2026'; a dash when there is none."""
    if day is None:
        return NOTHING
    on = local_date(day, zone) if isinstance(day, int) else day
    return _day_in_words(on, str(get_locale()))


@lru_cache(maxsize=4096)
def _day_in_words(on: date, locale: str) -> str:
    """Lists show the same few days again and again."""
    return format_date(on, DAY_PATTERN, locale=locale)


def ago(instant: int, now: int) -> str:
    """How long ago an instant was, in its largest whole unit: '3 days ago'."""
    passed = max(0, now - instant)
    if passed < MINUTE:
        return _("just now")
    if passed < HOUR:
        return ngettext("%(num)d minute ago", "%(num)d minutes ago", passed // MINUTE)
    if passed < DAY:
        return ngettext("%(num)d hour ago", "%(num)d hours ago", passed // HOUR)
    return ngettext("%(num)d day ago", "%(num)d days ago", passed // DAY)


def span(microseconds: int) -> str:
    """A length of time in its largest whole unit: '3 days'."""
    if microseconds < HOUR:
        return ngettext("%(num)d minute", "%(num)d minutes", microseconds // MINUTE)
    if microseconds < DAY:
        return ngettext("%(num)d hour", "%(num)d hours", microseconds // HOUR)
    return ngettext("%(num)d day", "%(num)d days", microseconds // DAY)


def money(cents: int) -> str:
    """Integer cents as dollars: '$1,250.00', exactly."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def days_left(due_on: date, today: date) -> str:
    """How far a due date is, in calendar days: '3 calendar days left', 'due today', '2 calendar days over'."""
    left = (due_on - today).days
    if left == 0:
        return _("due today")
    if left > 0:
        return ngettext("%(num)d calendar day left", "%(num)d calendar days left", left)
    return ngettext("%(num)d calendar day over", "%(num)d calendar days over", -left)


def say(phrases: tuple[Phrase, ...]) -> str:
    """The sentence of queries/sentence.py in the reader's language."""
    return SEPARATOR.join(phrase.say(_, local_day) for phrase in phrases)


def why(refusal: Refusal) -> str:
    """Why an action is refused, in the reader's language."""
    message = _(refusal.message)
    return message.format_map(refusal.params) if refusal.params else message


def install(app: Flask) -> None:
    """Make the filters known to templates, under their own names."""
    for function in (local_time, local_day, ago, span, money, days_left, say, why):
        app.add_template_filter(function)
