"""Folders into a catalogue: values exact, everything reported at once, no problems that follow from others."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from metricspec.model import Band, Catalog, Compare, Fact, Years
from metricspec.problems import Place, Problem
from metricspec.reading.formats import as_github, as_json, as_sarif, as_text
from metricspec.reading.load import Loaded, load, load_project
from metricspec.registry import load_registry

GOOD = Path(__file__).parent / "good"
REGISTRY = load_registry()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load([GOOD], REGISTRY).catalog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "specs"))


def change(folder: Path, name: str, old: str, new: str) -> Loaded:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return load([folder], REGISTRY)


def test_indicator(catalog: Catalog) -> None:
    indicator = catalog.indicators["good.chronic"]
    assert indicator.title.by_language == (("en", "Chronic absenteeism"), ("es", "Ausentismo crónico"))
    assert indicator.effective == Years("2016-17", None, ("2019-20",))
    assert indicator.compare == (Compare("previous", Years("2017-18")),)
    assert indicator.stints == ("status in ('P', 'S')",)
    assert indicator.facts == (Fact("days_suspended", "discipline", "sum", "duration", "action = '100'", "org", 0),)
    assert (indicator.measure_type, indicator.rating, indicator.better) == ("rate", "rates", "lower")
    assert (indicator.place.line, indicator.place.column) == (2, 12)


def test_numbers_of_rules_are_exact(catalog: Catalog) -> None:
    assert dict(catalog.lookups["cut"].values)["08"] == Decimal("2567.5")
    table = catalog.levels["rates"]
    assert table.status[0].bands[0] == Band("Low", high=Decimal("2.5"))
    assert table.change[0].bands[0] == Band("Down", high=Decimal(0), high_closed=False)
    assert table.change[0].bands[2] == Band("Up", low=Decimal(0), low_closed=False)
    assert table.grids[0].rows[0] == ("Low", ("Blue", "Green", None))


def test_rows_are_repeated_with_numbered_students(catalog: Catalog) -> None:
    (test,) = catalog.tests
    case = test.cases[0]
    assert [row["student_id"] for row in case.rows["attendance"]] == ["s1", "s2-1", "s2-2", "s2-3"]
    assert case.rows["discipline"][0]["duration"] == 0.5
    assert case.expect_places[0].line == 13


def test_a_broken_document_breaks_what_needs_it_without_more_problems(folder: Path) -> None:
    loaded = change(folder, "attendance.yaml", "rollup: latest", "rolup: latest")
    assert [(p.code, Path(p.place.file).name) for p in loaded.problems] == [("MS102", "attendance.yaml")]
    assert "attendance" not in loaded.catalog.datasets
    assert set(loaded.catalog.indicators) == {"good.published"}
    assert loaded.catalog.tests == ()
    assert loaded.catalog.bindings == {}


def test_a_file_that_is_no_yaml_keeps_its_id(folder: Path) -> None:
    loaded = change(folder, "groups.yaml", "groups:\n", "groups:\n\t\n bad: : :\n")
    assert [(p.code, Path(p.place.file).name) for p in loaded.problems] == [("MS001", "groups.yaml")]


def test_all_problems_of_all_files_at_once(folder: Path) -> None:
    change(folder, "policy.yaml", "privacy", "privasy")
    change(folder, "levels.yaml", "to: 2.5", "to: 2.4")
    loaded = change(folder, "indicator.yaml", "days_expected >= 31", "days_expectd >= 31")
    assert {(p.code, Path(p.place.file).stem) for p in loaded.problems} == {
        ("MS102", "policy"),
        ("MS406", "levels"),
        ("MS302", "indicator"),
    }


def test_two_documents_with_one_id_name_each_other(folder: Path) -> None:
    shutil.copy(folder / "policy.yaml", folder / "zz.yaml")
    loaded = load([folder], REGISTRY)
    (problem,) = loaded.problems
    assert problem.code == "MS212"
    assert "policy.yaml:2:9" in problem.message
    assert loaded.catalog.policies["plain"].place.file.endswith("policy.yaml")


def test_a_folder_read_twice_is_read_once(folder: Path) -> None:
    assert load([folder, folder], REGISTRY).problems == ()


def test_files_and_folders_that_cannot_be_read(folder: Path) -> None:
    (folder / "more.yml").write_text("metricspec: 1\n")
    (folder / "folder.yaml").mkdir()
    loaded = load([folder, folder / "nowhere"], REGISTRY)
    assert sorted(p.code for p in loaded.problems) == ["MS008", "MS008", "MS009"]


def test_project(tmp_path: Path) -> None:
    path = tmp_path / "metricspec.yaml"
    path.write_text("metricspec: 1\nproject: demo\nbinding: district\nspecs: [specs]\n")
    opened = load_project(path)
    assert opened.problems == ()
    assert opened.project is not None
    assert (opened.project.id, opened.project.binding, opened.project.specs) == ("demo", "district", ("specs",))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("metricspec: 1\nproject: demo\nbindings: x\n", "MS102"),
        ("metricspec: 1\ncodes: demo\n", "MS101"),
        ("project: demo\n", "MS101"),
        ("a: b: c\n", "MS001"),
        ("", "MS005"),
    ],
)
def test_project_with_problems(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "metricspec.yaml"
    path.write_text(text)
    opened = load_project(path)
    assert opened.project is None
    assert [p.code for p in opened.problems] == [code]
    assert load_project(tmp_path / "none.yaml").problems[0].code == "MS008"


def test_text_shows_the_line_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("measure:\n  numerater: 1\n")
    place = Place(str(tmp_path / "a.yaml"), 2, 3, 9)
    problem = Problem("MS102", "unknown key 'numerater'", place, "did you mean 'numerator'?")
    assert as_text([problem]) == (
        "a.yaml:2:3: MS102 unknown key 'numerater'\n"
        "    2 |   numerater: 1\n"
        "      |   ^^^^^^^^^ did you mean 'numerator'?"
    )
    assert as_text([Problem("MS701", "a plugin", hint="mend it")]) == "MS701 a plugin\n   = mend it"


def test_machine_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    problem = Problem("MS102", "unknown: 'a'\nb, 100%", Place("x, y.yaml", 2, 3, 9), "hint", "warning")
    assert as_github([problem]) == (
        "::warning file=x%2C y.yaml,line=2,col=3,endColumn=12,title=MS102::MS102 unknown: 'a'%0Ab, 100%25 (hint)"
    )
    assert json.loads(as_json([problem])) == [
        {
            "code": "MS102",
            "severity": "warning",
            "message": "unknown: 'a'\nb, 100%",
            "hint": "hint",
            "file": "x, y.yaml",
            "line": 2,
            "column": 3,
            "length": 9,
        }
    ]
    run = json.loads(as_sarif([problem]))["runs"][0]
    assert run["results"][0]["ruleId"] == run["tool"]["driver"]["rules"][0]["id"] == "MS102"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 3, "endColumn": 12}


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.yaml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("how", ["unknown key", "no yaml"])
def test_one_broken_file_is_one_problem(folder: Path, path: Path, how: str) -> None:
    """Whatever refers to it stays silent, and nothing that needs it is in the catalogue."""
    broken = folder / path.name
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text + ("nonsense: 1\n" if how == "unknown key" else "\tx\n"), encoding="utf-8")
    loaded = load([folder], REGISTRY)
    assert [(p.code, p.place.file) for p in loaded.problems] == [
        ("MS102" if how == "unknown key" else "MS001", str(broken))
    ]
    for indicator in loaded.catalog.indicators.values():
        assert indicator.groups in loaded.catalog.groups
        assert indicator.policy in loaded.catalog.policies
        assert indicator.students is None or indicator.students in loaded.catalog.datasets
        assert indicator.rating is None or indicator.rating in loaded.catalog.levels
