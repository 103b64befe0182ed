"""Plugins import only what is public, and of that only what their hooks may: as a stranger's package has to."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import metricspec
from metricspec import hookspecs
from metricspec.plugins.asking import KINDS

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent for path in REPOSITORY.glob("plugins/*/pyproject.toml"))
PACKAGES += sorted(path.parent for path in (Path(__file__).parent / "packages").glob("*/pyproject.toml"))
MAY = re.compile(r"May import: (.*?)\.$", re.S | re.M)


def may_import(says: str) -> frozenset[str]:
    """The parts that a docstring names between backquotes; `metricspec` itself is the empty name."""
    (named,) = MAY.findall(says)
    names = re.findall(r"`([\w.]+)`", named)
    return frozenset("" if name == "metricspec" else name for name in names if name != "metricspec.load")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Each part of metricspec that a file imports, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == "metricspec":
            names = [
                f"metricspec.{a.name}" if a.name in hookspecs.PUBLIC or a.name.islower() else "metricspec"
                for a in node.names
            ]
            names = ["metricspec" if name.partition(".")[2] in metricspec.__all__ else name for name in names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name == "metricspec" or name.startswith("metricspec."):
                yield ".".join(name.split(".")[1:2]), node.lineno


def hooks_of(folder: Path) -> set[str]:
    """The hooks that a package's modules implement."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in (folder / "src").rglob("*.py"))
    return {
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in KINDS
    }


def test_every_hook_says_what_it_may_import() -> None:
    hooks = [name for name in vars(hookspecs) if name.startswith("metricspec_")]
    assert set(hooks) == set(KINDS)
    for name in hooks:
        assert may_import(inspect.getdoc(getattr(hookspecs, name)) or "") <= set(hookspecs.PUBLIC), name
    assert "" in may_import(hookspecs.COMMANDS) <= set(hookspecs.PUBLIC)


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_plugins_import_what_is_public(folder: Path) -> None:
    described = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    hooks = hooks_of(folder)
    allowed = {"hookspecs"}.union(*(may_import(inspect.getdoc(getattr(hookspecs, name)) or "") for name in hooks))
    if "metricspec.commands" in described["entry-points"]:
        allowed |= may_import(hookspecs.COMMANDS)
    else:
        assert hooks, "a plugin has a hook or a command"
    files = list((folder / "src").rglob("*.py"))
    found = [(path, *one) for path in files for one in imports(path)]
    assert found
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line} imports metricspec.{part}"
        for path, part, line in found
        if part not in allowed
    ]
    assert wrong == []


def test_what_may_not_be_imported_is_found(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        "import metricspec.running.project\nfrom metricspec import registry, load, org_id\nfrom metricspec.sql.stage import q\nimport os\n"
    )
    assert list(imports(file)) == [("running", 1), ("registry", 2), ("", 2), ("", 2), ("sql", 3)]


def test_commands_say_what_is_wrong_with_plugins() -> None:
    """No command opens a project in a way that keeps silent about plugins that could not be loaded; a check tells of them
    among its problems."""
    silent = [
        path.name
        for path in (REPOSITORY / "metricspec" / "cli").glob("*.py")
        if path.name != "check.py"
        and re.search(r"running\.loading import .*\bload\b", path.read_text())
        and "print_plugin_problems" not in path.read_text()
    ]
    assert silent == []
