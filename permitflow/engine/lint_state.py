"""Checks of what single states forbid a city to ask, to review or to decide on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from permitflow.engine.definition import ActionDef, Definition
from permitflow.engine.findings import Finding
from permitflow.engine.paths import reached

_ASSOCIATION = re.compile(r"\bhoa\b|home ?owners?|owners'? association|association approval", re.IGNORECASE)
_LOOKS = re.compile(r"aesthetic|design review|architectural|appearance|landscap", re.IGNORECASE)
_HEARING = re.compile(r"\bhearings?\b", re.IGNORECASE)
_BOARD = re.compile(
    r"(planning|zoning|land[- ]use) board|board of adjustment|site plan review|\bvariance", re.IGNORECASE
)
_ENVIRONMENT = re.compile(r"\bsepa\b|environmental (checklist|review|determination|impact)", re.IGNORECASE)
_ZONING = re.compile(r"\bzoning\b|\bland use\b|\bplanner\b|\bplanning\b", re.IGNORECASE)
_FLORIDA = re.compile(r"\bFla\.|F\.S\.|\bFlorida\b|F\.A\.C\.")
_USE_PERMIT = "use_permit"


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what the state of the definition's pack does not allow."""
    for state, rules in _STATES.items():
        if definition.pack == state or definition.pack.startswith(f"{state}-"):
            yield from rules(definition)


def _words(name: str, title: str) -> str:
    return f"{name.replace('_', ' ')} {title}"


def _california(definition: Definition) -> Iterator[Finding]:
    for name, document in definition.documents.items():
        if _ASSOCIATION.search(_words(name, document.title)):
            message = "approval by an owners' association may not be asked for (Civ. Code 4080)"
            yield Finding("L190", f"documents.{name}", message)
    for name, lane in definition.lanes.items():
        if _LOOKS.search(_words(name, lane.title)):
            message = "only health and safety may be reviewed, not looks or design (Gov. Code 65850.7(b))"
            yield Finding("L191", f"lanes.{name}", message)
    yield from _one_notice(definition)
    yield from _ministerial(definition)
    yield from _findings_of_california(definition)


def _one_notice(definition: Definition) -> Iterator[Finding]:
    senders: dict[str, list[str]] = {}
    for name, action in definition.actions.items():
        for phase in action.from_ if "issue_notice" in action.effects else ():
            senders.setdefault(phase, []).append(name)
    for phase, names in senders.items():
        if len(names) > 1:
            message = f"the phase '{phase}' has more than one notice ({', '.join(names)}); the law allows one"
            yield Finding("L192", f"actions.{names[1]}", message)
    if senders and definition.one_notice is None:
        first = next(iter(senders.values()))[0]
        message = (
            "a notice lists every deficiency at once, so the file must say who may add one: 'one_notice'"
        )
        yield Finding("L193", f"actions.{first}", message)


def _ministerial(definition: Definition) -> Iterator[Finding]:
    """The way to the decision, without the detour that a written finding opens."""
    steps: dict[str, set[str]] = {}
    for name, action in definition.actions.items():
        for source in action.from_ if _USE_PERMIT not in name else ():
            if definition.phases[source].outcome is None:
                steps.setdefault(source, set()).add(action.target(source))
    starts = [name for name, phase in definition.phases.items() if phase.initial]
    path = {name for name in reached(steps, starts) if definition.phases[name].outcome is None}
    for name, action in definition.actions.items():
        if _USE_PERMIT not in name and path.intersection(action.from_) and _deliberates(name, action):
            message = f"the action '{name}' needs a vote or a hearing, but the permit is not discretionary"
            yield Finding("L194", f"actions.{name}", message)


def _deliberates(name: str, action: ActionDef) -> bool:
    return action.vote is not None or bool(_HEARING.search(_words(name, action.title)))


def _findings_of_california(definition: Definition) -> Iterator[Finding]:
    for name, action in definition.actions.items():
        denies = action.to is not None and definition.phases[action.to].outcome == "denied"
        if name.startswith(f"require_{_USE_PERMIT}"):
            yield from _demanded(name, action, ("finding", "evidence", "standard"))
        elif denies:
            yield from _demanded(name, action, ("finding", "evidence", "alternatives"))
    for name, clock in definition.clocks.items():
        lapse = clock.on_expiry if clock.outcome == "deemed_approved" else None
        if lapse is not None and not definition.actions[lapse].when:
            message = (
                f"the action '{lapse}' approves by lapse of time and needs the law's conditions: "
                "not approved, no finding, not denied, no appeal (Gov. Code 65850.71)"
            )
            yield Finding("L196", f"clocks.{name}.on_expiry", message)


def _demanded(name: str, action: ActionDef, wanted: tuple[str, ...]) -> Iterator[Finding]:
    asked = [key for key, spec in action.inputs.items() if spec.required]
    lacking = [word for word in wanted if not any(key.startswith(word) for key in asked)]
    if lacking:
        message = f"the action '{name}' must demand what the law asks in writing: {', '.join(lacking)}"
        yield Finding("L195", f"actions.{name}", message)


def _florida(definition: Definition) -> Iterator[Finding]:
    cited = {f"documents.{name}": document.citation for name, document in definition.documents.items()}
    for part, held in (("lanes", definition.lanes), ("phases", definition.phases)):
        for name, spec in held.items():
            for place, item in enumerate(spec.checklist):
                cited[f"{part}.{name}.checklist.{place}"] = item.citation
    for path, citation in cited.items():
        if not _FLORIDA.search(citation):
            message = (
                f"only what a rule of the state asks may be asked (366.94 F.S.), and '{citation}' is none"
            )
            yield Finding("L197", path, message)
    for name, lane in definition.lanes.items():
        if _ZONING.search(_words(name, f"{lane.title} {lane.role}")):
            message = "local zoning may not regulate charging stations (366.94 F.S.)"
            yield Finding("L197", f"lanes.{name}", message)


def _named(definition: Definition) -> Iterator[tuple[str, str]]:
    """Yield the path and the words of everything that asks, reviews or decides."""
    for part in ("documents", "lanes", "phases", "actions"):
        for name, spec in getattr(definition, part).items():
            yield f"{part}.{name}", _words(name, spec.title)


def _forbidden(
    check_id: str, words: re.Pattern[str], message: str
) -> Callable[[Definition], Iterator[Finding]]:
    def found(definition: Definition) -> Iterator[Finding]:
        for path, text in _named(definition):
            if words.search(text):
                yield Finding(check_id, path, message)

    return found


def _without_votes(
    check_id: str, words: re.Pattern[str], message: str
) -> Callable[[Definition], Iterator[Finding]]:
    named = _forbidden(check_id, words, message)

    def found(definition: Definition) -> Iterator[Finding]:
        yield from named(definition)
        for name, action in definition.actions.items():
            if action.vote is not None:
                yield Finding(check_id, f"actions.{name}.vote", message)

    return found


_STATES: Mapping[str, Callable[[Definition], Iterator[Finding]]] = MappingProxyType(
    {
        "us-ca": _california,
        "us-fl": _florida,
        "us-nj": _without_votes(
            "L198",
            _BOARD,
            "no land-use board, site plan or variance may be asked for (N.J.S.A. 40:55D-66.20)",
        ),
        "us-wa": _forbidden(
            "L199", _ENVIRONMENT, "charging stations are exempt from environmental review (RCW 43.21C.410)"
        ),
        "us-co": _without_votes(
            "L189",
            _HEARING,
            "only objective standards may be applied, without a vote or a hearing (HB24-1173)",
        ),
    }
)
