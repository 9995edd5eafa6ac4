"""The workflow as a machine: who may take which step now, why not, and what the step does.

This module is the only one that imports `transitions`. A definition is compiled once per hash to one flat machine
that is never changed afterwards and never told about a model: an event is triggered on a throw-away holder of the
state, which is safe across threads. Roles, conflicts of interest, inputs and clauses are checked here before the
machine moves, in that order.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import transitions

from permitflow.engine.conditions import ClauseResult, evaluate
from permitflow.engine.definition import ActionDef, Definition, Effect, InputDef
from permitflow.engine.duties import Actor, Situation, acting_role, conflict
from permitflow.engine.errors import MissingInput, NotAllowed, Refusal, UnmetClauses, WrongPhase
from permitflow.engine.inputs import check_inputs, inputs_of, recorded
from permitflow.engine.lanes import join
from permitflow.engine.named import Named, named_in

__all__ = [
    "CACHE_SIZE",
    "Actor",
    "Choice",
    "Machine",
    "Situation",
    "Step",
    "allowed",
    "automatic",
    "compile_machine",
    "conflict",
    "fire",
    "flat_events",
    "joined",
    "move",
    "why_not",
]

CACHE_SIZE = 256


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed step: what to write, and the clause results that allowed it.

    A step that stays leaves lanes, visits and round alone. `acting_for` is the id of whoever lent the role, or
    empty; `data` what the record says in the open, such as the count of a vote.
    """

    action: str
    entry: str
    from_phase: str
    to_phase: str
    role: str
    clause_results: tuple[ClauseResult, ...]
    effects: tuple[Effect, ...]
    reopen_lanes: Literal["none", "asked", "all"]
    next_round: bool
    stay: bool = False
    reopens: bool = False
    waives: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    acting_for: str = ""
    data: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """An action the actor's role may take from this phase; without refusals it can be taken now."""

    action: str
    spec: ActionDef
    refusals: tuple[Refusal, ...]

    @property
    def inputs(self) -> Mapping[str, InputDef]:
        """Everything the actor writes when taking it; a vote adds its date and its count."""
        return inputs_of(self.spec)


