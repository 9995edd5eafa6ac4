"""The split of every file's time adds up exactly, whatever happened to it, on both databases."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from permitflow.analytics.courts import PARTIES
from permitflow.db import Database
from permitflow.engine.errors import NotAllowed
from permitflow.instants import DAY
from permitflow.models import CorrectionItem, PermitApplication, Visit
from permitflow.reports import courts
from permitflow.reports.file_time import file_time
from permitflow.reports.scope import Scope, find_city, last_days
from permitflow.services import answers, demo, notices
from permitflow.services.definitions import definition_for
from permitflow.services.notices import Finding
from tests import factories
from tests.factories import MONDAY, City, instant
from tests.reports.history import History, Span, report, three_files, told

WORKFLOWS = ("us-ca-commercial-ab970", "us-ca-residential-instant")
FINDING = Finding("The panel is not shown", "CEC 408.4", "Show the panel.")
STEPS = 25


def check_every_file(database: Database, scope: Scope) -> courts.Courts:
    """Compare the split of a scope with that of each file by itself, and each file's sum with its own time."""
    held = dict.fromkeys(PARTIES, 0)
    elapsed = 0
    with database.reading() as session:
        ids = session.scalars(
            select(PermitApplication.id).where(
                PermitApplication.jurisdiction_id == scope.city.id,
                PermitApplication.submitted_at.is_not(None),
            )
        ).all()
        for id_ in ids:
            one = file_time(session, frozenset({scope.city.id}), id_, scope.now)
            assert one is not None
            assert one.held_us is not None
            assert sum(one.held_us.values()) == one.file.elapsed_us(scope.now), one.file.number
            if one.file.decided_at is None or scope.covers(one.file.decided_at):
                held = {party: held[party] + one.held_us[party] for party in PARTIES}
                elapsed += one.file.elapsed_us(scope.now)
    found = report(database, scope).courts
    assert (found.held_us, found.elapsed_us, found.unexplained) == (held, elapsed, 0)
    assert sum(found.held_us.values()) == found.elapsed_us
    return found


class Walk:
    """One file on a random way: whoever may act does something, after a pause of any length, none included."""

    def __init__(self, city: City, rng: random.Random) -> None:
        self.city, self.rng, self.at = city, rng, MONDAY
        self.file = city.draft(rng.choice(WORKFLOWS), stations=rng.choice([1, 12, 40]))

    def go(self) -> None:
        for _step in range(STEPS):
            if self.rng.random() < 0.7:
                self.at += self.rng.randrange(9 * DAY)
            self.act()

    def act(self) -> None:
        with self.city.database.reading() as session:
            row = self.city.file(self.file)
            definition = definition_for(session.connection(), row.definition_hash)
            visits = session.scalars(
                select(Visit).where(Visit.application_id == self.file, Visit.closed_at.is_(None))
            ).all()
        lanes = [visit for visit in visits if visit.lane]
        if lanes and self.rng.random() < 0.8:
            self.review(self.rng.choice(lanes))
            return
        self.answer()
        choices = [(name, spec) for name, spec in definition.actions.items() if row.state in spec.from_]
        name, spec = self.rng.choice(choices or [("", None)])
        role = self.rng.choice(spec.by) if spec else "system"
        if spec is None or role == "system":
            return
        if spec.needs_items and visits:
            self.draft(visits[0], role)
        self.take(name, role, dict.fromkeys(spec.inputs, "As found on site."))

    def review(self, visit: Visit) -> None:
        role = str(visit.role)
        if self.rng.random() < 0.3:
            self.draft(visit, role)
            self.take("request_corrections", role, {}, lane=visit.lane, visit_id=visit.id)
        else:
            self.take("approve", role, {}, lane=visit.lane, visit_id=visit.id)

    def draft(self, visit: Visit, role: str) -> None:
        actor = self.city.actor(role)
        with self.city.database.transaction() as session:
            notices.draft_item(session.connection(), visit.id, FINDING, actor, self.at)

    def answer(self) -> None:
        actor = self.city.actor("applicant")
        with self.city.database.transaction() as session:
            items = session.scalars(
                select(CorrectionItem.id).where(
                    CorrectionItem.application_id == self.file, CorrectionItem.status == "open"
                )
            ).all()
            for item in items:
                seen = answers.seen_reply("", None)
                reply = answers.Answer(self.file, item, "Shown now.", None, seen, actor, self.at)
                try:
                    answers.answer_item(session, reply)
                except NotAllowed:
                    return

    def take(self, action: str, role: str, inputs: dict[str, str], **more: Any) -> None:
        try:
            self.city.act(self.file, action, role, self.at, inputs=inputs, **more)
        except NotAllowed:
            return


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_of_the_engine_add_up(database: Database, seed: int) -> None:
    city = factories.city(database)
    walks = [Walk(city, random.Random(f"{seed} {number}")) for number in range(5)]
    for walk in walks:
        walk.go()
    with database.reading() as session:
        place = find_city(session, city.slug)
    assert place is not None
    found = check_every_file(database, last_days(place, max(walk.at for walk in walks)))
    assert sum(held > 0 for held in found.held_us.values()) >= 2, "the walks lead through several courts"


