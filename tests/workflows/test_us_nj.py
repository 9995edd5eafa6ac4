"""New Jersey: the zoning permit opens the construction permit, which begins its days."""

from pathlib import Path

from sqlalchemy import select

from permitflow.engine.loader import load_file
from permitflow.models import PermitApplication
from tests.workflows.land_use import played
from tests.workflows.packs import FOLDER


def test_the_zoning_permit_starts_a_draft_of_the_construction_permit_in_the_same_project(
    tmp_path: Path,
) -> None:
    stage = played(tmp_path, "us-nj/zoning-permit.yaml", "zoning-issued.yaml")
    with stage.database.reading() as session:
        opened = session.scalars(
            select(PermitApplication).where(PermitApplication.id != stage.application)
        ).one()
        assert (opened.workflow, opened.state) == ("us-nj-construction-permit", "draft")
        assert opened.project_id == stage.file(session).project_id is not None
    stage.database.dispose()


def test_silence_denies_only_where_an_appeal_is_open() -> None:
    definition = load_file(FOLDER / "us-nj/construction-permit.yaml").definition
    denied = definition.actions["deem_denied"]
    assert (denied.by, denied.to) == (("system",), "deemed_denied")
    assert definition.actions["appeal_to_board"].from_ == ("deemed_denied",)


def test_no_board_votes_on_chargers() -> None:
    for file in ("zoning-permit.yaml", "construction-permit.yaml"):
        definition = load_file(FOLDER / "us-nj" / file).definition
        assert not [name for name, action in definition.actions.items() if action.vote]
