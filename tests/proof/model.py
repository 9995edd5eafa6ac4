"""What must be true of a file, kept by the test itself: it reads the events and the workflow, and asks no engine.

`Model.take` is given each new event of one file in order; whatever may not be is told as a sentence. The rules are
written here a second time, from what the parts of a workflow mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from permitflow.engine.definition import ActionDef, Definition
from tests.proof.world import Place, World

VERBS = {
    "start_review": ({"waiting"}, "in_review"),
    "release": ({"in_review"}, "waiting"),
    "approve": ({"waiting", "in_review"}, "approved"),
    "approve_with_conditions": ({"waiting", "in_review"}, "approved_with_conditions"),
    "request_corrections": ({"waiting", "in_review"}, "corrections_requested"),
    "mark_not_applicable": ({"waiting", "in_review"}, "not_applicable"),
    "waive": ({"waiting", "in_review"}, "waived"),
}
OPEN = {"waiting", "in_review"}
NOT_DONE = OPEN | {"corrections_requested"}
NOTES = {
    "add_document",
    "answer_item",
    "record_payment",
    "claimed",
    "released",
    "reassigned",
    "save_step",
    "check_licence",
    "attach_project",
    "time_ran_out",
    "remedy_due",
    "hold_clocks",
    "release_clocks",
}
"""What may stand in the record without moving the file."""
TURN_CLOCKS = {"hold_clocks", "release_clocks"}
BY_APPLICANT = {"add_document", "answer_item", "save_step"}
DECISIONS = {"issued", "denied"}


@dataclass
class Model:
    """One file as its events make it."""

    world: World
    place: Place
    company: str
    definition: Definition
    phase: str = ""
    round: int = 1
    outcome: str | None = None
    lanes: dict[str, dict[str, Any]] = field(default_factory=dict)
    clocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    done_by: dict[str, set[str]] = field(default_factory=dict)
    decided: str | None = None
    """The decision that stands; leaving it for an undecided phase takes it back."""
    ended: bool = False
    """Whether a final phase was entered and not left by a step that reopens."""
    by_law: bool = False
    """Whether the law itself approved the file since its reviews were opened."""
    permits: int = 0
    covered: set[str] = field(default_factory=set)

    def take(self, body: Mapping[str, Any]) -> Iterator[str]:
        """Bring the file up to its next event; yield what may not be."""
        if body["action"] == "start" and body["seq"] == 1:
            self.phase = body["to"]
        elif body["lane"] and body["from"] in {*NOT_DONE, "approved"} and body["action"] in VERBS:
            yield from self._answer(body)
        elif self._is_step(body):
            yield from self._step(body, self.definition.actions[body["action"]])
        else:
            yield from self._note(body)
        self.lanes |= body.get("lanes", {})
        self.clocks |= body.get("clocks", {})
        self.outcome = body.get("outcome", self.outcome)
        if body["round"] != self.round:
            yield f"the round is {body['round']}, not {self.round}"

    def complete(self) -> str | None:
        """How the review round of the phase ends, when it is complete; None while it is not."""
        rule = self.definition.phases[self.phase].join
        if rule is None:
            return None
        counting = self._counting(self.definition.phases[self.phase].lanes)
        asked = {name for name, lane in counting.items() if lane["state"] == "corrections_requested"}
        if asked and rule.collect == "first":
            return rule.corrections
        waiting = {name for name, lane in counting.items() if lane["state"] in OPEN}
        if asked:
            waiting = {name for name in waiting if not self._held(name)}
        if waiting or not counting:
            return None
        return rule.corrections if asked else rule.approved

    def _is_step(self, body: Mapping[str, Any]) -> bool:
        spec = self.definition.actions.get(body["action"])
        return (
            spec is not None
            and not body["lane"]
            and body["entry"] == spec.entry
            and "provider" not in body["data"]
        )

    def _note(self, body: Mapping[str, Any]) -> Iterator[str]:
        action = body["action"]
        if action not in NOTES:
            yield f"the event “{action}” is no step and no declared note"
        if not body["from"] == body["to"] == self.phase:
            yield f"the note “{action}” moves the file from {body['from']} to {body['to']}"
        if body.get("lanes") or "outcome" in body or (body.get("clocks") and action not in TURN_CLOCKS):
            yield f"the note “{action}” changes lanes, clocks or the outcome"
        if action in BY_APPLICANT and not self._applies(body["actor"]):
            yield f"“{action}” by somebody who is not of the company"

    def _answer(self, body: Mapping[str, Any]) -> Iterator[str]:
        lane, verb = body["lane"], body["action"]
        sources, target = VERBS[verb]
        known, spec = self.lanes.get(lane), self.definition.lanes[lane]
        if known is None or lane not in self.definition.phases[self.phase].lanes:
            yield f"{lane} was answered at {self.phase}"
            return
        if not known["state"] == body["from"] in sources:
            yield f"{lane}.{verb} from {body['from']}, but it stands at {known['state']}"
        if not body["to"] == target == body.get("lanes", {}).get(lane, {}).get("state"):
            yield f"{lane}.{verb} leads to {body['to']}"
        if set(body.get("lanes", {})) != {lane}:
            yield f"{lane}.{verb} changes {sorted(body.get('lanes', {}))}"
        if verb not in ("release", "waive") and self._held(lane):
            yield f"{lane}.{verb} before its hold points are done"
        role = spec.waived_by if verb == "waive" else spec.role
        if body["role"] != role:
            yield f"{lane}.{verb} in the role {body['role']}, not {role}"
        yield from self._fit(body, "staff")
        for name in (f"{lane}.{verb}", *([] if target in OPEN else [f"{lane}.answered"])):
            self._remember(name, body)

    def _step(self, body: Mapping[str, Any], spec: ActionDef) -> Iterator[str]:
        name, phases = body["action"], self.definition.phases
        source, target = body["from"], body["to"]
        if source != self.phase or source not in spec.from_:
            yield f"“{name}” leaves {source}, but the file stands at {self.phase}"
        if target != (source if spec.to is None else spec.to):
            yield f"“{name}” leads to {target}"
        if phases[source].final and spec.to is not None and not spec.reopens:
            yield f"“{name}” leaves the final phase {source} without reopening it"
        if spec.at_most is not None and self.taken[name] >= spec.at_most:
            yield f"“{name}” for the {self.taken[name] + 1}th time"
        if body["clauses"] != [[clause, "pass"] for clause in spec.when]:
            yield f"“{name}” with {body['clauses']}"
        yield from self._actor_fits(body, spec)
        yield from self._vote_carries(body, spec)
        yield from self._lanes_follow(body, spec)
        yield from self._decides(body, spec)
        yield from self._issues(body, spec)
        if spec.next_round and spec.to is not None:
            self.round += 1
        self.phase = target
        self._remember(name, body)
        self.covered.add(name)

    def _actor_fits(self, body: Mapping[str, Any], spec: ActionDef) -> Iterator[str]:
        name, role = body["action"], body["role"]
        if role not in spec.by:
            yield f"“{name}” in the role {role}"
            return
        yield from self._fit(body, self.definition.roles[role].kind)
        people = {body["actor"], body["acting_for"]} - {"", "system"}
        for step in spec.not_same_actor_as:
            if people & self.done_by.get(step, set()):
                yield f"“{name}” by somebody who did “{step}”"

    def _fit(self, body: Mapping[str, Any], kind: str) -> Iterator[str]:
        """Nobody acts in a role they do not have, and nobody of the company acts for the city."""
        actor, role, name = body["actor"], body["role"], body["action"]
        if kind == "system":
            if actor != "system":
                yield f"“{name}” of the system by {actor}"
        elif kind == "applicant":
            if not self._applies(actor):
                yield f"“{name}” of the applicant by a stranger"
        elif self._applies(actor):
            yield f"“{name}” for the city by somebody of the company: a self-approval"
        elif not self.world.holds(actor, self.place.id, role, self._day(body)):
            yield f"“{name}” by somebody without the role {role}"
        lent = role not in self.world.granted.get((actor, self.place.id), frozenset())
        if kind == "staff" and bool(body["acting_for"]) != lent:
            yield f"“{name}” acting for {body['acting_for'] or 'nobody'}"

    def _vote_carries(self, body: Mapping[str, Any], spec: ActionDef) -> Iterator[str]:
        vote = spec.vote
        if vote is None or body["role"] == "system":
            return
        said = body["data"]
        present = said["votes_for"] + said["votes_against"] + said["votes_abstained"]
        carried = said["votes_for"] >= vote.needed
        if not vote.quorum <= present <= vote.members or carried != vote.carried:
            yield f"“{body['action']}” with the votes {said}"

    def _lanes_follow(self, body: Mapping[str, Any], spec: ActionDef) -> Iterator[str]:
        name, source = body["action"], self.definition.phases[body["from"]]
        changed = set(body.get("lanes", {}))
        allowed = set(spec.waives) | (
            set(self.definition.phases[body["to"]].lanes) if spec.to is not None else set()
        )
        if changed - allowed:
            yield f"“{name}” changes the lanes {sorted(changed - allowed)}"
        for lane in spec.waives:
            if self.lanes.get(lane, {}).get("state") in OPEN and lane not in changed:
                yield f"“{name}” leaves {lane} open"
        if spec.to is not None and self.definition.phases[spec.to].lanes:
            self.by_law = False
            missing = set(self.definition.phases[spec.to].lanes) - set(self.lanes) - changed
            if missing:
                yield f"“{name}” does not open {sorted(missing)}"
        if (
            source.join is not None
            and body["actor"] == "system"
            and name in (source.join.approved, source.join.corrections)
        ):
            expected = self.complete()
            deemed = any(clock.on_expiry == name for clock in self.definition.clocks.values())
            if name != expected and not deemed:
                yield f"“{name}” joins the reviews, which say {expected}: {self.lanes}"

    def _decides(self, body: Mapping[str, Any], spec: ActionDef) -> Iterator[str]:
        before, after = self.definition.phases[body["from"]], self.definition.phases[body["to"]]
        name = body["action"]
        if spec.to is None:
            return
        if self.ended and not spec.reopens:
            yield f"“{name}” after the file has ended"
        self.ended = after.final
        if after.outcome is None:
            self.decided = None
        if after.outcome in DECISIONS:
            if self.decided is not None and self.decided != after.outcome:
                yield f"“{name}” decides {after.outcome} on top of {self.decided}"
            self.decided = after.outcome
        if after.outcome is not None and body.get("outcome", self.outcome) != after.outcome:
            yield f"“{name}” ends as {after.outcome}, but the outcome is {body.get('outcome', self.outcome)}"
        if before.outcome is None and after.outcome is None and "outcome" in body:
            yield f"“{name}” changes the outcome without a decision"

    def _issues(self, body: Mapping[str, Any], spec: ActionDef) -> Iterator[str]:
        name = body["action"]
        self.by_law |= self._deems(name, spec)
        if "issue_permit" not in spec.effects:
            if "permit" in body["data"]:
                yield f"“{name}” issues a permit"
            return
        self.permits += 1
        if self.permits > 1:
            yield f"“{name}” issues a second permit"
        left = {
            lane: known["state"]
            for lane, known in self._counting(self.lanes).items()
            if known["state"] in NOT_DONE
        }
        if left and not self.by_law:
            yield f"“{name}” issues a permit while required reviews are open: {left}"

    def _deems(self, name: str, spec: ActionDef) -> bool:
        """Whether a step is the approval that follows from a missed deadline, by itself or confirmed by somebody."""
        clauses = " ".join(self.definition.clauses[clause].expression for clause in spec.when)
        clocks = {
            clock: rule for clock, rule in self.definition.clocks.items() if rule.outcome == "deemed_approved"
        }
        return any(
            rule.on_expiry == name or f"clocks.{clock}.lapsed" in clauses for clock, rule in clocks.items()
        )

    def _counting(self, names: Any) -> dict[str, dict[str, Any]]:
        return {
            name: self.lanes[name]
            for name in names
            if name in self.lanes
            and self.lanes[name]["required"]
            and not self.definition.lanes[name].informational
        }

    def _held(self, lane: str) -> bool:
        before = self._counting(self.definition.lanes[lane].after)
        return any(known["state"] in NOT_DONE for known in before.values())

    def _applies(self, person: str) -> bool:
        return person in self.world.companies[self.company]

    def _day(self, body: Mapping[str, Any]) -> date:
        if body["legal_on"]:
            return date.fromisoformat(body["legal_on"])
        return datetime.fromtimestamp(body["at"] / 1_000_000, ZoneInfo(self.place.zone)).date()

    def _remember(self, step: str, body: Mapping[str, Any]) -> None:
        self.taken[step] += 1
        self.done_by.setdefault(step, set()).update({body["actor"], body["acting_for"]} - {"", "system"})
