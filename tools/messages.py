"""Collects every text that a person sees into one catalogue: permitflow/translations/.

    .venv/bin/python tools/messages.py            writes messages.pot and brings each language up to date
    .venv/bin/python tools/messages.py --check    only says whether they are up to date; exit status 1 if not

English is the language of the sources, so its catalogue repeats them and is always complete. For another language:
    .venv/bin/pybabel init -i permitflow/translations/messages.pot -d permitflow/translations -l es
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from permitflow.analytics.metrics import METRICS
from permitflow.engine import strict_yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "permitflow" / "translations"
TEMPLATE = FOLDER / "messages.pot"
SOURCE_LANGUAGE = "en"
# The words that mark a text: gettext's own, ours for texts that wait, and the data types that hold templates.
KEYWORDS = {
    "_": None,
    "_l": None,
    "later": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "Phrase": (1,),
    "Refusal": (2,),
    "Sentence": (1,),
    "StuckReason": (3,),
}
# The keys of a workflow file whose values people read; `inspections` is a list of them.
WORKFLOW_TEXTS = {
    "body",
    "entry",
    "fix",
    "help",
    "inspections",
    "message",
    "next",
    "summary",
    "text",
    "title",
}
_LINE = re.compile(r"\[(\w+): (.+)\]")
JINJA_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


def workflow_texts(
    file: BinaryIO, *_settings: Any, **_options: Any
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the texts of a workflow file as Babel's readers do; so do those of a city's own metric; other YAML
    files have none."""
    content = strict_yaml.read(file.read().decode("utf-8"), file.name).value
    if isinstance(content, dict) and "metric" in content:
        texts = (content["title"], content["definition"], *content.get("owners", ()))
        yield from ((0, None, text.strip(), []) for text in texts)
    elif isinstance(content, dict) and ("pack" in content or "extends" in content):
        for text in _texts_of(content):
            yield 0, None, text, []


def metric_texts(
    _file: BinaryIO, *_settings: Any, **_options: Any
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield the texts of the table of metrics."""
    for one in METRICS:
        yield from ((0, None, text, []) for text in (one.title, one.definition, one.unit, one.formula))


def _texts_of(content: object, *, shown: bool = False) -> Iterator[str]:
    """The texts below one part of a file; `shown` says that the part itself is one, or a list of them."""
    if isinstance(content, str) and shown:
        yield content.strip()
    elif isinstance(content, list):
        for item in content:
            yield from _texts_of(item, shown=shown)
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from _texts_of(value, shown=key in WORKFLOW_TEXTS)


# A reader may be a function, though the types of Babel know only names.
READERS: dict[str, Any] = {
    "python": "python",
    "jinja2": "jinja2.ext:babel_extract",
    "workflow": workflow_texts,
    "metrics": metric_texts,
}


def methods() -> list[tuple[str, str]]:
    """Return the patterns of babel.cfg with the kind of each."""
    lines = (ROOT / "babel.cfg").read_text(encoding="utf-8").splitlines()
    return [(match[2], match[1]) for match in map(_LINE.match, lines) if match]


def extract() -> Catalog:
    """Return the catalogue of every text in the sources, by file and without line numbers."""
    catalog = Catalog(project="PermitFlow", charset="utf-8")
    patterns = methods()
    readers = [(pattern, READERS[kind]) for pattern, kind in patterns]
    options = {pattern: JINJA_OPTIONS for pattern, kind in patterns if kind == "jinja2"}
    found = extract_from_dir(ROOT, readers, options, KEYWORDS)
    for file, _line, message, comments, context in sorted(found, key=lambda one: (str(one[2]), one[0])):
        catalog.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return catalog


def written(catalog: Catalog) -> str:
    """Return a catalogue as text that is the same whenever it is made."""
    out = io.BytesIO()
    write_po(out, catalog, omit_header=True, include_lineno=False, sort_output=True, width=110)
    header = '# Texts of PermitFlow.\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    language = f'"Language: {catalog.locale}\\n"\n' if catalog.locale else ""
    plural = f'"Plural-Forms: {catalog.plural_forms}\\n"\n' if catalog.locale else ""
    return f"{header}{language}{plural}\n{out.getvalue().decode()}"


def updated(language: str, template: Catalog) -> Catalog:
    """Return a language's catalogue with the texts of `template`; English answers each with itself."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE_LANGUAGE:
        return _english(template)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def _english(template: Catalog) -> Catalog:
    catalog = Catalog(locale=SOURCE_LANGUAGE, charset="utf-8")
    for message in template:
        if message.id:
            catalog.add(message.id, string=message.id, locations=message.locations)
    return catalog


def files() -> dict[Path, str]:
    """Return every file of the translations with the content it should have."""
    template = extract()
    languages = {SOURCE_LANGUAGE, *(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))}
    wanted = {TEMPLATE: written(template)}
    for language in sorted(languages):
        wanted[FOLDER / language / "LC_MESSAGES" / "messages.po"] = written(updated(language, template))
    return wanted


def main() -> int:
    """Write the catalogues, or check them."""
    stale = [
        path
        for path, text in files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: run tools/messages.py")
        return 1 if stale else 0
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(stale)} files brought up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
