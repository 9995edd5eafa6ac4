"""State machines of other systems, as JSON, into workflow files of this one.

Every name is kept as the `code` of its part, so that the machine can be written out again as it was. What a permit
process needs beyond states and transitions is not invented: the file says `legacy: true`, and what it lacks warns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from permitflow.engine.definition import ANY_OPEN
from permitflow.engine.parts import Part
from permitflow.engine.yaml_writing import Value, written

LONGEST_ID = 56
LONGEST_NAME = 200
_LONGEST_CLOCK = 3660
_DAY_MS = 86_400_000
_KNOWN = frozenset(
    {"name", "source", "licence", "initial", "states", "terminal", "transitions"}
    | {"sla_ms", "state_sla_ms", "doc_upload_required"}
)
_KNOWN_OF_A_TRANSITION = frozenset({"from", "event", "to", "roles", "guards"})
# Words of the expression language, and of the workflow file where an id must not stand for something else.
_RESERVED = frozenset(
    f"{ANY_OPEN} true false null in as break const continue else for function if import let loop package namespace "
    "return var void while has size".split()
)
_OUTSIDE = frozenset({"applicant", "citizen", "customer", "submitter", "owner"})
_BY_ITSELF = frozenset({"system", "auto", "automatic", "timer", "scheduler", "cron"})


class MachineProblem(ValueError):
    """A machine that cannot be converted; the text is one sentence that says what to change."""


class Transition(Part):
    """One arrow of a foreign machine, under the names of that machine."""

    source: str
    event: str
    target: str
    roles: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """One workflow file: its short name, its text, and what was left out."""

    slug: str
    text: str
    notes: tuple[str, ...]


@dataclass(slots=True)
class Ids:
    """Gives each foreign name an id of its own, and the same one whenever it is asked again."""

    fallback: str
    given: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def of(self, name: str) -> str:
        """Return the id of a name."""
        if name not in self.given:
            self.given[name] = self.fresh(name)
        return self.given[name]

    def fresh(self, name: str) -> str:
        """Return an id that nothing else has yet."""
        base = _plain(name, self.fallback)
        number, found = 1, base
        while found in self.taken or found in _RESERVED:
            number += 1
            found = f"{base}_{number}"
        self.taken.add(found)
        return found


@dataclass(slots=True)
class _Draft:
    """A machine on its way to a workflow file."""

    machine: Mapping[str, Any]
    states: list[str]
    terminal: set[str]
    transitions: list[Transition]
    as_of: date
    notes: list[str] = field(default_factory=list)
    phases: Ids = field(default_factory=lambda: Ids("phase"))
    roles: Ids = field(default_factory=lambda: Ids("role"))
    actions: Ids = field(default_factory=lambda: Ids("action"))
    guards: Ids = field(default_factory=lambda: Ids("guard"))

    @property
    def source(self) -> str:
        """Where the machine was found, in one line."""
        text = " ".join(str(self.machine.get("source") or "").split()) or "not named"
        licence = self.machine.get("licence")
        return f"{text} ({licence})"[:2000] if licence else text[:2000]


def convert(machine: Mapping[str, Any], as_of: date) -> Converted:
    """Return the workflow file of one machine; `as_of` is the day on which it was taken over.

    Raises MachineProblem when states, transitions or the first state are missing or do not fit together.
    """
    draft = _read(machine, as_of)
    for state in draft.states:
        draft.phases.of(state)
    body = _file(draft)
    return Converted(str(body["workflow"]), written(body), tuple(draft.notes))


def convert_all(document: object, as_of: date) -> list[Converted]:
    """Return the workflow files of a list of machines, each under a short name of its own.

    Raises MachineProblem.
    """
    machines = [document] if isinstance(document, dict) else document
    if not isinstance(machines, list) or not machines:
        raise MachineProblem("The file holds no machine: it must be a list of machines, or one.")
    names = Ids("machine")
    found = []
    for number, machine in enumerate(machines, start=1):
        if not isinstance(machine, dict):
            raise MachineProblem(f"Machine {number} is not an object with a name, states and transitions.")
        converted = convert(machine, as_of)
        slug = names.fresh(converted.slug.replace("-", "_")).replace("_", "-")
        text = converted.text.replace(f"workflow: {converted.slug}\n", f"workflow: {slug}\n", 1)
        found.append(Converted(slug, text, converted.notes))
    return found


def _read(machine: Mapping[str, Any], as_of: date) -> _Draft:
    name = _name(machine.get("name"), "the machine")
    states = _unique(_name(state, f"a state of “{name}”") for state in _list(machine, "states", name))
    terminal = [_name(state, f"an end of “{name}”") for state in _list(machine, "terminal", name)]
    transitions = [_transition(given, name) for given in _list(machine, "transitions", name)]
    initial = machine.get("initial")
    if not isinstance(initial, str) or initial not in states:
        raise MachineProblem(f"“{name}” does not say which of its states is the first (`initial`).")
    arrows = [state for each in transitions for state in (each.source, each.target)]
    strange = sorted({state for state in (*terminal, *arrows) if state not in set(states)})
    if strange:
        raise MachineProblem(f"“{name}” uses states that it does not list: {', '.join(strange[:5])}.")
    draft = _Draft(machine, states, set(terminal), transitions, as_of)
    draft.notes += _left_out(machine)
    return draft


def _left_out(machine: Mapping[str, Any]) -> Iterator[str]:
    for key in machine:
        if key not in _KNOWN:
            yield f"'{key}' has no place in a workflow file and was left out"
    inner = {
        key
        for given in machine["transitions"]
        for key in given
        if isinstance(given, dict) and key not in _KNOWN_OF_A_TRANSITION
    }
    for key in sorted(inner):
        yield f"'{key}' of transitions has no place in a workflow file and was left out"


def _list(machine: Mapping[str, Any], key: str, name: str) -> list[Any]:
    value = machine.get(key)
    if value is None and key == "terminal":
        return []
    if not isinstance(value, list) or (key == "states" and not value):
        raise MachineProblem(f"“{name}” has no list of {key}.")
    return value


def _transition(given: object, name: str) -> Transition:
    if not isinstance(given, dict):
        raise MachineProblem(f"A transition of “{name}” is not an object.")
    place = f"a transition of “{name}”"
    return Transition(
        source=_name(given.get("from"), f"'from' of {place}"),
        event=_name(given.get("event"), f"'event' of {place}"),
        target=_name(given.get("to"), f"'to' of {place}"),
        roles=tuple(_name(role, f"a role of {place}") for role in given.get("roles") or ()),
        guards=tuple(_name(guard, f"a guard of {place}") for guard in given.get("guards") or ()),
    )


def _name(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MachineProblem(f"{what[0].upper()}{what[1:]} has no name.")
    if len(value) > LONGEST_NAME:
        raise MachineProblem(f"The name of {what} is longer than {LONGEST_NAME} characters.")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise MachineProblem(f"The name of {what} holds half a character (a lone surrogate).")
    return value


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _plain(name: str, fallback: str) -> str:
    """Return a name in small letters, digits and underscores, as an id is written."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # A small letter before a capital is a border between words; what is all capitals has none.
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", ascii_only)
    words = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    if not words:
        return fallback
    return (words if words[0].isalpha() else f"{fallback}_{words}")[:LONGEST_ID].rstrip("_")


