"""The lists behind the numbers of flow: who came, left, was there at an instant, or waited in the queue."""

from __future__ import annotations

from permitflow.queries.sentence import Phrase
from permitflow.reports.daily_flow import TURNS, until
from permitflow.reports.littles import THERE
from permitflow.reports.page import Ask, Listing, Statement
from permitflow.reports.queue_ages import TAKEN, WAITING
from permitflow.reports.stay_curves import OF_A_STEP

_LIVES = {
    "files": (
        "submitted_at",
        "decided_at",
        "SELECT file, submitted_at, decided_at, state FROM chosen WHERE TRUE",
    ),
    "step": (
        "opened_at",
        "closed_at",
        f"SELECT file, opened_at, closed_at, step FROM stays WHERE step = $step AND {OF_A_STEP}",
    ),
}


def _at(ask: Ask, name: str, default: int = 0) -> int:
    """An instant of the address, which comes from outside."""
    text = ask.word(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else default


def _lines(ask: Ask, condition: str, **instants: int) -> Statement:
    """Whole files, or the stays at the step that is named, that meet a condition on {began} and {ended}."""
    step = ask.word("step")
    began, ended, sql = _LIVES["step" if step else "files"]
    named: dict[str, object] = {"step": step} if step else {}
    return Statement(f"{sql} AND {condition.format(began=began, ended=ended)}", named | dict(instants))


def _came(ask: Ask) -> Statement:
    return _lines(
        ask, "{began} >= $since AND {began} < $before", since=_at(ask, "since"), before=_at(ask, "before")
    )


def _left(ask: Ask) -> Statement:
    return _lines(
        ask, "{ended} >= $since AND {ended} < $before", since=_at(ask, "since"), before=_at(ask, "before")
    )


def _present(ask: Ask) -> Statement:
    return _lines(ask, "{began} < $at AND ({ended} IS NULL OR {ended} >= $at)", at=_at(ask, "at"))


def _there(ask: Ask) -> Statement:
    return _lines(ask, THERE, until=until(ask.scope))


def _turn(ask: Ask) -> Statement:
    return Statement(
        f"SELECT file, began, ended, party FROM ({TURNS}) WHERE party = $party AND began < $at "
        "AND (ended IS NULL OR ended >= $at)",
        {"party": ask.word("party"), "at": _at(ask, "at"), "until": until(ask.scope)},
    )


def _queue(ask: Ask) -> Statement:
    return Statement(
        f"SELECT file, opened_at, {TAKEN}, step FROM stays WHERE {WAITING} AND opened_at < $at "
        f"AND ({TAKEN} IS NULL OR {TAKEN} >= $at)",
        {"step": ask.word("step"), "at": _at(ask, "at")},
    )


def _place(ask: Ask) -> str:
    step = ask.word("step")
    return ask.workflows.step_title(step) if step else "All files"


LISTINGS = {
    "came": Listing(lambda ask: Phrase("Came: {place}", {"place": _place(ask)}), _came),
    "left": Listing(lambda ask: Phrase("Left: {place}", {"place": _place(ask)}), _left),
    "present": Listing(lambda ask: Phrase("Present: {place}", {"place": _place(ask)}), _present),
    "there": Listing(lambda ask: Phrase("There at some time: {place}", {"place": _place(ask)}), _there),
    "turn": Listing(lambda _ask: Phrase("Files by whose turn it was"), _turn),
    "queue": Listing(
        lambda ask: Phrase("Waiting for somebody to take them: {place}", {"place": _place(ask)}), _queue
    ),
}
"""For the page of flow."""
