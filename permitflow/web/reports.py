"""The manager's pages: where files lose their time, and the files behind every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from permitflow.reports import definitions, permits
from permitflow.reports.asking import asking
from permitflow.reports.bottlenecks import Bottlenecks, bottlenecks
from permitflow.reports.causes import Causes, causes_of
from permitflow.reports.contributions import Contributions, contributions_of
from permitflow.reports.courts import Courts
from permitflow.reports.file_lists import Asked, Entries, entries, names
from permitflow.reports.file_time import file_time
from permitflow.reports.intervals import shown as percentile_shown
from permitflow.reports.page import Ask
from permitflow.reports.pages import contribution as why
from permitflow.reports.prepared_page import Answered, in_reach
from permitflow.reports.scope import City, Scope, cities_of, last_days, workflows_of
from permitflow.reports.tables import Table, table
from permitflow.reports.wording import elapsed as elapsed_words
from permitflow.services.errors import NotFound
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.reports import PeriodForm, period_form
from permitflow.web.report_words import court_words, heading

ROLES = ("manager", "administrator")
PAGE_ROWS = 50
LONGEST_PARAMETER = 100
BAD_INPUT = 422
NAMES = ", ".join(definitions.ALL)
blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks for: the scope, the form that shows it, and whether it was understood."""

    scope: Scope
    form: PeriodForm
    understood: bool


@blueprint.app_template_filter("elapsed")
def elapsed(duration_us: int | None) -> str:
    """A length of calendar time in words: '3 d 4 h'; a dash when there is none."""
    return "-" if duration_us is None else elapsed_words(duration_us).say(_)


@blueprint.app_template_filter("enough")
def enough(value: int | None, n: int) -> int | None:
    """A percentile of n values; nothing when they are too few to say anything."""
    return percentile_shown(value, n)


@blueprint.app_template_filter("linked")
def linked(sentence: str, **parts: str) -> Markup:
    """A sentence whose {places} are filled with links and words; what is not markup yet is escaped."""
    return escape(sentence).format(**parts)


def bottleneck_parts(ask: Ask) -> Mapping[str, Any]:
    """What the page of where files lose their time shows: numbers that lead to their files, signs and charts."""
    (report, causes, split), as_of = in_reach(replace(ask, words={}), Answered("bottlenecks", _held_up))
    return {
        "counted_at": as_of,
        "report": report,
        "causes": causes,
        # Python's gettext leaves the places of a sentence alone, the templates' own does not.
        "about": why.causes_figure(causes, ask.scope.now).notes,
        "foremost": [one.say(_) for one in causes.foremost],
        "faster": {part.step: part.say() for part in split.parts},
        "why": why.PAGE,
        "parts": why.parts_figure(split),
        "waits": why.waits_figure(report.steps),
        "chosen": report.line(ask.word("step")),
        "names": names(ask.session, [one.application_id for one in report.stuck.first]),
        "definitions": definitions,
        "own": permits.OWN,
        "court_words": list(court_words().items()),
        "courts_by_share": _by_share(report.courts),
    }


def _held_up(ask: Ask) -> tuple[Bottlenecks, Causes, Contributions]:
    return bottlenecks(ask), causes_of(ask), contributions_of(ask)


@blueprint.get(f"/bottlenecks/<any({NAMES}):name>.csv")
@access(roles=ROLES)
def bottleneck_csv(name: str) -> ResponseReturnValue:
    """One table of the report for a spreadsheet."""
    with database().reading() as session:
        scope = question(session).scope
        with asking(session, scope) as ask:
            text = _table(replace(ask, hurried=True), name, _parameter("step")).as_csv()
    file = f"{name}-{scope.city.slug}-{scope.from_on}-{scope.to_on}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(text, mimetype="text/csv", headers=headers)


@blueprint.get("/files")
@access(roles=ROLES)
def files() -> ResponseReturnValue:
    """The files behind a number of the report."""
    fields = ("show", "step", "week", "clock", "standing", "party")
    asked = Asked(**{field: _parameter(field) for field in fields})
    start = PAGE_ROWS * page_number()
    with database().reading() as session, asking(session, question(session).scope) as ask:
        found, as_of = _files(replace(ask, hurried=True), asked, start)
        if found is None:
            raise NotFound
        called = names(session, [line.application_id for line in found.shown])
    return render_template(
        "reports/files.html",
        scope=replace(ask.scope, now=as_of),
        title=heading(ask.workflows, asked),
        found=found,
        names=called,
        pages=page_links(start, found.count),
    )


