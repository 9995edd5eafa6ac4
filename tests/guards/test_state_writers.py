"""Only services/transitions.py and its parts move an application: nobody else assigns or stores a state or a phase."""

import ast
from collections.abc import Iterator

from tests.guards.source_tree import Module, modules, program

WRITER = "permitflow/services/transitions.py"
# A clock has a state of its own, which moves with the application's.
CLOCKS = "permitflow/services/clockwork.py"
PARTS = {
    f"permitflow/services/{name}.py"
    for name in ("effects", "files", "lanes", "move_clocks", "record", "siblings", "steps", "visits")
}
STATEMENTS = "permitflow/services/statements.py"
MOVED = {"state", "phase"}


def targets_of(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign):
        yield from node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        yield node.target


def assigns(node: ast.AST) -> bool:
    """`x.state = ...` in any of its forms."""
    for target in targets_of(node):
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        if any(isinstance(part, ast.Attribute) and part.attr in MOVED for part in parts):
            return True
    return False


def stores(node: ast.AST) -> bool:
    """`setattr(x, "state", ...)` and `update(Table).values(state=...)`."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(isinstance(argument, ast.Constant) and argument.value in MOVED for argument in node.args)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "values":
        return any(keyword.arg in MOVED for keyword in node.keywords)
    return False


def writes(module: Module) -> list[str]:
    """Places where a module moves something."""
    return [module.place(node) for node in ast.walk(module.tree) if assigns(node) or stores(node)]


def test_one_module_moves_applications() -> None:
    others = [module for module in program() if module.name not in (WRITER, CLOCKS)]
    assert [place for module in others for place in writes(module)] == []


def test_every_way_of_writing_is_seen() -> None:
    text = """
a.state = 1
a.b, a.phase = 1, 2
a.state += 1
a.phase: int = 2
setattr(a, 'state', 1)
update(Lane).values(state=1)
state = a.state
select(Lane).where(Lane.state == 1)
"""
    module = Module(program()[0].path, text, ast.parse(text))
    assert len(writes(module)) == 6


def test_the_statements_that_write_belong_to_one_verb() -> None:
    (statements,) = modules(STATEMENTS)
    names = {
        target.id
        for node in statements.tree.body
        for target in targets_of(node)
        if isinstance(target, ast.Name)
        and target.id.startswith(("WRITE_", "ADD_", "OPEN_", "CLOSE_", "START_"))
    } | {"write_file"}
    users = {
        (module.name, node.attr)
        for module in program()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in names
    }
    assert {name for _module, name in users} == names - {"WRITTEN_COLUMNS"}
    assert {module for module, _name in users} <= PARTS | {WRITER, CLOCKS}
