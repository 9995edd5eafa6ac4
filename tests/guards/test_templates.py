"""Templates hold pages, not programs: nothing inline, every text translatable, every reference real."""

import re

import pytest
from jinja2 import Environment, FileSystemLoader, meta

from tests.guards.source_tree import ROOT, templates

FOLDER = ROOT / "templates"
PAGES = [path for path in templates() if path.suffix == ".html"]
CODE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", re.DOTALL)
INLINE = re.compile(
    r"<style|<script(?![^>]*\ssrc=)(?![^>]*application/json)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
)
UNSAFE = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
WORD = re.compile(r"[A-Za-z]{2,}")
# Names that are the same in every language.
NAMES = {"PermitFlow", "CSV", "PDF", "QR", "JSON", "XES"}


def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER), extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True
    )


def plain_texts(source: str) -> list[str]:
    """Words that a person sees and that no translator gets to see."""
    rest = re.sub(r"<!--.*?-->", " ", CODE.sub(" ", TRANSLATED.sub(" ", source)), flags=re.DOTALL)
    seen = re.sub(r"<[^>]*>", "\n", rest)
    seen += "\n" + "\n".join(re.findall(r"\s(?:alt|title|placeholder|aria-label)=\"([^\"]*)\"", rest))
    words = [re.sub(r"&\w+;", " ", line).strip() for line in seen.splitlines()]
    return [line for line in words if set(WORD.findall(line)) - NAMES]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_page_is_markup_only(path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not INLINE.findall(CODE.sub("", source))
    assert not UNSAFE.findall(source)
    assert not plain_texts(source)


def test_every_template_that_is_named_exists() -> None:
    loaded = environment()
    for path in templates():
        tree = loaded.parse(path.read_text(encoding="utf-8"))
        for name in meta.find_referenced_templates(tree):
            assert name is None or (FOLDER / name).is_file(), f"{path.relative_to(FOLDER)} names {name}"


def test_untranslated_words_are_seen() -> None:
    source = (
        '<p>{{ _("Seen") }} {% trans %}Also{% endtrans %} · PermitFlow</p><img alt="A house" src="x">Lost'
    )
    assert plain_texts(source) == ["Lost", "A house"]
