"""The language server over its protocol: what an editor is told is what `metricspec check` says, at the same place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.conftest import REPOSITORY
from tests.editor.client import Editor
from tests.editor.conftest import Run
from tests.reading.test_bad_inputs import BAD, stated

SHIPPED = REPOSITORY / "specs"
INDICATOR = """metricspec: 1
indicator: own.absent
version: "1.0.0"
title: {en: Absent, es: Ausentismo crónico 🎒}
source: {publisher: Año 🎒, document: Guía}
students: attendance_stint
stints:
  - enrollment_status in ('10', '30') and not attendance_exempt  # 🎒
facts:
  days_suspended:
    from: discipline_action
    where: action in ('100')
    sum: duration_days
    missing: 0
population:
  - grade between 'TK' and '08'
measure:
  type: rate
  numerator: days_suspended >= 1 or 10 * days_absent >= days_expected
orgs: ca_dashboard
groups: dash14
policy: ca_dashboard
rating: ca.chronic_absenteeism
"""


def found(diagnostics: object) -> set[tuple[str, int, int]]:
    """Code, line and column from 1, as `metricspec check` counts where each character counts one."""
    assert isinstance(diagnostics, list | tuple)
    return {(d.code, d.range.start.line + 1, d.range.start.character + 1) for d in diagnostics}


def at(text: str, word: str, more: int = 0) -> tuple[int, int]:
    """Line and character of a word, counted in UTF-16 from 0."""
    before = text[: text.index(word) + more]
    line = before.rpartition("\n")[2]
    return before.count("\n"), len(line.encode("utf-16-le")) // 2


@pytest.fixture
def own(editor: Editor, project: Path, run: Run) -> str:
    """The indicator, open and without problems."""
    uri = editor.open(project / "own" / "absent.yaml", INDICATOR)
    assert found(run(editor.diagnostics(uri))) == set()
    return uri


@pytest.fixture(autouse=True)
def closed(editor: Editor, project: Path, run: Run) -> object:
    """Each test leaves the server without open documents."""
    yield
    for uri in list(editor.opened):
        editor.close(uri)
        run(editor.diagnostics(uri))


@pytest.mark.slow
def test_every_bad_document(editor: Editor, project: Path, run: Run) -> None:
    """Unsaved, and never on the disk: what it states at its head is what the editor is told."""
    wrong = {}
    uri = editor.open(project / "own" / "bad.yaml", "")
    for path in BAD:
        editor.change(uri, path.read_bytes().decode("utf-8"))
        told = found(run(editor.diagnostics(uri)))
        said = {(code, max(1, line), max(1, column)) for code, line, column in stated(path)}  # 0: the file as a whole
        if told != said:
            wrong[path.name] = told ^ said
    assert wrong == {}


@pytest.mark.parametrize("name", ["several_at_once.yaml", "expression_unknown_column.yaml", "no_text.yaml"])
def test_on_the_disk_it_is_what_check_says(name: str, editor: Editor, project: Path, run: Run) -> None:
    path = project / "own" / name
    bad = REPOSITORY / "tests" / "bad" / name
    path.write_bytes(bad.read_bytes() if bad.is_file() else "metricspec: 1\ntitle: Año\n".encode("latin-1"))
    try:
        editor.changed_on_disk(path)
        told = found(run(editor.diagnostics(path.as_uri())))
        command = [sys.executable, "-m", "metricspec", "check", "--format", "json", f"own/{name}"]
        said = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        assert said.returncode == 1
        assert told == {(p["code"], p["line"], p["column"]) for p in json.loads(said.stdout)} != set()
    finally:
        path.unlink()
        editor.changed_on_disk(path)
        run(editor.clean(path.as_uri()))


def test_a_diagnostic_says_all(editor: Editor, own: str, run: Run) -> None:
    editor.change(own, INDICATOR.replace("groups: dash14", "groups: dash15"))
    (one,) = run(editor.diagnostics(own))
    assert (one.code, one.source, one.severity) == ("MS201", "metricspec", lsp.DiagnosticSeverity.Error)
    assert one.message.startswith("there is no group set 'dash15'\ndid you mean 'dash14'?")
    line, start = at(INDICATOR, "dash14")
    assert one.range == lsp.Range(lsp.Position(line, start), lsp.Position(line, start + len("dash15")))
    assert one.code_description.href.endswith("problems.md#ms201-reference-to-a-document-that-does-not-exist")
    (action,) = run(editor.actions(own, one))
    assert (action.title, action.kind) == ("Change to 'dash14'", lsp.CodeActionKind.QuickFix)
    (edit,) = action.edit.changes[own]
    assert (edit.range, edit.new_text) == (one.range, "dash14")


def test_problems_elsewhere_come_and_go(editor: Editor, own: str, project: Path, run: Run) -> None:
    """A policy that is renamed breaks the saved indicator that names it, and mending it is seen there too."""
    path = project / "good" / "policy.yaml"
    text = path.read_text(encoding="utf-8")
    indicator = (project / "good" / "indicator.yaml").as_uri()
    uri = editor.open(path, text)
    run(editor.diagnostics(uri))
    editor.change(uri, text.replace("policy: plain", "policy: other"))
    assert {d.code for d in run(editor.diagnostics(indicator))} == {"MS201"}
    editor.change(uri, text)
    assert run(editor.diagnostics(indicator)) == []


def test_places_are_counted_in_utf16(editor: Editor, own: str, run: Run) -> None:
    """An emoji counts two in UTF-16; the accented letters one."""
    text = INDICATOR.replace("document: Guía", "docment: Guía")
    editor.change(own, text)
    (one,) = run(editor.diagnostics(own))
    line, start = at(text, "docment")
    assert start == text.split("\n")[line].index("docment") + 1
    assert one.range == lsp.Range(lsp.Position(line, start), lsp.Position(line, start + len("docment")))
    assert "**publisher**" in run(editor.hover(own, *at(text, "publisher")))


def test_hover(editor: Editor, own: str, run: Run) -> None:
    def hover(word: str, more: int = 1) -> str:
        return str(run(editor.hover(own, *at(INDICATOR, word, more))))

    assert "How the value is computed." in hover("measure:")
    assert "numbers that were published" in hover("population:")
    assert "changes no number" in hover("title:")
    assert hover("rate\n").startswith("**rate**\n\nStudents who meet a condition, divided by the students counted")
    assert hover("attendance_stint").startswith("**attendance_stint** (dataset)\n\nAttendance by enrollment")
    assert "(policy)" in hover("policy: ca", 9) and "California School Dashboard" in hover("policy: ca", 9)
    status = hover("enrollment_status")
    assert "column of `attendance_stint`: code" in status and "- `10`: Primary enrollment" in status
    assert hover("'10'", 2).startswith("`10`: Primary enrollment")
    assert "fact of this indicator, from `discipline_action`" in hover("days_suspended >=")
    assert "both ends included" in hover("between")


def test_definitions(editor: Editor, own: str, run: Run) -> None:
    def leads(word: str, more: int = 1) -> tuple[str, str] | None:
        place = run(editor.definition(own, *at(INDICATOR, word, more)))
        if place is None:
            return None
        path, line, character = place
        return path.name, path.read_text("utf-8").split("\n")[line][character:] if path.exists() else f"{line}"

    assert leads("attendance_stint") == ("attendance_stint.yaml", "attendance_stint")
    assert leads("discipline_action") == ("discipline_action.yaml", "discipline_action")
    assert leads("orgs: ca", 7) == ("ca_dashboard.yaml", "ca_dashboard")
    assert leads("dash14") == ("dash14.yaml", "dash14")
    assert leads("policy: ca", 9) == ("ca_dashboard.yaml", "ca_dashboard")
    assert leads("rating: ca", 9) == ("chronic-absenteeism.yaml", "ca.chronic_absenteeism")
    name, rest = leads("days_absent") or ("", "")
    assert (name, rest.partition(":")[0]) == ("attendance_stint.yaml", "days_absent")
    name, rest = leads("'08'", 2) or ("", "")
    assert (name, rest.partition(":")[0]) == ("grade.yaml", "'08'")
    assert leads("days_suspended >=") == ("absent.yaml", str(at(INDICATOR, "days_suspended:")[0]))
    assert leads("Ausentismo") is None


CURSOR = "|"
COMPLETIONS = {
    "a key of the measure": ("  numerator: days_suspended", "  miss|", {"missing", "numerator"}, {"type"}),
    "a key at the top": ("rating: ca.chronic_absenteeism", "|", {"rating", "better", "compare"}, {"groups", "toward"}),
    "a key of a fact": ("    missing: 0", "    |", {"missing", "at"}, {"from", "where"}),
    "a key in braces": ("title: {en: Absent", "source: {publisher: x, |}\nmore: {x: y", {"document", "read"}, {"publisher"}),
    "a word": ("policy: ca_dashboard", "unit: |\npolicy: ca_dashboard", {"percent", "days"}, set()),
    "a direction": ("policy: ca_dashboard", "better: |\npolicy: ca_dashboard", {"lower", "{toward: 1}"}, set()),
    "a measure type": ("type: rate", "type: |", {"rate", "growth", "gap"}, set()),
    "a policy": ("policy: ca_dashboard", "policy: c|", {"ca_dashboard", "plain"}, {"dash14"}),
    "a dataset": ("from: discipline_action", "from: |", {"discipline_action", "enrollment"}, {"ca_dashboard"}),
    "columns of a fact": ("where: action in ('100')", "where: act|", {"action", "duration_days"}, {"days_absent"}),
    "columns of the students": ("days_suspended >= 1 or", "days_s|", {"days_suspended", "days_absent"}, {"action"}),
    "codes in a list": ("action in ('100')", "action in ('100', |", {"'100'", "'110'"}, {"'TK'"}),
    "codes with a quote": ("between 'TK'", "between '|", {"'TK'", "'08'"}, {"and", "days_absent"}),
    "codes after and": ("'TK' and '08'", "'TK' and |", {"'08'"}, set()),
    "lookups": ("days_suspended >= 1", "lookup(|", {"ca.ela_level_3_minimum"}, {"days_absent"}),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPLETIONS)
def test_completion(name: str, editor: Editor, own: str, run: Run) -> None:
    old, new, offered, withheld = COMPLETIONS[name]
    changed = INDICATOR.replace(old, new, 1)
    assert changed.count(CURSOR) == 1
    text = changed.replace(CURSOR, "")
    editor.change(own, text)
    items = run(editor.complete(own, *at(changed, CURSOR)))
    assert offered <= set(items)
    assert not withheld & set(items)
    for item in items.values():
        place = item.text_edit.range
        line, character = at(changed, CURSOR)
        assert place.start.line == place.end.line == line and place.start.character <= character <= place.end.character


def test_what_is_chosen_makes_a_good_document(editor: Editor, own: str, run: Run) -> None:
    """A reference and a code, chosen while the rest is not there yet."""
    for old, label in (("policy: ca_dashboard", "ca_dashboard"), ("'08'", "'08'")):
        start = INDICATOR.index(old) + (len("policy: ") if ":" in old else 0)
        text = INDICATOR[:start] + INDICATOR[INDICATOR.index(old) + len(old) :]
        editor.change(own, text)
        line, character = at(INDICATOR, old, start - INDICATOR.index(old))
        item = run(editor.complete(own, line, character))[label]
        lines = text.split("\n")
        place = item.text_edit.range
        lines[line] = (
            lines[line][: place.start.character] + item.text_edit.new_text + lines[line][place.end.character :]
        )
        assert "\n".join(lines) == INDICATOR


def test_an_empty_document(editor: Editor, project: Path, run: Run) -> None:
    uri = editor.open(project / "own" / "new.yaml", "")
    assert set(run(editor.complete(uri, 0, 0))) == {"metricspec: 1"}
    editor.change(uri, "metricspec: 1\n")
    assert {"indicator", "policy", "dataset"} <= set(run(editor.complete(uri, 1, 0)))


def test_outline(editor: Editor, own: str, run: Run) -> None:
    symbols = run(editor.symbols(own))
    assert [one.name for one in symbols][:3] == ["metricspec", "indicator", "version"]
    measure = next(one for one in symbols if one.name == "measure")
    assert [one.name for one in measure.children] == ["type", "numerator"]
    assert measure.range.start.line == at(INDICATOR, "measure:")[0]
    assert measure.range.end.line == at(INDICATOR, "numerator:")[0]


def test_broken_yaml_answers_nothing_and_goes_on(editor: Editor, own: str, run: Run) -> None:
    for text in (
        "{",
        "metricspec: 1\nindicator: [\x00",
        "\ud800",
        "a: &a [*a]",
        "- " * 3_000,
        "x" * 1_100_000,
        "metricspec: 1\n\t",
    ):
        editor.change(own, text)
        run(editor.hover(own, 0, 1))
        run(editor.complete(own, 0, 1))
        run(editor.definition(own, 0, 1))
        run(editor.symbols(own))
    editor.change(own, INDICATOR)
    assert run(editor.hover(own, *at(INDICATOR, "measure:")))
    assert run(editor.diagnostics(own)) == []
    assert editor.messages == []


def test_other_yaml_is_left_alone(editor: Editor, project: Path, run: Run) -> None:
    """A file outside the folders of specs is ours only where it says so."""
    uri = editor.open(project / "compose.yaml", "services: {web: {image: x}}\n")
    assert run(editor.diagnostics(uri)) == []
    editor.change(uri, "metricspec: 1\npolcy: x\n")
    assert found(run(editor.diagnostics(uri))) == {("MS101", 2, 1)}


def test_the_projects_own_file(editor: Editor, project: Path, run: Run) -> None:
    path = project / "metricspec.yaml"
    text = path.read_text(encoding="utf-8")
    uri = editor.open(path, text)
    assert run(editor.diagnostics(uri)) == []
    editor.change(uri, text + "bindng: demo\n")
    assert found(run(editor.diagnostics(uri))) == {("MS102", 4, 1)}
    editor.change(uri, text)
    assert run(editor.diagnostics(uri)) == []
