"""The ten open files in the worst state: why, where they stand, and who has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from permitflow.analytics.durations import DAY_US
from permitflow.models import User
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Cell, Column, Figure, Linked
from permitflow.reports.file_lists import Name, names
from permitflow.reports.open_files import LIKELY, Counts, OpenFile, listed, ranking
from permitflow.reports.page import Ask, Listing, Page

TEN = 10
NOBODY = Phrase("nobody")


@dataclass(frozen=True, slots=True)
class Bad:
    """A file in a bad state with the reasons, the gravest first."""

    file: OpenFile
    name: Name
    step: str
    reasons: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Worst:
    """The ten, and how many open files there are of each kind."""

    counts: Counts
    files: tuple[Bad, ...]


def figures(ask: Ask) -> list[Figure]:
    """Return the figures of the page."""
    return [worst_figure(ask, worst_files(ask))]


def worst_files(ask: Ask) -> Worst:
    """Return the ten open files with the city in the worst state; fewer when no more are in a bad one."""
    found = ranking(ask, 0, TEN, "bad")
    called = names(ask.session, [file.id for file in found.files])
    files = (
        Bad(file, called[file.id], ask.workflows.step_title(file.step), tuple(_reasons(ask, file)))
        for file in found.files
    )
    return Worst(found.counts, tuple(files))


def _reasons(ask: Ask, file: OpenFile) -> list[Phrase]:
    clock = ask.workflows.clock_title(file.legal_clock) if file.legal_clock else ""
    said = []
    if file.days_late:
        message = Phrase(
            "{clock}: past its due date; days over: {days}", {"clock": clock, "days": file.days_late}
        )
        said.append(message)
    elif file.risk is not None and file.risk >= LIKELY:
        percent = round(100 * file.risk)
        said.append(
            Phrase(
                "{clock}: {percent} of 100 like it miss the due date", {"clock": clock, "percent": percent}
            )
        )
    if file.is_unusually_old and file.p95_us is not None:
        days, limit = round(file.age_us / DAY_US, 1), round(file.p95_us / DAY_US, 1)
        said.append(
            Phrase(
                "{days} business days at this step, where 95 of 100 take no more than {limit}",
                {"days": days, "limit": limit},
            )
        )
    return said


def worst_figure(ask: Ask, found: Worst) -> Figure:
    """Return the ten as a figure."""
    total, holders = found.counts, _holders(ask, found.files)
    return Figure(
        "worst",
        Phrase("The worst first"),
        "breach_risk",
        (
            Column("place", Phrase("Place"), "number"),
            Column("file", Phrase("File")),
            Column("reason", Phrase("Why")),
            Column("step", Phrase("Step")),
            Column("age", Phrase("Net age at the step"), "business"),
            Column("holder", Phrase("Who has it")),
            Column("due_on", Phrase("Legal due date"), "date"),
            Column("risk", Phrase("Chance to miss it, %"), "percent"),
        ),
        [_row(place, one, holders) for place, one in enumerate(found.files, 1)],
        lead=(
            Phrase(
                "Open files with the city: {open}. Overdue, likely to be late, or older than 95 of 100 at their step: {bad}.",
                {"open": total.open, "bad": total.bad},
            ),
        ),
        notes=(
            Phrase(
                "Overdue files come first, then the likeliest to be late, then the oldest for their step."
            ),
            Phrase(
                "Ages are compared with what closed at the step in the last year, whatever the period above."
            ),
        ),
        empty=Phrase("No file is overdue, likely to be late, or unusually old."),
        n=total.open,
    )


def _row(place: int, one: Bad, holders: Mapping[str, str]) -> list[Cell]:
    file = one.file
    return [
        place,
        Linked(one.name.number, file=file.id),
        one.reasons[0],
        Phrase(one.step),
        file.age_us,
        holders.get(file.claimed_by or "", NOBODY),
        file.legal_due_on,
        None if file.risk is None else 100 * file.risk,
    ]


def _holders(ask: Ask, found: Sequence[Bad]) -> dict[str, str]:
    ids = {one.file.claimed_by for one in found if one.file.claimed_by}
    rows = ask.session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row.id: row.name for row in rows}


PAGE = Page(
    "worst",
    Phrase("The ten worst files"),
    Phrase("What is late or will be, and who could take it."),
    figures,
    {"bad": Listing(lambda _ask: Phrase("Open files in a bad state"), lambda _ask: listed("bad"))},
)
