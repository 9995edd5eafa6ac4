"""Little's law on the period so far: files present, files per day and time per file, for all files and each step."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from permitflow.analytics.littles_law import LittleCheck
from permitflow.queries.sentence import Phrase
from permitflow.reports.daily_flow import until
from permitflow.reports.figures import Cell, Column, Figure, Linked
from permitflow.reports.page import Ask
from permitflow.reports.stay_curves import OF_A_STEP

THERE = "{began} < $until AND ({ended} IS NULL OR {ended} > from_us())"
"""Who was there at some time of the window [from_us(), $until)."""
_AT_START = "{began} <= from_us()"
_AT_END = "({ended} IS NULL OR {ended} >= $until)"
_SIDES = f"""SELECT {{name}} AS name, sum(least(coalesce({{ended}}, $until), $until) - greatest({{began}}, from_us())), count(*),
    count(*) FILTER ({_AT_START}), count(*) FILTER ({_AT_END}),
    coalesce(sum(from_us() - {{began}}) FILTER ({_AT_START}), 0), coalesce(sum($until - {{began}}) FILTER ({_AT_END}), 0)
    FROM {{source}} WHERE {{only}} AND {THERE} GROUP BY 1"""
_CHECKS = " UNION ALL ".join(
    _SIDES.format(name=name, began=began, ended=ended, source=source, only=only)
    for name, began, ended, source, only in (
        ("''", "submitted_at", "decided_at", "chosen", "TRUE"),
        ("step", "opened_at", "closed_at", "stays", OF_A_STEP),
    )
)
STEADY, DRIFTING = Phrase("Steady"), Phrase("Not in steady state")


def little_checks(ask: Ask) -> Mapping[str, LittleCheck]:
    """Return the exact sides of the law for each step, and for whole files under the empty name, by one statement."""
    end, start = until(ask.scope), ask.scope.start_at
    if end <= start:
        return {}
    return {
        name: LittleCheck(
            end - start,
            presence,
            present,
            at_start,
            at_end,
            Fraction(age_start, at_start) if at_start else Fraction(0),
            Fraction(age_end, at_end) if at_end else Fraction(0),
        )
        for name, presence, present, at_start, at_end, age_start, age_end in ask.snapshot.rows(
            f"{_CHECKS} ORDER BY 1", {"until": end}
        )
    }


def littles_law(ask: Ask) -> Figure:
    """Return the check of the law, and whether it may be read as a steady state."""
    checks = little_checks(ask)
    return Figure(
        "littles_law",
        Phrase("Does the queue stand still (Little's law)"),
        "littles_law",
        (
            Column("step", Phrase("Step")),
            Column("present", Phrase("There at some time"), "count"),
            Column("mean_present", Phrase("Present on average (L)"), "number"),
            Column("per_day", Phrase("A day (A/T)"), "number"),
            Column("mean_stay", Phrase("Time in the period (w)"), "duration"),
            Column("at_start", Phrase("At the start"), "count"),
            Column("at_end", Phrase("At the end"), "count"),
            Column("steady", Phrase("State")),
        ),
        [_row(ask, name, check) for name, check in checks.items()],
        lead=_lead(checks),
        notes=(
            Phrase(
                "L = A/T x w holds exactly on every period. It tells how long the next file takes only in a steady state:"
                " while neither the number present nor its mean age moves by more than a quarter."
            ),
        ),
        n=checks[""].present if "" in checks else 0,
        public=True,
    )


def _lead(checks: Mapping[str, LittleCheck]) -> tuple[Phrase, ...]:
    check = checks.get("")
    if check is None:
        return ()
    told = {"start": check.at_start, "end": check.at_end}
    if check.steady:
        return (Phrase("Open files went from {start} to {end}: about as many leave as arrive.", told),)
    return (
        Phrase("Open files went from {start} to {end}, or grew older or younger: not in steady state.", told),
    )


def _row(ask: Ask, name: str, check: LittleCheck) -> list[Cell]:
    title = Phrase(ask.workflows.step_title(name)) if name else Phrase("All files")
    return [
        title,
        Linked(check.present, "there", {"step": name}),
        float(check.mean_present),
        float(check.rate_per_day),
        round(check.mean_stay_us),
        check.at_start,
        check.at_end,
        STEADY if check.steady else DRIFTING,
    ]
