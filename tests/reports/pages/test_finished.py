"""How long finished files took, against a recomputation file by file, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from permitflow.analytics.courts import PARTIES
from permitflow.analytics.durations import WEEK_US
from permitflow.analytics.percentiles import SHOWN, percentile_with_interval
from permitflow.db import Database
from permitflow.instants import from_datetime, local_date, to_datetime
from permitflow.reports.figures import Figure, Linked, plain
from permitflow.reports.page import Ask
from permitflow.reports.pages.finished import MOST_POINTS, PAGE, figures
from tests.reports.flowing_city import NOW, File, FlowingCity, business_days, flowing_city
from tests.reports.history import ZONE, History, asked, day, told
from tests.reports.open_city import said
from tests.reports.pages.linked import wrong_links


def by_id(ask: Ask) -> dict[str, Figure]:
    return {figure.id: figure for figure in figures(ask)}


def cells(values: Sequence[int]) -> list[int | None]:
    found = [percentile_with_interval(values, percent) for percent in SHOWN]
    return [cell for one in found for cell in (one.value, one.low, one.high)]


def lines(figure: Figure, heads: int) -> dict[str, list[object]]:
    return {said(row[heads - 1]): [plain(cell) for cell in row[heads:]] for row in figure.rows}


def gross(file: File) -> int:
    return file.life[1] - file.life[0]


def net(file: File) -> int:
    return business_days(*file.life, file.holds)


@pytest.fixture
def city(database: Database) -> FlowingCity:
    return flowing_city(database)


def test_classes_and_total_equal_those_counted_file_by_file(database: Database, city: FlowingCity) -> None:
    done = city.finished()
    assert any(net(file) < business_days(*file.life, []) for file in done), "nothing was held"
    classes = {
        "Level 2 charging": [file for file in done if file.level == "L2"],
        "DC fast charging": [file for file in done if file.level == "DC"],
        "w": [file for file in done if file.workflow == "w"],
        "All files": done,
    }
    with asked(database, city.scope) as ask:
        found = by_id(ask)
    for figure, measure in (("gross", gross), ("net", net)):
        shown = lines(found[figure], 2)
        for name, files in classes.items():
            assert shown[name] == [len(files), *cells([measure(file) for file in files])], (figure, name)
    assert said(found["gross"].rows[-1][0]) == "All files"


def test_points_weeks_and_what_is_left_out(database: Database, city: FlowingCity) -> None:
    done = city.finished()
    with asked(database, city.scope) as ask:
        found = by_id(ask)
    points = [(plain(at), plain(took)) for at, took in found["scatter"].rows]
    opened = {cell.file for _, cell in found["scatter"].rows if isinstance(cell, Linked)}
    assert opened == {file.id for file in done}
    assert points == sorted((file.life[1], gross(file)) for file in done)
    levels = {label.say(): value for label, value in found["scatter"].chart.lines}  # type: ignore[union-attr]
    took = [gross(file) for file in done]
    assert levels == {
        f"{percent} of 100 files": percentile_with_interval(took, percent).value for percent in (50, 85, 95)
    }
    weeks = Counter(value // WEEK_US for value in took)
    shown = {int(str(plain(row[0]))) // 7: plain(row[2]) for row in found["weeks"].rows}
    assert shown == {week: weeks[week] for week in range(max(weeks) + 1)}
    given_up = [file for file in city.files if file.decided and not file.by_city]
    counts = [plain(row[1]) for row in found["counted"].rows]
    assert counts == [
        len(done),
        sum(city.scope.covers(file.decided) for file in given_up),
        sum(
            file.submitted < city.scope.end_at and (file.decided or day(NOW + 1)) >= city.scope.end_at
            for file in city.files
        ),
    ]


def test_months_and_whose_turn_it_was(database: Database, city: FlowingCity) -> None:
    with asked(database, city.scope) as ask:
        found = by_id(ask)
    by_month: dict[str, list[File]] = {}
    for file in city.finished():
        by_month.setdefault(local_date(file.life[1], ZONE).isoformat()[:7], []).append(file)
    assert lines(found["trend"], 1) == {
        month: [len(files), *cells([gross(file) for file in files])] for month, files in by_month.items()
    }
    for month, files, *shares in ([plain(cell) for cell in row] for row in found["held"].rows):
        mine = by_month[str(month)]
        assert files == len(mine)
        if len(mine) < 20:
            assert shares == [None] * len(PARTIES)
            continue
        whole = sum(gross(file) for file in mine)
        for party, share in zip(PARTIES, shares, strict=True):
            held = sum(
                end - start for file in mine for who, start, end in file.spells if who == party and end
            )
            assert share == pytest.approx(100 * held / whole)
        assert sum(float(str(share)) for share in shares) == pytest.approx(100)


def test_every_count_leads_to_its_files(database: Database, city: FlowingCity) -> None:
    with asked(database, city.scope) as ask:
        assert wrong_links(ask, PAGE, figures(ask)) == []


def test_filters_narrow_every_figure(database: Database, city: FlowingCity) -> None:
    done = city.finished()
    of_v, of_dc = (
        sum(file.workflow == "v" for file in done),
        sum(file.level == "DC" for file in done),
    )
    assert 0 < of_v < len(done)
    with asked(database, replace(city.scope, workflow="v")) as ask:
        found = by_id(ask)
        assert wrong_links(ask, PAGE, found.values()) == []
        assert found["scatter"].n == of_v
    for narrowed, n in (
        (replace(city.scope, class_="level=DC"), of_dc),
        (replace(city.scope, pathway="full"), len(done)),
        (replace(city.scope, pathway="auto"), 0),
    ):
        with asked(database, narrowed) as ask:
            assert by_id(ask)["scatter"].n == n


def test_the_period_is_half_open_and_its_days_are_the_city_s(database: Database) -> None:
    """Midnight of 1 November 2026 is 07:00 UTC, that of the 2nd, after the clocks went back, 08:00 UTC."""
    last = from_datetime(
        to_datetime(day(0), "UTC").replace(month=11, day=2, hour=8, minute=0, second=0, microsecond=0)
    )

    def tell(history: History) -> None:
        for number, at in enumerate(
            (last - 25 * 3_600_000_000 - 1, last - 25 * 3_600_000_000, last - 1, last)
        ):
            history.file(f"A-{number}", 100, 150, decided_at=at)

    scope = told(database, tell)
    on = local_date(last - 1, ZONE)
    with asked(database, replace(scope, from_on=on, to_on=on, now=day(NOW))) as ask:
        assert by_id(ask)["scatter"].n == 2


def test_under_20_files_show_counts_alone(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(19):
            history.file(f"A-{number}", 60, 70 + number, [("agency", 60, 70 + number)])

    scope = told(database, tell)
    with asked(database, scope) as ask:
        found = by_id(ask)
    row = [plain(cell) for cell in found["gross"].rows[-1]]
    assert row[2:] == [19] + [None] * 9
    assert found["scatter"].lead == ()
    assert found["scatter"].chart is not None
    assert found["scatter"].chart.lines == ()
    assert any("20" in note.say() for note in found["gross"].notes)
    assert all(plain(cell) is None for row in found["held"].rows for cell in row[2:])


def test_an_empty_city_has_no_figures(database: Database) -> None:
    scope = told(database, lambda _history: None)
    with asked(database, scope) as ask:
        found = by_id(ask)
    assert [figure.id for figure in found.values() if figure.rows] == ["counted"]
    assert all(figure.n == 0 for figure in found.values())


def test_a_record_of_turns_with_a_gap_is_left_out_and_told(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(25):
            start = 61 if number < 3 else 60
            history.file(f"A-{number}", 60, 75, [("agency", start, 70), ("applicant", 70, 75)])

    scope = told(database, tell)
    with asked(database, scope) as ask:
        held = by_id(ask)["held"]
    assert held.n == 22
    assert "3" in held.notes[0].say()
    assert [plain(cell) for cell in held.rows[0][1:]] == [
        25,
        pytest.approx(200 / 3),
        pytest.approx(100 / 3),
        0,
        0,
    ]


def test_many_files_are_drawn_by_chance_and_counted_in_full(database: Database) -> None:
    def tell(history: History) -> None:
        for number in range(MOST_POINTS + 40):
            history.file(f"A-{number}", 50, 60 + number % 30)

    scope = told(database, tell)
    with asked(database, scope) as ask:
        first, again = by_id(ask)["scatter"], by_id(ask)["scatter"]
    assert (len(first.rows), first.n) == (MOST_POINTS, MOST_POINTS + 40)
    assert first.rows == again.rows
    assert any(str(MOST_POINTS) in note.say() for note in first.notes)


def test_a_list_of_strange_words_is_empty_or_whole(database: Database, city: FlowingCity) -> None:
    strange: list[tuple[dict[str, str], int]] = [
        ({"group": "1; DROP TABLE files", "value": "x"}, len(city.finished())),
        ({"group": "level", "value": "' OR ''='"}, 0),
        ({"month": "never"}, 0),
        ({"weeks": "x"}, 0),
    ]
    with asked(database, city.scope) as ask:
        for words, expected in strange:
            statement = PAGE.listings["decided"].lines(replace(ask, words=words))
            assert len(ask.snapshot.rows(statement.sql, statement.parameters)) == expected
