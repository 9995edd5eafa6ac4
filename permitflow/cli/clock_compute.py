"""The commands about legal clocks that need no database: what the clocks of a statute do with a submission.

Nothing of the database is imported here, so that the answer comes quickly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import click

import config
from permitflow.engine import clock_pack
from permitflow.engine.clock_pack import PROCEDURES, CalendarDef, ClockPack
from permitflow.engine.errors import EngineError
from permitflow.engine.projection import Projection, Run, project

PACKS = config.ROOT / "workflows" / "clocks"
# The longest clock of a pack is an obligation of six years; holidays are looked up for as long as one can last.
YEARS_AHEAD = 8
UNITS = {"business_day": "business", "calendar_day": "calendar"}
OUTCOMES = {
    "deemed_complete": "the application is then complete",
    "deemed_approved": "the application is then approved",
    "deemed_denied": "the application then counts as denied and can be appealed",
    "void": "the application is then void",
    "expired": "the permit then expires",
    "remedy": "the applicant then has a right",
    "none": "nothing follows by itself",
}


@dataclass(frozen=True, slots=True)
class _Differences:
    """How an office's closed days differ from the public holidays of its pack."""

    closed: tuple[datetime, ...]
    opened: tuple[datetime, ...]
    no_holiday: tuple[str, ...]


class _Moment(click.ParamType[Any]):
    """A local date, with or without a time; without one it is noon."""

    name = "YYYY-MM-DD[THH:MM]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the text; fails with one sentence."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date such as 2025-12-23 or 2025-12-23T16:30.", param, ctx)
        if moment.tzinfo is not None:
            self.fail("Give the city's local date and time, without a zone.", param, ctx)
        return moment if "T" in value else datetime.combine(moment, time(12))


class _Pair(click.ParamType[Any]):
    """A name and a value with an equals sign between them."""

    name = "NAME=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split the text; fails with one sentence."""
        name, equals, text = value.partition("=")
        if not (name and equals and text):
            self.fail(f"{value!r} is not NAME=VALUE.", param, ctx)
        return name, text


DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--pack", required=True, help="The clock pack, e.g. us-ca-ab970.")
@click.option(
    "--stations", type=click.IntRange(1, 9999), help="Number of charging stations (1 when not given)."
)
@click.option(
    "--procedure",
    type=click.Choice(list(PROCEDURES)),
    default="administrative",
    help="How it is decided: without public notice, with notice, or with a hearing.",
)
@click.option("--submitted", required=True, type=_Moment(), help="Local date, or date and time.")
@click.option("--event", "events", multiple=True, type=_Pair(), help="What happened: NAME=YYYY-MM-DD.")
@click.option("--fact", "facts", multiple=True, type=_Pair(), help="A further fact: site.location=lot.")
@click.option("--closed", multiple=True, type=DAY, help="A further day on which the office is closed.")
@click.option("--open", "opened", multiple=True, type=DAY, help="A holiday on which the office is open.")
@click.option(
    "--no-holiday", multiple=True, help="A holiday that the office does not keep, or part of its name."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def compute(as_json: bool, **given: Any) -> None:
    """Compute every due date of a statute for one submission, when the office stays silent or as events say."""
    try:
        pack = clock_pack.find(given["pack"], PACKS)
        document = _document(pack, _facts(given), given)
    except (ValueError, LookupError, OverflowError, EngineError) as error:
        raise click.UsageError(_sentence(error)) from error
    words = "\n\n".join(_paragraphs(pack, document))
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else words)


def _sentence(error: Exception) -> str:
    return str(error.args[0]) if isinstance(error, LookupError) else str(error)


def _facts(given: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "application": {"round": 1},
        "equipment": {"station_count": given["stations"] or 1},
        "project": {"procedure": PROCEDURES[given["procedure"]], "use_relation": "accessory"},
        "site": {"outside_growth_boundary": False},
    }
    words = {"true": True, "false": False}
    for name, text in given["facts"]:
        group, dot, member = name.partition(".")
        if not dot or "." in member:
            raise ValueError(f"The fact {name!r} is not of the form group.name.")
        value = int(text) if text.isdecimal() else words.get(text, text)
        facts.setdefault(group, {})[member] = value
    return facts


