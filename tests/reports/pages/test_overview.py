"""The overview against a count by hand, on seeded histories and on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from statistics import quantiles

import pytest

from permitflow.db import Database
from permitflow.instants import DAY, local_date
from permitflow.reports.figures import Value, plain
from permitflow.reports.headline import headline
from permitflow.reports.page import Ask
from permitflow.reports.pages import overview
from permitflow.reports.scope import Scope
from tests.reports.history import NOW, ZONE, History, asked, day
from tests.reports.pages.linked import wrong_links

FILES = 200
File = tuple[float, float | None, str]


def files(seed: int) -> Iterator[File]:
    """Submitted and decided, in days, and the outcome; a third is open and some are given up."""
    chance = Random(seed)
    for _ in range(FILES):
        submitted = chance.uniform(-150, NOW)
        decided = submitted + chance.expovariate(1 / 30)
        if decided > NOW or chance.random() < 0.1:
            yield submitted, None, ""
        else:
            yield submitted, decided, chance.choice(["issued", "issued", "denied", "withdrawn"])


def write(history: History, seed: int) -> None:
    """A city whose record begins long before, with a legal date for every other file."""
    history.file("OLD", -600, -590, [("agency", -600, -590)])
    for number, (submitted, decided, outcome) in enumerate(files(seed)):
        ended = {} if decided is None else {"outcome": outcome}
        due_on = local_date(day(submitted + 40), ZONE)
        half = submitted + ((decided or NOW) - submitted) / 2
        spells = [("agency", submitted, half), ("applicant", half, decided)]
        file = history.file(f"F-{number}", submitted, decided, spells, **ended, due_on=due_on)
        history.stay(file, "fire", submitted, half, claimed=(submitted + half) / 2)
        if number % 2 == 0:
            stopped = None if decided is None else local_date(day(decided), ZONE)
            history.clock(file, due_on, stopped)


@pytest.fixture(params=[1, 2])
def scope(database: Database, request: pytest.FixtureRequest) -> Scope:
    with database.transaction() as session:
        history = History(session)
        write(history, request.param)
        return replace(history.scope(NOW - 90, NOW, NOW), class_="", pathway="")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    number: int = request.node.callspec.params["scope"]
    return number


def cards(ask: Ask) -> dict[str, Value]:
    return {card.id: plain(card.value) for card in overview.overview(ask).cards}


def test_the_cards_equal_a_count_by_hand(database: Database, scope: Scope, seed: int) -> None:
    known = list(files(seed))
    took = sorted(
        day(decided) - day(submitted)
        for submitted, decided, outcome in known
        if decided and outcome != "withdrawn" and scope.start_at <= day(decided) < scope.end_at
    )
    legal = [local_date(day(submitted + 40), ZONE) for submitted, _decided, _outcome in known]
    open_due = [due for due, (_at, decided, _outcome) in zip(legal, known, strict=True) if decided is None]
    with asked(database, scope) as ask:
        found = cards(ask)
    assert found["submitted"] == sum(scope.start_at <= day(at) < scope.end_at for at, *_ in known)
    assert found["decided"] == len(took)
    assert found["open"] == sum(decided is None for _at, decided, _outcome in known)
    assert found["overdue"] == sum(due < scope.today for due in open_due)
    assert found["p50"] == pytest.approx(quantiles(took, n=2, method="inclusive")[0], abs=1)
    assert found["p85"] == pytest.approx(quantiles(took, n=20, method="inclusive")[16], abs=1)
    assert found["city"] == 50.0


def test_overdue_open_terms_count_as_missed(database: Database, scope: Scope, seed: int) -> None:
    kept = due = 0
    for number, (submitted, decided, outcome) in enumerate(files(seed)):
        on = local_date(day(submitted + 40), ZONE)
        if number % 2 or outcome == "withdrawn" or not scope.from_on <= on <= scope.to_on:
            continue
        if decided is not None:
            kept += local_date(day(decided), ZONE) <= on
        elif on >= scope.today:
            continue
        due += 1
    with asked(database, scope) as ask:
        share = cards(ask)["kept"]
    assert due >= 20
    assert share == 1000 * kept // due / 10
    assert share < 100


def test_the_period_before_is_as_long_and_told_in_words(database: Database, scope: Scope, seed: int) -> None:
    length = scope.to_on - scope.from_on + timedelta(days=1)
    earlier = replace(scope, from_on=scope.from_on - length, to_on=scope.from_on - timedelta(days=1))
    with asked(database, earlier) as ask:
        then = cards(ask)
    with asked(database, scope) as ask:
        now = overview.overview(ask).cards
    for card in now[:2]:
        value = plain(card.value)
        assert card.before == then[card.id]
        assert isinstance(value, int)
        assert isinstance(card.before, int)
        assert card.change is not None
        sign = "▲" if value > card.before else "▼" if value < card.before else "="
        assert card.change.say().startswith(sign)


def test_months_add_up_to_the_period(database: Database, scope: Scope) -> None:
    with asked(database, scope) as ask:
        _cards, trend = overview.overview(ask).figures
        found = cards(ask)
    assert [row[0] for row in trend.rows] == sorted({row[0] for row in trend.rows})
    assert sum(plain(row[1]) for row in trend.rows) == found["submitted"]
    assert sum(plain(row[2]) for row in trend.rows) == found["decided"]
    assert all((row[3] is None) == (plain(row[2]) < 20) for row in trend.rows)
    lined = any(row[3] is not None for row in trend.rows)
    assert trend.lead == ((overview.BARS_AND_LINE if lined else overview.BARS),)


def test_every_number_leads_to_its_files(database: Database, scope: Scope) -> None:
    with asked(database, scope) as ask:
        figures = overview.PAGE.figures(ask)
        assert wrong_links(ask, overview.PAGE, figures) == []


def test_the_sentences_say_it_all(database: Database, scope: Scope) -> None:
    with asked(database, scope) as ask:
        told = " ".join(phrase.say() for phrase in overview.overview(ask).told)
        terms = headline(ask).flow.terms
    assert "the city decided" in told
    assert "half of them within" in told
    assert f"Of {terms.due} legal terms that came due {terms.met} were kept" in told
    assert "The longest wait is at fire" in told


def test_a_chosen_class_or_way_narrows_everything(database: Database, scope: Scope) -> None:
    with asked(database, scope) as ask:
        whole = cards(ask)["submitted"]
        ways = dict(
            ask.snapshot.rows("SELECT pathway, count(*) FROM files WHERE in_period(submitted_at) GROUP BY 1")
        )
    parts = []
    for way in ways:
        with asked(database, replace(scope, pathway=way)) as ask:
            parts.append(cards(ask)["submitted"])
    assert parts == list(ways.values())
    assert sum(parts) == whole
    with asked(database, replace(scope, class_="level=DC", workflow="w")) as ask:
        assert cards(ask)["submitted"] == 0


def test_an_empty_city_says_so_without_a_number(database: Database) -> None:
    with database.transaction() as session:
        scope = History(session).scope(NOW - 60, NOW, NOW)
    with asked(database, scope) as ask:
        found = overview.overview(ask)
    assert {plain(card.value) for card in found.cards} == {0, None}
    assert found.told[-1].say() == "No open file is past its legal date."
    assert found.figures[1].lead == (overview.NONE_DECIDED,)
    assert all(card.change is None for card in found.cards)


def test_few_files_give_counts_and_no_times(database: Database) -> None:
    with database.transaction() as session:
        history = History(session)
        for number in range(19):
            history.file(f"F-{number}", NOW - 20, NOW - 10, [("agency", NOW - 20, NOW - 10)])
        scope = history.scope(NOW - 60, NOW, NOW)
    with asked(database, scope) as ask:
        found, figure = cards(ask), overview.overview(ask).figures[0]
    assert (found["decided"], found["p50"], found["kept"], found["city"]) == (19, None, None, None)
    assert overview.FEW in figure.notes


def test_the_last_instant_of_a_period_belongs_to_the_next(database: Database) -> None:
    spring = date(2026, 3, 8)  # Clocks go forward in Los Angeles: the day has 23 hours.
    with database.transaction() as session:
        history = History(session)
        scope = replace(history.scope(NOW, NOW, NOW), from_on=spring, to_on=spring)
        assert scope.end_at - scope.start_at == 23 * DAY // 24
        for number, at in enumerate((scope.start_at, scope.end_at - 1, scope.end_at, scope.start_at - 1)):
            history.change(history.file(f"F-{number}", 0), submitted_at=at)
    with asked(database, scope) as ask:
        assert cards(ask)["submitted"] == 2
