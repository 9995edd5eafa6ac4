"""Salted commitments: a value that may be erased later stands in the record as a hash that does not reveal it."""

from __future__ import annotations

import secrets
from hashlib import sha256

from permitflow.ledger.canonical import canonical_bytes

SALT_BYTES = 32
# A prefix of its own keeps a commitment from ever being taken for an event, whose hash starts with a zero byte.
PREFIX = b"permitflow commitment 1\n"


def new_salt() -> bytes:
    """Return 32 unpredictable bytes: one salt serves one value and is erased with it."""
    return secrets.token_bytes(SALT_BYTES)


def commit(name: str, value: str | None, salt: bytes) -> str:
    """Return the commitment to the value of one named field, as 64 hexadecimal digits.

    It is SHA-256 over a fixed prefix, the 32-byte salt and the canonical bytes of `[name, value]`; without the salt
    a short value such as a telephone number cannot be found by trying. Raises ValueError for a salt of another
    length and for text that has no canonical bytes. Source: the salted disclosures of RFC 9901.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A salt is {SALT_BYTES} bytes long, not {len(salt)}.")
    return sha256(PREFIX + salt + canonical_bytes([name, value])).hexdigest()


def opens(commitment: str, name: str, value: str | None, salt: bytes) -> bool:
    """Say whether `value`, under `name` and with `salt`, is what `commitment` (64 hexadecimal digits) stands for.

    Raises ValueError like `commit`, because such a value or salt was never committed to.
    """
    return commit(name, value, salt) == commitment
