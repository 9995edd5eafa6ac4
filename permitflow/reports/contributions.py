"""How much of the time to the decision each step answers for, and what a faster step would have saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from permitflow.analytics.contribution import BETWEEN, Span, critical_lane, equal_split, saved_if_faster
from permitflow.analytics.durations import DAY_US
from permitflow.analytics.percentiles import ENOUGH
from permitflow.queries.sentence import Phrase
from permitflow.reports.kept import Dear, kept, kept_or_none
from permitflow.reports.page import Ask

MOST_FILES = 1_000
"""Decided files that are looked at, drawn by a hash of their ids when there are more."""
FASTER_DAYS = 3
"""So many days faster a step is thought to be."""
SAMPLE = """WITH drawn AS (
    SELECT file, submitted_at, decided_at FROM chosen WHERE by_city AND in_period(decided_at)
    ORDER BY hash(id), id LIMIT $most
) SELECT file, submitted_at, decided_at, step, opened_at, least(coalesce(closed_at, decided_at), decided_at)
FROM drawn LEFT JOIN (SELECT * FROM stays WHERE before_decision) AS stays USING (file) ORDER BY file, opened_at, visit"""
DECIDED = "SELECT count(*) FROM chosen WHERE by_city AND in_period(decided_at)"
Saved = tuple[int, int]


@dataclass(frozen=True, slots=True)
class StepPart:
    """One step: its part of the lead time of the files looked at, in microseconds, split in two ways.

    `equal_us` gives time in which several steps were open to each in equal parts, `critical_us` to the one that
    ended last. `saved_us` and `removed_us` are what its `files` together would have gained, had the step been
    FASTER_DAYS faster, or taken no time. The step "" is time in which no step was open.
    """

    step: str
    title: str
    files: int
    equal_us: int
    critical_us: int
    saved_us: int
    removed_us: int

    def say(self) -> Phrase | None:
        """Return what a faster step would have meant, None where too few files passed it."""
        if self.step == BETWEEN or self.files < ENOUGH:
            return None
        return Phrase(
            "If {step} were {days} days faster each time, the decision would come {saved} days earlier (on average of {n} files).",
            {
                "step": self.title,
                "days": FASTER_DAYS,
                "saved": f"{self.mean_saved / DAY_US:.1f}",
                "n": self.files,
            },
        )

    @property
    def mean_saved(self) -> int:
        """Return what a file that passed the step would have gained by the faster step, in microseconds."""
        return self.saved_us // self.files if self.files else 0

    @property
    def mean_removed(self) -> int:
        """Return what a file that passed the step would have gained without it, in microseconds."""
        return self.removed_us // self.files if self.files else 0


@dataclass(frozen=True, slots=True)
class Contributions:
    """The steps with the greatest part first; both ways of splitting sum to `lead_us` exactly."""

    parts: Sequence[StepPart]
    lead_us: int
    files: int
    decided: int


def contributions_of(ask: Ask) -> Contributions:
    """Return the contribution of each step to the lead time of files that the city decided in the period."""
    asked = replace(ask, words={})
    told = (kept_or_none(asked, SPLIT) or kept(asked, SPLIT)).value
    parts = [
        StepPart(step, ask.workflows.step_title(step) if step else "", *figures)
        for step, figures in told["steps"].items()
    ]
    parts.sort(key=lambda part: (-part.equal_us, part.step))
    return Contributions(parts, told["lead_us"], told["files"], told["decided"])


def split_of(ask: Ask) -> dict[str, Any]:
    """Return the split as plain records: step -> [files, equal, critical, saved, removed], in microseconds."""
    figures: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    lead, files = 0, 0
    rows = ask.snapshot.rows(SAMPLE, {"most": MOST_FILES})
    for (_, submitted, decided), visits in groupby(rows, key=lambda row: row[:3]):
        spans = [Span(*visit[3:]) for visit in visits if visit[3] is not None]
        lead, files = lead + decided - submitted, files + 1
        _add(figures, 1, equal_split((submitted, decided), spans))
        _add(figures, 2, critical_lane((submitted, decided), spans))
        saved = {step: _saved(spans, step) for step in {span.step for span in spans}}
        _add(figures, 0, dict.fromkeys(saved, 1))
        _add(figures, 3, {step: both[0] for step, both in saved.items()})
        _add(figures, 4, {step: both[1] for step, both in saved.items()})
    (decided_in_all,) = ask.snapshot.row(DECIDED)
    return {"steps": dict(figures), "lead_us": lead, "files": files, "decided": decided_in_all}


SPLIT = Dear("contributions", split_of)


def _add(figures: Mapping[str, list[int]], place: int, parts: Mapping[str, int]) -> None:
    for step, part in parts.items():
        figures[step][place] += part


def _saved(spans: Iterable[Span], step: str) -> Saved:
    listed = list(spans)
    longest = max(span.end - span.start for span in listed if span.step == step)
    return saved_if_faster(listed, step, FASTER_DAYS * DAY_US), saved_if_faster(listed, step, longest)