def test_the_demo_region_adds_up(database: Database, tmp_path: Path) -> None:
    end = instant("2026-03-20T12:00-07:00")
    demo.load(database, tmp_path, cost="low", now=end, days=30, say=lambda _text: None)
    for one in demo.CITIES:
        with database.reading() as session:
            place = find_city(session, one.slug)
        assert place is not None
        found = check_every_file(database, last_days(place, end))
        assert found.files > 4


def test_the_spells_of_one_file(database: Database) -> None:
    city = factories.city(database)
    file = city.draft(WORKFLOWS[0])
    city.act(file, "submit", "applicant", MONDAY + DAY)
    with database.reading() as session:
        assert courts.spells_of(session, file) == [("agency", MONDAY + DAY, None)]
        assert courts.spells_of(session, "0" * 32) == []


def test_every_court_is_told_even_when_nobody_was_there(database: Database) -> None:
    empty = report(database, told(database, lambda _history: None)).courts
    assert empty.held_us == dict.fromkeys(PARTIES, 0)
    assert (empty.elapsed_us, empty.share("agency"), empty.files) == (0, 0, 0)


def test_the_courts_of_decided_and_open_files_add_up(database: Database) -> None:
    courts = report(database, told(database, three_files)).courts
    assert courts.held_us == {"agency": 29 * DAY, "applicant": 5 * DAY, "external": 0, "payment": 1 * DAY}
    assert courts.elapsed_us == (10 + 10 + 15) * DAY
    assert [courts.share(party) for party in ("agency", "applicant", "payment")] == [829, 143, 29]
    assert courts.now_with == {"agency": 1, "applicant": 0, "external": 0, "payment": 0}
    assert (courts.touched["agency"], courts.touched["payment"], courts.unexplained) == (3, 1, 0)


def test_a_file_with_a_gap_is_told_apart(database: Database) -> None:
    def gap(history: History) -> None:
        history.file("A-1", 80, 90, [("agency", 80, 85), ("payment", 86, 90)])
        history.file("A-2", 80, 90, [("agency", 80, 90)])

    courts = report(database, told(database, gap)).courts
    assert (courts.files, courts.unexplained, courts.elapsed_us) == (1, 1, 10 * DAY)


def test_spells_of_no_length_do_not_disturb_the_order(database: Database) -> None:
    def instant(history: History) -> None:
        for number in range(8):
            history.file(f"A-{number}", 80, 90, [("payment", 80, 90), ("agency", 80, 80)])

    courts = report(database, told(database, instant)).courts
    assert (courts.unexplained, courts.held_us["payment"]) == (0, 80 * DAY)


BROKEN = {
    "nobody held it": [],
    "a gap": [("agency", 80, 85), ("payment", 86, 90)],
    "an overlap": [("agency", 80, 86), ("payment", 85, 90)],
    "a gap as long as an overlap": [("agency", 80, 84), ("payment", 83, 87), ("agency", 88, 90)],
    "it begins late": [("agency", 81, 90)],
    "it ends early": [("agency", 80, 89)],
    "it ends late": [("agency", 80, 91)],
    "a spell runs backwards": [("agency", 80, 86), ("payment", 86, 84), ("agency", 84, 90)],
}


@pytest.mark.parametrize("spells", BROKEN.values(), ids=BROKEN)
def test_a_record_that_does_not_cover_the_time_exactly_is_not_split(
    database: Database, spells: list[Span]
) -> None:
    found = report(database, told(database, lambda history: one_file(history, spells))).courts
    assert (found.files, found.unexplained, found.elapsed_us, sum(found.held_us.values())) == (0, 1, 0, 0)


def one_file(history: History, spells: list[Span]) -> None:
    history.file("A-1", 80, 90, spells)
