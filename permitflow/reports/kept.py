"""Results that are dear to compute: built once for a state of the record, then kept for the next look and the CSV.

A `Dear` is named and built from an `Ask` into plain JSON (dicts, lists, texts, numbers, None). Small cities build it
in the request; for large ones the background refresh builds it for the usual scope (reports/usual.py lists which).
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from permitflow.reports.page import Ask
from permitflow.reports.wording import HOUR, MINUTE

FEW_VISITS = 20_000
"""So many visits of the period may be looked at within a request."""
FRESH = 10 * MINUTE
"""A result is shown again for so long while the record stays the same: open files grow older meanwhile."""
STALE = 3 * HOUR
"""A result of an older state of the record is shown for so long where a new one cannot be built at once."""
MOST_KEPT = 300
JUST_NOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Dear:
    """A result under its name; `build` returns JSON values only. Another `version` forgets what was kept."""

    name: str
    build: Callable[[Ask], Any]
    version: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """What was built, and as of which instant (microseconds) of the record."""

    value: Any
    as_of: int


def kept(ask: Ask, dear: Dear) -> Result:
    """Return the result for what is asked, built now unless this state of the record has it already."""
    return cast(Result, _noted(ask, f"kept {dear.name}", lambda: _fresh_or_built(ask, dear)))


def _fresh_or_built(ask: Ask, dear: Dear) -> Result:
    found = _read(ask, dear)
    if found is not None and _is_fresh(ask, *found):
        return found[1]
    return build(ask, dear)


def kept_or_none(ask: Ask, dear: Dear, few: int = FEW_VISITS) -> Result | None:
    """Return the result; None when it is not there yet and the period has more than `few` visits."""
    return _noted(ask, f"kept or none {dear.name}", lambda: _found_or_few(ask, dear, few))


def _found_or_few(ask: Ask, dear: Dear, few: int) -> Result | None:
    found = _read(ask, dear)
    if found is not None and _is_fresh(ask, *found):
        return found[1]
    if visits_of_period(ask) <= few:
        return build(ask, dear)
    return found[1] if found is not None and 0 <= ask.scope.now - found[1].as_of <= STALE else None


def kept_lately(ask: Ask, dear: Dear) -> Result:
    """Return the result; in a large city one of an older state of the record rather than to build it at once."""
    found = _noted(ask, f"kept lately {dear.name}", lambda: found_lately(ask, dear) or kept(ask, dear))
    return cast(Result, found)


def found_lately(ask: Ask, dear: Dear) -> Result | None:
    """Return the result if it is there; in a large city it may be that of an older state of the record."""
    found = _read(ask, dear)
    files = ask.snapshot.kept
    if found is None or files is None:
        return None
    if files.large and 0 <= ask.scope.now - found[1].as_of <= STALE:
        return found[1]
    return found[1] if _is_fresh(ask, *found) else None


def build(ask: Ask, dear: Dear) -> Result:
    """Build a result now and keep it for the next look."""
    result = Result(json.loads(json.dumps(dear.build(ask))), ask.scope.now)
    files = ask.snapshot.kept
    if files is not None:
        told = {"generation": files.generation, "as_of": result.as_of, "value": result.value}
        _write(_path(ask, dear, files.results), json.dumps(told))
    return result


def is_large(ask: Ask) -> bool:
    """Say whether a look at all files of the city is dear."""
    return ask.snapshot.kept is not None and ask.snapshot.kept.large


def forget(ask: Ask, dear: Dear) -> bool:
    """Drop a result; False when it was written down within the last minute, or was not there."""
    path = place_of(ask, dear)
    try:
        if path is None or time.time() - path.stat().st_mtime < JUST_NOW_SECONDS:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def place_of(ask: Ask, dear: Dear) -> Path | None:
    """Return the file of a result; None where nothing is kept."""
    files = ask.snapshot.kept
    return None if files is None else _path(ask, dear, files.results)


def kept_age(ask: Ask, dear: Dear) -> int | None:
    """Return how old a kept result is, in microseconds; None when there is none."""
    found = _read(ask, dear)
    return None if found is None else ask.scope.now - found[1].as_of


def visits_of_period(ask: Ask) -> int:
    """Return how many visits touch the period."""
    (count,) = ask.snapshot.row(
        "SELECT count(*) FROM stays WHERE opened_at < to_us() AND (closed_at IS NULL OR closed_at >= from_us())"
    )
    return int(count)


def _noted(ask: Ask, question: str, find: Callable[[], Result | None]) -> Result | None:
    """What `find` returns, or what it returned when the answers of the snapshot were written down."""

    def plain() -> list[Any] | None:
        found = find()
        return None if found is None else [found.value, found.as_of]

    told = ask.snapshot.noted(question, plain)
    return None if told is None else Result(*told)


def _is_fresh(ask: Ask, generation: str, result: Result) -> bool:
    files = ask.snapshot.kept
    same = files is not None and files.generation == generation
    return same and 0 <= ask.scope.now - result.as_of <= FRESH


def _read(ask: Ask, dear: Dear) -> tuple[str, Result] | None:
    files = ask.snapshot.kept
    if files is None:
        return None
    try:
        told = json.loads(_path(ask, dear, files.results).read_text(encoding="utf-8"))
        return told["generation"], Result(told["value"], told["as_of"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(ask: Ask, dear: Dear, folder: Path) -> Path:
    scope, words = ask.scope, sorted(ask.words.items())
    covered = [
        scope.from_on.isoformat(),
        scope.to_on.isoformat(),
        scope.workflow,
        scope.pathway,
        scope.class_,
    ]
    asked = [pair for pair in words if pair[0] not in SCOPE_WORDS]
    told = json.dumps([dear.name, dear.version, covered, asked])
    return folder / f"{hashlib.sha256(told.encode()).hexdigest()}.json"


def _write(path: Path, text: str) -> None:
    """Keep a result; where that cannot be done the next look builds it again."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
        by_age = sorted(path.parent.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in by_age[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        draft.unlink(missing_ok=True)


SCOPE_WORDS = ("city", "from", "to", "workflow", "pathway", "class")
"""Words of the address that the scope already tells."""
