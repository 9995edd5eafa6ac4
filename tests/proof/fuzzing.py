"""What reads texts of strangers, called with anything inside a cage: no file, network, program or new code may be touched."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from permitflow.engine import clock_pack, overlay, strict_yaml
from permitflow.engine.conditions import (
    UnreadableExpression,
    check_readable,
    compute_integer,
    fields_named,
    value_of,
)
from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import DefinitionError, UnknownFacts
from permitflow.engine.lint import lint
from permitflow.engine.loader import _loaded, load_file, load_text
from permitflow.engine.scenario import FOLDER, read_scenario
from tests.engine.small_workflow import SMALL
from tests.proof import mutations
from tests.proof.world import LIBRARY

FORBIDDEN = (
    "open",
    "import",
    "exec",
    "compile",
    "socket",
    "subprocess",
    "ctypes",
    "pty",
    "marshal",
    "pickle",
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.chmod",
    "os.putenv",
    "os.kill",
    "shutil",
    "urllib",
    "http",
    "webbrowser",
)
LIMIT_MS = 10.0
_trips: list[str] = []


class Cage:
    """Whether the cage is closed; an audit hook can be told in no other way."""

    closed = False


class Tripped(BaseException):
    """Something forbidden was touched; no handler of ordinary errors may swallow it."""


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if Cage.closed and event.startswith(FORBIDDEN):
        _trips.append(f"{event} {arguments[:2]!r}"[:200])
        raise Tripped(event)


@lru_cache(maxsize=1)
def install() -> None:
    """Hang the hook into the interpreter; it cannot be taken out again, and sleeps while no cage is closed."""
    sys.addaudithook(_watch)


@contextmanager
def cage() -> Iterator[None]:
    """Refuse everything forbidden inside the block."""
    Cage.closed = True
    try:
        yield
    finally:
        Cage.closed = False


@dataclass
class Corpus:
    """What the inputs are made from."""

    shipped: list[str]
    values: list[Any]
    scenarios: list[str]
    packs: list[tuple[str, str]]
    expressions: list[str]
    base: LoadedDefinition

    @property
    def everything(self) -> list[str]:
        """Every text."""
        return [*self.shipped, *self.scenarios, *(text for _name, text in self.packs), SMALL]


@dataclass
class Found:
    """How it went: inputs by kind, what was accepted, trips, other errors, and the slowest of each."""

    inputs: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_ms: dict[str, tuple[float, str]] = field(default_factory=dict)

    def timed(self, kind: str, milliseconds: float, given: str) -> None:
        """Keep the slowest of its kind."""
        if milliseconds > self.slowest_ms.get(kind, (0.0, ""))[0]:
            self.slowest_ms[kind] = (milliseconds, given[:160])


def corpus() -> Corpus:
    """Read every shipped file once, before any cage is closed."""
    files = [
        path
        for path in sorted(LIBRARY.rglob("*.yaml"))
        if path.parent.name not in ("clocks", FOLDER, "mappings")
    ]
    texts = [path.read_text(encoding="utf-8") for path in files]
    scenarios = [path.read_text(encoding="utf-8") for path in sorted(LIBRARY.rglob(f"{FOLDER}/*.yaml"))]
    packs = [
        (path.stem, path.read_text(encoding="utf-8")) for path in sorted((LIBRARY / "clocks").glob("*.yaml"))
    ]
    values = [strict_yaml.read(text, "file").value for text in texts]
    base = load_file(LIBRARY / "us-ca" / "commercial-ab970.yaml")
    expressions = [
        clause["expression"]
        for value in values
        if isinstance(value, dict)
        for clause in (value.get("clauses") or {}).values()
        if "expression" in (clause or {})
    ]
    return Corpus(texts, values, scenarios, packs, expressions, base)


class Fuzzer:
    """Makes inputs from a seed and hands each to what reads it."""

    def __init__(self, seed: int, known: Corpus) -> None:
        self.rng, self.known, self.found = random.Random(seed), known, Found()
        self._small = strict_yaml.read(SMALL, "small.yaml").value
        self._pack_values = [strict_yaml.read(text, name).value for name, text in known.packs]
        self._scenario_values = [strict_yaml.read(text, "scenario").value for text in known.scenarios]
        self._facts = [mutations.facts(self.rng) for _ in range(50)]
        install()
        self._warm_up()

    def run(self, count: int, tell: Callable[[int], None] = lambda _done: None) -> Found:
        """Try so many inputs; `tell` hears the number from time to time."""
        kinds, weights = zip(*((kind, weight) for kind, (weight, _) in _TARGETS.items()), strict=True)
        for done in range(1, count + 1):
            kind = self.rng.choices(kinds, weights)[0]
            self.one(kind)
            if done % 10_000 == 0:
                tell(done)
        return self.found

    def one(self, kind: str) -> None:
        """Try one input of a kind."""
        given, read = _TARGETS[kind][1](self)
        self.found.inputs[kind] += 1
        del _trips[:]
        began = time.thread_time()
        try:
            with cage():
                read()
            self.found.accepted[kind] += 1
        except (DefinitionError, UnreadableExpression, UnknownFacts):
            pass
        except BaseException as error:  # Also a panic of the library beneath, which is no Exception.
            if isinstance(error, KeyboardInterrupt):
                raise
            self.found.faults.append(f"{kind}: {type(error).__name__}: {error} for {given!r:.400}")
        if _trips:
            self.found.faults.append(f"{kind}: tripped {_trips} for {given!r:.400}")
        self.found.timed(kind, (time.thread_time() - began) * 1000, repr(given))

    def _warm_up(self) -> None:
        """Let everything be imported that any of the readers imports when it is first used."""
        for kind in _TARGETS:
            for _ in range(3):
                read = _TARGETS[kind][1](self)[1]
                try:
                    read()
                except (DefinitionError, UnreadableExpression, UnknownFacts):
                    continue
        for name, text in self.known.packs[:1]:
            clock_pack.load_text(text, name, name)
        read_scenario(self.known.scenarios[0], "scenario")
        load_text(SMALL, "small.yaml")

    def _expression(self) -> tuple[str, Callable[[], object]]:
        given, facts = mutations.expression(self.rng, self.known.expressions), self.rng.choice(self._facts)

        def read() -> None:
            names = fields_named(given)
            check_readable(given)
            known = mutations.filled(self.rng, facts, names)
            took = _milliseconds(given, known)
            if took > LIMIT_MS:  # Whatever else the machine did meanwhile is not the expression's.
                took = min(_milliseconds(given, known) for _ in range(5))
            self.found.timed("evaluation", took, given)
            if took > LIMIT_MS:
                self.found.faults.append(f"the evaluation took {took:.1f} ms: {given!r}")
            self.found.accepted["evaluated"] += 1
            self.found.accepted["decided"] += value_of(given, known) is not None
            compute_integer(given, known)

        return given, read

    def _bytes(self) -> tuple[bytes, Callable[[], object]]:
        given = mutations.bytes_of(self.rng, self.known.everything)
        return given, lambda: strict_yaml.read(strict_yaml.decode(given, "file"), "file")

    def _snippet(self) -> tuple[str, Callable[[], object]]:
        given = mutations.snippet(self.rng, self.known.everything)
        return given, lambda: strict_yaml.read(given, "file")

    def _workflow(self) -> tuple[str, Callable[[], object]]:
        given = mutations.text(self.rng, SMALL)
        if self.rng.random() < 0.7:
            given = mutations.structure(self.rng, self._small, self.rng.choice(self.known.values))
        return given, lambda: _linted(load_text(given, "workflow.yaml"))

    def _shipped(self) -> tuple[str, Callable[[], object]]:
        given = mutations.text(self.rng, self.rng.choice(self.known.shipped))
        if self.rng.random() < 0.7:
            given = mutations.structure(
                self.rng, self.rng.choice(self.known.values), self.rng.choice(self.known.values)
            )
        return given, lambda: load_text(given, "workflow.yaml")

    def _overlay(self) -> tuple[str, Callable[[], object]]:
        value = self.rng.choice([each for each in self.known.values if overlay.is_overlay(each)])
        given = mutations.structure(self.rng, value, self.rng.choice(self.known.values))
        return given, lambda: _laid_over(given, self.known.base)

    def _scenario(self) -> tuple[str, Callable[[], object]]:
        given = mutations.text(self.rng, self.rng.choice(self.known.scenarios)[:1500])
        if self.rng.random() < 0.6:
            donor = self.rng.choice(self._scenario_values)
            given = mutations.structure(self.rng, self.rng.choice(self._scenario_values), donor)
        return given, lambda: read_scenario(given, "scenario.yaml")

    def _pack(self) -> tuple[str, Callable[[], object]]:
        place = self.rng.randrange(len(self.known.packs))
        name, given = self.known.packs[place]
        if self.rng.random() < 0.6:
            given = mutations.structure(
                self.rng, self._pack_values[place], self.rng.choice(self._pack_values)
            )
        else:
            given = mutations.text(self.rng, given)
        return given, lambda: clock_pack.load_text(given, name, name)


def _milliseconds(expression: str, facts: dict[str, Any]) -> float:
    began = time.thread_time()
    value_of(expression, facts)
    return (time.thread_time() - began) * 1000


def _linted(loaded: LoadedDefinition) -> None:
    """Lint what could be read: every sentence about a strange file has to come as a finding."""
    # The law that a clock names is looked up in the folder of the packs.
    Cage.closed = False
    lint(loaded)


def _laid_over(given: str, base: LoadedDefinition) -> None:
    """Read an overlay as the loader does, with its base at hand; the base it names lies in the library."""
    document = strict_yaml.read(given, "overlay.yaml")
    if not overlay.is_overlay(document.value):
        return
    path = LIBRARY / "us-ca-monrovia" / "overlay.yaml"
    found = overlay.base_of(document, "overlay.yaml", path, (path,))
    assert found.resolve().is_relative_to(LIBRARY.resolve()), found
    merged = overlay.merge(base, document, json.loads(base.body), "overlay.yaml")
    _loaded(merged, "overlay.yaml", *overlay.places(base, document, merged))


_Target = Callable[[Fuzzer], tuple[Any, Callable[[], object]]]
_TARGETS: dict[str, tuple[float, _Target]] = {
    "expression": (80.0, Fuzzer._expression),
    "snippet": (12.4, Fuzzer._snippet),
    "bytes": (4.0, Fuzzer._bytes),
    "scenario": (1.2, Fuzzer._scenario),
    "clock pack": (0.8, Fuzzer._pack),
    "overlay": (0.6, Fuzzer._overlay),
    "workflow": (0.9, Fuzzer._workflow),
    "shipped workflow": (0.1, Fuzzer._shipped),
}
