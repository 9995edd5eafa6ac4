"""Checks of an overlay against its base, and of a clock against its law: tighter is welcome, looser is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from permitflow.engine import clock_pack
from permitflow.engine.clock_def import ClockDef
from permitflow.engine.conditions import holds
from permitflow.engine.definition import ActionDef, Definition
from permitflow.engine.errors import DefinitionError
from permitflow.engine.findings import Finding
from permitflow.engine.lint_law import NEGATIVE, outcome_of
from permitflow.engine.looser_clocks import counted_looser, started_looser
from permitflow.engine.samples import samples

SHIPPED_LAWS = Path(__file__).resolve().parents[2] / "workflows" / "clocks"


class _Sourced(Protocol):
    @property
    def verified(self) -> bool: ...
    @property
    def source(self) -> str: ...


def check(definition: Definition, base: Definition) -> Iterator[Finding]:
    """Yield where a definition asks less than the one it extends."""
    yield from _clocks(definition, base)
    yield from _whole(definition, base)
    for name, action in base.actions.items():
        own = definition.actions.get(name)
        if own is not None:
            yield from _action(definition, base, name, own, action)
    for name, lane in base.lanes.items():
        if not lane.informational:
            yield from _lane(definition, base, name)


def check_laws(definition: Definition, file: str) -> Iterator[Finding]:
    """Yield where a clock is looser than the law it names, as `pack/clock`.

    The packs are looked for in the folder `clocks` beside the pack folder of `file`, or else among the shipped ones;
    so they are for a stored definition, which has no file.
    """
    beside = Path(file).parent.parent / "clocks"
    folder = beside if Path(file).is_file() and beside.is_dir() else SHIPPED_LAWS
    for name, clock in definition.clocks.items():
        if not clock.law:
            continue
        path = f"clocks.{name}.law"
        pack, _, wanted = clock.law.partition("/")
        try:
            law = clock_pack.find(pack, folder).clocks.get(wanted)
        except (DefinitionError, LookupError) as error:
            yield Finding("L119", path, f"the law '{clock.law}' cannot be read: {error}")
            continue
        if law is None:
            yield Finding("L119", path, f"the clock pack '{pack}' has no clock called '{wanted}'")
            continue
        for looser in counted_looser(definition, clock, law):
            message = f"the clock '{name}' {looser.what}, as its law '{clock.law}' says"
            yield Finding("L165", f"clocks.{name}.{looser.key}", message)


def _clocks(definition: Definition, base: Definition) -> Iterator[Finding]:
    for name, clock in base.clocks.items():
        own = definition.clocks.get(name)
        if own is not None:
            yield from _verified(f"clocks.{name}", own, clock)
        if clock.level != "state":
            continue
        if own is None:
            message = f"the base's clock '{name}' is the state's and cannot be left out"
            yield Finding("L250", f"clocks.{name}", message)
            continue
        for looser in (*counted_looser(definition, own, clock), *started_looser(definition, own, clock)):
            yield Finding(looser.check, f"clocks.{name}.{looser.key}", f"the clock '{name}' {looser.what}")
        yield from _expiry(definition, base, name, own, clock)


def _expiry(
    definition: Definition, base: Definition, name: str, own: ClockDef, clock: ClockDef
) -> Iterator[Finding]:
    """What the end of a clock brings about must not be made harder to come by."""
    if clock.on_expiry is None or own.on_expiry != clock.on_expiry:
        return
    before, after = base.actions[clock.on_expiry], definition.actions[clock.on_expiry]
    lost = [source for source in before.from_ if source not in after.from_ and source in definition.phases]
    if lost:
        message = f"the clock '{name}' no longer brings about '{clock.on_expiry}' in the phase '{lost[0]}'"
        yield Finding("L254", f"actions.{clock.on_expiry}.from", message)
    more = [clause for clause in after.when if clause not in before.when]
    if more:
        message = f"the clock '{name}' brings about '{clock.on_expiry}' only when '{more[0]}' holds too"
        yield Finding("L254", f"actions.{clock.on_expiry}.when", message)


def _verified(path: str, own: _Sourced, base: _Sourced) -> Iterator[Finding]:
    if own.verified and not base.verified and own.source == base.source:
        message = f"'{path}' is called verified, but its source is the base's, which was not"
        yield Finding("L255", f"{path}.verified", message)


def _whole(definition: Definition, base: Definition) -> Iterator[Finding]:
    yield from _verified("provenance", definition.provenance, base.provenance)
    if definition.legacy and not base.legacy:
        yield Finding("L263", "legacy", "an overlay cannot turn its base's checks into warnings by 'legacy'")
    if base.one_notice is not None:
        if definition.one_notice is None:
            yield Finding("L259", "one_notice", "the rule of one notice cannot be left out")
        else:
            yield from _verified("one_notice", definition.one_notice, base.one_notice)
    receipt, before = definition.receipt, base.receipt
    if receipt is None or before is None:
        return
    if receipt.late == "next_open_day" and before.late == "same_day":
        yield Finding("L252", "receipt.late", "what comes in late must count as received on the same day")
    if receipt.fee_gates_clock and not before.fee_gates_clock:
        yield Finding("L252", "receipt.fee_gates_clock", "an unpaid fee must not hold a clock back")


def _action(
    definition: Definition, base: Definition, name: str, own: ActionDef, action: ActionDef
) -> Iterator[Finding]:
    path = f"actions.{name}"
    for key, wanted in action.inputs.items():
        mine = own.inputs.get(key)
        if wanted.required and (mine is None or not mine.required):
            message = f"the action '{name}' no longer demands '{key}' ({wanted.title})"
            yield Finding("L256", f"{path}.inputs", message)
    if outcome_of(base, name) in NEGATIVE:
        yield from _clauses(definition, base, name)
    dropped = [event for event in action.not_same_actor_as if event not in own.not_same_actor_as]
    if dropped:
        message = f"the action '{name}' may now be taken by whoever took '{dropped[0]}'"
        yield Finding("L262", f"{path}.not_same_actor_as", message)
    if action.vote is not None:
        mine_vote = own.vote
        if mine_vote is None or (mine_vote.needed, mine_vote.quorum) < (
            action.vote.needed,
            action.vote.quorum,
        ):
            message = f"the action '{name}' needs fewer votes than the {action.vote.needed} of its base"
            yield Finding("L261", f"{path}.vote", message)


def _clauses(definition: Definition, base: Definition, name: str) -> Iterator[Finding]:
    """A decision against somebody must stay as hard to take."""
    for clause in base.actions[name].when:
        if clause not in definition.actions[name].when:
            message = f"the action '{name}' decides against somebody and no longer asks for '{clause}'"
            yield Finding("L257", f"actions.{name}.when", message)
            continue
        mine, theirs = definition.clauses[clause].expression, base.clauses[clause].expression
        if not _implies(definition, mine, theirs):
            message = f"the clause '{clause}' of '{name}' lets pass what the base's does not"
            yield Finding("L257", f"clauses.{clause}.expression", message)


def _implies(definition: Definition, condition: str, wanted: str) -> bool:
    """Return whether `wanted` holds wherever `condition` does, as far as the samples show."""
    return condition == wanted or not any(
        holds(condition, facts) is True and holds(wanted, facts) is False
        for facts in samples(definition, condition, wanted)
    )


def _lane(definition: Definition, base: Definition, name: str) -> Iterator[Finding]:
    lane, own = base.lanes[name], definition.lanes.get(name)
    if own is None:
        yield Finding("L258", f"lanes.{name}", f"the base's review '{name}' cannot be left out")
        return
    for phase, spec in base.phases.items():
        if name in spec.lanes and phase in definition.phases and name not in definition.phases[phase].lanes:
            message = f"the base's review '{name}' cannot be left out of '{phase}'"
            yield Finding("L258", f"phases.{phase}.lanes", message)
    if own.informational:
        message = f"the review '{name}' must hold the file; it cannot be for information only"
        yield Finding("L258", f"lanes.{name}.informational", message)
    elif not _implies(definition, lane.required_when, own.required_when):
        message = f"the review '{name}' is no longer required wherever the base requires it"
        yield Finding("L258", f"lanes.{name}.required_when", message)
    elif own.waived_by is not None and lane.waived_by is None:
        message = f"the review '{name}' can be waived, which the base does not allow"
        yield Finding("L258", f"lanes.{name}.waived_by", message)
