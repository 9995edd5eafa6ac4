"""A city's own record as an event log, for other programs: the stays at steps, or every act with what it touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from permitflow.analytics.eventlog import LogEvent
from permitflow.interchange.ocel_export import Happening, Thing, Types
from permitflow.reports.page import Ask

CASE_ATTRIBUTES = ("workflow", "outcome", "pathway", "level", "project_type")
EVENT_ATTRIBUTES = ("party", "lane", "round", "role")
# Whole histories of the files that the report counts: open ones, and those decided in the period.
_COUNTED = "SELECT * FROM chosen WHERE decided_at IS NULL OR in_period(decided_at)"
_STAYS = f"""
SELECT id, step, t, transition, person, stay.party, stay.lane, stay.round, stay.role, {", ".join(f"counted.{name}" for name in CASE_ATTRIBUTES)}
FROM (
    SELECT *, opened_at AS t, 0 AS place, 'schedule' AS transition, NULL AS person FROM stays
    UNION ALL
    SELECT *, first_claimed_at, 1, 'start', coalesce(claimed_by, closed_by) FROM stays WHERE first_claimed_at IS NOT NULL
    UNION ALL
    SELECT *, closed_at, 2, 'complete', coalesce(closed_by, claimed_by) FROM stays WHERE closed_at IS NOT NULL
) AS stay
JOIN ({_COUNTED}) AS counted USING (file)
ORDER BY file, t, opened_at, visit, place
"""
_ACTS = f"""
SELECT id, seq, happened_at, action, actor, role, lane, from_state, to_state
FROM acts JOIN ({_COUNTED}) USING (file) ORDER BY happened_at, id, seq
"""
_OBJECTS = f"SELECT id, submitted_at, company, {', '.join(CASE_ATTRIBUTES)} FROM ({_COUNTED}) ORDER BY file"
_LANES = f"SELECT DISTINCT id, lane, min(happened_at) FROM acts JOIN ({_COUNTED}) USING (file) WHERE lane <> '' GROUP BY ALL ORDER BY 1, 2"
_PEOPLE = f"SELECT actor, min(happened_at) FROM acts JOIN ({_COUNTED}) USING (file) GROUP BY ALL ORDER BY 1"
_ACTIONS = f"SELECT DISTINCT action FROM acts SEMI JOIN ({_COUNTED}) AS counted USING (file) ORDER BY 1"
ACT_ATTRIBUTES = ("from", "to", "role", "lane")


def city_log(ask: Ask) -> Iterator[LogEvent]:
    """Yield the stays of the scope's files as schedule, start and complete of their step, file by file in time.

    Counted are files that are open or were decided in the period, from their submission on. Cases are known by
    the application's id and people by theirs; neither names anybody.
    """
    shared: Mapping[str, str] = {}
    before = ""
    for seq, (case, step, at, transition, person, *values) in enumerate(ask.snapshot.stream(_STAYS)):
        own = _texts(EVENT_ATTRIBUTES, values[: len(EVENT_ATTRIBUTES)])
        if case != before:
            before, shared = case, _texts(CASE_ATTRIBUTES, values[len(EVENT_ATTRIBUTES) :])
        yield LogEvent(case, step, at, seq, person, transition, own, shared)


def object_types(ask: Ask) -> Types:
    """Return the types of the object-centric log of a scope."""
    objects = {"application": CASE_ATTRIBUTES, "company": (), "person": (), "review": ("lane",)}
    return Types(objects, {action: ACT_ATTRIBUTES for (action,) in ask.snapshot.rows(_ACTIONS)})


def objects(ask: Ask) -> Iterator[Thing]:
    """Yield the applications, companies, people and reviews of the scope."""
    companies: dict[str, int] = {}
    for id_, submitted, company, *values in ask.snapshot.stream(_OBJECTS):
        companies.setdefault(company, submitted)
        yield Thing(id_, "application", submitted, _texts(CASE_ATTRIBUTES, values), [(company, "applied")])
    yield from (Thing(company, "company", since) for company, since in companies.items())
    for person, since in ask.snapshot.stream(_PEOPLE):
        yield Thing(person, "person", since)
    for id_, lane, since in ask.snapshot.stream(_LANES):
        yield Thing(_review(id_, lane), "review", since, {"lane": lane}, [(id_, "of")])


def happenings(ask: Ask) -> Iterator[Happening]:
    """Yield every act on the scope's files with what it touched: the application, the person, the review."""
    for id_, seq, at, action, actor, role, lane, before, after in ask.snapshot.stream(_ACTS):
        touched = [(id_, "application"), (actor, "done by")]
        touched += [(_review(id_, lane), "review")] if lane else []
        told = _texts(ACT_ATTRIBUTES, (before, after, role, lane))
        yield Happening(f"{id_}-{seq}", action, at, told, touched)


def _review(application_id: str, lane: str) -> str:
    return f"{application_id}-{lane}"


def _texts(names: Sequence[str], values: Sequence[object]) -> dict[str, str]:
    return {name: str(value) for name, value in zip(names, values, strict=True) if value not in (None, "")}
