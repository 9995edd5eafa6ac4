"""Counts which templates the tests load; a whole run that leaves one out has failed."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import BaseLoader, Environment, Template

FOLDER = Path(__file__).resolve().parent.parent / "templates"
OUTPUT = "rendered_templates"


class RenderedTemplates:
    """A pytest plugin: each worker notes the names, the process that started them adds up."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.names: set[str] = set()
        self.missing: list[str] = []
        load, names = BaseLoader.load, self.names

        def load_and_note(
            loader: BaseLoader, environment: Environment, name: str, given: Any = None
        ) -> Template:
            template = load(loader, environment, name, given)
            # Mails have a loader of their own, whose names begin further down in the folder.
            if template.filename and FOLDER in (path := Path(template.filename).resolve()).parents:
                names.add(path.relative_to(FOLDER).as_posix())
            return template

        BaseLoader.load = load_and_note

    def is_whole_run(self) -> bool:
        """Say whether all tests were asked for, none picked out."""
        options = self.config.option
        return self.config.args == self.config.getini("testpaths") and not (
            options.keyword or options.markexpr
        )

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended and tells what it saw."""
        self.names.update(getattr(node, "workeroutput", {}).get(OUTPUT, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """In a worker hand the names on; at the very end compare them with the folder."""
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[OUTPUT] = sorted(self.names)
        elif exitstatus == pytest.ExitCode.OK and self.is_whole_run():
            # The permit's sheet is typst's, not Jinja's: tests/interchange/test_permit_pdf.py renders it.
            files = (path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".typ")
            shipped = {path.relative_to(FOLDER).as_posix() for path in files}
            self.missing = sorted(shipped - self.names)
            if self.missing:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the templates that no test has rendered."""
        for name in self.missing:
            terminalreporter.write_line(f"FAILED no test renders templates/{name}", red=True)
