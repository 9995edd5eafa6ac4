"""Questions to the record: each rule against a slow count by hand, on both databases."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from random import Random
from statistics import median

import pytest
from sqlalchemy import insert, update

from permitflow.analytics.chance import at_least
from permitflow.db import Database
from permitflow.instants import to_datetime
from permitflow.models import CalendarVersion, CompanyMember, RoleGrant, User
from permitflow.reports.figures import Figure, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.red_flags import PAGE, figures
from permitflow.reports.scope import Scope
from permitflow.reports.suspicions import FLAGS
from tests.reports.history import NOON, ZONE, day
from tests.reports.pages.linked import wrong_links
from tests.reports.recorded import Recorded, asked, definition

COMMERCIAL = definition("us-ca/commercial-ab970")
NOW = 200
"""14 December 2026: clocks were set back on 1 November, within the period."""
MINUTE = 1 / 1440


def figure(ask: Ask, name: str) -> Figure:
    return next(one for one in figures(ask) if one.id == name)


def found(ask: Ask) -> dict[str, object]:
    """How much each rule found, by its id."""
    titles = {flag.title.say(): name for name, flag in FLAGS.items()}
    return {titles[plain(row[0]).say()]: plain(row[1]) for row in figure(ask, "flags").rows}  # type: ignore[union-attr]  # a phrase


def staff(history: Recorded, count: int) -> list[str]:
    return [history.person(f"Person{number} Of The City", "electrical_examiner") for number in range(count)]


Visit = tuple[float, float, float, str, str, str, date]
"""Opened, claimed, closed (days), who, firm, action, due on."""


@pytest.fixture
def visits(database: Database) -> tuple[Scope, str, list[Visit]]:
    """A history of 250 reviews by four people for three firms, some in bursts."""
    chance, told = Random(6), []
    with database.transaction() as session:
        history = Recorded(session)
        people = staff(history, 4)
        firms = [history.company(f"Firm {number}") for number in range(3)]
        burst = 0.0
        for number in range(250):
            opened = chance.uniform(100, 195)
            claimed = opened + chance.expovariate(0.3)
            burst = burst if burst > opened and chance.random() < 0.7 else claimed + chance.uniform(0, 2)
            closed = max(claimed, burst) + chance.random() * MINUTE * chance.choice([0.5, 3])
            person, firm = chance.choice(people), chance.choice(firms)
            if number % 5 == 0:
                person, firm = people[0], firms[0]
            if 100 <= number < 130:
                opened, claimed, closed = 148.0, 149.0, 150 + (number - 100) ** 1.5 * 0.1 * MINUTE
                person = people[1]
            action, due = (
                chance.choice(["approve", "request_corrections"]),
                date(2026, 11, chance.randrange(1, 4)),
            )
            told.append((opened, claimed, closed, person, firm, action, due))
            file = history.file(f"A-{number}", opened, company_id=firm, facts={"equipment": {"level": "L2"}})
            history.stay(
                file,
                "electrical",
                opened,
                closed,
                claimed,
                lane="electrical",
                role="electrical_examiner",
                closing_action=action,
                closed_by=person,
                due_on=due,
            )
        scope, hash_ = history.scope(NOW - 60, NOW - 1, NOW), history.hash
    return scope, hash_, told


def within(scope: Scope, at: float) -> bool:
    return scope.start_at <= day(at) < scope.end_at


def test_quick_bulk_and_jumps_equal_a_slow_count(
    database: Database, visits: tuple[Scope, str, list[Visit]]
) -> None:
    scope, hash_, told = visits
    closed = [one for one in told if within(scope, one[2])]
    quick = sum(one[5] == "approve" and day(one[2]) - day(one[1]) < 60_000_000 for one in closed)
    bulk = 0
    for one in closed:
        mine = sorted(day(other[2]) for other in closed if other[3] == one[3])
        at = day(one[2])
        bulk += any(
            begin <= at
            and sum(begin <= other <= begin + 300_000_000 for other in mine) >= 10
            and at <= begin + 300_000_000
            for begin in mine
        )
    jumped = [one for one in told if within(scope, one[1]) and overtakes(one, told)]
    with asked(database, scope, {hash_: COMMERCIAL}) as ask:
        assert wrong_links(ask, PAGE, figures(ask)) == []
        numbers = found(ask)
        shown = figure(ask, "jumps")
    assert (quick, len(jumped)) == (numbers["quick"], numbers["jumps"])
    assert quick
    assert jumped
    assert numbers["bulk"] == bulk
    assert 10 <= bulk < 30
    assert {
        name: numbers[name] for name in ("outside", "two_roles", "own_firm", "neighbours")
    } == dict.fromkeys(("outside", "two_roles", "own_firm", "neighbours"), 0)
    taken = Counter((one[3], one[4]) for one in told if within(scope, one[1]))
    early = Counter((one[3], one[4]) for one in jumped)
    assert shown.n == len(taken)
    usual = median(
        sum(early[pair] for pair in taken if pair[0] == person)
        / sum(taken[pair] for pair in taken if pair[0] == person)
        for person in {pair[0] for pair in taken}
        if sum(taken[pair] for pair in taken if pair[0] == person) >= 20
    )
    for row in shown.rows:
        pair = row[3].parameters["person"], row[3].parameters["firm"]  # type: ignore[union-attr]  # a linked number
        others = [other for other in taken if other[0] == pair[0] and other != pair]
        own = (sum(early[other] for other in others) + 1) / (sum(taken[other] for other in others) + 1)
        assert plain(row[2]) == taken[pair]
        assert row[4] == pytest.approx(taken[pair] * max(usual, own))


def overtakes(one: Visit, told: list[Visit]) -> bool:
    return any(
        other[6] == one[6] and day(other[0]) < day(one[0]) and day(other[1]) > day(one[1]) for other in told
    )


def test_pairs_are_compared_with_blind_sharing(
    database: Database, visits: tuple[Scope, str, list[Visit]]
) -> None:
    scope, hash_, told = visits
    cells: dict[int, list[Visit]] = defaultdict(list)
    for one in told:
        if within(scope, one[2]):
            cells[(day(one[2]) - scope.start_at) // (30 * 86_400_000_000)].append(one)
    expected, observed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for cell in cells.values():
        for one in cell:
            observed[one[3], one[4]] += 1
        people, firms = Counter(one[3] for one in cell), Counter(one[4] for one in cell)
        for person, firm in ((person, firm) for person in people for firm in firms):
            expected[person, firm] += people[person] * firms[firm] / len(cell)  # type: ignore[assignment]  # a mean
    with asked(database, scope, {hash_: COMMERCIAL}) as ask:
        shown = figure(ask, "pairs")
    assert shown.n == len(expected)
    tails = {}
    for row in shown.rows:
        pair = row[2].parameters["person"], row[2].parameters["firm"]  # type: ignore[union-attr]  # a linked number
        assert plain(row[2]) == observed[pair]
        assert row[3] == pytest.approx(expected[pair])
        tails[pair] = at_least(observed[pair], expected[pair])
    assert {pair for pair in observed if observed[pair] >= max(5, expected[pair] + 1)} == tails.keys()
    best = min(tails, key=lambda pair: tails[pair])
    assert best == (told[0][3], told[0][4])
    assert shown.rows[0][4] == pytest.approx(
        100
        * min(
            tails[pair] * len(expected) / rank
            for rank, pair in enumerate(sorted(tails, key=lambda one: tails[one]), 1)
        )
    )


@pytest.mark.parametrize("weekdays", ["01234", "0123456"])
def test_nights_follow_the_citys_clock_through_the_change(database: Database, weekdays: str) -> None:
    chance, by_hand = Random(9), 0
    with database.transaction() as session:
        history = Recorded(session)
        history.calendar()
        session.execute(update(CalendarVersion).values(weekdays=weekdays))
        (person,) = staff(history, 1)
        scope, hash_ = history.scope(NOW - 60, NOW - 1, NOW), history.hash
        file = history.file("A-1", 0)
        change = (
            int(to_datetime(NOON, "UTC").replace(month=11, day=1, hour=0, minute=0).timestamp()) * 1_000_000
        )
        instants = [change + hour * 1_800_000_000 for hour in range(96)]
        instants += [chance.randrange(scope.start_at, scope.end_at) for _ in range(300)]
        for at in instants:
            history.event(file, "approve", at, actor=person, role="building_official")
            history.event(file, "submit", at, actor=person, role="nobody")
            history.event(file, "deem_complete", at, role="building_official")
            local = to_datetime(at, ZONE)
            by_hand += local.hour >= 22 or local.hour < 5 or str(local.weekday()) not in weekdays
    with asked(database, scope, {hash_: COMMERCIAL}) as ask:
        assert found(ask)["outside"] == by_hand
        assert wrong_links(ask, PAGE, [figure(ask, "flags")]) == []


def test_one_person_where_two_are_wanted(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        one, two = staff(history, 2)
        roles = {"approve": "building_official", "record_payment": "cashier", "submit": "applicant"}
        steps = (
            [("approve", one), ("record_payment", one)],
            [("approve", one), ("record_payment", two)],
            [("submit", two), ("approve", two)],
            [("submit", one)],
        )
        for number, taken in enumerate(steps):
            file = history.file(f"A-{number}", 0)
            for place, (action, person) in enumerate(taken):
                history.event(file, action, 180 + place, actor=person, role=roles[action])
        scope, hash_ = history.scope(NOW - 60, NOW, NOW), history.hash
    with asked(database, scope, {hash_: COMMERCIAL}) as ask:
        assert found(ask)["two_roles"] == 2
        assert wrong_links(ask, PAGE, [figure(ask, "flags")]) == []


def test_own_firms_their_accounts_and_their_streets(database: Database) -> None:
    with database.transaction() as session:
        history = Recorded(session)
        member, maker, stranger = staff(history, 3)
        own, made, other = (history.company(name) for name in ("Own", "Made", "Other"))
        session.execute(insert(CompanyMember).values(company_id=own, user_id=member, joined_at=1, left_at=2))
        client = history.person("Client Of Maker")
        session.execute(update(User).where(User.id == client).values(created_by=maker))
        session.execute(insert(CompanyMember).values(company_id=made, user_id=client, joined_at=1))
        session.execute(update(RoleGrant).where(RoleGrant.user_id == maker).values(granted_by=maker))
        reviews = (
            (own, "1 Elm St", member),
            (own, "2 Elm St", stranger),
            (other, "77 elm st", member),
            (other, "77 Elm St", stranger),
            (other, "5 Oak Ave", member),
            (made, "5 Oak Ave", maker),
            (made, "5 Oak Ave", member),
        )
        for number, (firm, address, person) in enumerate(reviews):
            facts = {"site": {"street": address, "zip": "90001"}}
            file = history.file(f"A-{number}", 170, company_id=firm, facts=facts)
            history.stay(
                file, "electrical", 170, 180, lane="electrical", closing_action="approve", closed_by=person
            )
        scope, hash_ = history.scope(NOW - 60, NOW, NOW), history.hash
    with asked(database, scope, {hash_: COMMERCIAL}) as ask:
        numbers = found(ask)
        assert (numbers["own_firm"], numbers["neighbours"]) == (2, 1)
        assert wrong_links(ask, PAGE, [figure(ask, "flags")]) == []
        notes = " ".join(note.say() for note in figure(ask, "flags").notes)
    assert "Roles that people gave to themselves: 1." in notes


def test_an_empty_city_raises_no_question(database: Database) -> None:
    with database.transaction() as session:
        scope = Recorded(session).scope(NOW - 60, NOW, NOW)
    with asked(database, scope) as ask:
        assert set(found(ask).values()) == {0}
        assert [one.rows for one in figures(ask)[1:]] == [[], [], []]
