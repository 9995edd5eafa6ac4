"""What an actor writes when acting: texts, whole numbers, dates, and the count of a vote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from permitflow.engine.definition import ActionDef, InputDef, VoteDef
from permitflow.engine.errors import Refusal

_NUMBER = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NONE: Mapping[str, str | int] = MappingProxyType({})
VOTE_INPUTS: Mapping[str, InputDef] = MappingProxyType(
    {
        "held_on": InputDef(title="Date of the vote", type="date"),
        "votes_for": InputDef(title="Votes in favor", type="integer"),
        "votes_against": InputDef(title="Votes against", type="integer"),
        "votes_abstained": InputDef(title="Abstentions", type="integer"),
    }
)


def inputs_of(spec: ActionDef) -> Mapping[str, InputDef]:
    """Return everything an action asks for; a vote adds its date and its count."""
    return {**VOTE_INPUTS, **spec.inputs} if spec.vote else spec.inputs


def check_inputs(spec: ActionDef, inputs: Mapping[str, str], on: date | None) -> list[Refusal]:
    """Return what is wrong with what was written; `on` is the legal date that dates are compared with."""
    if not spec.inputs and spec.vote is None:
        return []
    wanted = inputs_of(spec)
    refusals = [refusal for name in wanted for refusal in _check(name, wanted[name], inputs, on)]
    if spec.vote is not None and not any(refusal.where in VOTE_INPUTS for refusal in refusals):
        refusals += _check_vote(spec, spec.vote, inputs, on)
    return refusals


def check_input(name: str, wanted: InputDef, given: str, on: date | None) -> list[Refusal]:
    """Return what is wrong with one input; `on` is the legal date that a date is compared with."""
    return list(_check(name, wanted, {name: given}, on))


def recorded(spec: ActionDef, inputs: Mapping[str, str]) -> Mapping[str, str | int]:
    """Return what the record says in the open of inputs that were checked: the numbers and the date of a vote."""
    if spec.vote is None:
        return _NONE
    counts = {name: int(inputs[name].strip()) for name in VOTE_INPUTS if name != "held_on"}
    return {"held_on": inputs["held_on"].strip(), **counts}


def _check(name: str, wanted: InputDef, inputs: Mapping[str, str], on: date | None) -> Iterator[Refusal]:
    given = inputs.get(name, "").strip()
    if given:
        yield from _KINDS[wanted.type](name, wanted, given, on)
    elif wanted.required:
        params = {"input": wanted.title}
        yield Refusal(f"missing_{name}", "Fill in “{input}”.", params, "", name, wanted.citation)


def _check_text(_name: str, _wanted: InputDef, _given: str, _on: date | None) -> Iterator[Refusal]:
    return iter(())


def _check_integer(name: str, wanted: InputDef, given: str, _on: date | None) -> Iterator[Refusal]:
    if not _NUMBER.fullmatch(given):
        message = "“{input}” has to be a whole number, such as 4, and not “{given}”."
        yield Refusal("not_a_number", message, {"input": wanted.title, "given": given}, where=name)


def _check_date(name: str, wanted: InputDef, given: str, on: date | None) -> Iterator[Refusal]:
    day = _day(given)
    if day is None:
        message = "“{input}” has to be a date, such as 2026-02-03, and not “{given}”."
        yield Refusal("not_a_date", message, {"input": wanted.title, "given": given}, where=name)
    elif on is not None and wanted.days_ahead is not None:
        earliest = on + timedelta(days=wanted.days_ahead)
        if day < earliest:
            message = "“{input}” has to be {earliest} or later: at least {days} days after {today}."
            params = {"input": wanted.title, "earliest": earliest.isoformat(), "today": on.isoformat()}
            params["days"] = str(wanted.days_ahead)
            yield Refusal("too_soon", message, params, where=name, citation=wanted.citation)


_KINDS: Mapping[str, Callable[[str, InputDef, str, date | None], Iterator[Refusal]]] = {
    "text": _check_text,
    "integer": _check_integer,
    "date": _check_date,
}


def _day(given: str) -> date | None:
    if not _DATE.fullmatch(given):
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _check_vote(
    spec: ActionDef, vote: VoteDef, inputs: Mapping[str, str], on: date | None
) -> Iterator[Refusal]:
    """Yield why a readable count of votes does not carry the action; sources of the threshold: `vote.citation`."""
    said = recorded(spec, inputs)
    in_favor = int(said["votes_for"])
    present = in_favor + int(said["votes_against"]) + int(said["votes_abstained"])
    numbers = {"body": vote.body, "members": str(vote.members), "quorum": str(vote.quorum)}
    numbers |= {"needed": str(vote.needed), "votes": str(in_favor), "present": str(present)}
    if on is not None and date.fromisoformat(str(said["held_on"])) > on:
        yield _of_vote("not_held_yet", "The vote cannot be recorded before it was held.", numbers, vote)
    if present > vote.members:
        message = "{present} votes are more than the {members} members of: {body}."
        yield _of_vote("too_many_votes", message, numbers, vote)
    elif present < vote.quorum:
        message = "There was no quorum: {present} of {members} members took part, and {quorum} are needed."
        yield _of_vote("no_quorum", message, numbers, vote)
    elif vote.carried and in_favor < vote.needed:
        message = "The motion did not carry: {votes} votes in favor, and {needed} of {members} are needed."
        yield _of_vote("vote_not_carried", message, numbers, vote)
    elif not vote.carried and in_favor >= vote.needed:
        message = "The motion carried: {votes} votes in favor, and {needed} of {members} are enough. Record that it did."
        yield _of_vote("vote_carried", message, numbers, vote)


def _of_vote(code: str, message: str, numbers: Mapping[str, str], vote: VoteDef) -> Refusal:
    where = "held_on" if code == "not_held_yet" else "votes_for"
    return Refusal(code, message, numbers, where=where, citation=vote.citation)
