"""Forecasts for one file: from the queue ahead of it, and from how long files of its age still took."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from permitflow.analytics.durations import percentile
from permitflow.analytics.percentiles import ENOUGH
from permitflow.analytics.survival import Curve, Stay, kaplan_meier
from permitflow.analytics.visits import StepVisit

DRIFT = 1.25
"""How much longer the recent median, or how much greater arrivals than departures, before a forecast is doubted."""
DRAWS = 400
PROMISE = 0.85
RECENT_DAYS = 60


@dataclass(frozen=True, slots=True)
class Interval80:
    """A forecast of the remaining time in microseconds: p10, p50, p85 and p90; None where nobody can say.

    p85 is the promise, p10 to p90 the 80 % interval. The queue's forecast counts working time.
    """

    p10: int | None
    p50: int | None
    p85: int | None
    p90: int | None


NOTHING = Interval80(None, None, None, None)


def forecast_by_age(curve: Curve, age_us: int, levels: Levels | None = None) -> Interval80:
    """The remaining time of a file of an age, from the Kaplan-Meier curve of its step or class.

    The least t with S(age + t) / S(age) <= 1 - p. Suppressed below 20 ends. With levels of a calibration, p10 to
    p90 are read at the levels that held in the past.

    Args:
        curve: of like files, with the open ones censored.
        age_us: how long the file has been open, in microseconds.
        levels: the calibrated levels; the nominal ones by default.
    """
    if curve.events < ENOUGH:
        return NOTHING
    at = levels or NOMINAL
    found = [curve.quantile(level, age_us) for level in (at.p10, at.p50, at.p85, at.p90)]
    return Interval80(*(None if t is None else t - age_us for t in found))


def forecast_by_queue(ahead: int, per_day: Sequence[int], rng: Random, day_us: int) -> Interval80:
    """The remaining working time of a file with others ahead of it, from recent net throughput.

    Days are drawn with replacement from the last working days (60 or so) until ahead + 1 files have left; the
    percentiles of 400 such draws. Its middle is near (ahead + 1) / mean throughput per day.

    Args:
        ahead: files that will be taken first.
        per_day: how many files left the step on each recent working day, without those that overtook.
        rng: the source of the draws; the same seed gives the same forecast.
        day_us: the working time of one day, in microseconds.
    """
    if len(per_day) < ENOUGH or not sum(per_day):
        return NOTHING
    draws = sorted(_days_until(ahead + 1, per_day, rng) for _ in range(DRAWS))
    return Interval80(*(percentile([d * day_us // 1_000 for d in draws], p) for p in (10, 50, 85, 90)))


def _days_until(files: int, per_day: Sequence[int], rng: Random) -> int:
    """Thousandths of working days until so many files have left; the last day counts in part."""
    days = 0
    while True:
        left = per_day[rng.randrange(len(per_day))]
        if left >= files:
            return 1_000 * days + 1_000 * files // left
        files -= left
        days += 1


def stays_at(visits: Iterable[StepVisit], now_us: int) -> list[Stay]:
    """Visits as (duration, ended) at an instant, open ones censored at their age, in microseconds.

    Args:
        visits: in any order; those that arrived later are left out, those that ended later are open.
        now_us: UTC microseconds.
    """
    found = []
    for visit in visits:
        if visit.arrived_us <= now_us:
            ended = visit.finished_us is not None and visit.finished_us <= now_us
            end = visit.finished_us if ended and visit.finished_us is not None else now_us
            found.append((end - visit.arrived_us, ended))
    return found


def is_drifting(visits: Sequence[StepVisit], now_us: int, recent_us: int) -> bool:
    """Whether the recent past of a step differs from the time before it, so that its curve may mislead.

    True when arrivals of the recent stretch exceed departures by a quarter, or when the Kaplan-Meier median of
    those that arrived in it is a quarter longer or shorter than the one before. Small numbers (under 20) say
    nothing and count as no drift.

    Args:
        visits: of one step.
        now_us: the end of the recent stretch.
        recent_us: its length in microseconds.
    """
    since = now_us - recent_us
    came = sum(since <= visit.arrived_us <= now_us for visit in visits)
    went = sum(visit.finished_us is not None and since <= visit.finished_us <= now_us for visit in visits)
    if came >= ENOUGH and came > DRIFT * went:
        return True
    old = kaplan_meier(stays_at((v for v in visits if v.arrived_us < since), now_us))
    new = kaplan_meier(stays_at((v for v in visits if v.arrived_us >= since), now_us))
    if min(old.events, new.events) < ENOUGH:
        return False
    before, after = old.quantile(0.5), new.quantile(0.5)
    if before is None or after is None:
        return before is not after
    return not before / DRIFT <= after <= before * DRIFT


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels at which a curve has to be read so that p10 to p90 hold what they say."""

    p10: float = 0.10
    p50: float = 0.50
    p85: float = 0.85
    p90: float = 0.90


NOMINAL = Levels()


@dataclass(frozen=True, slots=True)
class Made:
    """A forecast that was made: when, from which curve, for a file of which age, and how the file then ended.

    Instants are UTC microseconds; `finished_us` is None for a file that is still open.
    """

    made_us: int
    curve: Curve
    arrived_us: int
    finished_us: int | None


def calibrated_levels(made: Sequence[Made], now_us: int) -> Levels:
    """The levels at which forecasts have to be read, learnt from those made before.

    Each past forecast says at which level u = 1 - S(end) / S(age) its file ended; were the curves right, u would
    be uniform. Files that are still open are censored at the level they have reached. The p-quantile of u, by
    Kaplan-Meier, is the level that p should be read at. Under 20 ended forecasts the nominal levels stay.

    Args:
        made: forecasts made before now.
        now_us: the instant of learning; later ends are not known yet.

    Source: Kuleshov, Fenner and Ermon (2018), for quantiles with censoring.
    """
    scale = 1_000_000
    reached = []
    for one in made:
        ended = one.finished_us is not None and one.finished_us <= now_us
        end = one.finished_us if ended and one.finished_us is not None else now_us
        reached.append((round(scale * level_of(one, end)), ended))
    curve = kaplan_meier(reached)
    if curve.events < ENOUGH:
        return NOMINAL
    found = [curve.quantile(p) for p in (0.10, 0.50, PROMISE, 0.90)]
    return Levels(*(1.0 if level is None else level / scale for level in found))


def level_of(made: Made, at_us: int) -> float:
    """The probability that a forecast gave to its file ending by an instant, 0 to 1."""
    before = made.curve.at(made.made_us - made.arrived_us)
    return 1 - made.curve.at(at_us - made.arrived_us) / before if before else 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """What became of forecasts: how many, the share within the 80 % interval, the share of p85 promises kept."""

    n: int
    covered: float | None
    kept: float | None


def calibration(outcomes: Iterable[tuple[Interval80, int]]) -> Calibration:
    """Compares forecasts with what happened.

    Args:
        outcomes: each forecast with the remaining time in microseconds that its file really took; a bound that
            nobody could give counts as infinite, a forecast without any is left out.
    """
    known = [(f, took) for f, took in outcomes if f.p10 is not None]
    if not known:
        return Calibration(0, None, None)
    covered = sum(f.p10 is not None and f.p10 <= took <= _or_never(f.p90) for f, took in known)
    kept = sum(took <= _or_never(f.p85) for f, took in known)
    return Calibration(len(known), covered / len(known), kept / len(known))


def _or_never(bound: int | None) -> float:
    return math.inf if bound is None else bound
