"""Why files wait: the causes a bottleneck can have, and how each is told in plain sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Cause = Literal[
    "arrivals_exceed_service",
    "one_role",
    "rework_loop",
    "outside_wait",
    "calendar",
    "batching",
    "newer_files_first",
    "unassigned",
]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in English with %(name)s places, for whoever shows it to translate."""

    template: str


WHERE = Sentence(
    "%(step)s holds files up: %(files)s files lost %(days)s days there, %(share)s %% of all lead time."
)
WHERE_ONE = Sentence(
    "%(step)s holds files up: one file lost %(days)s days there, %(share)s %% of all lead time."
)
"""The first sentence of every finding, of many files and of one."""
ESTIMATED = Sentence("%(why)s (estimated: the record does not say when work began).")
"""The second sentence where the record does not say when work began, and which has to admit it."""

SENTENCES: Mapping[Cause, tuple[Sentence, Sentence]] = MappingProxyType(
    {
        "arrivals_exceed_service": (
            Sentence("More work arrives than %(people)s people can do, and they are busy while files wait."),
            Sentence("It takes about %(more)s more at this step, or as much less work on each file."),
        ),
        "one_role": (
            Sentence(
                "The step hangs on %(people)s person; whenever that person is away or busy, everything waits."
            ),
            Sentence("Let a second person take files of this step."),
        ),
        "rework_loop": (
            Sentence(
                "%(again)s %% of the files come back for another round, and each round is waited for anew."
            ),
            Sentence("Check what is missing at intake, and send all corrections in one notice."),
        ),
        "outside_wait": (
            Sentence("Files wait for somebody outside the office, on average %(mean)s days each time."),
            Sentence(
                "Ask earlier and side by side with the reviews, agree on a term, and remind before it ends."
            ),
        ),
        "calendar": (
            Sentence(
                "The step stood still for %(longest)s working days in a row and then had to work off what had come in."
            ),
            Sentence("Keep a minimum of cover on closed days, or let another office take files then."),
        ),
        "batching": (
            Sentence(
                "Files are collected and taken together: %(gaps)s times nobody took any for %(typical)s working days or so."
            ),
            Sentence("Take files on every working day; the work stays the same and the wait goes."),
        ),
        "newer_files_first": (
            Sentence(
                "Newer or easier files are taken first: %(overtaking)s %% of the files in the queue were older than the one taken."
            ),
            Sentence("Take the oldest file first; nobody has to work more for it."),
        ),
        "unassigned": (
            Sentence("Files lie unassigned while people of this step are free."),
            Sentence(
                "Give each file a name on the day it arrives, and look at the unassigned ones every morning."
            ),
        ),
    }
)
"""For each cause the second and third sentence: why, and what it would take."""


TOO_FEW = Sentence("More work arrives than this step gets done, and it is busy while files wait.")
"""Why, where one person was there or nobody was named."""
NO_QUEUE = Sentence(
    "Files stay %(mean)s days on average without standing in a queue, as with somebody outside the office."
)
"""Why, where nothing but the stays tells of an outside wait."""


def told(
    cause: Cause,
    facts: Mapping[str, object],
    estimated: bool = False,
    translate: Callable[[str], str] = str,
) -> str:
    """The three sentences of a finding: where, why, and what it would take.

    Args:
        cause: one of the causes.
        facts: what the places of the sentences need: step, files, days, share, and those of the cause.
        estimated: the record does not say when work began, and the second sentence has to admit it.
        translate: turns an English template into the reader's language; as it is by default.
    """
    where, why, remedy = (translate(one.template) % facts for one in _templates(cause, facts))
    if estimated:
        why = translate(ESTIMATED.template) % {"why": why.removesuffix(".")}
    return f"{where} {why} {remedy}"


def _templates(cause: Cause, facts: Mapping[str, object]) -> tuple[Sentence, Sentence, Sentence]:
    why, remedy = SENTENCES[cause]
    if cause == "arrivals_exceed_service" and facts["people"] == 1:
        why = TOO_FEW
    if cause == "outside_wait" and facts.get("stays_alone"):
        why = NO_QUEUE
    return WHERE_ONE if facts["files"] == 1 else WHERE, why, remedy
