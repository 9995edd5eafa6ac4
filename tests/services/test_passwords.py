"""Passwords: what is hashed, compared and refused."""

import pytest

from permitflow.services import passwords
from permitflow.services.passwords import WeakPassword, check_strength, hash_password, matches

GOOD = "a kettle on the moon"


def test_a_password_opens_its_own_hash_only() -> None:
    kept = hash_password(GOOD, "low")
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept
    assert matches(kept, GOOD, "low")
    assert not matches(kept, GOOD + "!", "low")


def test_the_same_password_is_kept_differently_each_time() -> None:
    assert hash_password(GOOD, "low") != hash_password(GOOD, "low")


def test_two_keyboards_type_the_same_password() -> None:
    composed, decomposed = "caf\u00e9 au lait demain", "cafe\u0301 au lait demain"
    assert matches(hash_password(composed, "low"), decomposed, "low")


@pytest.mark.parametrize("kept", [None, "", "!", "$argon2id$broken"])
def test_without_a_usable_hash_the_answer_is_no(kept: str | None) -> None:
    assert not matches(kept, GOOD, "low")


def test_the_ordinary_cost_is_the_recommended_one() -> None:
    assert "$m=47104,t=1,p=1$" in hash_password(GOOD, "normal")


@pytest.mark.parametrize(
    "weak",
    [
        "fourteen chars",
        "x" * 129,
        "aaaaaaaaaaaaaaaaaaaa",
        "Password Password",
        "CorrectHorseBatteryStaple1",
        "ines@example.test",
        "InesInstaller",
        "ines ines ines ines",
    ],
)
def test_a_weak_password_is_refused_with_a_sentence(weak: str) -> None:
    with pytest.raises(WeakPassword, match=r"^The password .*\.$"):
        check_strength(weak, email="ines@example.test", name="Ines Installer")


@pytest.mark.parametrize("good", [GOOD, "x1y2z3x1y2z3x1y2", "ÄÖÜ ist auch in Ordnung", "w" * 64 + "orduna"])
def test_length_is_all_that_a_good_password_needs(good: str) -> None:
    check_strength(good, email="ines@example.test", name="Ines Installer")


def test_blocked_passwords_are_written_as_they_are_compared() -> None:
    assert all(word == word.casefold().replace(" ", "") for word in passwords.BLOCKED)
