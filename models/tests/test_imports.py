"""No module imports itself through others, and training does not depend on evaluation."""

import ast
from graphlib import TopologicalSorter

from pipeline.paths import MODELS


def imports() -> dict[str, set[str]]:
    """Module -> modules of `pipeline` and `evaluate` that it imports, inside functions too."""
    files = {f"{package}.{file.stem}": file for package in ("pipeline", "evaluate") for file in (MODELS / package).glob("*.py")}
    found: dict[str, set[str]] = {}
    for name, file in files.items():
        package = name.partition(".")[0]
        found[name] = set()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                base = ".".join(filter(None, [package if node.level else "", node.module]))
                found[name] |= {base, *(f"{base}.{alias.name}" for alias in node.names)} & files.keys()
            elif isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & files.keys()
    return found


def test_no_import_cycle() -> None:
    graph = imports()
    assert "pipeline.catalogue" in graph["pipeline.consent"]
    assert set(TopologicalSorter(graph).static_order()) == graph.keys()


def test_pipeline_does_not_import_evaluate() -> None:
    assert not [(name, used) for name, uses in imports().items() if name.startswith("pipeline.") for used in uses if used.startswith("evaluate.")]
