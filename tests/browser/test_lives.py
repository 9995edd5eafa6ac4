"""Three lives of a permit, played by people in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from playwright.sync_api import Page

from tests import factories
from tests.browser.conftest import PageCheck
from tests.browser.people import Person, follow, paper, sign_in, with_passwords
from tests.browsing import database_of
from tests.factories import City

PROJECT = {
    "title": "Mission Road garage",
    "description": "Twelve charging stations in the staff garage",
    "work_class": "new",
    "valuation_cents": "96000",
    "use_relation": "accessory",
    "includes_canopy": "no",
    "includes_storage": "no",
    "new_structure": "no",
}
SITE = {
    "street": "1250 Mission Rd",
    "city": "Rio Verde",
    "zip": "92999",
    "occupancy": "commercial",
    "location": "garage",
    "existing_stalls": "120",
    "stalls_after": "120",
    "in_right_of_way": "no",
    "trench_in_public_way": "no",
    "in_setback": "no",
    "public_land": "no",
    "flood_zone": "no",
    "historic_district": "no",
    "coastal_zone": "no",
    "airport_influence": "no",
}
EQUIPMENT = {
    "chargers-0-manufacturer": "Brightline",
    "chargers-0-model": "BL-40",
    "chargers-0-listing": "UL 2594 E123456",
    "chargers-0-quantity": "12",
    "chargers-0-ports": "1",
    "chargers-0-level": "L2",
    "chargers-0-amps": "40",
    "chargers-0-volts": "240",
    "chargers-0-phase": "1",
    "chargers-0-outdoor": "no",
}
ELECTRICAL = {
    "service_amps": "1600",
    "service_voltage": "480",
    "phases": "3",
    "existing_load_amps": "500",
    "load_method": "measured_220_87",
    "breaker_amps": "50",
    "disconnect": "yes",
    "service_upgrade": "no",
    "has_ems": "no",
}
PEOPLE = {
    "applicant-name": "Ada Moss",
    "applicant-email": "ada@owner.example",
    "owner-name": "Ben Vale",
    "owner-email": "ben@owner.example",
}
WORKPLACE = {
    "project": PROJECT,
    "site": SITE,
    "equipment": EQUIPMENT,
    "electrical": ELECTRICAL,
    "people": PEOPLE,
}


class Town:
    """A city in the browser: each person has a window."""

    def __init__(self, city: City, new_page: Callable[[], Page], folder: Path) -> None:
        self.city = city
        self.folder = folder
        self._new_page = new_page
        self._address = with_passwords(city)
        self._windows: dict[str, Person] = {}

    def person(self, role: str) -> Person:
        """Return the person of a role, signed in."""
        if role not in self._windows:
            self._windows[role] = sign_in(self._new_page(), self._address(role))
        return self._windows[role]

    def stranger(self) -> Person:
        """Return somebody who is not signed in."""
        return Person(self._new_page())


@pytest.fixture
def town(app: Flask, new_page: Callable[[], Page], tmp_path: Path) -> Town:
    city = factories.city(database_of(app))
    return Town(city, new_page, tmp_path)


def apply_for(town: Town, kind: str, answers: dict[str, dict[str, str]], check: PageCheck) -> str:
    """Fill and send an application through its steps; return its number."""
    installer = town.person("applicant")
    page = installer.page
    page.goto("/applications/new")
    page.get_by_text(kind).click()
    installer.press("Begin")
    for step in ("project", "site", "equipment", "electrical"):
        assert page.url.endswith(step)
        check(page, f"step-{step}")
        installer.fill(answers[step])
        installer.press("Save and continue")
    upload_what_is_missing(town, installer)
    page.goto(page.url.rsplit("/", 1)[0] + "/people")
    installer.fill(answers["people"])
    installer.press("Save and continue")
    check(page, "step-review")
    installer.fill({"owner_consent": "y", "no_adverse_impact": "y", "signed_name": "Ada Moss"})
    installer.press("Sign and send")
    check(page, "receipt")
    number = next(word for word in installer.reads().split() if word.startswith("RIO-A-"))
    return number.strip(".,")


def upload_what_is_missing(town: Town, installer: Person) -> None:
    """Upload a paper for every document that the page calls required and missing."""
    page = installer.page
    assert page.url.endswith("documents")
    for kind in ("site_plan", "single_line_diagram", "load_calculation", "cut_sheet", "parking_table"):
        field = page.locator(f'input[name="{kind}-file"]')
        send = page.locator(f'form:has(input[name="{kind}-file"]) button').first
        if field.count() == 0 or not send.is_visible():
            continue
        field.set_input_files(paper(town.folder, kind))
        follow(send)


def open_own(town: Town, number: str) -> Person:
    """Open an application from the installer's list."""
    installer = town.person("applicant")
    installer.page.goto("/applications/")
    follow(installer.page.locator("main tr").filter(has_text=number).get_by_role("link").first)
    return installer


def review(town: Town, role: str, number: str, decide: Callable[[Person], None]) -> None:
    reviewer = town.person(role)
    reviewer.page.goto("/review/")
    follow(reviewer.page.get_by_role("link", name=number).first)
    decide(reviewer)


def approve(person: Person) -> None:
    person.press("Approve")


def request_corrections(text: str) -> Callable[[Person], None]:
    def decide(person: Person) -> None:
        person.page.get_by_text("Add a correction", exact=True).click()
        item = {"text": text, "code_section": "CEC 625.41", "fix": "Draw a 50 A breaker on sheet E-2"}
        person.fill(item)
        person.press("Add correction")
        person.press("Request corrections")

    return decide


