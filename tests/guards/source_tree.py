"""What the guards look at: every file of the project, and its Python modules as syntax trees."""

import ast
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Made by programs or kept by people for themselves; none of it is part of the project.
NOT_OURS = {".git", ".venv", "instance", "node_modules", "build", "dist", "htmlcov"}
PROGRAM_FOLDERS = ("permitflow", "tools", "benchmarks")
PROGRAM_FILES = ("config.py", "wsgi.py")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path from the root of the project."""
        return self.path.relative_to(ROOT).as_posix()

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones included."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def place(self, node: ast.stmt | ast.expr) -> str:
        """Where a reader finds a node."""
        return f"{self.name}:{node.lineno}"


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file of the project that a person wrote or fetched."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        # Folders whose name begins with a dot hold caches and editors' notes, except the build server's.
        folders[:] = [
            name
            for name in folders
            if (name == ".ci" or not name.startswith("."))
            and name not in NOT_OURS
            and name != "__pycache__"
            and not name.endswith(".egg-info")
        ]
        found += [Path(folder) / name for name in names if not name.endswith((".pyc", ".mo"))]
    return tuple(sorted(found))


def is_vendored(path: Path) -> bool:
    """Say whether a file came from elsewhere and is checked by its hash alone."""
    return "vendor" in path.relative_to(ROOT).parts


@functools.cache
def modules(*prefixes: str) -> tuple[Module, ...]:
    """The Python modules below some paths of the project."""
    chosen = []
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix == ".py" and name.startswith(prefixes) and not is_vendored(path):
            text = path.read_text(encoding="utf-8")
            chosen.append(Module(path, text, ast.parse(text)))
    return tuple(chosen)


def program() -> tuple[Module, ...]:
    """All modules except tests and migrations, which are lists of tables in the order of time."""
    found = modules(*(f"{folder}/" for folder in PROGRAM_FOLDERS), *PROGRAM_FILES)
    return tuple(module for module in found if "/migrations/versions/" not in module.name)


def templates() -> tuple[Path, ...]:
    """Every page, letter and mail."""
    return tuple(path for path in files() if path.is_relative_to(ROOT / "templates"))
