"""Where to begin, signing, uploading, answering and acting: what is offered, what is asked, what comes back."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from permitflow.engine.definition import ActionDef, DocumentDef
from permitflow.models import Company, Project
from permitflow.queries.application_page import Paper
from permitflow.queries.applications import Offer
from permitflow.web.forms.applications import (
    INPUT,
    NEW_PROJECT,
    SignForm,
    UploadForm,
    action_form,
    answer_form,
    new_application_form,
    project_label,
)
from tests.web.forms.sending import opened, sent, sentences

TODAY = date(2026, 3, 2)
OFFERS = [
    Offer("c1", "Rio Verde", "CA", "residential", "home", ""),
    Offer("c1", "Rio Verde", "CA", "boat_dock", "dock", ""),
]
COMPANIES = [Company(id="volt", name="Volt Inc.")]
PROJECTS = [
    Project(id="p1", company_id="volt", title="Depot"),
    Project(id="p2", company_id="gone", title="Yard"),
]


def test_a_kind_of_project_is_named_by_city_and_type() -> None:
    with opened():
        assert [project_label(offer) for offer in OFFERS] == [
            "Rio Verde, CA: charger at a home",
            "Rio Verde, CA: boat dock",
        ]


def test_only_what_a_person_has_is_offered() -> None:
    with opened():
        form = new_application_form(COMPANIES, OFFERS, PROJECTS)
        assert [(one.value, str(one.label)) for one in form.part_of.choices] == [
            ("", "No, it stands alone"),
            (NEW_PROJECT, "Yes, of a new project"),
            ("p1", "Depot (Volt Inc.)"),
            ("p2", "Yard ()"),
        ]
        assert [one.value for one in form.project.choices] == ["c1:residential", "c1:boat_dock"]


def test_beginning_needs_a_company_and_a_choice_of_those_offered() -> None:
    with sent(part_of=""):
        assert sentences(new_application_form(COMPANIES, OFFERS, PROJECTS)) == {
            "company": ["Choose the company that applies."],
            "project": ["Choose the city and what you want to build."],
        }
    with sent(company="volt", project="c1:residential", part_of="p1"):
        assert sentences(new_application_form(COMPANIES, OFFERS, PROJECTS)) == {}
    with sent(company="other", project="c2:residential", part_of="p9"):
        refused = sentences(new_application_form(COMPANIES, OFFERS, PROJECTS))
        assert set(refused) == {"company", "project", "part_of"}


def test_only_what_was_ticked_is_declared() -> None:
    with sent(no_adverse_impact="y", signed_name=" Olga Ohm "):
        form = SignForm()
        assert sentences(form) == {}
        assert form.declared() == ("no_adverse_impact",)
        assert form.signed_name.data == "Olga Ohm"
    with sent(owner_consent="y", no_adverse_impact="y", signed_name="  "):
        form = SignForm()
        assert sentences(form) == {"signed_name": ["Type your full name to sign."]}
        assert form.declared() == ("owner_consent", "no_adverse_impact")


def test_an_upload_needs_a_file_with_a_name() -> None:
    with sent():
        assert sentences(UploadForm()) == {"file": ["Choose a file."]}
    with sent(file=(BytesIO(b""), "")):
        assert sentences(UploadForm()) == {"file": ["Choose a file."]}
    with sent(file=(BytesIO(b"%PDF"), "plan.pdf")):
        assert sentences(UploadForm()) == {}


def test_two_items_of_a_page_keep_their_answers_apart() -> None:
    papers = [Paper("site_plan", DocumentDef(title="Site plan", citation="Code"), True, ())]
    with sent({"a-reply": "Moved the bollard.", "a-kind": "site_plan", "b-reply": " ", "b-kind": "load"}):
        first, second = answer_form("a", papers), answer_form("b", papers)
        assert sentences(first) == {}
        assert (first.reply.data, first.kind.data) == ("Moved the bollard.", "site_plan")
        refused = sentences(second)
        assert refused["reply"] == ["Write what you changed, or why nothing has to change."]
        assert "kind" in refused, "no paper of that kind is asked for"


def step(**keys: object) -> ActionDef:
    return ActionDef.model_validate(
        {"title": "Report", "from": ("issued",), "by": ("applicant",), "entry": "Reported", **keys}
    )


READINGS = step(
    inputs={
        "note": {"title": "Note"},
        "reading": {"title": "Reading", "type": "integer"},
        "read_on": {"title": "Read on", "type": "date", "days_ahead": 10, "help": "See", "citation": "C 1"},
        "remark": {"title": "Remark", "required": False},
        "spare": {"title": "Spare", "type": "integer", "required": False},
    }
)


def test_each_input_is_asked_for_and_refused_in_its_own_words() -> None:
    with sent():
        assert sentences(action_form(READINGS, TODAY)) == {
            "input-note": ["Fill in “Note”."],
            "input-reading": ["Fill in “Reading”."],
            "input-read_on": ["Fill in “Read on”."],
        }
    with sent(
        {"input-note": "n", "input-reading": "many", "input-read_on": "2026-03-11", "input-spare": "x"}
    ):
        assert sentences(action_form(READINGS, TODAY)) == {
            "input-reading": ["“Reading” has to be a whole number, such as 4, and not “many”."],
            "input-read_on": ["“Read on” has to be 2026-03-12 or later: at least 10 days after 2026-03-02."],
            "input-spare": ["“Spare” has to be a whole number, such as 4, and not “x”."],
        }
    with sent({"input-note": " n ", "input-reading": "4", "input-read_on": "2026-03-12"}):
        form = action_form(READINGS, TODAY)
        assert sentences(form) == {}
        assert (form[INPUT + "note"].data, form[INPUT + "remark"].data) == ("n", "")
        assert str(form[INPUT + "read_on"].description) == "See (C 1)"


def test_a_vote_brings_its_date_and_its_count() -> None:
    vote = {"body": "Council", "members": 7, "quorum": 4, "needed": 4, "citation": "Charter"}
    with opened():
        form = action_form(step(vote=vote), TODAY)
    names = [name.removeprefix(INPUT) for name in form.data if name.startswith(INPUT)]
    assert names == ["held_on", "votes_for", "votes_against", "votes_abstained"]


@pytest.mark.parametrize(
    "name",
    ["data", "errors", "process", "validate", "meta", "token", "version", "csrf_token", "populate_obj"],
)
def test_an_input_may_have_a_name_that_forms_use_themselves(name: str) -> None:
    spec = step(inputs={name: {"title": "Named so"}})
    with sent({f"input-{name}": "typed", "token": "t", "version": "7"}):
        form = action_form(spec, TODAY)
        assert sentences(form) == {}
        assert form[INPUT + name].data == "typed"
    with sent({"token": "t", "version": "7"}):
        assert sentences(action_form(spec, TODAY)) == {f"input-{name}": ["Fill in “Named so”."]}
