"""The published schemas in the server that editors use for YAML: it accepts what ships, and explains, proposes and finds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from lsprotocol import types as lsp

from metricspec.cli import cli
from tests.conftest import REPOSITORY
from tests.editor.client import Editor
from tests.editor.conftest import Run

pytestmark = pytest.mark.yamlls
SERVER = Path(os.environ.get("METRICSPEC_YAMLLS", ""), "bin", "yaml-language-server")
RATE = REPOSITORY / "specs" / "indicators" / "ca" / "chronic-absenteeism.yaml"


@pytest.fixture(scope="module")
def yamlls(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Iterator[Editor]:
    if not SERVER.is_file():
        pytest.skip("set METRICSPEC_YAMLLS to the folder of the npm package yaml-language-server")
    folder = tmp_path_factory.mktemp("yamlls")
    CliRunner().invoke(cli, ["schema", "--with-ids", "--out", str(folder / "schemas")])
    schema = (folder / "schemas" / "metricspec.schema.json").as_uri()
    yaml = {"schemas": {schema: "*.yaml"}, "schemaStore": {"enable": False}}
    editor = Editor(folder, {"yaml": {**yaml, "validate": True, "hover": True, "completion": True}})
    run(editor.start("node", str(SERVER), "--stdio"))
    editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(editor.settings))
    yield editor
    run(editor.stop())


@pytest.fixture
def spec(yamlls: Editor, tmp_path: Path, run: Run) -> Iterator[tuple[str, str]]:
    text = RATE.read_text(encoding="utf-8")
    uri = yamlls.open(tmp_path / "rate.yaml", text)
    run(yamlls.diagnostics(uri))
    yield uri, text
    yamlls.close(uri)


def test_what_ships_has_no_problems(yamlls: Editor, run: Run) -> None:
    wrong = {}
    for path in sorted((REPOSITORY / "specs").rglob("*.yaml")):
        uri = yamlls.open(path, path.read_text(encoding="utf-8"))
        found = run(yamlls.diagnostics(uri))
        yamlls.close(uri)
        if found:
            wrong[str(path)] = found[0].message
    assert wrong == {}


def test_hover(yamlls: Editor, spec: tuple[str, str], run: Run) -> None:
    uri, text = spec
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if "numerator:" in line)
    said = run(yamlls.hover(uri, at, 4))
    assert "The condition that a counted student must meet." in said
    assert "A change of it changes numbers that were published." in said
    at = next(n for n, line in enumerate(lines) if line.startswith("unit:"))
    assert run(yamlls.hover(uri, at, 1)).count("A share, shown times a hundred.") == 1


@pytest.mark.parametrize(
    ("old", "new", "offered"),
    [
        ("  numerator:", "  |\n  other:", {"numerator"}),
        ("  type: rate", "  type: |", {"rate", "growth", "gap"}),
        ("policy: ca_dashboard", "policy: |", {"ca_dashboard", "edfacts"}),
        ("better: lower", "better: |", {"higher", "lower", "none"}),
        ("rating:", "|\nrating:", {"facts", "supersedes"}),
    ],
)
def test_completion(yamlls: Editor, spec: tuple[str, str], run: Run, old: str, new: str, offered: set[str]) -> None:
    uri, text = spec
    changed = text.replace(old, new, 1)
    before = changed[: changed.index("|\n") if "|\n" in new else changed.index("|", changed.index(new[:-1]))]
    yamlls.change(uri, changed.replace("|", "", 1))
    run(yamlls.diagnostics(uri))
    items = run(yamlls.complete(uri, before.count("\n"), len(before.rpartition("\n")[2])))
    assert offered <= set(items)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  numerator:", "  numerater:", "numerater"),
        ("unit: percent", "unit: percents", "Value is not accepted"),
        ("type: rate", "type: rat", "Value is not accepted"),
        ('version: "1.0.0"', "version: 1.0", "Incorrect type"),
        ("from: 2016-17", "from: 2016", "Incorrect type"),
        ("read: 2026-11-22", "read: 11/22/2026", "write a date, as 2024-10-02"),
    ],
)
def test_what_is_wrong_is_found(yamlls: Editor, spec: tuple[str, str], run: Run, old: str, new: str, says: str) -> None:
    uri, text = spec
    assert old in text
    yamlls.change(uri, text.replace(old, new, 1))
    found = run(yamlls.diagnostics(uri))
    line = text[: text.index(old)].count("\n")
    assert any(says in one.message for one in found)
    assert line in {one.range.start.line for one in found}
