"""The catalogue of texts is up to date, and English answers every one of them."""

from babel.messages.pofile import read_po

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
    assert ("%(num)d day ago", "%(num)d days ago") in found
