"""Pages of a large city shown from what its statements answered lately, for a look at all files is dear.

The answers hold numbers and ids; names, titles and links are put to them when the page is looked at. What there is no
answer to yet is counted beside the request that waits for it (reports/beside.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from permitflow.analytics.told_snapshot import NotTold, ToldSnapshot, WritingSnapshot
from permitflow.instants import to_datetime
from permitflow.queries.sentence import Phrase
from permitflow.reports.beside import lately, visits
from permitflow.reports.figures import Figure
from permitflow.reports.kept import Dear, Result, build, forget, is_large
from permitflow.reports.page import Ask, Page

T = TypeVar("T")
MANY = 1_000_000
"""So many visits of the period are looked at for a light page within a request."""


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What `find` makes of the answers to its statements, which are kept under a name."""

    name: str
    find: Callable[[Ask], T]

    def __call__(self, ask: Ask) -> tuple[T, int]:
        """Return what is found, and as of which instant (microseconds) of the record. Raises Counting."""
        try:
            return self._told(ask, lately(ask, self.dear))
        except NotTold:
            # People, firms or workflows have changed since, and with them what has to be asked of the record.
            again = lately if forget(ask, self.dear) else build
            return self._told(ask, again(ask, self.dear))

    @property
    def dear(self) -> Dear:
        """The answers to the statements, as a result that is kept."""
        return Dear(self.name, self._answers)

    def _answers(self, ask: Ask) -> dict[str, Any]:
        writing = WritingSnapshot(ask.snapshot)
        self.find(replace(ask, snapshot=writing))
        return writing.answers

    def _told(self, ask: Ask, result: Result) -> tuple[T, int]:
        snapshot = ToldSnapshot(result.value, result.as_of, ask.snapshot.kept)
        told = replace(ask, scope=replace(ask.scope, now=result.as_of), snapshot=snapshot)
        return self.find(told), result.as_of


@dataclass(frozen=True, slots=True)
class Prepared:
    """The figures of the page `id`; `words` are those words of the address that they depend on.

    In a large city they may be up to kept.STALE old, and then say so. In others they are counted at each look; so are
    those of a `light` page, unless the period has very many visits.
    """

    id: str
    figures: Callable[[Ask], Sequence[Figure]]
    words: tuple[str, ...] = ()
    light: bool = False

    def __call__(self, ask: Ask) -> Sequence[Figure]:
        """Return the figures of the page. Raises Counting."""
        if not is_large(ask):
            return self.figures(ask)
        asked = replace(ask, words={name: ask.words[name] for name in self.words if ask.word(name)})
        found, as_of = in_reach(asked, self.answered) if self.light else self.answered(asked)
        if as_of == ask.scope.now:
            return found
        note = counted_as_of(ask, as_of)
        return [replace(figure, notes=(*figure.notes, note)) for figure in found]

    @property
    def answered(self) -> Answered[Sequence[Figure]]:
        """The figures, made of answers that are kept."""
        return Answered(f"page {self.id}", self.figures)


def in_reach(ask: Ask, answered: Answered[T]) -> tuple[T, int]:
    """Return what is found, and as of when: within the request unless the period has very many visits.

    Raises Counting. What is found must not depend on words of the address that `ask` has not.
    """
    if not is_large(ask) or visits(ask) <= MANY:
        return answered.find(ask), ask.scope.now
    return answered(ask)


def prepared(page: Page) -> Page:
    """Return a page whose figures are prepared for large cities, as a light one unless it says otherwise."""
    if isinstance(page.figures, Prepared):
        return page
    words = tuple(choice.name for choice in page.choices)
    return replace(page, figures=Prepared(page.id, page.figures, words, light=True))


def counted_as_of(ask: Ask, at: int) -> Phrase:
    """Return the words for figures that were counted at an earlier instant (microseconds) than the record shows."""
    local = to_datetime(at, ask.scope.city.zone)
    return Phrase("Counted as of {day}, {time}.", {"day": local.date(), "time": f"{local:%H:%M}"})
