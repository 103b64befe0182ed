"""metricspec plugin new: the names it takes, and that what it writes keeps the contract as it stands."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from metricspec.model import Catalog
from metricspec.reading.load import load
from metricspec.registry import Registry, load_registry
from metricspec.testing.contract import LAWS, Fixture
from metricspec.testing.plugin_template.filling import Names, plugin_files
from metricspec.testing.runner import Runner

from .conftest import Command

SLOW = ("other_grammars_read_its_sql",)  # tests/plugins/test_stranger.py has it read the same


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new plugin, as the command writes it."""
    from metricspec.cli import main

    folder = tmp_path_factory.mktemp("written")
    with pytest.raises(SystemExit) as stopped:
        main(["plugin", "new", "missed-work", "--dir", str(folder)])
    assert stopped.value.code == 0
    return folder / "metricspec-missed-work"


@pytest.fixture(scope="module")
def plugin(written: Path) -> Iterator[ModuleType]:
    """Its module, as if installed."""
    sys.path.insert(0, str(written / "src"))
    yield importlib.import_module("metricspec_missed_work")
    sys.path.remove(str(written / "src"))


@pytest.fixture(scope="module")
def fixture(written: Path, plugin: ModuleType) -> Fixture:
    return Fixture.of(written / "tests" / "fixture", plugin)


@pytest.mark.parametrize("law", [law for law in LAWS if law.__name__ not in SLOW], ids=lambda law: law.__name__)
def test_it_keeps_the_contract(law, fixture: Fixture) -> None:  # type: ignore[no-untyped-def]
    law(fixture)


def test_its_specs_have_no_problems_and_their_tests_pass(written: Path, plugin: ModuleType) -> None:
    registry: Registry = load_registry(plugins=[plugin])
    loaded = load(registry.spec_folders, registry)
    catalog: Catalog = loaded.catalog
    assert [p for p in loaded.problems if str(written) in p.place.file] == []
    assert {"missed_work.missed_days"} == {name for name in catalog.indicators if name.startswith("missed_work.")}
    tests = [test for test in catalog.tests if str(written) in test.place.file]
    results = list(Runner(catalog, registry, loaded.expressions).run(tests))
    assert len(results) == 4
    assert [result for result in results if not result.passed] == []


def test_its_tests_would_notice_another_rule(
    written: Path, plugin: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With everybody's days above the line, expected.csv and check.sql both say no."""
    measure = plugin.measure.MissedWork
    monkeypatch.setattr(measure, "parse", lambda self, block: plugin.measure.MissedWorkSpec(block["amount"], "true"))
    changed = Fixture.of(written / "tests" / "fixture", plugin)
    for name in ("numbers_are_those_made_by_hand", "numbers_are_those_of_another_hand"):
        with pytest.raises(AssertionError, match="numerator is"):
            next(law for law in LAWS if law.__name__ == name)(changed)


def test_the_package_is_described(written: Path) -> None:
    described = tomllib.loads((written / "pyproject.toml").read_text(encoding="utf-8"))
    project = described["project"]
    assert project["name"] == "metricspec-missed-work"
    assert project["entry-points"]["metricspec"] == {"missed_work": "metricspec_missed_work"}
    ours = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    major, minor, _ = ours["version"].split(".")
    assert project["dependencies"] == [f"metricspec-edu>={major}.{minor},<{major}.{int(minor) + 1}"]
    assert {"pytest", "sqlfluff", "pglast"} == {
        one.partition(">")[0] for one in ours["optional-dependencies"]["testing"]
    }


def test_no_placeholder_is_left() -> None:
    files = plugin_files(Names("missed-work"))
    assert len(files) > 15
    for path, text in files.items():
        assert "{{" not in text and "MODULE" not in path + text, path
        assert "missed_work" in text or "missed-work" in text or path.endswith((".sql", ".csv", ".typed", ".gitignore"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("LateWork", "did you mean 'late-work'?"),
        ("late_work", "did you mean 'late-work'?"),
        ("late--work", "did you mean 'late-work'?"),
        ("2late", "did you mean 'late'?"),
        ("../late", "did you mean 'late'?"),
        ("späte", "small letters, digits and single '-'"),
        ("", "for example late-work"),
        ("metricspec-late-work", "so leave it out: late-work"),
        ("class", "a word of Python: choose a name that says more, such as class-share"),
        ("no", "a word of YAML"),
        ("y", "a word of YAML"),
        ("rate", "there is a measure type 'rate' already: choose another name, such as our-rate"),
        ("lowest-group", "there is a measure type 'lowest_group' already"),
        ("edu", "there is a package metricspec-edu in this environment already"),
        ("x" * 41, "more than 40 letters"),
    ],
)
def test_names_it_refuses(tmp_path: Path, command: Command, name: str, says: str) -> None:
    code, out, err = command("plugin", "new", name, "--dir", tmp_path)
    assert (code, out) == (2, "")
    assert says in err and len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_it_refuses_a_folder_that_is_there(tmp_path: Path, command: Command) -> None:
    mine = tmp_path / "metricspec-late-work" / "README.md"
    mine.parent.mkdir()
    mine.write_text("mine")
    code, _, err = command("plugin", "new", "late-work", "--dir", tmp_path)
    assert (code, "is there already and is left as it is" in err) == (2, True)
    assert [path.name for path in mine.parent.iterdir()] == ["README.md"] and mine.read_text() == "mine"


def test_it_says_what_is_next(tmp_path: Path, command: Command) -> None:
    code, out, err = command("plugin", "new", "late-work", "--dir", tmp_path / "a" / "b")
    assert (code, err) == (0, "")
    for said in ("metricspec-late-work", "measure type late_work", "pip install -e '.[dev]'", "python -m pytest"):
        assert said in out
    assert (tmp_path / "a" / "b" / "metricspec-late-work" / "pyproject.toml").is_file()


def test_next_runs_the_tests_of_its_own_indicator(tmp_path: Path, command: Command) -> None:
    """And not those of the whole catalogue."""
    _, out, _ = command("plugin", "new", "late-work", "--dir", tmp_path)
    assert "metricspec test late_work.missed_days:" in out


def test_it_is_as_tidy_as_it_asks_to_be(tmp_path: Path) -> None:
    """Its modules are formatted and linted by the settings that come with them, whatever the length of the name."""
    for name in ("late", "a-name-of-forty-letters-is-the-longest-one"[:40]):
        folder = tmp_path / name
        for path, text in plugin_files(Names(name)).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        checks = ["A", "B", "E", "F", "I", "N", "PT", "RUF", "SIM", "UP", "W"]
        for call in (["check", "--select", ",".join(checks), "--ignore", "E501"], ["format", "--check"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *call, "."], cwd=folder, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout
