"""Sizes that keep the code readable; ruff counts parameters and cyclomatic complexity with the limits of pyproject.toml."""

import ast
import tomllib

import pytest

from tests.guards.source_tree import ROOT, Function, Module, modules, program, templates

MODULE_LINES = 400
TEST_MODULE_LINES = 600
FUNCTION_LINES = 50
VIEW_LINES = 30
PARAMETERS = 6
NESTING = 3
COMPLEXITY = 10
TEMPLATE_LINES = 120
MIRRORED = 0.9
"""The part of the modules that have a test module of their own, at the same place under tests/."""
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
VERBS = {"route", "get", "post", "put", "patch", "delete"}


def lines_of(node: Function) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def parameters_of(node: Function) -> int:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def is_view(node: Function) -> bool:
    calls = [entry.func for entry in node.decorator_list if isinstance(entry, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in VERBS for call in calls)


def nesting_of(node: ast.AST) -> int:
    """How many blocks stand inside one another; an `elif` is no deeper than its `if`."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda | ast.ClassDef):
            continue
        continues = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        deepest = max(deepest, nesting_of(child) + (isinstance(child, BLOCKS) and not continues))
    return deepest


def too_long(found: tuple[Module, ...], limit: int) -> list[str]:
    counted = {module.name: len(module.text.splitlines()) for module in found}
    return [f"{name} has {count} lines" for name, count in counted.items() if count > limit]


def test_a_module_fits_into_one_reading() -> None:
    assert too_long(program(), MODULE_LINES) == []


def test_a_test_module_fits_into_one_reading() -> None:
    assert too_long(modules("tests/"), TEST_MODULE_LINES) == []


@pytest.mark.parametrize(
    ("measure", "limit", "what"),
    [
        (lines_of, FUNCTION_LINES, "lines"),
        (parameters_of, PARAMETERS, "parameters"),
        (nesting_of, NESTING, "nested blocks"),
    ],
    ids=["lines", "parameters", "nesting"],
)
def test_a_function_does_one_thing(measure, limit: int, what: str) -> None:
    found = [
        f"{module.place(node)} {node.name} has {measure(node)} {what}"
        for module in program()
        for node in module.functions()
        if measure(node) > limit
    ]
    assert not found, "\n".join(found)


def test_a_view_reads_like_a_table_of_contents() -> None:
    found = [
        f"{module.place(node)} {node.name} has {lines_of(node)} lines"
        for module in modules("permitflow/web/", "permitflow/api/")
        for node in module.functions()
        if is_view(node) and lines_of(node) > VIEW_LINES
    ]
    assert not found, "\n".join(found)


def test_nearly_every_module_has_a_test_module_at_the_same_place() -> None:
    known = {module.path.relative_to(ROOT / "tests").as_posix() for module in modules("tests")}
    wanted = {
        path.with_name(f"test_{path.name}").as_posix()
        for path in (module.path.relative_to(ROOT / "permitflow") for module in modules("permitflow"))
        if path.name != "__init__.py" and "migrations" not in path.parts
    }
    alone = sorted(wanted - known)
    assert len(alone) <= (1 - MIRRORED) * len(wanted), f"Missing under tests/: {', '.join(alone)}"


def test_a_template_fits_on_a_screen_or_two() -> None:
    counted = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in templates()}
    assert [
        f"{path.relative_to(ROOT)} has {n} lines" for path, n in counted.items() if n > TEMPLATE_LINES
    ] == []


def test_ruff_counts_with_the_same_limits() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert {"C90", "PL"} <= set(lint["select"])
    assert lint["mccabe"]["max-complexity"] == COMPLEXITY
    assert lint["pylint"]["max-args"] == PARAMETERS


def test_the_measures_measure() -> None:
    text = """
@blueprint.get("/")
def view(self, a, b, *, c):
    if a:
        for x in b:
            pass
    elif c:
        with c:
            if x:
                pass
"""
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef)
    assert (lines_of(node), parameters_of(node), nesting_of(node), is_view(node)) == (8, 3, 3, True)
