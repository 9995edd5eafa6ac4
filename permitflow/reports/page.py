"""A page of the manager's report: the figures it shows and the lists of files behind their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy.orm import Session

from permitflow.analytics.snapshot import Snapshot
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Figure
from permitflow.reports.scope import City, Scope, Workflows


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page is asked: the scope, the snapshot narrowed to it, and the other words of the address.

    `session` reads what is in no snapshot: names of people, titles of files, other cities. `cities` are those
    whose reports the reader may see, by name. `hurried`: somebody waits for the answer, so that what takes long is
    counted beside the request.
    """

    scope: Scope
    snapshot: Snapshot
    workflows: Workflows
    session: Session
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    cities: tuple[City, ...] = ()
    hurried: bool = False

    def word(self, name: str, default: str = "") -> str:
        """Return one word of the address; it comes from outside and may be anything."""
        return self.words.get(name, default)


@dataclass(frozen=True, slots=True)
class Choice:
    """A further field of the filter: its name in the address, its label, and its (value, words)."""

    name: str
    title: Phrase
    options: Callable[[Ask], Sequence[tuple[str, Phrase | str]]]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL over the snapshot that selects (file, since_at, until_at or NULL, place) of each line of a list.

    `place` is a step of the workflow, or any text; parameters are written $name.
    """

    sql: str
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Listing:
    """The files behind a number: what the list is called, and its lines; it has as many as the number says."""

    title: Callable[[Ask], Phrase]
    lines: Callable[[Ask], Statement]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its last part of the address, its title (the job), and what builds its figures."""

    id: str
    title: Phrase
    lead: Phrase
    figures: Callable[[Ask], Sequence[Figure]]
    listings: Mapping[str, Listing] = field(default_factory=lambda: MappingProxyType({}))
    choices: tuple[Choice, ...] = ()
