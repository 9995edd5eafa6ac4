"""How well the city's forecasts held over the last year, from a sample of its files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from permitflow.analytics.backtest import WINDOW_US, back_test
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.forecast import RECENT_DAYS, Levels, is_drifting
from permitflow.analytics.visits import StepVisit
from permitflow.reports.kept import Dear, kept_lately
from permitflow.reports.page import Ask

MOST_FILES = 2_000
CUT_DAYS = range(30, 361, 30)
"""How many days ago the forecasts are made again."""
KINDS = ("step", "file")
_SAMPLE = f"""WITH sample AS (
    SELECT file, id, workflow, submitted_at, decided_at FROM chosen
    WHERE coalesce(decided_at, now_us()) >= now_us() - {2 * WINDOW_US} ORDER BY hash(id), id LIMIT {MOST_FILES}
)"""
_STEPS = f"""{_SAMPLE} SELECT id, step, opened_at, closed_at FROM stays JOIN sample USING (file)
    WHERE role IS NOT NULL AND party = 'agency' AND opened_at >= now_us() - {2 * WINDOW_US}"""
_FILES = f"{_SAMPLE} SELECT id, workflow, submitted_at, decided_at FROM sample"


@dataclass(frozen=True, slots=True)
class Held:
    """What became of one kind of forecast: how many could be judged, the shares (0 to 1), and how many not yet."""

    n: int
    kept: float | None
    covered: float | None
    open: int


@dataclass(frozen=True, slots=True)
class Tested:
    """The back-test: what became of the forecasts of steps and of files, the levels to read the next ones at, the
    steps that lately took longer or shorter than before, and of how many files it is made."""

    held: Mapping[str, Held]
    levels: Mapping[str, Levels]
    drifting: frozenset[str]
    files: int


def tested(ask: Ask) -> Tested:
    """Return the back-test of the files that are chosen, made once for a state of the record."""
    value = kept_lately(replace(ask, words={}), BACK_TEST).value
    return Tested(
        {kind: Held(**value[kind]["held"]) for kind in KINDS},
        {kind: Levels(**value[kind]["levels"]) for kind in KINDS},
        frozenset(value["drifting"]),
        value["files"],
    )


def _build(ask: Ask) -> dict[str, Any]:
    steps = [StepVisit(id_, step, at, None, end) for id_, step, at, end in ask.snapshot.rows(_STEPS)]
    files = [StepVisit(id_, kind, at, None, end) for id_, kind, at, end in ask.snapshot.rows(_FILES)]
    cuts = [ask.scope.now - days * DAY_US for days in CUT_DAYS]
    found: dict[str, Any] = {}
    for kind, visits in zip(KINDS, (steps, files), strict=True):
        result = back_test(visits, cuts, ask.scope.now)
        held = Held(result.held.n, result.held.kept, result.held.covered, result.open)
        found[kind] = {"held": asdict(held), "levels": asdict(result.levels)}
    return found | {"drifting": _drifting(steps, ask.scope.now), "files": len(files)}


def _drifting(visits: Sequence[StepVisit], now: int) -> list[str]:
    by_step: defaultdict[str, list[StepVisit]] = defaultdict(list)
    for visit in visits:
        by_step[visit.step].append(visit)
    return sorted(step for step, own in by_step.items() if is_drifting(own, now, RECENT_DAYS * DAY_US))


BACK_TEST = Dear("promises", _build)