def _file(draft: _Draft) -> dict[str, Value]:
    name = str(draft.machine["name"])
    body: dict[str, Value] = {
        "workflow": _plain(name, "machine").replace("_", "-"),
        "legacy": True,
        "title": name,
        "summary": "A process of another system, written down as it was found there.",
        "pack": "converted",
        "project_types": ["converted"],
        "provenance": {"source": draft.source, "as_of": draft.as_of.isoformat(), "verified": False},
        "roles": _roles(draft),
    }
    # The actions come first: they give out the ids that the other parts name.
    actions = _actions(draft)
    body |= {
        "fields": _fields(draft),
        "clauses": _clauses(draft),
        "phases": _phases(draft),
        "actions": actions,
    }
    clocks = _clocks(draft, actions)
    return body | ({"clocks": clocks} if clocks else {})


def _roles(draft: _Draft) -> dict[str, Value]:
    names = _unique(role for each in draft.transitions for role in each.roles)
    found: dict[str, Value] = {
        draft.roles.of(name): {"title": name, "kind": _kind(name), "code": name} for name in names
    }
    if not found:
        found[draft.roles.of("system")] = {"title": "Nobody is named", "kind": "system"}
    return found


def _kind(role: str) -> str:
    words = set(_plain(role, "role").split("_"))
    if words & _OUTSIDE:
        return "applicant"
    return "system" if words & _BY_ITSELF else "staff"


def _actions(draft: _Draft) -> dict[str, Value]:
    """One action for each event with its target, roles and guards; equal arrows from several states share one."""
    groups: list[tuple[tuple[object, ...], list[str]]] = []
    newest: dict[tuple[object, ...], int] = {}
    for each in draft.transitions:
        key = (each.event, each.target, each.roles, each.guards, each.source in draft.terminal)
        place = newest.get(key)
        if place is None or each.source in groups[place][1]:
            place = newest[key] = len(groups)
            groups.append((key, []))
        groups[place][1].append(each.source)
    return {draft.actions.fresh(str(key[0])): _action(draft, key, sources) for key, sources in groups}


