"""Salted commitments: they bind a value to its field, and say nothing without the salt."""

from __future__ import annotations

from hashlib import sha256

import pytest

from permitflow.ledger.commitments import commit, new_salt, opens

SALT = bytes(range(32))


def test_a_commitment_is_the_hash_of_prefix_salt_and_canonical_pair() -> None:
    expected = sha256(b"permitflow commitment 1\n" + SALT + b'["phone","555 0100"]').hexdigest()
    assert commit("phone", "555 0100", SALT) == expected


def test_a_commitment_opens_with_its_own_field_value_and_salt_only() -> None:
    commitment = commit("phone", "555 0100", SALT)
    assert opens(commitment, "phone", "555 0100", SALT)
    assert not opens(commitment, "phone", "555 0101", SALT)
    assert not opens(commitment, "phone", None, SALT)
    assert not opens(commitment, "email", "555 0100", SALT)
    assert not opens(commitment, "phone", "555 0100", bytes(32))
    assert not opens(commitment.upper(), "phone", "555 0100", SALT)


def test_nothing_and_the_empty_text_are_different_values() -> None:
    assert opens(commit("phone", None, SALT), "phone", None, SALT)
    assert commit("phone", None, SALT) != commit("phone", "", SALT)


def test_the_border_between_name_and_value_cannot_be_moved() -> None:
    assert commit("ab", "c", SALT) != commit("a", "bc", SALT)


def test_salts_are_32_bytes_and_never_the_same() -> None:
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {32}


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    with pytest.raises(ValueError, match="A salt is 32 bytes long"):
        commit("phone", "555 0100", salt)


def test_text_without_canonical_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="NFC"):
        commit("name", "Jose\u0301", SALT)
