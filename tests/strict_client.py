"""A test client that opens every page as a strict reader: valid HTML, one heading, labelled fields, nothing inline."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from html5lib.constants import E as SENTENCES
from werkzeug.test import TestResponse

SILENT_INPUTS = {"hidden", "submit", "button", "reset", "image"}
DATA_SCRIPTS = {"application/json", "application/ld+json"}
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "list", "form")


class HtmlProblem(AssertionError):
    """A page that breaks the laws of the house, with every finding."""


class StrictClient(FlaskClient):
    """Checks each HTML answer as it arrives, redirects' targets included."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400 and response.data:
            fragment = "HX-Request" in response.request.headers
            found = problems(response.get_data(as_text=True), fragment=fragment)
            if found:
                where = f"{response.request.method} {response.request.path} ({response.status_code})"
                raise HtmlProblem(f"{where}:\n  " + "\n  ".join(found))
        return response


def problems(text: str, *, fragment: bool = False) -> list[str]:
    """Everything wrong with a page, or with a part of a page, as sentences."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(text) if fragment else parser.parse(text)
    lines = text.splitlines()
    found = [
        f"line {line}: {SENTENCES[code] % details} near {lines[min(line, len(lines)) - 1].strip()[:90]!r}"
        for (line, _column), code, details in parser.errors
    ]
    found += [*_inline(tree), *_ids(tree), *_fields(tree), *_images(tree)]
    return found if fragment else [*found, *_headings(tree)]


def _text(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def _shown(element: Element) -> str:
    return f"<{element.tag} " + " ".join(f'{key}="{value}"' for key, value in element.items()) + ">"


def _headings(tree: Element) -> Iterator[str]:
    if not tree.get("lang"):
        yield "the html element names no language"
    headings = [_text(heading) for heading in tree.iter("h1")]
    titles = [_text(title) for title in tree.iterfind("head/title")]
    if len(headings) != 1 or not headings[0]:
        yield f"a page has one h1, this one has {headings}"
    elif len(titles) != 1 or not titles[0].startswith(headings[0]):
        yield f"the title {titles} does not start with the h1 {headings[0]!r}"


def _inline(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        if element.tag == "style":
            yield "a style element"
        if element.tag == "script" and not element.get("src") and element.get("type") not in DATA_SCRIPTS:
            yield "a script element without src"
        for name, value in element.items():
            if name == "style" or name.startswith("on") or value.strip().lower().startswith("javascript:"):
                yield f"inline code in {_shown(element)}"


def _ids(tree: Element) -> Iterator[str]:
    counted = Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    for name, count in counted.items():
        if count > 1 or not name or re.search(r"\s", name):
            yield f"the id {name!r} stands {count} times"
    for element in tree.iter():
        for reference in REFERENCES:
            for name in (element.get(reference) or "").split():
                if name not in counted:
                    yield f"{reference} of {_shown(element)} points to no id"


def _fields(tree: Element) -> Iterator[str]:
    labels = {label.get("for") for label in tree.iter("label") if _text(label)}
    wrapped = {id(field) for label in tree.iter("label") if _text(label) for field in label.iter()}
    ids = {element.get("id") for element in tree.iter()}
    for label in tree.iter("label"):
        if label.get("for") and label.get("for") not in ids:
            yield f"{_shown(label)} labels no field"
    for field in tree.iter():
        if field.tag not in ("input", "select", "textarea") or field.get("type") in SILENT_INPUTS:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby")
        if not named and id(field) not in wrapped and (field.get("id") or "") not in labels:
            yield f"{_shown(field)} has no label"


def _images(tree: Element) -> Iterator[str]:
    for image in tree.iter("img"):
        if image.get("alt") is None:
            yield f"{_shown(image)} has no alternative text"
