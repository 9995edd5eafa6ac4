"""Names, comments and docstrings: what a module says about itself, and what it must not say."""

import ast
import re

from tests.guards.source_tree import ROOT, Module, files, is_vendored, modules, program

EXPLAINED = tuple(f"permitflow/{room}/" for room in ("engine", "rules", "ledger", "analytics", "services"))
JUNK_DRAWERS = re.compile(r"(^|_)(utils?|helpers?|misc|common)($|_)")
LEFT_WORK = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no|ruff:|mypy:|fmt:)")
# A suppression names its rule and is followed by a second comment with the reason.
REASON = re.compile(r"#\s*(noqa:|type:\s*ignore\[|pragma:\s*no \w+)[^#]*#\s*\w+.*\.\s*$")
SUPPRESSIONS_PER_LINE = 0.5 / 1000
WIRING = ("permitflow/app.py", "permitflow/cli/")


def is_public(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


def public_nodes(module: Module) -> list[ast.FunctionDef | ast.ClassDef]:
    """Public functions and classes of a module, and the public methods of those classes."""
    found = [node for node in module.tree.body if is_public(node)]
    found += [
        child for node in found if isinstance(node, ast.ClassDef) for child in node.body if is_public(child)
    ]
    return found


def test_every_module_says_what_it_is() -> None:
    told = [module for module in modules("permitflow/", "tests/", "tools/", "benchmarks/") if module.text]
    assert [module.name for module in told if not ast.get_docstring(module.tree)] == []


def test_every_public_name_of_the_rooms_is_explained() -> None:
    found = [
        f"{module.place(node)} {node.name}"
        for module in modules(*EXPLAINED)
        for node in public_nodes(module)
        if not ast.get_docstring(node)
    ]
    assert not found, "\n".join(found)


def test_nothing_lies_in_a_junk_drawer() -> None:
    named = [path.relative_to(ROOT) for path in files() if not is_vendored(path)]
    assert [
        str(path) for path in named if any(JUNK_DRAWERS.search(part.split(".")[0]) for part in path.parts)
    ] == []


def test_no_work_is_left_in_a_comment() -> None:
    here = "tests/guards/test_words.py"
    found = [
        f"{module.name}:{number}"
        for module in (*program(), *modules("tests/"))
        if module.name != here
        for number, line in enumerate(module.text.splitlines(), 1)
        if LEFT_WORK.search(line)
    ]
    assert not found, "\n".join(found)


def test_imports_stand_at_the_top() -> None:
    found = [
        module.place(child)
        for module in modules("permitflow/")
        if not module.name.startswith(WIRING)
        for node in module.functions()
        for child in ast.walk(node)
        if isinstance(child, ast.Import | ast.ImportFrom)
    ]
    assert not found, "\n".join(found)


def test_suppressions_are_few_and_have_a_reason() -> None:
    lines = [(module, line) for module in program() for line in module.text.splitlines()]
    found = [(module.name, line.strip()) for module, line in lines if SUPPRESSION.search(line)]
    assert [entry for entry in found if not REASON.search(entry[1])] == []
    # A small program may hold a handful before the rate says anything.
    assert len(found) <= max(5, SUPPRESSIONS_PER_LINE * len(lines)), found


def test_the_model_class_has_the_name_of_the_field() -> None:
    names = [
        node.name for module in program() for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)
    ]
    assert "Application" not in names
