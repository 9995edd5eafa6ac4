"""Whose court the ball was in: the elapsed time of a file, split among the parties that held it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PARTIES = ("agency", "applicant", "external", "payment")
"""The city; the applicant; a utility or another agency; a fee that is due."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch in which one party held the file: half-open [started_at, ended_at), in microseconds."""

    party: str
    started_at: int
    ended_at: int


def split(spells: Sequence[Spell], started_at: int, ended_at: int) -> dict[str, int]:
    """The microseconds each party held the file; they sum exactly to `ended_at - started_at`.

    Args:
        spells: in the order of time, each beginning where the one before ended.
        started_at: when the file was submitted, in UTC microseconds.
        ended_at: when it was decided; for an open file, now.

    Returns:
        Every party of PARTIES with its microseconds, 0 where it never held the file.

    Raises:
        ValueError: a gap, an overlap, a spell that ends before it starts, or an unknown party; the
            sentence names the spell and the instants.
    """
    held = dict.fromkeys(PARTIES, 0)
    covered_to = started_at
    for number, spell in enumerate(spells, start=1):
        _check(number, spell, covered_to)
        held[spell.party] += spell.ended_at - spell.started_at
        covered_to = spell.ended_at
    if covered_to < ended_at:
        raise ValueError(f"Nobody holds the file from {covered_to} to {ended_at}, after the last spell.")
    if covered_to > ended_at:
        raise ValueError(f"The last spell ends at {covered_to}, after the end of the file at {ended_at}.")
    return held


def _check(number: int, spell: Spell, covered_to: int) -> None:
    place = f"spell {number} ({spell.party})"
    if spell.party not in PARTIES:
        raise ValueError(f"The party of {place} is not one of {', '.join(PARTIES)}.")
    if spell.started_at > covered_to:
        raise ValueError(f"Nobody holds the file from {covered_to} to {spell.started_at}, before {place}.")
    if spell.started_at < covered_to:
        raise ValueError(f"Two parties hold the file from {spell.started_at} to {covered_to}, at {place}.")
    if spell.ended_at < spell.started_at:
        raise ValueError(f"The end of {place} at {spell.ended_at} lies before its start.")
