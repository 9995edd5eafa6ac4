"""Every setting is documented, and the program has no others."""

import re
from dataclasses import fields

import config
from tests.guards.source_tree import program
from tools.settings_page import PAGE, page

COMMAND_LINE = "permitflow/cli/__init__.py"
ONE_VARIABLE = re.compile(r"os\.environ(\[|\.get)|os\.getenv")


def test_the_settings_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run .venv/bin/python tools/settings_page.py"


def test_every_setting_says_what_it_means() -> None:
    for row in fields(config.Settings):
        assert row.metadata["meaning"].endswith("."), row.name
    variables = [row.metadata["variable"] for row in fields(config.Settings)]
    assert len(set(variables)) == len(variables)


def test_the_environment_is_read_as_a_whole_only() -> None:
    """A setting read elsewhere would be in no table: modules may hand os.environ on, not look into it.

    The command line alone looks, for it must answer even when the settings cannot be loaded.
    """
    found = [module.name for module in program() if ONE_VARIABLE.search(module.text)]
    assert [name for name in found if not name.startswith("benchmarks/")] in ([], [COMMAND_LINE])