def answer_and_send_back(town: Town, number: str, check: PageCheck) -> None:
    installer = open_own(town, number)
    installer.press("Answer the corrections")
    check(installer.page, "corrections")
    while todo := [box for box in installer.page.locator("main textarea").all() if not box.input_value()]:
        todo[0].fill("The sheets now show it.")
        follow(todo[0].locator("xpath=ancestor::form").get_by_role("button", name="Save this answer"))
    installer.press("Send the corrected application")


LANES = {
    "electrical": "electrical_examiner",
    "building": "building_examiner",
    "fire": "fire_reviewer",
    "accessibility": "accessibility_reviewer",
    "zoning": "planner",
}


def waiting_for(town: Town, number: str) -> list[str]:
    """Return the roles in whose queue the file is now."""
    found = []
    for role in LANES.values():
        person = town.person(role)
        person.page.goto("/review/")
        if number in person.reads():
            found.append(role)
    return found


@pytest.mark.timeout(300)
def test_a_commercial_permit_in_two_rounds(town: Town, check_page: PageCheck) -> None:
    number = apply_for(town, "chargers at a workplace", WORKPLACE, check_page)
    technician = town.person("permit_technician")
    technician.page.goto("/review/")
    check_page(technician.page, "queue")
    follow(technician.page.get_by_role("link", name=number).first)
    check_page(technician.page, "workspace")
    technician.press("Accept as complete")

    roles = waiting_for(town, number)
    assert {"electrical_examiner", "building_examiner", "fire_reviewer"} <= set(roles)
    review(town, "electrical_examiner", number, request_corrections("The breaker is too small"))
    installer = open_own(town, number)
    assert "The breaker is too small" not in installer.reads(), "a draft is not seen before the notice"
    check_page(installer.page, "application")
    review(town, "fire_reviewer", number, request_corrections("The hydrant is blocked"))
    for role in roles:
        if role not in ("electrical_examiner", "fire_reviewer"):
            review(town, role, number, approve)

    installer.page.reload()
    assert "Corrections to answer" in installer.h1()
    answer_and_send_back(town, number, check_page)
    assert sorted(waiting_for(town, number)) == ["electrical_examiner", "fire_reviewer"]
    review(town, "electrical_examiner", number, approve)
    review(town, "fire_reviewer", number, approve)

    official = town.person("building_official")
    official.page.goto("/review/")
    follow(official.page.get_by_role("link", name=number).first)
    check_page(official.page, "decision")
    official.press("Approve")
    pay(town, number, check_page)
    permit = permit_of(town, number)
    verify(town, permit, check_page)
    manager = town.person("manager")
    manager.page.goto("/reports/bottlenecks")
    check_page(manager.page, "bottlenecks")
    assert "Fire" in manager.reads()


def pay(town: Town, number: str, check: PageCheck) -> None:
    cashier = town.person("cashier")
    cashier.page.goto("/payments/")
    check(cashier.page, "payments")
    follow(cashier.page.locator("main tr").filter(has_text=number).get_by_role("link").first)
    cashier.fill({"reference": "CHECK 1001"})
    cashier.press("Record this payment")


def permit_of(town: Town, number: str) -> str:
    """Download the permit as the installer and return its number."""
    installer = open_own(town, number)
    link = installer.page.get_by_role("link", name="Download the permit (PDF)").first.get_attribute("href")
    assert link
    answer = installer.page.request.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    text = pypdf.PdfReader(BytesIO(answer.body())).pages[0].extract_text()
    return next(word for word in text.split() if word.startswith("RIO-P-"))


def verify(town: Town, permit: str, check: PageCheck) -> None:
    stranger = town.stranger()
    stranger.page.goto("/permits/check")
    check(stranger.page, "check")
    stranger.fill({"code": permit})
    stranger.press("Check")
    assert "VALID" in stranger.reads().upper()
    check(stranger.page, "verified")
    assert "Ada Moss" not in stranger.reads()


@pytest.mark.timeout(300)
def test_a_home_charger_is_permitted_at_once(town: Town, check_page: PageCheck) -> None:
    answers = {
        "project": PROJECT | {"title": "Home charger", "valuation_cents": "1500"},
        "site": SITE | {"occupancy": "one_family", "existing_stalls": "", "stalls_after": ""},
        "equipment": EQUIPMENT | {"chargers-0-quantity": "1"},
        "electrical": ELECTRICAL
        | {"service_amps": "200", "service_voltage": "240", "phases": "1", "existing_load_amps": "60"},
        "people": PEOPLE,
    }
    number = apply_for(town, "charger at a home", answers, check_page)
    installer = open_own(town, number)
    assert "Fees to pay" in installer.reads(), "no examiner was needed"
    pay(town, number, check_page)
    assert permit_of(town, number).startswith("RIO-P-")


@pytest.mark.timeout(300)
def test_an_applicant_withdraws(town: Town, check_page: PageCheck) -> None:
    number = apply_for(town, "chargers at a workplace", WORKPLACE, check_page)
    installer = open_own(town, number)
    installer.press("Withdraw the application")
    check_page(installer.page, "withdraw")
    installer.fill({"input-reason": "The site was sold"})
    installer.press("Withdraw the application")
    assert "Withdrawn" in installer.reads()
    technician = town.person("permit_technician")
    technician.page.goto("/review/")
    assert number not in technician.reads()


def test_documents_whose_need_is_not_known_yet_fit_a_phone(town: Town, check_page: PageCheck) -> None:
    installer = town.person("applicant")
    installer.page.goto("/applications/new")
    installer.page.get_by_text("charger at a home").click()
    installer.press("Begin")
    installer.page.goto(installer.page.url.rsplit("/", 1)[0] + "/documents")
    assert "unless" in installer.reads()
    check_page(installer.page, "documents-unknown")