@blueprint.get("/files/<application_id>")
@access(roles=ROLES)
def file(application_id: str) -> ResponseReturnValue:
    """Where the time of one file went."""
    with database().reading() as session:
        found = file_time(session, person().cities_with(*ROLES), application_id, now())
    if found is None:
        raise NotFound
    words = court_words()
    return render_template("reports/file.html", found=found, file=found.file, now=now(), court_words=words)


@blueprint.get("/permits")
@access(roles=ROLES)
def issued() -> ResponseReturnValue:
    """The permits behind a line of permits issued."""
    period, source = _parameter("period"), _parameter("source")
    if not period.replace("-", "", 1).isdigit() or len(period) not in (4, 7):
        raise NotFound
    with database().reading() as session:
        scope = question(session).scope
        found = permits.issued_permits(session, scope, period, source)
    return render_template(
        "reports/permits.html", scope=scope, period=period, source=source, permits=found, own=permits.OWN
    )


def _table(ask: Ask, name: str, step: str) -> Table:
    """A table of the report; of very many visits it is counted beside the request like the page."""

    def listed(asked: Ask) -> Table:
        return table(name, asked, step)

    return in_reach(ask, Answered(f"table {name} {step}", listed))[0]


def _files(ask: Ask, wanted: Asked, start: int) -> tuple[Entries | None, int]:
    """A page of a list, and as of when; of very many visits it is counted beside the request."""

    def listed(asked: Ask) -> Entries | None:
        return entries(asked, wanted, start, PAGE_ROWS)

    return in_reach(ask, Answered(f"{wanted} {start}", listed))


def _by_share(courts: Courts) -> list[tuple[str, str]]:
    """The courts that held files, with their words, the greatest share first."""
    held = {party: share for party in court_words() if (share := courts.share(party))}
    words = court_words()
    return [(party, words[party]) for party in sorted(held, key=lambda party: -held[party])]


def question(session: Session) -> Question:
    """Read the address; a period that cannot be understood gives the usual one, with the form's errors."""
    mine = cities_of(session, person().cities_with(*ROLES))
    city = _city(mine)
    usual = last_days(city, now())
    known = workflows_of(session, city).titles
    form = period_form([(one.slug, one.name) for one in mine], known.items())
    understood = form.validate()
    scope = _scope(form, usual) if understood else usual
    if understood:
        period = {"first": scope.from_on, "last": scope.to_on}
        chosen = {"workflow": scope.workflow, "pathway": scope.pathway, "class_": scope.class_}
        form.process(data={"city": city.slug, **period, **chosen})
    return Question(scope, form, understood)


def _scope(form: PeriodForm, usual: Scope) -> Scope:
    """The scope a valid form asks for; an end that is left open lies a year from the other, or today."""
    first, last = form.first.data, form.last.data
    if last is None:
        last = max(usual.to_on, first or usual.to_on)
    if first is None:
        first = last - (usual.to_on - usual.from_on)
    narrowed = [field.data or "" for field in (form.workflow, form.pathway, form.class_)]
    return Scope(usual.city, first, last, narrowed[0], usual.now, *narrowed[1:])


def _city(mine: list[City]) -> City:
    """The city asked for, or the first; a city that the person does not manage is not there for them."""
    slug = _parameter("city")
    found = next((city for city in mine if slug in ("", city.slug)), None)
    if found is None:
        raise NotFound
    return found


def _parameter(name: str) -> str:
    return "".join(filter(str.isprintable, request.args.get(name, "")))[:LONGEST_PARAMETER]


def page_number() -> int:
    asked = _parameter("page")
    return max(1, int(asked)) - 1 if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0


def page_links(start: int, count: int) -> dict[str, str]:
    """The addresses of the first and the next page, as far as there are any."""
    found = {}
    if start:
        found["first"] = _same_with(1)
    if start + PAGE_ROWS < count:
        found["next"] = _same_with(start // PAGE_ROWS + 2)
    return found


def _same_with(page: int) -> str:
    return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"
