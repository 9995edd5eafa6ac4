"""No file tells a secret, a person's address, a path of somebody's machine or the address of a package index."""

import re

import pytest

from tests.guards.source_tree import ROOT, files, is_vendored

HERE = "tests/guards/test_secrets.py"
# These files talk about package indexes by their trade; hashes of packages may look like anything.
TRADE = {"requirements.txt", "requirements-dev.txt"}
FORBIDDEN = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a cloud key": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "an access token": re.compile(
        r"\b(gh[pousr]_[A-Za-z0-9]{30,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{30,}|xox[bap]-\w+)"
    ),
    "a home folder": re.compile(r"(?<![\w.])/(home|Users)/[a-z]\w+|(?<![\w.])/root/"),
    "a machine path": re.compile(r"(?<![\w.)}\]>])/(work|opt|srv)/\w"),
    "a package index": re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|deb\.debian\.org"
    ),
}
TEXTS = {
    ".cfg",
    ".css",
    ".csv",
    ".html",
    ".in",
    ".js",
    ".json",
    ".md",
    ".po",
    ".py",
    ".sh",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    "",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    found = []
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if is_vendored(path) or name == HERE or name in TRADE or path.suffix not in TEXTS:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FORBIDDEN[what].search(line):
                found.append(f"{name}:{number} {line.strip()[:80]}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a private key", "-----BEGIN RSA PRIVATE KEY-----"),
        ("a cloud key", "AKIA" + "A1" * 8),
        ("an access token", "ghp_" + "a1" * 18),
        ("a home folder", "see /home/alice/notes"),
        ("a machine path", "open('/work/data')"),
        ("a package index", "https://registry.npmjs.org/x"),
    ],
)
def test_each_kind_is_recognised(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line)
