"""The catalogue of checks: the id of each, how grave it is, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One finding of a check: its id, the dotted path of the part it is about, and the sentence."""

    id: str
    path: str
    message: str


class Check(NamedTuple):
    """What a check is for."""

    severity: Literal["error", "warning"]
    what: str


CATALOGUE: Mapping[str, Check] = MappingProxyType(
    {
        "L001": Check("error", "the file can be read: UTF-8, strict YAML 1.2, nothing given twice"),
        "L002": Check("error", "every key is known"),
        "L003": Check("error", "every required key is there"),
        "L004": Check("error", "every value has the right kind and form"),
        "L101": Check("error", "every role that is named is declared"),
        "L102": Check("error", "every phase that is named is declared"),
        "L103": Check("error", "every clause that is named is declared"),
        "L104": Check("error", "every lane that is named is declared"),
        "L105": Check("error", "every action that is named is declared"),
        "L106": Check("error", "every field in an expression is declared"),
        "L107": Check("error", "every expression can be read"),
        "L108": Check("error", "every expression gives what is needed: a yes or no, or a whole number"),
        "L109": Check("error", "a field is only compared with its own choices"),
        "L110": Check("error", "exactly one phase is the first"),
        "L111": Check("error", "every phase can be reached from the first"),
        "L112": Check("error", "every phase that is not final has a way out"),
        "L113": Check("error", "a final phase can be reached from every phase"),
        "L114": Check("error", "no action leads out of a final phase"),
        "L115": Check("error", "a phase with the agency has a role or lanes that hold the file"),
        "L120": Check("error", "lanes and their join stand together"),
        "L121": Check("error", "a join's actions leave its phase and are taken by the system"),
        "L122": Check("error", "a join has a lane that is always required"),
        "L123": Check("warning", "every lane is used by a phase"),
        "L130": Check("warning", "every role is used by an action, a phase or a lane"),
        "L131": Check("warning", "staff roles have the standard names"),
        "L132": Check("error", "every action has somebody who takes it"),
        "L140": Check("warning", "every clause is used"),
        "L141": Check("error", "the applicant can withdraw until the decision"),
        "L142": Check("error", "a denial or revocation demands a written reason"),
        "L143": Check("error", "nothing is ever denied or revoked by the system"),
        "L150": Check("error", "a clock that pauses can resume, and the other way round"),
        "L151": Check("error", "what happens at the end of a clock is an action of the system"),
        "L152": Check("warning", "a clock that was not verified only warns at its end"),
        "L153": Check("warning", "a clock with a legal outcome names the action that brings it"),
        "L154": Check("error", "a clock can stop"),
        "L155": Check("error", "the action at the end of a clock fits every phase in which the clock runs"),
        "L160": Check("error", "the last automatic action of a phase has no clauses"),
        "L161": Check("error", "automatic actions leave their phase and are taken by the system"),
        "L162": Check("error", "automatic steps come to rest"),
        "L170": Check("error", "a payment phase has a fee"),
        "L171": Check("error", "who enters a phase with fees has them assessed"),
        "L180": Check("error", "a notice is only sent with at least one item"),
        "L190": Check("error", "California: no document of an owners' association"),
        "L191": Check("error", "California: no review of looks or design"),
        "L192": Check("error", "California: one notice for each phase"),
    }
)
