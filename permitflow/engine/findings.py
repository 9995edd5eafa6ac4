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
    """What a check is for.

    A check of policy asks for what a good process has; a definition marked as legacy is only warned by it.
    """

    severity: Literal["error", "warning"]
    what: str
    policy: bool = False


CATALOGUE: Mapping[str, Check] = MappingProxyType(
    {
        "L001": Check("error", "the file can be read: UTF-8, strict YAML 1.2, nothing given twice"),
        "L002": Check("error", "every key is known"),
        "L003": Check("error", "every required key is there"),
        "L004": Check("error", "every value has the right kind and form"),
        "L005": Check("error", "an overlay extends a file beside its pack and has a name of its own"),
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
        "L111": Check("error", "every phase can be reached from the first", policy=True),
        "L112": Check("error", "every phase that is not final has a way out", policy=True),
        "L113": Check("error", "a final phase can be reached from every phase", policy=True),
        "L114": Check(
            "error", "no action leads out of a final phase, unless it reopens the file", policy=True
        ),
        "L115": Check("error", "a phase with the agency has a role or lanes that hold the file", policy=True),
        "L116": Check("error", "every step of a review that is named exists, as lane.verb"),
        "L117": Check("error", "every fee that is named is declared"),
        "L118": Check(
            "error",
            "an action's inputs fit: what a vote asks for is not asked twice, days ahead belong to a date",
        ),
        "L119": Check("error", "every clock pack and clock named under 'law' exists"),
        "L120": Check("error", "lanes and their join stand together"),
        "L121": Check("error", "a join's actions leave its phase and are taken by the system"),
        "L122": Check("error", "a join has a lane that is always required", policy=True),
        "L123": Check("warning", "every lane is used by a phase", policy=True),
        "L124": Check("error", "lanes wait for lanes of their own phase, and never for each other"),
        "L125": Check(
            "error", "a required lane of an outside party has a clock whose end waives it", policy=True
        ),
        "L126": Check(
            "error",
            "a phase with an outside party has a clock that ends it or warns somebody who can",
            policy=True,
        ),
        "L127": Check("error", "a join that sends a file back sends the notice with it", policy=True),
        "L128": Check("error", "an action that leaves the file where it is opens neither lanes nor a round"),
        "L129": Check("error", "an action that reopens leads out of final phases only"),
        "L130": Check("warning", "every role is used by an action, a phase or a lane", policy=True),
        "L131": Check("warning", "staff roles have the standard names", policy=True),
        "L132": Check("error", "every action has somebody who takes it", policy=True),
        "L133": Check("error", "lanes are answered and waived by the city's staff", policy=True),
        "L134": Check(
            "error", "separation of duties names other steps, and such as people take", policy=True
        ),
        "L135": Check("error", "only an official denies, revokes or extends", policy=True),
        "L136": Check(
            "error", "at publication: every step and lane has a member in the city who can take it"
        ),
        "L137": Check("error", "at publication: separated duties have two people in the city"),
        "L138": Check("error", "no two actions of a phase show one person the same title", policy=True),
        "L139": Check("error", "a vote can be won: quorum and votes needed are not more than the members"),
        "L140": Check("warning", "every clause is used", policy=True),
        "L141": Check("error", "the applicant can withdraw until the decision", policy=True),
        "L142": Check("error", "a denial or revocation demands a written reason", policy=True),
        "L143": Check("error", "nothing is ever denied or revoked by the system", policy=True),
        "L144": Check("error", "a denial by lapse of time can be appealed", policy=True),
        "L145": Check("error", "what changes a permit needs a section 'permit'"),
        "L146": Check("error", "an action waives lanes of the phases it leaves from"),
        "L150": Check("error", "a clock that pauses can resume, and the other way round"),
        "L151": Check("error", "what happens at the end of a clock is an action of the system"),
        "L152": Check("warning", "a clock that was not verified only warns at its end", policy=True),
        "L153": Check("warning", "a clock with a legal outcome names the action that brings it", policy=True),
        "L154": Check("error", "a clock can stop", policy=True),
        "L155": Check("error", "the action at the end of a clock fits every phase in which the clock runs"),
        "L156": Check("error", "a clock whose end gives a right says which", policy=True),
        "L157": Check("error", "refunds rise with the delay"),
        "L158": Check(
            "error", "a clock that pauses can be resumed from where the file then stands", policy=True
        ),
        "L159": Check(
            "error",
            "a clock that pauses for the applicant's answer has another that ends the wait",
            policy=True,
        ),
        "L160": Check("error", "the last automatic action of a phase has no clauses, or waits for a gate"),
        "L161": Check("error", "automatic actions leave their phase and are taken by the system"),
        "L162": Check("error", "automatic steps come to rest"),
        "L163": Check("error", "a clock that starts with a receipt has a rule of receipt"),
        "L164": Check(
            "error",
            "an unpaid fee holds an agency's clock back only where the rule of receipt says so",
            policy=True,
        ),
        "L165": Check("error", "a clock is not looser than the law it names"),
        "L166": Check("error", "in a pack: a workflow opens workflows of its own pack"),
        "L167": Check("warning", "in a pack: a gate names workflows that are known here"),
        "L170": Check("error", "a payment phase has a fee", policy=True),
        "L171": Check("error", "who enters a phase with fees has them assessed", policy=True),
        "L180": Check("error", "a notice is only sent with at least one item", policy=True),
        "L189": Check("error", "Colorado: objective standards, without a vote or a hearing", policy=True),
        "L190": Check("error", "California: no document of an owners' association", policy=True),
        "L191": Check("error", "California: no review of looks or design", policy=True),
        "L192": Check("error", "California: one notice for each phase", policy=True),
        "L193": Check("error", "California: who sends notices has the rule of one notice", policy=True),
        "L194": Check(
            "error",
            "California: no vote or hearing on the way to the decision but after a finding",
            policy=True,
        ),
        "L195": Check(
            "error", "California: a denial or use permit rests on its written findings", policy=True
        ),
        "L196": Check(
            "warning", "California: approval by lapse of time has the law's conditions", policy=True
        ),
        "L197": Check(
            "error", "Florida: only what a rule of the state asks, and no zoning review", policy=True
        ),
        "L198": Check("error", "New Jersey: no board, site plan, variance or vote", policy=True),
        "L199": Check("error", "Washington: no environmental review", policy=True),
        "L250": Check("error", "overlay: no clock of the state is left out"),
        "L251": Check(
            "error", "overlay: no clock of the state gets longer for the office or shorter for the applicant"
        ),
        "L252": Check(
            "error",
            "overlay: no clock of the state is counted more loosely, or started later by the rule of receipt",
        ),
        "L253": Check(
            "error",
            "overlay: no clock of the state starts or resumes less, pauses, stops or is extended more",
        ),
        "L254": Check("error", "overlay: the end of a clock of the state brings about what it did"),
        "L255": Check("error", "overlay: only another source makes a number verified"),
        "L256": Check("error", "overlay: every written finding stays demanded"),
        "L257": Check("error", "overlay: a decision against somebody keeps its clauses"),
        "L258": Check("error", "overlay: every review stays required where it was"),
        "L259": Check("error", "overlay: the rule of one notice stays"),
        "L260": Check("error", "overlay: a missed clock gives the applicant no smaller right"),
        "L261": Check("error", "overlay: a vote needs no fewer votes"),
        "L262": Check("error", "overlay: separated duties stay separated"),
        "L263": Check("error", "overlay: the checks are not turned off"),
        "L270": Check("error", "at publication: what was published under an id keeps its meaning"),
        "L271": Check("error", "in the scenarios: every action is taken by one"),
        "L272": Check("error", "at publication: the definition is not marked as legacy"),
    }
)
