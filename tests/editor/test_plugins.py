"""The server knows the plugins that a project names, and imports no other that is installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.editor.client import Editor
from tests.editor.conftest import Run
from tests.plugins.site import Site, measures

PROJECT = "metricspec: 1\nproject: edited\nspecs: [specs]\n"
SPEC = """metricspec: 1
indicator: own.heads
version: "1.0.0"
title: Heads
unit: count
students: attendance_stint
measure: {type: heads}
orgs: ca_dashboard
groups: all_students
policy: ca_dashboard
"""


def test_only_what_the_project_names_is_imported(tmp_path: Path, run: Run) -> None:
    (tmp_path / "site").mkdir()
    leaves = f"open({str(tmp_path / 'imported')!r}, 'a').close()\nprint('not a message of the protocol')\n"
    Site(tmp_path / "site").install("heads-plugin", {"heads.py": measures("heads", more=leaves)}, version="1.0")
    project = tmp_path / "project"
    (project / "specs").mkdir(parents=True)
    settings = project / "metricspec.yaml"
    settings.write_text(PROJECT, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path / "site"), str(REPOSITORY)])
    editor = Editor(project, options={"pause": 0.0})
    command = (sys.executable, "-m", "metricspec", "lsp")
    run(editor.start(*command, cwd=project, env={**os.environ, "PYTHONPATH": path}))
    uri = editor.open(project / "specs" / "heads.yaml", SPEC)
    assert [one.code for one in run(editor.diagnostics(uri))] == ["MS108"]
    unsaved = editor.open(settings, PROJECT + "plugins: {heads-plugin: '>=1'}\n")
    assert [one.code for one in run(editor.diagnostics(unsaved))] == ["MS714"]
    assert not (tmp_path / "imported").exists()

    settings.write_text(PROJECT + "plugins: {heads-plugin: '>=1'}\n", encoding="utf-8")
    editor.changed_on_disk(settings)
    run(editor.clean(uri))
    assert (tmp_path / "imported").exists()
    assert "Students counted." in run(editor.hover(uri, 6, 17))
    assert "heads" in run(editor.complete(uri, 6, 16))
    assert run(editor.stop()) == 0
