"""What came out of a what-if: whether it can be trusted, and the coming quarter as it is and with the changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from permitflow.analytics.changes import Change
from permitflow.analytics.durations import DAY_US
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Chart, Column, Figure, Kind
from permitflow.reports.what_if import changes_of

STATED_ERROR = 0.2
"""Beyond this error on the last quarter nobody should lean on the next."""
OTHERWISE = 0.2
"""The change of arrivals or people between two quarters that explains an error."""
METRIC = "what_if"
MEASURES: tuple[tuple[str, Phrase, Kind], ...] = (
    ("finished", Phrase("Files finished"), "count"),
    ("open_at_end", Phrase("Files open at the end"), "count"),
    ("lead", Phrase("Median time of a finished file"), "duration"),
    ("late", Phrase("Files late at a step of the city"), "count"),
)
ENOUGH = 20
"""Files finished in the last quarter below which it is no test."""
ORDERS = {
    "oldest": Phrase("oldest first"),
    "newest": Phrase("newest first"),
    "shortest": Phrase("shortest first"),
    "due": Phrase("by due date"),
}
_CLOCKS = {
    ("business", True): Phrase("{step}: the legal clock is longer by business days: {n}."),
    ("business", False): Phrase("{step}: the legal clock is shorter by business days: {n}."),
    ("calendar", True): Phrase("{step}: the legal clock is longer by calendar days: {n}."),
    ("calendar", False): Phrase("{step}: the legal clock is shorter by calendar days: {n}."),
}
_RANGE = Phrase("{low} to {high}")
Titles = Callable[[str], str]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trust:
    """Whether the simulation reproduced the last quarter well enough; `told` says how well, or why not."""

    enough: bool
    told: tuple[Phrase, ...]


def trust(result: Record) -> Trust:
    """Return how far the simulation of the last quarter was from what happened, and what may explain it."""
    errors = {name: _error(result, name) for name, _, _ in _measures(result)}
    known = [error for error in errors.values() if error is not None]
    worst = max(known, default=1.0)
    percent = {"percent": round(100 * worst), "stated": round(100 * STATED_ERROR)}
    if len(known) < len(errors) or result["was"]["finished"] < ENOUGH:
        few = Phrase("Too few files were finished in the last quarter to compare the simulation with it.")
        return Trust(False, (few, *_why(result)))
    if worst <= STATED_ERROR:
        good = (
            "The last quarter, simulated from its beginning, comes out within {percent} % of what happened."
        )
        return Trust(True, (Phrase(good, percent),))
    if all(_within(result, name) for name in errors):
        return Trust(True, _as_far_as_can_be_told(percent))
    bad = Phrase(
        "The last quarter, simulated from its beginning, is {percent} % off what happened; more than {stated} % is "
        "too much. Do not lean on the figures below.",
        percent,
    )
    return Trust(False, (bad, *_why(result)))


def _as_far_as_can_be_told(percent: dict[str, int]) -> tuple[Phrase, ...]:
    return (
        Phrase(
            "The last quarter, simulated from its beginning, is up to {percent} % off what happened. Chance alone moves "
            "these figures as far in one quarter; where it is more than {stated} %, lean on the bands and not on the "
            "single figures.",
            percent,
        ),
    )


def _measures(result: Record) -> tuple[tuple[str, Phrase, Kind], ...]:
    """The figures that a result has; those of earlier versions lack some."""
    return tuple(measure for measure in MEASURES if measure[0] in result["was"])


def _within(result: Record, name: str) -> bool:
    """Whether a figure is off by no more than is stated, or by no more than two like quarters differ by chance."""
    error, was = _error(result, name), result["was"][name]
    if error is None:
        return False
    off = abs(result["again"][name]["p50"] - was)
    return error <= STATED_ERROR or off <= result.get("chance", {}).get(name, 0)


def _why(result: Record) -> tuple[Phrase, ...]:
    before, lately = result["before"], result["lately"]
    found = []
    for name, words in (
        ("came", Phrase("Files submitted in the last quarter: {lately}; in the quarter before: {before}.")),
        (
            "people",
            Phrase("People who took files in the last quarter: {lately}; in the quarter before: {before}."),
        ),
    ):
        if abs(lately[name] - before[name]) > OTHERWISE * max(before[name], 1):
            found.append(Phrase(words.message, {"lately": lately[name], "before": before[name]}))
    if found:
        return (Phrase("The office was another one in the quarter that the simulation learned from."), *found)
    return (
        Phrase(
            "Files may have waited for something that the record does not show, or habits changed within the quarter."
        ),
    )


def _error(result: Record, name: str) -> float | None:
    was, again = result["was"][name], result["again"][name]
    if was is None or again is None:
        return None
    share: float = abs(again["p50"] - was) / max(was, 1)
    return share


def figures(result: Record, titles: Titles) -> list[Figure]:
    """Return the three tables: the last quarter again, the coming quarter, and the queue of each step at its end."""
    return [_again(result), _ahead(result), _queues(result, titles)]


def headline(result: Record) -> tuple[Phrase, ...]:
    """Return what the changes would do, in two sentences; bands that overlap are no difference."""
    today, changed = result["today"], result["changed"]
    facts = {"today": today["open_at_end"]["p50"]}
    if changed is None:
        return (Phrase("As the office is today, {today} files are open in 13 weeks.", facts),)
    facts["changed"] = changed["open_at_end"]["p50"]
    first = Phrase(
        "In 13 weeks {today} files are open if nothing changes, and {changed} with what is tried here.", facts
    )
    return first, _verdict(today["open_at_end"], changed["open_at_end"])


def _verdict(today: Record, changed: Record) -> Phrase:
    if changed["p90"] < today["p10"]:
        return Phrase("That is clearly fewer: even the unlucky runs end better than the lucky ones of today.")
    if changed["p10"] > today["p90"]:
        return Phrase("That is clearly more: even the lucky runs end worse than the unlucky ones of today.")
    return Phrase("The runs overlap: this is no difference that one could count on.")


def tried(question: Record, titles: Titles) -> list[Phrase]:
    """Return what a question tries, a sentence for each change."""
    return [phrase for change in changes_of(question) for phrase in _said(change, titles)]


def _said(change: Change, titles: Titles) -> list[Phrase]:
    step = titles(change.step) if change.step else ""
    found = []
    if change.people > 0:
        found.append(Phrase("{step}: reviewers added: {n}.", {"step": step, "n": change.people}))
    if change.people < 0:
        found.append(Phrase("{step}: reviewers taken away: {n}.", {"step": step, "n": -change.people}))
    if change.order:
        found.append(
            Phrase("{step}: files are taken {order}.", {"step": step, "order": ORDERS[change.order].message})
        )
    if change.clock_days:
        found.append(
            Phrase(
                _CLOCKS[change.clock_unit, change.clock_days > 0].message,
                {"step": step, "n": abs(change.clock_days)},
            )
        )
    if change.outside_days is not None:
        found.append(
            Phrase("{step}: nobody waits longer than {n} days.", {"step": step, "n": change.outside_days})
        )
    if change.fewer_returns:
        said = Phrase(
            "A check at intake prevents {n} of 100 returns.", {"n": round(100 * change.fewer_returns)}
        )
        found.append(said)
    return found


def _again(result: Record) -> Figure:
    return Figure(
        "last-quarter",
        Phrase("How well the last quarter is reproduced"),
        METRIC,
        (
            Column("measure", Phrase("Figure")),
            Column("was", Phrase("As it was")),
            Column("simulated", Phrase("Simulated, median of the runs")),
            Column("band", Phrase("8 of 10 runs")),
            Column("error", Phrase("Off by"), "percent"),
            Column("chance", Phrase("Chance alone moves it by up to")),
        ),
        [
            (
                title,
                _value(result["was"][name], kind),
                _middle(result["again"][name], kind),
                _band(result["again"][name], kind),
                None if (error := _error(result, name)) is None else round(100 * error, 1),
                _value(result.get("chance", {}).get(name), kind),
            )
            for name, title, kind in _measures(result)
        ],
        n=result["visits"],
    )


def _ahead(result: Record) -> Figure:
    columns = [
        Column("measure", Phrase("Figure")),
        Column("today", Phrase("As the office is")),
        Column("today_band", Phrase("8 of 10 runs")),
    ]
    if result["changed"] is not None:
        columns += [
            Column("changed", Phrase("With the changes")),
            Column("changed_band", Phrase("8 of 10 runs, with the changes")),
        ]
    rows = [(title, *_cells(result, name, kind)) for name, title, kind in _measures(result)]
    return Figure(
        "next-quarter",
        Phrase("The next 13 weeks"),
        METRIC,
        tuple(columns),
        rows,
        headline(result) if (how_far := trust(result)).enough else how_far.told[:1],
        n=result["visits"],
    )


def _cells(result: Record, name: str, kind: Kind) -> list[Cell]:
    versions = [one for one in (result["today"], result["changed"]) if one is not None]
    return [cell for one in versions for cell in (_middle(one[name], kind), _band(one[name], kind))]


def _queues(result: Record, titles: Titles) -> Figure:
    today, changed = result["today"]["queues"], result["changed"] and result["changed"]["queues"]
    columns = [Column("step", Phrase("Step"))]
    drawn = ["today"]
    for name, title in (("today", Phrase("As the office is")), ("changed", Phrase("With the changes"))):
        if name == "changed" and changed is None:
            continue
        columns += [
            Column(name, title, "count"),
            Column(f"{name}_p10", Phrase("At least, in 9 of 10 runs"), "count"),
            Column(f"{name}_p90", Phrase("At most, in 9 of 10 runs"), "count"),
        ]
    drawn += ["changed"] if changed is not None else []
    steps = sorted({*today, *(changed or {})}, key=lambda step: -today.get(step, _NONE)["p50"])
    queues = [one for one in (today, changed) if one is not None]
    rows = [
        (Phrase(titles(step)), *(one.get(step, _NONE)[p] for one in queues for p in ("p50", "p10", "p90")))
        for step in steps
    ]
    chart = Chart("bars", "step", tuple(drawn), Phrase("Files at each step in 13 weeks"))
    return Figure(
        "queues", Phrase("Files at each step in 13 weeks"), METRIC, tuple(columns), rows, chart=chart
    )


_NONE = {"p10": 0, "p50": 0, "p90": 0}


def _middle(band: Record | None, kind: Kind) -> Cell:
    return None if band is None else _value(band["p50"], kind)


def _band(band: Record | None, kind: Kind) -> Cell:
    if band is None:
        return None
    low, high = (_shown(band[p], kind) for p in ("p10", "p90"))
    words = Phrase("{low} to {high} days") if kind == "duration" else _RANGE
    return Phrase(words.message, {"low": low, "high": high})


def _value(value: int | None, kind: Kind) -> Cell:
    if value is None:
        return None
    shown = _shown(value, kind)
    return Phrase("{days} days", {"days": shown}) if kind == "duration" else shown


def _shown(value: int, kind: Kind) -> int | float:
    return round(value / DAY_US, 1) if kind == "duration" else value