def _action(draft: _Draft, key: tuple[Any, ...], sources: list[str]) -> dict[str, Value]:
    event, target, roles, guards, reopens = key
    found: dict[str, Value] = {
        "title": event,
        "from": [draft.phases.of(state) for state in sources],
        "to": draft.phases.of(target),
        "by": [draft.roles.of(role) for role in roles],
    }
    if guards:
        found["when"] = [draft.guards.of(guard) for guard in guards]
    if reopens:
        found["reopens"] = True
    return found | {"entry": event, "code": event}


def _fields(draft: _Draft) -> dict[str, Value]:
    return {
        f"legacy.{guard}": {"title": name, "type": "boolean"} for name, guard in draft.guards.given.items()
    }


def _clauses(draft: _Draft) -> dict[str, Value]:
    named = list(draft.roles.given.values())
    return {
        guard: {
            "expression": f"legacy.{guard}",
            "message": f"The condition “{name}” of the other system does not hold.",
            "fix_by": named[0],
            "code": name,
        }
        for name, guard in draft.guards.given.items()
    }


def _phases(draft: _Draft) -> dict[str, Value]:
    uploads = set(draft.machine.get("doc_upload_required") or ())
    return {draft.phases.of(state): _phase(draft, state, state in uploads) for state in draft.states}


def _phase(draft: _Draft, state: str, uploads: bool) -> dict[str, Value]:
    found: dict[str, Value] = {"title": state}
    if state in draft.terminal:
        found["party"] = "none"
    else:
        found |= _court(draft, state)
    if state == draft.machine["initial"]:
        found["initial"] = True
    if state in draft.terminal:
        found["final"] = True
    if uploads:
        text = "The documents that this step asks for are there."
        found["checklist"] = [{"id": "documents", "text": text, "citation": draft.source[:200]}]
    return found | {"code": state}


def _court(draft: _Draft, state: str) -> dict[str, Value]:
    """Say whose court a state is in: the office's as soon as one of its roles may act there."""
    roles = _unique(role for each in draft.transitions if each.source == state for role in each.roles)
    staff = [role for role in roles if _kind(role) == "staff"]
    if staff:
        return {"party": "agency", "role": draft.roles.of(staff[0])}
    return {"party": "applicant" if any(_kind(role) == "applicant" for role in roles) else "agency"}


def _clocks(draft: _Draft, actions: Mapping[str, Value]) -> dict[str, Value]:
    """Deadlines of the other system, in whole days; nobody checked them, so they only warn."""
    spans = {state: ms for state, ms in (draft.machine.get("state_sla_ms") or {}).items() if ms}
    ids = Ids("clock")
    found: dict[str, Value] = {}
    for state, ms in spans.items():
        if state not in draft.phases.given:
            draft.notes.append(f"the deadline of '{state}' was left out: there is no such state")
            continue
        phase = draft.phases.of(state)
        starts = [name for name, spec in actions.items() if _enters(spec, phase)]
        stops = [name for name, spec in actions.items() if _leaves(spec, phase)]
        found |= _clock(draft, (ids.fresh(state), f"Deadline of {state}", ms), starts, stops)
    if draft.machine.get("sla_ms"):
        first = draft.phases.of(str(draft.machine["initial"]))
        ends = {draft.phases.of(state) for state in draft.terminal}
        starts = [name for name, spec in actions.items() if _leaves(spec, first)]
        stops = [name for name, spec in actions.items() if _of(spec, "to") in ends]
        found |= _clock(
            draft,
            (ids.fresh("whole_process"), "Deadline of the whole process", draft.machine["sla_ms"]),
            starts,
            stops,
        )
    return found


def _clock(
    draft: _Draft, told: tuple[str, str, object], starts: list[str], stops: list[str]
) -> dict[str, Value]:
    name, title, ms = told
    days = -(-int(ms) // _DAY_MS) if isinstance(ms, int | float) else 0
    if not starts or not 1 <= days <= _LONGEST_CLOCK:
        draft.notes.append(
            f"'{title}' was left out: nothing starts it, or its length is not from 1 to 3,660 days"
        )
        return {}
    return {
        name: {
            "title": title,
            "unit": "calendar_day",
            "length": str(days),
            "starts": starts,
            "stops": stops,
            "authority": "Target of the other system",
            "outcome": "none",
            "source": draft.source,
            "as_of": draft.as_of.isoformat(),
            "verified": False,
        }
    }


def _of(spec: Value, key: str) -> Any:
    return spec.get(key) if isinstance(spec, Mapping) else None


def _enters(spec: Value, phase: str) -> bool:
    return bool(_of(spec, "to") == phase and _of(spec, "from") != [phase])


def _leaves(spec: Value, phase: str) -> bool:
    return bool(phase in _of(spec, "from") and _of(spec, "to") != phase)
