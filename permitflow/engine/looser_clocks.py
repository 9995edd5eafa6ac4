"""Whether one clock asks less of an office, or gives an applicant less, than the clock that it must follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from permitflow.engine.clock_def import ClockDef, ExtensionDef, RemedyDef
from permitflow.engine.conditions import value_of
from permitflow.engine.definition import Definition
from permitflow.engine.samples import samples

_LATER = {"previous": 0, "none": 1, "next": 2}


class Looser(NamedTuple):
    """One way in which a clock is looser: the check, the key of the clock, and the rest of a sentence."""

    check: str
    key: str
    what: str


def counted_looser(definition: Definition, own: ClockDef, law: ClockDef) -> Iterator[Looser]:
    """Yield where `own` counts looser than `law`: its length, unit, first day, end, outcome or remedy.

    For a clock of the office longer is looser; for one of the applicant or the permit shorter is.
    """
    if own.unit != law.unit:
        yield Looser("L252", "unit", f"counts in {_words(own.unit)}s, not in {_words(law.unit)}s")
    else:
        yield from _length(definition, own, law)
    if _office(law):
        yield from _days(own, law)
    if law.outcome not in ("none", own.outcome):
        yield Looser("L254", "outcome", f"ends with '{own.outcome}', not with '{law.outcome}'")
    yield from _extensions(definition, own, law)
    if law.remedy is not None:
        yield from _remedy(own.remedy, law.remedy)


def started_looser(definition: Definition, own: ClockDef, base: ClockDef) -> Iterator[Looser]:
    """Yield where `own` runs less often than the clock of the base that it differs from, by its events."""
    for key in ("starts", "resumes"):
        lacking = [event for event in getattr(base, key) if event not in getattr(own, key)]
        if lacking:
            yield Looser("L253", key, f"no longer {key[:-1]}s with '{lacking[0]}'")
    more = [event for event in own.pauses if event not in base.pauses]
    if more:
        yield Looser("L253", "pauses", f"pauses with '{more[0]}' too")
    for event in own.stops:
        action = definition.actions.get(event)
        if event not in base.stops and action is not None and action.to is None:
            yield Looser("L253", "stops", f"stops with '{event}', by which nothing is decided")
    if own.level != base.level:
        yield Looser("L252", "level", "is no longer one of the state's")
    if base.on_expiry is not None and own.on_expiry != base.on_expiry:
        yield Looser("L254", "on_expiry", f"no longer brings about '{base.on_expiry}'")
    mine, theirs = own.remedy, base.remedy
    if mine and theirs and mine.fees and not (theirs.fees and set(theirs.fees) <= set(mine.fees)):
        yield Looser("L260", "remedy.fees", "gives back a share of fewer fees")


def _office(clock: ClockDef) -> bool:
    return clock.holder in ("agency", "external")


def _words(unit: str) -> str:
    return unit.replace("_", " ")


def _length(definition: Definition, own: ClockDef, law: ClockDef) -> Iterator[Looser]:
    if own.length == law.length:
        return
    for facts in samples(definition, own.length, law.length):
        mine, asked = value_of(own.length, facts), value_of(law.length, facts)
        if not isinstance(asked, int):
            continue
        if not isinstance(mine, int):
            yield Looser("L251", "length", f"has no length where the law says {asked}{_given(facts)}")
            return
        if (mine > asked) if _office(law) else (mine < asked):
            compared = "longer" if mine > asked else "shorter"
            what = f"is {compared}: {mine} instead of {asked} {_words(law.unit)}s{_given(facts)}"
            yield Looser("L251", "length", what)
            return


def _given(facts: dict[str, object]) -> str:
    shown = [
        f"{group}.{name} is {str(value).lower() if isinstance(value, bool) else value}"
        for group, members in facts.items()
        for name, value in (members.items() if isinstance(members, dict) else ())
    ]
    return f" when {' and '.join(shown)}" if shown else ""


def _days(own: ClockDef, law: ClockDef) -> Iterator[Looser]:
    if _LATER[own.roll] > _LATER[law.roll]:
        yield Looser("L252", "roll", f"rolls a closed last day '{own.roll}', not '{law.roll}'")
    if own.count_from == "exclude_first" and law.count_from == "receipt_day_counts":
        yield Looser("L252", "count_from", "leaves out the day of receipt, which counts")
    if own.received and not law.received:
        yield Looser("L252", "received", "starts when something counts as received, not when it comes in")


def _extensions(definition: Definition, own: ClockDef, law: ClockDef) -> Iterator[Looser]:
    """Time that the applicant alone may give is no loosening; the office's own is compared as a whole."""
    taken = {
        event: more
        for event, more in own.extended_by.items()
        if event not in definition.actions or not _by_applicant(definition, event)
    }
    if not taken or not _office(law):
        return
    lengths = [more.length for more in (*taken.values(), *law.extended_by.values())]
    for facts in samples(definition, *lengths):
        mine, allowed = _total(taken, facts), _total(law.extended_by, facts)
        if allowed is None or (mine is not None and mine <= allowed):
            continue
        unit = f"{_words(law.unit)}s"
        more = (
            f"{mine} {unit} in all, not {allowed}" if mine is not None else f"{unit} that cannot be counted"
        )
        yield Looser("L253", f"extended_by.{list(taken)[-1]}", f"can be extended by {more}{_given(facts)}")
        return


def _by_applicant(definition: Definition, event: str) -> bool:
    return all(definition.roles[role].kind == "applicant" for role in definition.actions[event].by)


def _total(extensions: Mapping[str, ExtensionDef], facts: Mapping[str, object]) -> int | None:
    total = 0
    for more in extensions.values():
        length = value_of(more.length, facts)
        if not isinstance(length, int):
            return None
        total += length * more.at_most
    return total


def _remedy(own: RemedyDef | None, law: RemedyDef) -> Iterator[Looser]:
    if own is None:
        yield Looser("L260", "remedy", "no longer gives the applicant a right when it runs out")
        return
    for tier in law.refund:
        back = [mine.refund_percent for mine in own.refund if mine.late_percent <= tier.late_percent]
        if max(back, default=0) < tier.refund_percent:
            what = f"gives back less than {tier.refund_percent} % of the fees at {tier.late_percent} % delay"
            yield Looser("L260", "remedy.refund", what)
            return