def _document(pack: ClockPack, facts: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return what the command prints; the keys up to `clocks` are a contract, further ones may follow."""
    submitted: datetime = given["submitted"]
    events = [(name, _day(name, text)) for name, text in given["events"]]
    years = range(submitted.year, max([submitted.year, *(on.year for _name, on in events)]) + YEARS_AHEAD)
    differences = _Differences(given["closed"], given["opened"], given["no_holiday"])
    closures = _closures(pack.calendar, years, differences)
    found = project(pack, pack.calendar.calendar(years, closures), facts, submitted, events)
    return {
        "pack": pack.pack,
        "calendar": _calendar_name(pack.calendar, found, differences),
        "received_on": found.received_on.isoformat(),
        "clocks": [_clock(run, found) for run in found.runs],
        "not_started": [name for name in pack.clocks if name not in {run.name for run in found.runs}],
    }


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"The event {name} has the date {text!r}; write it as 2026-01-31.") from None


def _closures(calendar: CalendarDef, years: range, differences: _Differences) -> dict[date, str]:
    closures = calendar.closed_days(years)
    for part in differences.no_holiday:
        dropped = [on for on, name in closures.items() if part.casefold() in name.casefold()]
        if not dropped:
            raise ValueError(f"No holiday of {calendar.place} is called {part!r}.")
        for on in dropped:
            del closures[on]
    for moment in differences.opened:
        if closures.pop(moment.date(), None) is None:
            raise ValueError(f"{moment.date()} is no holiday of {calendar.place}.")
    return closures | {moment.date(): "closed by the office" for moment in differences.closed}


def _calendar_name(calendar: CalendarDef, found: Projection, differences: _Differences) -> str:
    first = min([found.received_on, *(run.started_on for run in found.runs)]).year
    last = max([found.ended_on, *(run.due_on for run in found.runs if run.due_on)]).year
    name = f"{calendar.place} {first}" if first == last else f"{calendar.place} {first}-{last}"
    changed = [f"without {part}" for part in differences.no_holiday]
    changed += [f"open on {moment.date()}" for moment in differences.opened]
    changed += [f"closed on {moment.date()}" for moment in differences.closed]
    return ", ".join([name, *changed])


def _clock(run: Run, found: Projection) -> dict[str, Any]:
    due = run.due_on
    days = run.days(due or run.stopped_on or found.ended_on)
    return {
        "name": run.name,
        "unit": run.rule.unit,
        "length": run.length,
        "starts_on": run.started_on.isoformat(),
        "due_on": due and due.isoformat(),
        "outcome": run.rule.outcome,
        "verified": run.rule.verified,
        "days": [{"on": day.on.isoformat(), "counted": day.counted, "why": day.why} for day in days],
        "title": run.rule.title,
        "started_by": run.started_by,
        "stopped_on": run.stopped_on and run.stopped_on.isoformat(),
        "stopped_by": run.stopped_by or None,
        "lapsed": run.lapsed,
        "used": run.used(run.stopped_on or due or found.ended_on),
        "authority": run.rule.authority,
        "holder": run.spec.holder,
    }


def _paragraphs(pack: ClockPack, document: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{pack.title}\nReceived on {document['received_on']}. "
        f"Working days: Monday to Friday without the holidays of {document['calendar']}."
    )
    for one in document["clocks"]:
        yield f"{_headline(one)}\n{_table(one['days'])}"
    if document["not_started"]:
        yield f"Not started: {', '.join(pack.clocks[name].title for name in document['not_started'])}."


def _headline(one: dict[str, Any]) -> str:
    unit = _unit(one["unit"], one["length"])
    end = f"ends {one['due_on']}" if one["due_on"] else "paused, so its end is not known"
    stopped = f"; stopped on {one['stopped_on']} by {one['stopped_by']}" if one["stopped_on"] else ""
    outcome = "" if one["stopped_on"] and not one["lapsed"] else f"; {OUTCOMES[one['outcome']]}"
    doubt = "" if one["verified"] else " Not checked against the law: it only warns."
    return (
        f"{one['title']}: {one['length']} {unit} from {one['starts_on']}, {end}{stopped}{outcome}. "
        f"{one['authority']}.{doubt}"
    )


def _unit(unit: str, length: int) -> str:
    plural = "" if length == 1 else "s"
    return f"{UNITS[unit]} day{plural}" if unit in UNITS else f"{unit}{plural}"


def _table(days: Sequence[dict[str, Any]]) -> str:
    number, lines = 0, []
    for day in days:
        number += day["counted"]
        weekday = f"{date.fromisoformat(day['on']):%a}"
        lines.append(f"  {day['on']} {weekday}  {number if day['counted'] else '':>4}  {day['why']}")
    return "\n".join(lines)
