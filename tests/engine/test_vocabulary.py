"""The words that every definition may use."""

from permitflow.engine.vocabulary import STANDARD, field_named, title_of
from tests.deep_workflow import deep
from tests.engine.small_workflow import loaded


def test_a_definition_s_own_words_come_first() -> None:
    definition = loaded(
        (
            "  site.slope: {title: Slope",
            "  site.flood_zone: {title: Wet, type: boolean}\n  site.slope: {title: Slope",
        )
    ).definition
    assert title_of(definition, "site.flood_zone") == "Wet"
    assert title_of(definition, "site.coastal_zone") == STANDARD["site.coastal_zone"].title


def test_each_declared_document_is_a_fact() -> None:
    definition = loaded().definition
    field = field_named(definition, "documents.site_plan")
    assert field is not None
    assert (field.title, field.type) == ("Site plan", "boolean")
    assert field_named(definition, "documents.other") is None
    assert field_named(definition, "site.other") is None


def test_a_fact_nobody_declares_is_called_by_its_name() -> None:
    assert title_of(loaded().definition, "site.other") == "site.other"


def test_choices_are_given_where_there_are_some() -> None:
    assert all(bool(field.choices) == (field.type == "choice") for field in STANDARD.values())


def test_titles_can_start_a_sentence() -> None:
    assert all(field.title[0].isupper() and not field.title.endswith(".") for field in STANDARD.values())


def test_the_parts_of_a_definition_bring_their_own_facts() -> None:
    definition = deep().definition
    taken, gate = field_named(definition, "taken.hold"), field_named(definition, "gates.zoning")
    lapse = field_named(definition, "clocks.decision.lapsed")
    assert taken is not None
    assert gate is not None
    assert lapse is not None
    assert (taken.type, taken.title) == ("integer", "How often “Put on hold” was done")
    assert (gate.type, gate.title) == ("boolean", "Zoning permit")
    assert (lapse.type, lapse.title) == ("boolean", "Whether the time is over: Decision")
    for unknown in ("taken.nothing", "gates.nothing", "clocks.decision.due", "clocks.other.lapsed", "x.y"):
        assert field_named(definition, unknown) is None
