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
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "permitflow" / "translations"
TEMPLATE = FOLDER / "messages.pot"
SOURCE_LANGUAGE = "en"
# The words that mark a text: gettext's own, ours for texts that wait, and the two data types that hold templates.
KEYWORDS = {
    "_": None,
    "_l": None,
    "later": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "Phrase": (1,),
    "Refusal": (2,),
}
_LINE = re.compile(r"^\[jinja2: (.+)\]|^\[python: (.+)\]")
JINJA_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


def methods() -> list[tuple[str, str]]:
    """Return the patterns of babel.cfg with the reader of each."""
    found = []
    for line in (ROOT / "babel.cfg").read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line)
        if match:
            found.append((match[1] or match[2], "jinja2.ext:babel_extract" if match[1] else "python"))
    return found


def extract() -> Catalog:
    """Return the catalogue of every text in the sources, by file and without line numbers."""
    catalog = Catalog(project="PermitFlow", charset="utf-8")
    patterns = methods()
    options = {pattern: JINJA_OPTIONS for pattern, method in patterns if method != "python"}
    found = extract_from_dir(ROOT, patterns, options, KEYWORDS)
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
