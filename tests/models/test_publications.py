"""What the tables of new versions refuse: changing what was said, answering twice, moving a file twice."""

from __future__ import annotations

from sqlalchemy import delete, update

from permitflow.models import (
    Move,
    PermitApplication,
    PublicationAnswer,
    PublicationProposal,
    StepAlias,
    StoredMovePlan,
)
from tests.rows import Rows


def test_a_proposal_is_never_changed(rows: Rows) -> None:
    rows.add(PublicationProposal)
    assert rows.refusal_of(update(PublicationProposal).values(note="x")) == "append-only"
    assert rows.refusal_of(delete(PublicationProposal)) == "append-only"


def test_an_answer_is_never_changed(rows: Rows) -> None:
    rows.add(PublicationAnswer, answer="approved")
    assert rows.refusal_of(update(PublicationAnswer).values(answer="withdrawn")) == "append-only"
    assert rows.refusal_of(delete(PublicationAnswer)) == "append-only"


def test_a_proposal_is_approved_once(rows: Rows) -> None:
    rows.add(PublicationAnswer, answer="approved")
    assert rows.refusal(PublicationAnswer, answer="approved") == "twice"
    another = rows.add(PublicationProposal)["id"]
    assert rows.refusal(PublicationAnswer, answer="approved", proposal_id=another) is None


def test_a_plan_moves_a_file_once(rows: Rows) -> None:
    rows.add(Move, result="moved")
    assert rows.refusal(Move, result="undone") == "twice"
    assert rows.refusal(Move, application_id=rows.add(PermitApplication)["id"]) is None
    assert rows.refusal(Move, plan_id=rows.add(StoredMovePlan)["id"]) is None


def test_a_step_has_one_new_name(rows: Rows) -> None:
    rows.add(StepAlias, workflow="home", old_step="intake", new_step="check")
    assert rows.refusal(StepAlias, workflow="home", old_step="intake", new_step="desk") == "twice"
    assert rows.refusal(StepAlias, workflow="garage", old_step="intake", new_step="desk") is None


def test_what_names_another_row_names_one_that_exists(rows: Rows) -> None:
    assert rows.references(PublicationProposal) == {
        "jurisdiction_id",
        "definition_hash",
        "previous_hash",
        "proposed_by",
    }
    assert rows.references(PublicationAnswer) == {"jurisdiction_id", "proposal_id", "given_by"}
    assert rows.references(StoredMovePlan) == {
        "jurisdiction_id",
        "from_hash",
        "to_hash",
        "created_by",
        "approved_by",
    }
    assert rows.references(Move) == {"plan_id", "application_id", "undone_by"}
    assert rows.references(StepAlias) == {"jurisdiction_id"}
