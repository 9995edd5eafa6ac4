"""Names for ids, by one statement each."""

from __future__ import annotations

from permitflow.db import Database
from permitflow.reports.people_named import SYSTEM, companies, people
from tests.desk import Desk
from tests.statements import statements


def test_known_people_and_firms_have_names_others_stand_for_themselves(database: Database) -> None:
    with database.transaction() as session:
        desk = Desk(session)
    with database.reading() as session:
        assert people(session, [desk.installer, "gone", "system", "", None]) == {
            desk.installer: "Ines Installer",
            "gone": "gone",
            "system": SYSTEM,
            None: "-",
        }
        assert companies(session, [desk.company_id, "gone"]) == {desk.company_id: "Amp Works", "gone": "gone"}
        assert (people(session, []), companies(session, [])) == ({None: "-"}, {})


def test_many_ids_cost_one_statement(database: Database) -> None:
    with database.reading() as session, statements(database) as sent:
        people(session, map(str, range(300)))
        companies(session, map(str, range(300)))
    assert len([one for one in sent if "SELECT" in one.upper()]) == 2
