"""A made-up workflow of many phases that lints clean, for measuring."""

from collections.abc import Iterator

HEAD = """\
workflow: large
title: Large permit
summary: Many phases in a row.
pack: generic-test
project_types: [commercial]
provenance: {source: Invented for tests, as_of: 2026-01-01, verified: true}
roles:
  applicant: {title: Applicant, kind: applicant}
  permit_technician: {title: Permit technician, kind: staff}
  system: {title: The system, kind: system}
fields: {}
clauses:
  signed: {expression: attestations.signed, message: Sign first., citation: Code 1, fix_by: applicant}
  small: {expression: "equipment.station_count <= 25 || site.flood_zone", message: Too many., fix_by: applicant}
"""
LANES = 6
STEP_OF_REVIEWS = 10


def _title(number: int) -> str:
    return f"p{number}"


def _has_lanes(number: int) -> bool:
    return number % STEP_OF_REVIEWS == STEP_OF_REVIEWS // 2


def large_workflow(phases: int) -> str:
    """The text of a workflow with so many phases, the two final ones included."""
    numbers = range(phases - 2)
    parts = {"lanes": _lanes, "phases": _phases, "actions": _actions, "clocks": _clocks}
    return HEAD + "".join(f"{name}:\n{''.join(lines(numbers))}" for name, lines in parts.items())


def _lanes(numbers: range) -> Iterator[str]:
    for number in filter(_has_lanes, numbers):
        for lane in range(LANES):
            when = "true" if lane == 0 else f"equipment.station_count >= {lane} || project.includes_storage"
            yield f'  r{number}_{lane}: {{title: Review {number} {lane}, role: permit_technician, required_when: "{when}"}}\n'


def _phases(numbers: range) -> Iterator[str]:
    for number in numbers:
        party = "agency, role: permit_technician" if number % 2 else "applicant"
        extra = ", initial: true" if number == 0 else ""
        if _has_lanes(number):
            lanes = ", ".join(f"r{number}_{lane}" for lane in range(LANES))
            extra = f", lanes: [{lanes}], join: {{approved: pass_{number}, corrections: ask_{number}}}"
        yield f"  {_title(number)}: {{title: Phase {number}, party: {party}{extra}}}\n"
    yield "  done: {title: Done, party: none, outcome: closed, final: true}\n"
    yield "  withdrawn: {title: Withdrawn, party: none, outcome: withdrawn, final: true}\n"


def _actions(numbers: range) -> Iterator[str]:
    last = numbers[-1]
    for number in numbers:
        target = _title(number + 1) if number < last else "done"
        by = "permit_technician" if number % 2 else "applicant"
        way = f"from: [{_title(number)}], to: {target}"
        if _has_lanes(number):
            yield f"  pass_{number}: {{title: Pass {number}, {way}, by: [system], entry: Passed}}\n"
            back = f"from: [{_title(number)}], to: {_title(number - 1)}, needs_items: true, effects: [issue_notice]"
            yield f"  ask_{number}: {{title: Ask {number}, {back}, by: [system], entry: Asked}}\n"
        else:
            yield f"  go_{number}: {{title: Go {number}, {way}, by: [{by}], when: [signed, small], entry: Gone}}\n"
            if number % 2 and number > 1:
                back = f"from: [{_title(number)}], to: {_title(number - 1)}"
                yield f"  return_{number}: {{title: Return {number}, {back}, by: [{by}], entry: Returned}}\n"
    yield "  withdraw: {title: Withdraw, from: [any_open], to: withdrawn, by: [applicant], entry: Withdrawn}\n"


def _clocks(numbers: range) -> Iterator[str]:
    for number in numbers[::3]:
        if not _has_lanes(number) and number < numbers[-1] and not _has_lanes(number + 1):
            yield (
                f'  c{number}: {{title: Clock {number}, unit: business_day, length: "5 + equipment.station_count / 5", '
                f"starts: [go_{number}], stops: [go_{number + 1}, withdraw], authority: Code {number}, outcome: none, "
                "source: Invented for tests, as_of: 2026-01-01, verified: true}\n"
            )
