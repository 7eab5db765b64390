"""Imports point down: who reads a module need not know what is built on it."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOTS = [*ROOT.glob("layers/*"), ROOT / "local"]


def modules():
    """Each module of ours by its name."""
    files = ((root, file) for root in ROOTS for file in (root / "showrunner").rglob("*.py"))
    return {
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file
        for root, file in files
    }


def imported(file, known):
    """The modules of ours that a file imports, late imports too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from known.keys() & {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from (known.keys() & whole) or (known.keys() & {node.module})


def test_no_module_is_built_on_itself():
    """Neither directly nor round a corner, nor by an import within a function."""
    known = modules()
    graph = {name: set(imported(file, known)) for name, file in known.items()}
    assert len(graph["showrunner.entry.http"]) > 3

    TopologicalSorter(graph).prepare()  # raises CycleError with the names along the circle
