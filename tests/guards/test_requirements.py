"""The requirement files install exactly one set of packages, from any index, on any machine."""

import re
import tomllib

import pytest

from tests.guards.source_tree import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
RUNTIME_PACKAGES = 60
FILES = ("requirements.txt", "requirements-dev.txt")


def pins(name: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", FILES)
def test_every_package_has_its_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.findall(
        r"^\s*(-.*|.*://.*)$", re.sub(r"^ +--hash=\S+.*$", "", text, flags=re.MULTILINE), re.MULTILINE
    )
    for block in re.split(r"\n(?=[a-z0-9])", text):
        assert "--hash=sha256:" in block, block


def test_running_and_testing_share_their_packages() -> None:
    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_what_pyproject_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=!~; ]", entry)[0].lower().replace(".", "-") for entry in requirements}

    assert names(project["dependencies"]) <= {name for name, _version in pins("requirements.txt")}
    extra = names(project["optional-dependencies"]["dev"])
    assert extra <= {name for name, _version in pins("requirements-dev.txt")}


def test_running_needs_few_packages() -> None:
    assert len({name for name, _version in pins("requirements.txt")}) <= RUNTIME_PACKAGES
