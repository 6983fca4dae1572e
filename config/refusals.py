"""What the product says where it refuses: the words of its domain errors, found in their code.

A subclass of `tickets.errors.DomainError` has its message as docstring, or is raised with one as
first argument; neither is wrapped in gettext, since they are translated where they are read.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

_ROOT = "DomainError"


def refusals(files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Each message of a domain error in these Python files, and the file that has it."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files}
    classes = [
        (node, path)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    family = _family([node for node, _ in classes])
    for node, path in classes:
        if node.name in family and (said := ast.get_docstring(node)):
            yield " ".join(said.split()), path
    #: What makes its message of something else than words.
    other = {node.name for node, _ in classes if node.name != _ROOT and _has_own_start(node)}
    for path, tree in trees.items():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _name(call.func) in family - other and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value, path


def _family(classes: list[ast.ClassDef]) -> set[str]:
    """The names of all that descend from the one error."""
    family = {_ROOT}
    while True:
        more = {one.name for one in classes if family & {_name(base) for base in one.bases}}
        if more <= family:
            return family
        family |= more


def _has_own_start(node: ast.ClassDef) -> bool:
    return any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
