"""The demo region is made by the engine, once, and proves its own history."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from permitflow.db import Database
from permitflow.ledger.chain import StoredEvent, verify_chain
from permitflow.models import CourtSpell, Event, Jurisdiction, PermitApplication, User, Visit
from permitflow.services import demo
from permitflow.services.passwords import matches
from tests.factories import instant

HOUR = 3_600_000_000
END = instant("2026-03-20T12:00-07:00")


def played(database: Database, uploads: Path) -> bool:
    return demo.load(database, uploads, cost="low", now=END, days=30, say=lambda _text: None)


def test_the_region_is_whole_true_and_loaded_once(database: Database, tmp_path: Path) -> None:
    assert played(database, tmp_path)
    assert not played(database, tmp_path), "a second load changes nothing"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Jurisdiction)) == 2
        assert 10 < (session.scalar(select(func.count()).select_from(PermitApplication)) or 0) < 60
        every_role_signs_in(session)
        record_holds(session)
        courts_add_up(session)


def every_role_signs_in(session: Session) -> None:
    logins = demo.logins(session)
    hashes = dict(session.execute(select(User.email, User.password_hash)).all())
    assert len(logins) == 3 + 2 * 13
    assert all(matches(hashes[login.email], login.password, "low") for login in logins[:4])


def record_holds(session: Session) -> None:
    rows = session.execute(
        select(Event.application_id, Event.seq, Event.prev_hash, Event.hash, Event.body).order_by(
            Event.application_id, Event.seq
        )
    )
    assert list(verify_chain(StoredEvent(*row) for row in rows)) == []
    assert (session.scalar(select(func.max(Event.at))) or 0) < END + HOUR
    backwards = select(func.count()).select_from(Visit).where(Visit.closed_at < Visit.opened_at)
    assert session.scalar(backwards) == 0


def courts_add_up(session: Session) -> None:
    decided = session.scalars(
        select(PermitApplication).where(
            PermitApplication.decided_at.is_not(None), PermitApplication.submitted_at.is_not(None)
        )
    ).all()
    assert decided
    for file in decided:
        spells = session.scalars(select(CourtSpell).where(CourtSpell.application_id == file.id))
        spent = sum((spell.ended_at or 0) - spell.started_at for spell in spells)
        assert spent == (file.decided_at or 0) - (file.submitted_at or 0)


def test_the_same_seed_plays_the_same_year(sqlite_url: str, tmp_path: Path) -> None:
    def states(url: str) -> list[tuple[str | None, str]]:
        database = Database(url)
        played(database, tmp_path)
        with database.reading() as session:
            rows = session.execute(select(PermitApplication.title, PermitApplication.state))
            found = sorted((title, state) for title, state in rows)
        database.dispose()
        return found

    second = tmp_path / "second.sqlite3"
    shutil.copyfile(sqlite_url.removeprefix("sqlite:///"), second)
    assert states(sqlite_url) == states(f"sqlite:///{second}")
