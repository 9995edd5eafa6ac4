"""A seeded office told as plain rows: two lanes, an intake, corrections, several people and companies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from permitflow.db import Database, new_id
from permitflow.engine.loader import load_file
from permitflow.models import CorrectionItem, CorrectionNotice, CourtSpell, Visit
from permitflow.queries.sentence import Phrase
from permitflow.reports.figures import Figure, plain
from permitflow.reports.page import Ask, Page
from permitflow.reports.scope import Scope, Workflows
from tests.reports.history import NOW, History, asked, day

WORKFLOW = Path(__file__).parents[3] / "workflows" / "us-ca" / "commercial-ab970.yaml"
TEAM = {"intake": ("tom", "tia"), "fire": ("fay", "flo"), "building": ("bob",)}
FIRST = NOW - 60
SECTIONS = ("A 1", "A 2", "B 7", "C 3")


@dataclass
class Stay:
    """One visit; times are days, None means not yet."""

    step: str
    opened: float
    claimed: float | None = None
    closed: float | None = None
    person: str | None = None
    action: str | None = None
    why: str = "submit"
    round: int = 1
    party: str = "agency"


@dataclass
class Notice:
    """A correction notice: its items as (lane or None, section), and when all of them were answered."""

    asked: float
    answered: float | None
    round: int
    items: list[tuple[str | None, str]]


@dataclass
class File:
    """One file with all that happened to it until NOW."""

    number: str
    submitted: float
    company: str
    level: str
    kind: str
    decided: float | None = None
    outcome: str | None = None
    round: int = 1
    stays: list[Stay] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    @property
    def by_city(self) -> bool:
        return self.decided is not None and self.outcome != "withdrawn"


def files(seed: int, count: int = 200) -> list[File]:
    """The history of an office; what would lie after NOW has not happened."""
    chance = Random(seed)
    return [_file(chance, f"F-{number}") for number in range(count)]


def _file(chance: Random, number: str) -> File:
    company = chance.choices(("big", "mid", "tiny"), (60, 35, 5))[0]
    level, kind = chance.choice(("L2", "DC")), chance.choice(("residential", "commercial"))
    file = File(number, chance.uniform(-60, NOW), company, level, kind)
    at = _intake(chance, file, file.submitted, "submit")
    for turn in (1, 2, 3):
        file.round = turn if at <= NOW else file.round
        at, again = _round(chance, file, at, turn)
        if not again:
            break
    if at <= NOW and chance.random() < 0.95:
        file.decided, file.outcome = at, chance.choices(("issued", "denied", "withdrawn"), (85, 8, 7))[0]
    _forget_the_future(file)
    return file


def _intake(chance: Random, file: File, at: float, why: str) -> float:
    incomplete = why == "submit" and chance.random() < 0.25
    action = "request_information" if incomplete else "accept"
    ended = _review(chance, file, "intake", at, action, (why, 1))
    if not incomplete:
        return ended
    answered = ended + chance.expovariate(1 / 6)
    file.notices.append(Notice(ended, answered, 1, [(None, chance.choice(SECTIONS))]))
    file.stays.append(
        Stay("incomplete", ended, None, answered, None, "resubmit_information", action, 1, "applicant")
    )
    return _intake(chance, file, answered, "resubmit_information")


def _round(chance: Random, file: File, at: float, turn: int) -> tuple[float, bool]:
    """Both lanes in one round; the later end, and whether corrections went out."""
    why, ends, items = "accept" if turn == 1 else "resubmit", [], []
    for lane in ("fire", "building"):
        asks = turn < 3 and chance.random() < 0.3
        ends.append(
            _review(chance, file, lane, at, "request_corrections" if asks else "approve", (why, turn))
        )
        if asks:
            items += [(lane, chance.choice(SECTIONS)) for _ in range(chance.randint(1, 3))]
    joined = max(ends)
    if not items:
        return joined, False
    answered = joined + chance.expovariate(1 / 8)
    file.notices.append(Notice(joined, answered, turn, items))
    file.stays.append(
        Stay("corrections", joined, None, answered, None, "resubmit", "send_corrections", turn, "applicant")
    )
    return answered, True


def _review(chance: Random, file: File, step: str, at: float, action: str, turn: tuple[str, int]) -> float:
    """One review for a reason and in a round; its end."""
    claimed = at + chance.expovariate(1 / 4)
    closed = claimed + chance.expovariate(1)
    known = None if chance.random() < 0.05 else claimed
    file.stays.append(Stay(step, at, known, closed, chance.choice(TEAM[step]), action, *turn))
    return closed


def _forget_the_future(file: File) -> None:
    file.stays = [stay for stay in file.stays if stay.opened <= NOW]
    file.notices = [notice for notice in file.notices if notice.asked <= NOW]
    for stay in file.stays:
        if stay.claimed is not None and stay.claimed > NOW:
            stay.claimed = None
        if stay.closed is not None and stay.closed > NOW:
            stay.closed = stay.action = None
            if stay.claimed is None:
                stay.person = None
    for notice in file.notices:
        if notice.answered is not None and notice.answered > NOW:
            notice.answered = None


@dataclass(frozen=True)
class Office:
    """What was written: the rows, the scope of the last 60 days, and the ids of files, people and companies."""

    files: list[File]
    scope: Scope
    ids: dict[str, str]

    def covers(self, at: float | None) -> bool:
        """Whether a time in days lies in the period."""
        return at is not None and self.scope.covers(day(at))

    def stays(self, party: str = "agency") -> Iterator[tuple[File, Stay]]:
        return ((file, stay) for file in self.files for stay in file.stays if stay.party == party)


class Ledger(History):
    """A history whose visits, spells and corrections are written all at once."""

    def __init__(self, session: Session) -> None:
        self.waiting: dict[Any, list[dict[str, object]]] = {}
        super().__init__(session)

    def _insert(self, model: Any, **values: object) -> str:
        if model not in (Visit, CourtSpell, CorrectionNotice, CorrectionItem):
            return super()._insert(model, **values)
        key = new_id()
        self.waiting.setdefault(model, []).append({"id": key, **values})
        return key

    def flush(self) -> None:
        """Write what waits; notices before their items."""
        for model in (CorrectionNotice, CorrectionItem, Visit, CourtSpell):
            if model in self.waiting:
                self.session.execute(insert(model), self.waiting[model])


def write(database: Database, told: list[File], first: float = FIRST) -> Office:
    """Write an office into the database."""
    with database.transaction() as session:
        history = Ledger(session)
        ids = {name: history.person(name.title()) for team in TEAM.values() for name in team}
        ids |= {name: history.company(name.title()) for name in ("big", "mid", "tiny")}
        for file in told:
            ids[file.number] = _write(history, file, ids)
        history.flush()
        return Office(told, history.scope(first, NOW, NOW), ids)


def _write(history: History, file: File, ids: dict[str, str]) -> str:
    facts = {"equipment": {"level": file.level}, "project": {"type": file.kind}}
    given = {"company_id": ids[file.company], "facts": facts, "round": file.round}
    if file.decided is not None:
        given |= {"outcome": file.outcome, "state": file.outcome}
    id_ = history.file(file.number, file.submitted, file.decided, _spells(file), **given)
    for stay in file.stays:
        person = ids[stay.person] if stay.person else None
        history.stay(
            *(id_, stay.step, stay.opened, stay.closed, stay.claimed),
            party=stay.party,
            lane=stay.step if stay.step in ("fire", "building") else None,
            round=stay.round,
            why=stay.why,
            claimed_by=person if stay.claimed is not None else None,
            closed_by=person if stay.closed is not None else None,
            closing_action=stay.action,
        )
    for number, notice in enumerate(file.notices, 1):
        _write_notice(history, id_, number, notice)
    return id_


def _spells(file: File) -> list[tuple[str, float, float | None]]:
    """Away while a notice waits for its answer, with the city otherwise."""
    end, found, at = file.decided, [], file.submitted
    for notice in sorted(file.notices, key=lambda one: one.asked):
        found += [("agency", at, notice.asked), ("applicant", notice.asked, notice.answered)]
        if notice.answered is None:
            return found
        at = notice.answered
    return [*found, ("agency", at, end)]


def _write_notice(history: History, id_: str, number: int, notice: Notice) -> None:
    place = {"jurisdiction_id": history.city_id, "application_id": id_, "round": notice.round}
    key = history._insert(
        CorrectionNotice, **place, number=number, issued_at=day(notice.asked), issued_by="system"
    )
    for lane, section in notice.items:
        history._insert(
            CorrectionItem,
            **place,
            notice_id=key,
            lane=lane,
            severity="required",
            text="",
            code_section=section,
            fix="",
            status="open" if notice.answered is None else "resolved",
            answered_at=None if notice.answered is None else day(notice.answered),
            created_by=history.installer,
            created_at=day(notice.asked),
        )


@contextmanager
def looking(database: Database, scope: Scope, **words: str) -> Iterator[Ask]:
    """The question, of a city that has published a workflow by the name its files carry."""
    definition = load_file(WORKFLOW).definition.model_copy(update={"workflow": "w"})
    with asked(database, scope) as ask:
        yield replace(ask, workflows=Workflows({new_id(): definition}), words=words)


def rows_of(figure: Figure) -> dict[Any, dict[str, Any]]:
    """A figure as its first column -> the others by their ids; phrases are in English."""
    names = [column.id for column in figure.columns]
    told = [
        [value.say() if isinstance(value, Phrase) else value for value in map(plain, row)]
        for row in figure.rows
    ]
    return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in told}


def figure_of(database: Database, scope: Scope, page: Page, figure: str) -> Figure:
    """One figure of a page."""
    with looking(database, scope) as ask:
        return next(one for one in page.figures(ask) if one.id == figure)
