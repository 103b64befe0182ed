"""The shape of the package: layers, cycles, sizes, and what a start of the command line costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "metricspec"
LAYERS = (
    ("problems", "schoolyear"),
    ("model",),
    ("sql",),
    ("measure", "formula", "warehouse", "offers", "hookspecs", "scopes"),
    ("measures", "warehouses", "builtin"),
    ("registry", "plugins"),
    ("reading",),
    ("compiler",),
    ("frameworks",),
    ("running",),
    ("testing", "reporting", "synthetic", "exports"),
    ("versioning",),
    ("records",),
    ("site",),
    ("editor",),
    ("cli", "docsgen"),
    ("docsgen",),
    ("", "__main__"),
)
LATE_IMPORTS_ALLOWED = ("cli", "running", "", "__main__", "builtin", "exports")
FILES = sorted(PACKAGE.rglob("*.py"))


def module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in FILES}


def part(name: str) -> str:
    """The package or module right under metricspec that a module belongs to."""
    return name.split(".")[1] if "." in name else ""


def layer(name: str) -> int:
    return next(at for at, parts in enumerate(LAYERS) if part(name) in parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Modules of the package that a file imports, with the line, and whether inside a function."""
    package = module(path) if path.name == "__init__.py" else module(path).rpartition(".")[0]
    inside = {
        id(node)
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(filter(None, (above, node.module)))
            names = [f"{base}.{a.name}" if f"{base}.{a.name}" in MODULES else base for a in node.names]
        else:
            continue
        for name in names:
            if name in MODULES:
                yield name, node.lineno, id(node) in inside


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(PACKAGE.parent)}:{line}"


def test_every_part_has_a_layer() -> None:
    assert {part(name) for name in MODULES} <= {name for parts in LAYERS for name in parts}


def test_modules_import_from_their_own_layer_or_below() -> None:
    wrong = [
        f"{place(path, line)} {name} imports {other}, which lies above it"
        for name, path in MODULES.items()
        for other, line, _ in imported(path)
        if layer(other) > layer(name)
    ]
    assert wrong == []


def test_no_import_cycles() -> None:
    """Over all imports, those inside functions too; a package does not count as importing what it re-exports."""
    graph = {name: {other for other, _, _ in imported(path) if other != name} for name, path in MODULES.items()}
    done: set[str] = set()
    cycles = []

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            cycles.append(" -> ".join((*trail[trail.index(name) :], name)))
        elif name not in done:
            for other in sorted(graph[name]):
                visit(other, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())
    assert cycles == []


def test_no_late_imports_of_the_project() -> None:
    late = [
        f"{place(path, line)} imports {other} inside a function"
        for name, path in MODULES.items()
        if part(name) not in LATE_IMPORTS_ALLOWED
        for other, line, inside in imported(path)
        if inside
    ]
    assert late == []


def test_modules_have_at_most_300_lines() -> None:
    long = {
        place(path, 1): lines for path in FILES if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_functions_have_at_most_50_lines() -> None:
    long = [
        f"{place(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= 50
    ]
    assert long == []


@pytest.mark.parametrize("start", ["import metricspec.cli", "import metricspec"])
def test_the_command_line_starts_light(start: str) -> None:
    """Nothing heavy is imported before a command needs it."""
    heavy = ("pandas", "numpy", "sqlglot", "jsonschema", "duckdb", "rich", "pyarrow")
    code = f"{start}\nimport sys\nprint(','.join(name for name in {heavy!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
