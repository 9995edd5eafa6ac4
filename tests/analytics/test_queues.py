"""What the people of a step do while its files wait."""

from permitflow.analytics.durations import DAY_US
from permitflow.analytics.office_hours import OfficeHours
from permitflow.analytics.queues import Waiting, overtaking, waiting_at, works_of
from permitflow.analytics.visits import StepVisit

ALWAYS = OfficeHours(frozenset(range(7)), 0, DAY_US)
D = DAY_US


def visit(
    name: str, arrived: float, claimed: float | None, finished: float | None, who: str | None = "ann"
) -> StepVisit:
    days = [None if day is None else int(day * D) for day in (claimed, finished)]
    return StepVisit(name, "fire", int(arrived * D), days[0], days[1], who)


def measured(*visits: StepVisit, now: float = 100) -> Waiting:
    return waiting_at(visits, works_of(visits, ALWAYS, int(now * D)), ALWAYS, int(now * D))


def test_a_file_that_waits_for_a_busy_person_waits_for_work() -> None:
    found = measured(visit("a", 0, 0, 4), visit("b", 1, 4, 6))
    assert (found.total_us, found.busy_us, found.idle_us, found.gap_us) == (3 * D, 3 * D, 0, 0)
    assert found.present == 1


def test_a_file_that_waits_while_somebody_is_free_is_told_apart() -> None:
    found = measured(
        visit("a", 0, 0, 4),
        visit("b", 0, 0, 1, "bob"),
        visit("c", 2, 4, 5),
        visit("d", 2, 2, 3, "bob"),
        visit("e", 5, 5, 6, "bob"),
    )
    assert (found.total_us, found.busy_us, found.idle_us) == (2 * D, 3 * D // 2, D // 2)


def test_a_gap_carries_the_backlog_that_it_left() -> None:
    files = [visit("a", 0, 0, 1), visit("b", 1, 6, 7), visit("c", 2, 7, 8), visit("d", 3, 8, 9)]
    found = measured(*files)
    (gap,) = found.gaps
    assert (gap.start, gap.resumed) == (1 * D, 6 * D)
    # One, two and three files during the gap, then one more than before it until the queue is as short again.
    assert gap.end == 7 * D
    assert found.gap_us == gap.weight == (1 + 2 + 3 * 3 + 1) * D
    assert found.busy_us == 2 * D


def test_a_gap_is_not_to_blame_for_a_queue_that_grows_without_it() -> None:
    """Two files a day for somebody who does one: the three days that she was away are lost in what follows."""
    away = (20, 23)
    files = [
        visit(str(n), n / 2, n if n < away[0] else n + 3, n + 1 if n < away[0] else n + 4) for n in range(90)
    ]
    found = measured(*files)
    assert [gap.start for gap in found.gaps] == [away[0] * D]
    assert found.gaps[0].end <= (away[1] + 9 * 3 + 1) * D
    assert found.gap_us * 2 < found.busy_us


def test_gaps_in_the_backlog_of_another_are_told_apart() -> None:
    """Three files come each day and five are done on every fifth one: the first gap is never quite worked off."""
    files = [
        visit(f"{n}", n / 3, 5 * (n // 5) + 5 + n % 5 / 5, 5 * (n // 5) + 5 + (n % 5 + 1) / 5)
        for n in range(60)
    ]
    found = measured(*files)
    assert [gap.start for gap in found.gaps] == [0, *(day * D for day in range(6, 57, 5))]
    assert found.gap_us <= found.total_us


def test_who_had_company_is_not_alone() -> None:
    alone = [visit(str(n), n, n, n + 1) for n in range(10)]
    beside = [visit(f"b{n}", n, n, n + 1, "bob") for n in range(5)]
    assert measured(*alone).in_company == 0
    assert measured(*alone, *beside).in_company == 0.5


def test_an_open_file_has_waited_until_now() -> None:
    assert measured(visit("a", 0, 0, 9), visit("b", 5, None, None, None), now=9).total_us == 4 * D


def test_overtaking_tells_the_order_in_which_files_are_taken() -> None:
    oldest = [visit(str(n), n / 10, 5 + n, 6 + n) for n in range(9)]
    newest = [visit(str(n), n / 10, 14 - n, 15 - n) for n in range(9)]
    assert overtaking(oldest) == 0
    assert overtaking(newest) == 1
    assert overtaking([]) == 0


def test_work_that_spans_a_closed_house_is_not_counted() -> None:
    files = [visit(str(n), n / 4, n / 4, n / 4 + 0.2) for n in range(400)]
    closed = [visit("z", 100, 100, 130)]
    later = [visit(f"l{n}", 130 + n / 4, 130 + n / 4, 130 + n / 4 + 0.2, "bob") for n in range(400)]
    works = works_of([*files, *closed, *later], ALWAYS, 300 * D)
    assert all(end <= 100.3 * D or start >= 129.9 * D for start, end in works["ann"])


def test_overtaking_is_counted_by_what_files_are_ordered_by() -> None:
    due = [30, 10, 20]
    claims = [12, 10, 11]
    visits = [StepVisit(f"f{n}", "fire", n, claims[n], claims[n] + 1, "ann", due_us=due[n]) for n in range(3)]
    assert overtaking(visits, lambda visit: visit.due_us or 0) == 0
    assert overtaking(visits) > 0.5
