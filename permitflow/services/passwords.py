"""Passwords: how they are hashed, compared and refused (NIST SP 800-63B-4, 3.1.1)."""

from __future__ import annotations

import unicodedata
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 15
LONGEST = 128
FEWEST_CHARACTERS = 6
# What people type when a form asks for fifteen characters; compared without spaces, case and digits at the end.
BLOCKED = frozenset(
    {
        "correcthorsebatterystaple",
        "letmeinletmein",
        "passwordpassword",
        "permitflowpermitflow",
        "qwertyuiopasdfghjkl",
        "thisismypassword",
        "welcometopermitflow",
    }
)
_HASHERS = {
    # 46 MiB, one pass, one lane: the first choice of the OWASP password storage cheat sheet.
    "normal": PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1),
    "low": PasswordHasher(time_cost=1, memory_cost=64, parallelism=1),
}
Cost = Literal["normal", "low"]


class WeakPassword(ValueError):
    """A password that is refused, in one sentence for the person who chose it."""


def hash_password(password: str, cost: Cost) -> str:
    """Return the argon2id hash of a password, in the encoded form that names its parameters."""
    return _HASHERS[cost].hash(_normal(password))


def matches(password_hash: str | None, password: str, cost: Cost) -> bool:
    """Say whether a password belongs to a hash; without a hash the same work is done and the answer is no.

    The work is the point: the time of the answer must not tell whether the account exists.
    """
    hasher = _HASHERS[cost]
    if password_hash is None:
        hasher.hash(_normal(password))
        return False
    try:
        return hasher.verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def check_strength(password: str, *, email: str = "", name: str = "") -> None:
    """Refuse a password that is short, over-long, plain or made of the person's own name or address.

    Raises:
        WeakPassword: with the sentence to show.
    """
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise WeakPassword(f"The password must have at least {SHORTEST} characters. A few words are fine.")
    if len(plain) > LONGEST:
        raise WeakPassword(f"The password must have at most {LONGEST} characters.")
    bare = "".join(plain.casefold().split())
    own = [part for part in (email.partition("@")[0], name.replace(" ", "")) if len(part) >= 4]
    if len(set(bare)) < FEWEST_CHARACTERS or bare.rstrip("0123456789!.") in BLOCKED:
        raise WeakPassword(
            "The password is too easy to guess. Choose a few words that do not belong together."
        )
    if any(bare.replace(part.casefold(), "") == "" or bare == email.casefold() for part in own):
        raise WeakPassword("The password must not be made of your own name or e-mail address.")


def _normal(password: str) -> str:
    """The same characters typed on two keyboards give the same password."""
    return unicodedata.normalize("NFKC", password)
