"""Flow: how many files arrive, leave and lie at each step, and how much of its capacity that takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepFlow:
    """One step over consecutive periods: one entry for each period, and the files present at its end.

    `present_before` is the number at the first bound; present[i] = present[i-1] + arrivals[i] - departures[i].
    """

    step: str
    present_before: int
    arrivals: tuple[int, ...]
    departures: tuple[int, ...]
    present: tuple[int, ...]

    @property
    def net(self) -> tuple[int, ...]:
        """Arrivals less departures of each period: above 0 the queue grows."""
        return tuple(a - d for a, d in zip(self.arrivals, self.departures, strict=True))


def throughput_per_day(departures: int, working_days: int) -> float | None:
    """Files that left for each working day; None where the office was never open."""
    return departures / working_days if working_days else None


def load(arrivals: int, mean_service_us: float, capacity_us: float) -> float | None:
    """The load rho = lambda * E[service] / capacity of one period: at 1 a queue grows without end.

    Args:
        arrivals: files that arrived in the period.
        mean_service_us: mean working time of a file, in microseconds of work.
        capacity_us: the working time of all reviewers in the period, in microseconds; None is returned for 0.
    """
    return arrivals * mean_service_us / capacity_us if capacity_us else None


def days_of_work_on_hand(present: int, departures: int, working_days: int) -> float | None:
    """How many working days the queue takes at the recent rate: present / (departures / working days).

    None where nothing left, so that nobody can say; an empty queue takes none at any rate.
    """
    if not present:
        return 0.0
    return present * working_days / departures if departures else None
