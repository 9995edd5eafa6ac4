"""What differs between two versions of a workflow, in plain words, and what that means for open files.

Every difference has a class: *cosmetic* (words only), *compatible* (open files can move without a decision), *mapped*
(a plan has to say where open files go) and *breaking* (open files stay where they are). The class of the whole is its
worst, and the human version follows from it alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from permitflow.engine.definition import Definition
from permitflow.engine.parts import Part

ChangeClass = Literal["cosmetic", "compatible", "mapped", "breaking"]
CLASSES: tuple[ChangeClass, ...] = get_args(ChangeClass)
Names = Mapping[str, str]

SECTIONS: Mapping[str, str] = {
    "phases": "phase",
    "actions": "action",
    "lanes": "review",
    "clauses": "condition",
    "documents": "document",
    "fees": "fee",
    "clocks": "clock",
    "fields": "field",
    "roles": "role",
    "gates": "gate",
}
"""The parts of a definition that have ids, with the word for one of each."""
RENAMED = ("phases", "lanes", "clocks", "actions")
WORDS = frozenset(
    [
        "title",
        "message",
        "citation",
        "help",
        "summary",
        "entry",
        "next",
        "tone",
        "code",
        "where",
        "authority",
        "source",
        "as_of",
        "checklist",
        "warn_at",
        "ladder",
        "notify",
        "body",
    ]
)
"""Fields that people read or are told by; nothing about a file's way depends on them."""
REFERENCES: Mapping[tuple[str, str], str] = {
    ("phases", "lanes"): "lanes",
    ("phases", "auto"): "actions",
    ("phases", "join"): "actions",
    ("actions", "from_"): "phases",
    ("actions", "to"): "phases",
    ("actions", "waives"): "lanes",
    ("lanes", "after"): "lanes",
    ("fees", "assessed_in"): "phases",
    ("clocks", "starts"): "actions",
    ("clocks", "stops"): "actions",
    ("clocks", "pauses"): "actions",
    ("clocks", "resumes"): "actions",
    ("clocks", "on_expiry"): "actions",
}
"""Where a part names another one: a new name there alone is no difference."""
MAPPED_FIELDS = frozenset(
    {("phases", "lanes"), ("phases", "join"), ("actions", "to"), ("clocks", "unit"), ("clocks", "outcome")}
)
BREAKING_FIELDS = frozenset(
    {("phases", "final"), ("phases", "outcome"), ("roles", "kind"), ("fields", "type")}
)
TERMS = frozenset({"clocks", "fees", "documents", "clauses"})
"""What the law or the city asks of people; a difference here changes published terms."""
UNITS = {
    "business_day": "business days",
    "calendar_day": "calendar days",
    "month": "months",
    "year": "years",
}


