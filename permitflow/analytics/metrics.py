"""The 26 metrics of the manager's report: what each says, in which unit, by which formula, from how many files.

Pages, tables, the API and the help page all read this one table, so that a figure has one definition.
"""

from __future__ import annotations

from dataclasses import dataclass

from permitflow.analytics.percentiles import ENOUGH


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `least_n` is the number of files below which its figures are suppressed; 1 for plain counts."""

    id: str
    title: str
    definition: str
    unit: str
    formula: str
    least_n: int = 1


METRICS: tuple[Metric, ...] = (
    Metric(
        "lead_time",
        "Lead time, gross and net",
        "From the day a file was submitted to its decision. Net counts business time only and leaves out holds. "
        "Withdrawn and expired files are no decisions and are not in it.",
        "days",
        "gross = decided - submitted; net = business time of [submitted, decided) - holds",
        ENOUGH,
    ),
    Metric(
        "ball_in_court",
        "Whose turn it was",
        "The lead time divided among those who held the file: the agency, the applicant, the utility, payment and "
        "other agencies. The parts add up to the lead time exactly.",
        "days",
        "sum over parties of time held = decided - submitted",
    ),
    Metric(
        "step_times",
        "Sojourn, waiting and work at a step",
        "How long files stay at a step, how long of it nobody had claimed them, and how long they were worked on, "
        "in calendar and in business time.",
        "days",
        "sojourn = finished - arrived; waiting = first claim - arrived + returns to the queue; "
        "work = sum of claimed time - holds",
        ENOUGH,
    ),
    Metric(
        "idle_time",
        "Idle time",
        "The part of a file's life in which no lane of it was being worked on.",
        "days",
        "lead time - union of claimed intervals",
        ENOUGH,
    ),
    Metric(
        "flow_efficiency",
        "Flow efficiency",
        "The part of the lead time in which somebody worked on the file. Lanes that are worked on at the same time "
        "count once.",
        "%",
        "union of claimed intervals / lead time",
        ENOUGH,
    ),
    Metric(
        "step_contribution",
        "What each step adds to the lead time",
        "The lead time divided among the steps, in equal parts among those open at the same time, or to the lane "
        "that released the file. Also what a faster step would have saved.",
        "days",
        "equal: 1/k to each of k open steps; critical: to the step that ends last; saved = release - release with "
        "the step earlier",
    ),
    Metric(
        "first_cycle_approval",
        "Approved in the first cycle",
        "The share of reviews that approved without asking for corrections, by lane and for whole files.",
        "%",
        "lanes approved in cycle 1 / lanes decided in cycle 1",
        ENOUGH,
    ),
    Metric(
        "rework",
        "Rework",
        "How often files come back to a step: by the same person (repeat) or another (redo), and the time in "
        "cycles after the first.",
        "visits",
        "visits - distinct steps; repeat: same person as before; redo: another person",
    ),
    Metric(
        "correction_reasons",
        "Why corrections are asked for",
        "Corrections by code section, discipline and applicant, the most frequent first, with the days they cost.",
        "corrections",
        "count and days by code section",
    ),
    Metric(
        "handovers",
        "Handovers and bounces",
        "How often a file passes from one person to another, and how often between agency and applicant.",
        "handovers",
        "changes of person between consecutive claims of a file; agency-applicant changes of court",
    ),
    Metric(
        "flow",
        "Work in progress, arrivals and departures",
        "How many files lie at each step, how many came and how many left, and both summed up over time.",
        "files",
        "N(t) = A(t) - D(t)",
    ),
    Metric(
        "throughput_and_load",
        "Throughput and load",
        "Files that leave a step each working day, and how much of its people's time the arrivals need.",
        "files a working day; %",
        "D / working days; rho = arrivals x mean work / capacity",
    ),
    Metric(
        "littles_law",
        "Little's law check",
        "Files present, files per day and time per file over a period. They always agree on the period; unless the "
        "queue is steady they say nothing about the next file.",
        "files; files a day; days",
        "L = H/T, Lambda = A/T, w = H/A, so L = Lambda x w; H = integral of N(t)",
    ),
    Metric(
        "ageing",
        "Age of what is open",
        "The age of each open file against how long the closed ones of its step took.",
        "days",
        "net age of an open visit, in the bands p50, p70, p85, p95 of its step",
        ENOUGH,
    ),
    Metric(
        "percentiles",
        "Percentiles",
        "The time within which half, 85 and 90 of a hundred files were done, with their number and the range in "
        "which the true value lies. Several groups are pooled file by file.",
        "days",
        "linear interpolation at p (n - 1); 95 % interval from order statistics",
        ENOUGH,
    ),
    Metric(
        "survival",
        "Still open after so many days",
        "The share of files that is still open after each number of days, open ones included as far as they have "
        "come; and the shares issued, withdrawn, denied and expired by then.",
        "%",
        "Kaplan-Meier S(t) = prod(1 - d/n) with Greenwood's band; Aalen-Johansen F_k(t) = sum S(t-) d_k/n",
        ENOUGH,
    ),
    Metric(
        "on_time",
        "On time",
        "The share of the files due in a period that was done in time. Files that are overdue and still open "
        "count as late.",
        "%",
        "finished <= due / (finished with due in the period + overdue and open)",
    ),
    Metric(
        "breach_risk",
        "Risk of missing the term",
        "How likely an open file is to miss its term, from files of its age and from the queue ahead of it. A flag "
        "says when the recent past differs.",
        "%",
        "S(term) / S(age); (ahead + 1) / net throughput, drawn from the last 60 working days",
        ENOUGH,
    ),
    Metric(
        "calibration",
        "Were the promises kept",
        "Of the dates promised at 85 %, the share that was kept, and of the 80 % ranges, the share that held.",
        "%",
        "kept promises / promises made, shown beside every promise",
        ENOUGH,
    ),
    Metric(
        "waiting_causes",
        "Why files wait",
        "The waiting time of a step by cause: more arrivals than work gets done, one person, rework, somebody "
        "outside, closed days, batches, newer files first, nobody assigned.",
        "days",
        "waiting time divided by what the step's people did meanwhile",
        ENOUGH,
    ),
    Metric(
        "workload",
        "Workload of people",
        "Open and done files of each reviewer, time to the first claim, and how often a newer file was taken first. "
        "It is for sharing out work and not for judging people.",
        "files",
        "open; completed per available day; claims that overtook an older file / claims",
        ENOUGH,
    ),
    Metric(
        "queue_age",
        "Age of the queue",
        "How old the queue is at the start of each day, its oldest file, and how many days of work it holds.",
        "days",
        "queue / (departures per working day)",
    ),
    Metric(
        "classes",
        "By district and kind of applicant",
        "The same figures for each class by itself, before any total. Classes of under 20 files are not shown.",
        "days",
        "the metric within the class",
        ENOUGH,
    ),
    Metric(
        "what_if",
        "What would help",
        "The coming weeks simulated from the files that are open today, with more people, another order, or fewer "
        "returns. Shown only with its error on the last quarter.",
        "days; files",
        "discrete-event simulation with the work, arrivals and hours of the record; p10 to p90 of its runs",
        ENOUGH,
    ),
    Metric(
        "overrides",
        "Overrides, waivers, reopened files and clock edits",
        "How often somebody set a rule, a lane or a clock aside, by person and reason.",
        "acts",
        "count by actor and kind",
    ),
    Metric(
        "data_quality",
        "How far the figures can be trusted",
        "Visits without a claim, bulk closings, back-dated entries, clock skew and unknown calendars.",
        "visits",
        "count and share by kind of defect",
    ),
)
"""In the order of the report."""

BY_ID = {metric.id: metric for metric in METRICS}


def metric(id_: str) -> Metric:
    """The metric of an id.

    Raises:
        KeyError: there is no such metric.
    """
    return BY_ID[id_]
