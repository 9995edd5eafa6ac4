"""The catalogue of texts is up to date, and English answers every one of them."""

from babel.messages.pofile import read_po

from permitflow.engine.pack import load_pack
from tools import messages


def test_every_text_of_the_sources_is_in_the_catalogues() -> None:
    stale = [
        str(path.relative_to(messages.ROOT))
        for path, text in messages.files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run tools/messages.py"


def test_english_is_complete() -> None:
    with (messages.FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="en")
    assert len(catalog) > 100
    assert [message.id for message in catalog if message.id and message.string != message.id] == []


def test_texts_of_pages_of_code_and_of_mails_are_found() -> None:
    found = {message.id for message in messages.extract()}
    assert "Skip to main content" in found
    assert "You are signed out." in found
    assert "Hello %(name)s," in found
    assert "With the city since {day}" in found
    assert "Past its due date; days over: %(days)s." in found
    assert ("%(num)d day ago", "%(num)d days ago") in found


def test_texts_of_workflows_are_found_as_pages_show_them() -> None:
    found = {message.id for message in messages.extract()}
    packs = [load_pack(file.parent) for file in (messages.ROOT / "workflows").glob("*/pack.yaml")]
    assert len(packs) >= 13
    for definition in (loaded.definition for pack in packs for loaded in pack.workflows):
        shown = {definition.title, definition.summary}
        shown |= set(definition.permit.inspections if definition.permit else ())
        shown |= {action.vote.body for action in definition.actions.values() if action.vote}
        shown |= {phase.title for phase in definition.phases.values()}
        shown |= {phase.next for phase in definition.phases.values() if phase.next}
        shown |= {action.entry for action in definition.actions.values()}
        shown |= {clause.message for clause in definition.clauses.values()}
        shown |= {item.fix for lane in definition.lanes.values() for item in lane.checklist if item.fix}
        assert not shown - found


def test_a_yaml_file_that_is_no_workflow_has_no_texts() -> None:
    with (messages.ROOT / "workflows" / "mappings" / "chicago-ev.yaml").open("rb") as file:
        assert list(messages.workflow_texts(file)) == []
