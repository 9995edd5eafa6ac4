"""Every fetched browser library is the file that was recorded, lies beside its licence, and needs nothing from elsewhere."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.guards.source_tree import ROOT
from tools.vendor import LISTS, kept_path

PACKAGES = [
    pytest.param(listing, package, id=package["folder"])
    for listing in LISTS
    for package in tomllib.loads(listing.read_text(encoding="utf-8"))["package"]
]
STYLES = sorted((ROOT / "permitflow/static/vendor").rglob("*.css"))
REFERENCE = re.compile(r"url\(\s*['\"]?([^)'\"]+)")


@pytest.mark.parametrize(("listing", "package"), PACKAGES)
def test_every_fetched_file_is_the_recorded_one(listing: Path, package: dict[str, Any]) -> None:
    changed = [
        source
        for source, digest in package["files"].items()
        if hashlib.sha256(kept_path(listing, package, source).read_bytes()).hexdigest() != digest
    ]
    assert not changed


@pytest.mark.parametrize(("listing", "package"), PACKAGES)
def test_a_package_brings_its_licence_and_its_origin(listing: Path, package: dict[str, Any]) -> None:
    assert any(source.startswith("LICENSE") for source in package["files"])
    assert package["folder"].endswith(f"-{package['version']}")
    assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"])
    assert package["licence"]


@pytest.mark.parametrize("listing", LISTS, ids=["pages", "tests"])
def test_nothing_else_lies_there(listing: Path) -> None:
    packages = tomllib.loads(listing.read_text(encoding="utf-8"))["package"]
    recorded = {kept_path(listing, package, source) for package in packages for source in package["files"]}
    assert {path for path in listing.parent.rglob("*") if path.is_file()} == recorded | {listing}


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_everything_a_style_sheet_refers_to_is_there(style: Path) -> None:
    references = set(REFERENCE.findall(style.read_text(encoding="utf-8")))
    assert references
    assert not [
        name for name in references if not (style.parent / name.split("?")[0].split("#")[0]).is_file()
    ]
