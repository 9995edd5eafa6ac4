"""A page of a large city shown from what its statements answered lately, for as long as a look at all files is dear.

The answers hold numbers and ids; names, titles and links are put to them when the page is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from permitflow.analytics.told_snapshot import NotTold, ToldSnapshot, WritingSnapshot
from permitflow.instants import to_datetime
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Figure
from permitflow.reports.kept import Dear, Result, build, kept_lately
from permitflow.reports.page import Ask


@dataclass(frozen=True, slots=True)
class Prepared:
    """The figures of the page `id`; `words` are those words of the address that they depend on.

    In a large city they may be up to kept.STALE old, and then say so. In others they are counted at each look.
    """

    id: str
    figures: Callable[[Ask], Sequence[Figure]]
    words: tuple[str, ...] = ()

    def __call__(self, ask: Ask) -> Sequence[Figure]:
        """Return the figures of the page."""
        kept = ask.snapshot.kept
        if kept is None or not kept.large:
            return self.figures(ask)
        asked = replace(ask, words={name: ask.words[name] for name in self.words if ask.word(name)})
        try:
            return self._told(ask, kept_lately(asked, self.dear))
        except NotTold:
            # People, firms or workflows have changed since, and with them what has to be asked of the record.
            return self._told(ask, build(asked, self.dear))

    @property
    def dear(self) -> Dear:
        """The answers to the page's statements, as a result that is kept."""
        return Dear(f"page {self.id}", self._answers)

    def _answers(self, ask: Ask) -> dict[str, Any]:
        writing = WritingSnapshot(ask.snapshot)
        self.figures(replace(ask, snapshot=writing))
        return writing.answers

    def _told(self, ask: Ask, result: Result) -> Sequence[Figure]:
        snapshot = ToldSnapshot(result.value, result.as_of, ask.snapshot.kept)
        found = self.figures(replace(ask, scope=replace(ask.scope, now=result.as_of), snapshot=snapshot))
        if result.as_of == ask.scope.now:
            return found
        note = counted_as_of(ask, result.as_of)
        return [replace(figure, notes=(*figure.notes, note)) for figure in found]


def counted_as_of(ask: Ask, at: int) -> Phrase:
    """Return the words for figures that were counted at an earlier instant (microseconds) than the record shows."""
    local = to_datetime(at, ask.scope.city.zone)
    return Phrase("Counted as of {day}, {time}.", {"day": local.date(), "time": f"{local:%H:%M}"})