@dataclass(frozen=True, slots=True)
class Renames:
    """Old id -> new id, by section."""

    phases: Names = field(default_factory=dict)
    lanes: Names = field(default_factory=dict)
    clocks: Names = field(default_factory=dict)
    actions: Names = field(default_factory=dict)

    def of(self, section: str) -> Names:
        """Return the renames of a section; empty where parts cannot be renamed."""
        found: Names = getattr(self, section, {}) if section in RENAMED else {}
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: its class, the section and id it is about, and the sentence."""

    kind: ChangeClass
    section: str
    part: str
    text: str

    @property
    def is_term(self) -> bool:
        """Say whether people owe or get something else than was published."""
        return self.section in TERMS and self.kind != "cosmetic"


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """All differences, the gravest first, with the renames they were read under."""

    changes: tuple[Change, ...]
    renames: Renames

    @property
    def change_class(self) -> ChangeClass | Literal["same"]:
        """Return the worst class, or `same` when nothing differs."""
        return max((change.kind for change in self.changes), key=CLASSES.index, default="same")

    @property
    def changed_terms(self) -> tuple[str, ...]:
        """Return the sentences about terms that were published before."""
        return tuple(change.text for change in self.changes if change.is_term)


def compare(old: Definition, new: Definition, renames: Renames | None = None) -> VersionDiff:
    """Return what differs; `renames` are hints, without which equal content under another id suggests them."""
    known = renames or suggest_renames(old, new)
    changes = [*_whole(old, new)]
    for section in SECTIONS:
        changes += _section(section, getattr(old, section), getattr(new, section), known)
    return VersionDiff(tuple(sorted(changes, key=lambda change: -CLASSES.index(change.kind))), known)


def next_version(version: str, change_class: str) -> str:
    """Return the version after a change: cosmetic raises the last number, compatible the middle, else the first.

    `1.4.2` becomes 1.4.3, 1.5.0 or 2.0.0; nothing changed gives the same version. Raises ValueError for a version
    that is not three numbers.
    """
    major, minor, patch = (int(part) for part in version.split("."))
    if change_class == "same":
        return version
    if change_class == "cosmetic":
        return f"{major}.{minor}.{patch + 1}"
    if change_class == "compatible":
        return f"{major}.{minor + 1}.0"
    return f"{major + 1}.0.0"


def suggest_renames(old: Definition, new: Definition) -> Renames:
    """Return parts that went away and came back under another id with the same title or the same content."""
    return Renames(
        **{section: _suggested(getattr(old, section), getattr(new, section)) for section in RENAMED}
    )


def _suggested(old: Mapping[str, Part], new: Mapping[str, Part]) -> dict[str, str]:
    added = [name for name in new if name not in old]
    found: dict[str, str] = {}
    for name, part in old.items():
        if name in new:
            continue
        for other in added:
            if other not in found.values() and _alike(part, new[other]):
                found[name] = other
                break
    return found


def _alike(one: Any, other: Any) -> bool:
    return bool(
        one.title == other.title or one.model_dump(exclude={"title"}) == other.model_dump(exclude={"title"})
    )


def _whole(old: Definition, new: Definition) -> Iterator[Change]:
    if old.workflow != new.workflow:
        text = f"The workflow is another one: {old.workflow} -> {new.workflow}."
        yield Change("breaking", "workflow", "workflow", text)
    if old.initial() != new.initial():
        yield Change(
            "mapped", "phases", new.initial(), f"Applications begin at “{_title(new, new.initial())}”."
        )
    if old.permit is None or new.permit is None:
        if old.permit is not new.permit:
            yield Change(
                "breaking", "permit", "permit", "The workflow ends with a permit, or no longer does."
            )
    elif old.permit.model_dump(exclude=set(WORDS)) != new.permit.model_dump(exclude=set(WORDS)):
        text = f"The permit: {old.permit.valid_days} -> {new.permit.valid_days} days, or other inspections."
        yield Change("compatible", "permit", "permit", text)
    for name in ("project_types", "receipt", "one_notice", "legacy"):
        if getattr(old, name) != getattr(new, name):
            yield Change("compatible", name, name, f"Changed: {name.replace('_', ' ')}.")
    if (old.title, old.summary, old.provenance) != (new.title, new.summary, new.provenance):
        yield Change("cosmetic", "workflow", "title", "The title, the summary or the source is worded anew.")


def _title(definition: Definition, phase: str) -> str:
    return definition.phases[phase].title


def _section(
    section: str, old: Mapping[str, Any], new: Mapping[str, Any], renames: Renames
) -> Iterator[Change]:
    word, names = SECTIONS[section], renames.of(section)
    for name, part in old.items():
        now = names.get(name, name)
        if now not in new:
            kind: ChangeClass = (
                "compatible" if section in ("documents", "fees", "clauses", "gates") else "mapped"
            )
            yield Change(kind, section, name, f"Removed {word}: “{_called(part, name)}”.")
            continue
        if now != name:
            text = f"Renamed {word}: “{_called(part, name)}” ({name}) -> “{_called(new[now], now)}” ({now})."
            yield Change("mapped", section, name, text)
        yield from _part(section, now, _in_new_names(section, part, renames), new[now])
    came = [name for name in new if name not in old and name not in names.values()]
    for name in came:
        yield Change(
            _kind_of_new(section, new[name]), section, name, f"New {word}: “{_called(new[name], name)}”."
        )


def _kind_of_new(section: str, part: Any) -> ChangeClass:
    """A new review that every file needs is missed by files that are past it; whatever else is new only waits."""
    if section == "lanes" and part.required_when == "true" and not part.informational:
        return "mapped"
    return "compatible"


def _called(part: Any, name: str) -> str:
    return str(getattr(part, "title", "") or getattr(part, "message", "") or name)


def _in_new_names(section: str, part: Part, renames: Renames) -> dict[str, Any]:
    found = part.model_dump()
    for key in found:
        names = renames.of(REFERENCES.get((section, key), ""))
        if names:
            found[key] = _replaced(found[key], names)
    return found


def _replaced(value: Any, names: Names) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple | list):
        return type(value)(_replaced(one, names) for one in value)
    if isinstance(value, dict):
        return {key: _replaced(one, names) for key, one in value.items()}
    return value


def _part(section: str, name: str, old: Mapping[str, Any], part: Part) -> Iterator[Change]:
    new = part.model_dump()
    called = _called(part, name)
    changed = [key for key in new if old[key] != new[key]]
    if section == "clocks" and {"length", "unit"} & set(changed):
        before, after = (f"{one['length']} {UNITS[one['unit']]}" for one in (old, new))
        kind: ChangeClass = "mapped" if "unit" in changed else "compatible"
        yield Change(kind, section, name, f"{called}: {before} -> {after}.")
        changed = [key for key in changed if key not in ("length", "unit")]
    words = [key for key in changed if key in WORDS]
    if words:
        yield Change("cosmetic", section, name, f"{called}: other words ({_listed(words)}).")
    for key in changed:
        if key not in WORDS:
            text = f"{called}: {_listed([key])} {_shown(old[key])} -> {_shown(new[key])}."
            yield Change(_kind_of(section, key, old[key], new[key]), section, name, text)


def _kind_of(section: str, key: str, old: Any, new: Any) -> ChangeClass:
    if (section, key) in BREAKING_FIELDS:
        return "breaking"
    if (section, key) == ("actions", "from_"):
        return "compatible" if set(old) <= set(new) else "mapped"
    return "mapped" if (section, key) in MAPPED_FIELDS else "compatible"


def _listed(keys: list[str]) -> str:
    return ", ".join(key.rstrip("_").replace("_", " ") for key in keys)


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items()) or "none"
    return "none" if value is None or value == "" else str(value)
