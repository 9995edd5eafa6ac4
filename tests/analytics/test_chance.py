"""Tails of counts and shares of false findings, against sums by hand and exact draws."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest

from permitflow.analytics.chance import at_least, q_values, within


def poisson_tail(observed: int, mean: Fraction) -> float:
    """1 minus the exact sum of the terms below, but for the factor exp(-mean)."""
    below = sum((mean**k / math.factorial(k) for k in range(observed)), Fraction(0))
    return 1 - float(below) * math.exp(-float(mean))


def hypergeometric_tail(observed: int, all_: int, marked: int, drawn: int) -> float:
    ways = sum(
        math.comb(marked, k) * math.comb(all_ - marked, drawn - k)
        for k in range(observed, min(marked, drawn) + 1)
    )
    return ways / math.comb(all_, drawn)


@pytest.mark.parametrize(
    ("observed", "mean"), [(0, 3), (1, 3), (3, 3), (4, 3), (9, 3), (2, 0.5), (12, 20), (40, 20)]
)
def test_the_tail_is_the_sum_of_its_terms(observed: int, mean: float) -> None:
    assert at_least(observed, mean) == pytest.approx(
        poisson_tail(observed, Fraction(mean)), rel=1e-9, abs=1e-12
    )


def test_small_tails_keep_their_digits() -> None:
    exact = math.fsum(math.exp(k * math.log(2.0) - 2.0 - math.lgamma(k + 1)) for k in range(60, 200))
    assert at_least(60, 2.0) == pytest.approx(exact, rel=1e-9)
    assert 0 < exact < 1e-60


def test_nothing_expected_and_nothing_seen() -> None:
    assert at_least(0, 0.0) == 1
    assert at_least(1, 0.0) == 0
    assert at_least(1, 1e-9) == pytest.approx(1e-9)


def test_it_never_overstates_a_draw_without_replacement() -> None:
    chance = Random(4)
    compared = 0
    for _ in range(400):
        all_ = chance.randrange(5, 60)
        marked, drawn = chance.randrange(1, all_), chance.randrange(1, all_)
        mean = marked * drawn / all_
        for observed in range(math.ceil(mean + 1), min(marked, drawn) + 1):
            assert at_least(observed, mean) >= hypergeometric_tail(observed, all_, marked, drawn) - 1e-12
            compared += 1
    assert compared > 500


def test_q_values_by_their_definition() -> None:
    chance = Random(7)
    tails = [chance.random() ** 4 for _ in range(30)]
    found = q_values(tails, looks=50)
    for tail, q in zip(tails, found, strict=True):
        by_hand = min(
            1.0, *(other * 50 / sum(one <= other for one in tails) for other in tails if other >= tail)
        )
        assert q == pytest.approx(by_hand)


def test_q_values_of_the_paper() -> None:
    # The fifteen tails of Benjamini and Hochberg's own example: four are findings at 5 %.
    tails = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    tails += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(q <= 0.05 for q in q_values(tails)) == 4
    assert q_values([]) == []
    with pytest.raises(ValueError, match="more findings than looks"):
        q_values([0.1, 0.2], looks=1)


def test_the_share_of_short_times() -> None:
    assert within(60, 60) == pytest.approx(0.5)
    assert within(120, 60) == pytest.approx(0.75)
    assert within(60, 0) == 0