@dataclass(slots=True)
class Holder:
    """Holds the state while an event runs; the machine never hears of it otherwise."""

    state: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A definition compiled for running."""

    hash: str
    definition: Definition
    events: Mapping[str, transitions.Event]
    from_phase: Mapping[str, tuple[str, ...]]
    named: Named


_compiled: OrderedDict[str, Machine] = OrderedDict()
_compiling = threading.Lock()


def compile_machine(hash_: str, definition: Definition) -> Machine:
    """Return the machine of a definition; compiled once per hash and kept for the most recently used hashes."""
    with _compiling:
        machine = _compiled.get(hash_)
        if machine is None:
            machine = _compiled[hash_] = _compile(hash_, definition)
        _compiled.move_to_end(hash_)
        while len(_compiled) > CACHE_SIZE:
            _compiled.popitem(last=False)
        return machine


def _compile(hash_: str, definition: Definition) -> Machine:
    arrows = [
        (action, source, spec.target(source))
        for action, spec in definition.actions.items()
        for source in spec.from_
    ]
    leaving: dict[str, list[str]] = {phase: [] for phase in definition.phases}
    for action, source, _ in arrows:
        leaving[source].append(action)
    by_phase = {phase: tuple(actions) for phase, actions in leaving.items()}
    events = flat_events(definition.phases, arrows)
    return Machine(hash_, definition, events, by_phase, named_in(definition))


def flat_events(
    states: Iterable[str], arrows: Iterable[tuple[str, str, str]]
) -> Mapping[str, transitions.Event]:
    """Return the events of a flat machine with the given (trigger, source, target) arrows."""
    flat = transitions.Machine(
        model=None,
        states=list(states),
        initial=None,
        auto_transitions=False,
        queued=False,
        send_event=True,
        ignore_invalid_triggers=False,
    )
    for trigger, source, target in arrows:
        flat.add_transition(trigger, source, target)
    return flat.events


def move(event: transitions.Event, state: str) -> str:
    """Return the state that an event leads to. Raises transitions.MachineError when it does not leave `state`."""
    holder = Holder(state)
    event.trigger(holder)
    return holder.state


def fire(
    machine: Machine,
    action: str,
    actor: Actor,
    situation: Situation,
    inputs: Mapping[str, str],
    draft_items: int = 0,
) -> Step:
    """Return the step that an action takes, or raise the reason why it cannot be taken.

    `inputs` are the texts the actor wrote, `draft_items` the number of drafted correction items. Checked in this
    order: phase (WrongPhase), role (WrongRole), conflict of interest and separation of duties
    (ConflictOfInterest); then inputs, items and clauses together: MissingInput when an input or an item is missing
    or unfit, else UnmetClauses, either with every reason.
    """
    spec = _spec(machine, action, situation.phase)
    role = acting_role(machine.definition, action, spec, actor, situation)
    refusals = check_inputs(spec, inputs, situation.on) + _missing_items(spec, draft_items)
    results = evaluate(machine.definition, spec.when, situation.facts)
    unmet = _too_often(action, spec, situation) + _unmet(results)
    if refusals:
        raise MissingInput(action, [*refusals, *unmet])
    if unmet:
        raise UnmetClauses(action, unmet)
    return Step(
        action,
        spec.entry,
        situation.phase,
        move(machine.events[action], situation.phase),
        role,
        results,
        spec.effects,
        spec.reopen_lanes,
        spec.next_round,
        spec.to is None,
        spec.reopens,
        spec.waives,
        spec.opens,
        actor.acting_for(role),
        recorded(spec, inputs),
    )


def why_not(machine: Machine, action: str, actor: Actor, situation: Situation) -> tuple[Refusal, ...]:
    """Return every reason why an actor cannot take an action now; empty when it can be taken.

    Texts that the actor would write in the form are not counted as missing.
    """
    try:
        spec = _spec(machine, action, situation.phase)
        acting_role(machine.definition, action, spec, actor, situation)
    except NotAllowed as refused:
        return refused.refusals
    results = evaluate(machine.definition, spec.when, situation.facts)
    return (
        *_missing_items(spec, _drafted(situation)),
        *_too_often(action, spec, situation),
        *_unmet(results),
    )


def allowed(machine: Machine, actor: Actor, situation: Situation) -> tuple[Choice, ...]:
    """Return each action that one of the actor's roles may take from this phase, with what still hinders it.

    Steps of the system are left out. The cost depends on the phase's actions, not on the size of the workflow.
    """
    roles = machine.definition.roles
    choices = []
    for action in machine.from_phase.get(situation.phase, ()):
        spec = machine.definition.actions[action]
        if any(role in actor.roles and roles[role].kind != "system" for role in spec.by):
            choices.append(Choice(action, spec, why_not(machine, action, actor, situation)))
    return tuple(choices)


def automatic(machine: Machine, situation: Situation) -> str | None:
    """Return the system action that a phase takes by itself: the first of its `auto` whose clauses all pass.

    An action without clauses is the fallback. None when the phase waits for somebody, or for another application.
    """
    for action in machine.definition.phases[situation.phase].auto:
        spec = machine.definition.actions[action]
        results = evaluate(machine.definition, spec.when, situation.facts)
        if not _unmet(results) and not _too_often(action, spec, situation):
            return action
    return None


def unmet_before(machine: Machine, action: str, situation: Situation) -> tuple[str, ...]:
    """Return the unmet clauses of the automatic actions that a phase would have taken before this one.

    They say why a file left the fast track. Empty for an action that no phase takes by itself.
    """
    order = machine.definition.phases[situation.phase].auto
    tried = order[: order.index(action)] if action in order else ()
    wanted = [clause for name in tried for clause in machine.definition.actions[name].when]
    results = evaluate(machine.definition, tuple(dict.fromkeys(wanted)), situation.facts)
    return tuple(refusal.code for refusal in _unmet(results))


def joined(machine: Machine, situation: Situation) -> str | None:
    """Return the system action to take now that the review round is complete; None while it is open."""
    definition = machine.definition
    rule = definition.phases[situation.phase].join
    if rule is None:
        return None
    lanes = definition.lanes
    after = {name: lanes[name].after for name in situation.lanes} if machine.named.hold_points else {}
    outcome = join(situation.lanes, rule.collect, after)
    if outcome == "open":
        return None
    return rule.approved if outcome == "approved" else rule.corrections


def _spec(machine: Machine, action: str, phase: str) -> ActionDef:
    definition = machine.definition
    spec = definition.actions.get(action)
    if spec is None:
        raise WrongPhase(
            action,
            [Refusal("unknown_action", "This workflow has no step called {action}.", {"action": action})],
        )
    if phase not in spec.from_:
        titles = " / ".join(definition.phases[source].title for source in spec.from_)
        standing = definition.phases[phase].title if phase in definition.phases else phase
        message = "“{action}” cannot be done now: the application stands at “{phase}”, not at “{sources}”."
        params = {"action": spec.title, "phase": standing, "sources": titles}
        raise WrongPhase(action, [Refusal("wrong_phase", message, params)])
    if definition.phases[phase].final and not spec.reopens and spec.to is not None:
        message = "“{action}” cannot be done any more: the application has ended at “{phase}”."
        params = {"action": spec.title, "phase": definition.phases[phase].title}
        raise WrongPhase(action, [Refusal("ended", message, params)])
    return spec


def _too_often(action: str, spec: ActionDef, situation: Situation) -> list[Refusal]:
    if spec.at_most is None or situation.taken.get(action, 0) < spec.at_most:
        return []
    message = "“{action}” can be done {times} times on one application, and was done so often already."
    if spec.at_most == 1:
        message = "“{action}” can be done only once on one application, and was done already."
    return [Refusal("at_most_reached", message, {"action": spec.title, "times": str(spec.at_most)})]


def _missing_items(spec: ActionDef, drafted: int) -> list[Refusal]:
    if not spec.needs_items or drafted > 0:
        return []
    message = (
        "Write at least one correction item first: what is wrong, the code section, and what would fix it."
    )
    return [Refusal("missing_items", message, where="corrections")]


def _drafted(situation: Situation) -> int:
    corrections = situation.facts.get("corrections")
    drafted = corrections.get("draft") if isinstance(corrections, Mapping) else None
    return drafted if isinstance(drafted, int) else 0


def _unmet(results: Iterable[ClauseResult]) -> list[Refusal]:
    return [
        Refusal(
            result.clause,
            result.message,
            who_can_fix=result.fix_by,
            where=result.where,
            citation=result.citation,
        )
        for result in results
        if result.outcome != "pass"
    ]
