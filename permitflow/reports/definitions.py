"""What each figure means, in the words that stand beside it on the page and in its CSV file."""

from __future__ import annotations

from types import MappingProxyType

from permitflow.queries.sentence import Phrase

CAUSES = Phrase(
    "Steps at which files wait long and lose at least a tenth of their lead time (a quarter, where somebody outside the "
    "city has to act), from 20 visits on. Counted are visits up to the city's decision that ended in the period or "
    "were open at its end. Files: those that waited a day or more before anyone took them; outside the city: every file; "
    "in a loop of corrections: those that came back. Days lost: calendar days of all these waits together. The cause is "
    "estimated from what the people of the step did meanwhile."
)
COURTS = Phrase(
    "The time of each file from its submission to the decision (for open files: to now), split among those who held "
    "it. Counted are files decided in the period and files open now. The parts of a file add up exactly to its time."
)
STEPS = Phrase(
    "One line for each step at which the city acts. Counted are visits: one stay of a file at a step. Waiting: from "
    "arrival until somebody first took the file; a visit nobody took waited for all of its stay. Working: the time the "
    "file was taken by somebody. Half of the visits took no longer than the median, nine in ten no longer than p90. "
    "Closed: visits that ended in the period, which is the n of the medians. All times are calendar time, with nights "
    "and weekends, but for the columns in business days. Low and high: between them the true median lies with 95 % "
    "confidence. Before: the period of the same length before. Medians and p90 of fewer than 20 visits are left out."
)
OUTSIDE = Phrase(
    "One line for each step at which the applicant acts or pays. Stay: from the start of the step to its end, in "
    "calendar time, for visits that ended in the period. Medians and p90 of fewer than 20 visits are left out."
)
WEEKS = Phrase(
    "Whole weeks from Monday to Sunday in the city's time. Arrived: files submitted, or visits that began at the step. "
    "Left: files decided or given up, or visits that ended at the step."
)
DECISIONS = Phrase(
    "Calendar time from submission to the city's decision, the applicant's own time included. Counted are files the "
    "city decided in the period; files withdrawn or abandoned by the applicant stand in a column of their own. "
    "Medians and p90 of fewer than 20 files are left out."
)
CLOCKS = Phrase(
    "Clocks against the city whose due date lies in the period and that have ended, or are overdue today. In time: ended on or before the due date. "
    "The share counts overdue open clocks as missed. Left out are files the applicant withdrew or abandoned. Clocks whose number "
    "nobody has checked yet stand here too, each on a line of its own; the share of the overview leaves them out."
)
STUCK = Phrase(
    "Undecided files for which at least one of these holds: past a due date; paid for more than a day but not moved "
    "on; nobody took it for longer than nine in ten files waited at that step (with 20 or more closed visits); with "
    "the applicant for more than 30 days."
)
PERMITS = Phrase(
    "Permits by the date of issue. Stations: the sum over permits that state their number; the column beside it says "
    "how many do. Source: this system, or the file from which earlier permits were imported."
)
ALL = MappingProxyType(
    {
        "causes": CAUSES,
        "courts": COURTS,
        "steps": STEPS,
        "outside": OUTSIDE,
        "weeks": WEEKS,
        "decisions": DECISIONS,
        "clocks": CLOCKS,
        "stuck": STUCK,
        "permits": PERMITS,
    }
)
"""By the name of the table."""
