"""Write docs/settings.md from the table in config.py: `.venv/bin/python tools/settings_page.py`."""

from dataclasses import fields

import config

PAGE = config.ROOT / "docs" / "settings.md"
HEAD = """# Settings

Every setting is an environment variable; none has to be set. An empty variable counts as unset. A wrong value, or an
unknown variable that begins with `PERMITFLOW_`, stops the start with one sentence. A default may use the settings
above it; `{root}` is the folder of the checkout. Secrets are never shown in logs.

This page is written from `config.py` by `.venv/bin/python tools/settings_page.py`.

| Variable | Accepts | Default | Meaning |
|---|---|---|---|
"""


def page() -> str:
    """The whole text of docs/settings.md."""
    lines = []
    for row in fields(config.Settings):
        setting = row.metadata
        default = f"`{setting['default']}`" if setting["default"] else "empty"
        meaning = setting["meaning"] + (" Secret." if setting["secret"] else "")
        lines.append(f"| `{setting['variable']}` | {setting['kind'].expected} | {default} | {meaning} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
