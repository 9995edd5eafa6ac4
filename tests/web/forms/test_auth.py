"""Signing in and changing a password: what is missing gets its sentence, and a password is taken as it is."""

from __future__ import annotations

from permitflow.web.forms.auth import PasswordForm, SignInForm
from tests.web.forms.sending import sent, sentences


def test_both_parts_of_signing_in_are_asked_for() -> None:
    with sent():
        assert sentences(SignInForm()) == {
            "email": ["Enter your e-mail address."],
            "password": ["Enter your password."],
        }


def test_where_to_go_and_what_arrived_late_are_carried_along() -> None:
    with sent(email="ana@example.test", password="p", next="/review/", carried="abc"):
        form = SignInForm()
        assert sentences(form) == {}
        assert (form.next.data, form.carried.data) == ("/review/", "abc")


def test_what_is_far_too_long_is_refused_before_it_is_hashed() -> None:
    for length, fits in ((1000, True), (1001, False)):
        with sent(email="ana@example.test", password="x" * length):
            assert ("password" not in sentences(SignInForm())) is fits
    with sent(email="a" * 255, password="p"):
        assert set(sentences(SignInForm())) == {"email"}


def test_a_password_keeps_its_blanks() -> None:
    with sent(current_password=" old ", new_password=" a b ", new_password_again=" a b "):
        form = PasswordForm()
        assert sentences(form) == {}
        assert (form.current_password.data, form.new_password.data) == (" old ", " a b ")


def test_the_new_password_is_typed_the_same_way_twice() -> None:
    with sent(current_password="old", new_password="a kettle", new_password_again="a kettle "):
        differ = "The two new passwords differ. Type the same one twice."
        assert sentences(PasswordForm()) == {"new_password_again": [differ]}
    with sent():
        refused = sentences(PasswordForm())
    assert refused["current_password"] == ["Enter your current password."]
    assert refused["new_password"] == ["Enter a new password."]
