"""The heading of a list of files: which number of the report it stands behind."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from permitflow.reports.file_lists import VISITS, Asked
from permitflow.reports.scope import Workflows
from permitflow.web.filters import local_day


def court_words() -> dict[str, str]:
    """Who may hold a file, each in a word, in the order of the page."""
    return {
        "agency": _("City"),
        "applicant": _("Applicant"),
        "payment": _("Payment"),
        "external": _("Outside agency"),
    }


def heading(workflows: Workflows, asked: Asked) -> str:
    """What a list holds."""
    if asked.show in VISITS:
        return _of_visits(asked, _(workflows.step_title(asked.step)))
    if asked.show == "clocks":
        return _of_clocks(asked.standing, _(workflows.clock_title(asked.clock)))
    if asked.show in ("held", "held_now") and asked.party:
        return _of_party(asked.show, court_words().get(asked.party, asked.party))
    if asked.show in ("submitted", "ended"):
        return _of_week(asked)
    if asked.show == "held_up":
        return _("Files held up at: %(step)s", step=_(workflows.step_title(asked.step)))
    plain = {
        "held": _("Files of the split"),
        "held_now": _("Open files"),
        "decided": _("Files the city decided in the period"),
        "given_up": _("Files withdrawn or abandoned in the period"),
        "undecided": _("Files not decided yet"),
        "overdue": _("Files past their legal due date"),
        "stuck": _("Files that do not move"),
        "unexplained": _("Files whose record of courts does not add up"),
    }
    return plain[asked.show]


def _of_visits(asked: Asked, step: str) -> str:
    if asked.show == "closed":
        return _("%(step)s: visits that ended in the period", step=step)
    if asked.show == "open":
        return _("%(step)s: open now", step=step)
    if asked.show == "arrived":
        return _("%(step)s: arrived in %(weeks)s", step=step, weeks=_weeks(asked.week))
    return _("%(step)s: left in %(weeks)s", step=step, weeks=_weeks(asked.week))


def _of_clocks(standing: str, clock: str) -> str:
    if standing == "in_time":
        return _("%(clock)s: done in time", clock=clock)
    if standing == "late":
        return _("%(clock)s: done late", clock=clock)
    if standing == "overdue":
        return _("%(clock)s: overdue and open", clock=clock)
    return _("%(clock)s: due in the period", clock=clock)


def _of_party(show: str, who: str) -> str:
    if show == "held_now":
        return _("Open files held now by: %(who)s", who=who)
    return _("Files held at some time by: %(who)s", who=who)


def _of_week(asked: Asked) -> str:
    if asked.show == "submitted":
        return _("Files submitted in %(weeks)s", weeks=_weeks(asked.week))
    return _("Files decided or given up in %(weeks)s", weeks=_weeks(asked.week))


def _weeks(week: str) -> str:
    try:
        return _("the week from %(day)s", day=local_day(date.fromisoformat(week)))
    except ValueError:
        return _("the last 12 whole weeks")
