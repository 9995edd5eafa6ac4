"""People at a browser: they sign in, fill forms by their fields, upload papers, press buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import typst
from playwright.sync_api import Locator, Page
from sqlalchemy import select, update

from permitflow.models import User
from permitflow.services.passwords import hash_password
from tests.factories import City

PASSWORD = "a lantern in the harbor"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a browser window of their own."""

    page: Page

    def press(self, name: str) -> None:
        """Press the button or follow the link with a name."""
        found = self.page.locator("main").get_by_role("button", name=name, exact=True)
        follow((found if found.count() else self.page.get_by_role("link", name=name, exact=True)).first)

    def fill(self, answers: Mapping[str, str]) -> None:
        """Answer questions by the names of their fields; a choice by its value."""
        for name, value in answers.items():
            field = self.page.locator(f'main [name="{name}"]').first
            if field.get_attribute("type") in ("radio", "checkbox"):
                # The label is what people see and press; the small circle lies beyond the edge.
                one = self.page.locator(f'main [name="{name}"][value="{value}"]')
                self.page.locator(f'label[for="{one.get_attribute("id")}"]').click()
            elif field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def reads(self) -> str:
        """Return what stands in the main part of the page."""
        return self.page.locator("main").inner_text()

    def h1(self) -> str:
        """Return the heading of the page."""
        return self.page.locator("h1").inner_text()


def follow(pressed: Locator) -> None:
    """Press a button or a link that leads to a page, and wait until that page is there.

    A click by itself returns before the old page is left, so what is read next could still be the old one.
    """
    with pressed.page.expect_navigation():
        pressed.click()


def with_passwords(city: City) -> Callable[[str], str]:
    """Give everybody of a city a password; return how to find the address of a role ('applicant' too)."""
    with city.database.transaction() as session:
        session.execute(update(User).values(password_hash=hash_password(PASSWORD, "low")))

    def address(role: str) -> str:
        user = city.installer_id if role == "applicant" else city.staff[role]
        with city.database.reading() as session:
            return str(session.scalar(select(User.email).where(User.id == user)))

    return address


def sign_in(page: Page, address: str) -> Person:
    """Sign in on the page for it."""
    page.goto("/auth/sign-in")
    page.locator("main [name=email]").fill(address)
    page.locator("main [name=password]").fill(PASSWORD)
    follow(page.locator("main button[type=submit]").first)
    assert "Sign out" in page.locator("header").inner_text()
    return Person(page)


def paper(folder: Path, title: str) -> Path:
    """Make a one-page PDF to upload."""
    path = folder / f"{title}.pdf"
    path.write_bytes(typst.compile(f'#set document(title: "{title}")\n= {title}'.encode()))
    return path
