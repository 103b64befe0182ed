"""The generated pages are current, and nothing that they should describe is left out."""

from __future__ import annotations

import inspect
import subprocess
import sys

import click
import pytest

from metricspec import hookspecs
from metricspec.cli import COMMANDS, cli
from metricspec.docsgen import pages
from metricspec.docsgen.keys import keys_table
from metricspec.reporting.keys import keys
from metricspec.docsgen.language import FORMS, KINDS
from metricspec.frameworks import FRAME
from metricspec.reading.load import Loaded, load
from metricspec.reading.problem_codes import entries
from metricspec.reading.schemas import FOLDER, kind_schema
from metricspec.registry import load_registry

from .pages import REPOSITORY

REFERENCE = REPOSITORY / "docs" / "reference"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    registry = load_registry()
    return load(registry.spec_folders, registry)


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def test_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "metricspec.docsgen", "--check"], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_no_other_pages_lie_beside_them() -> None:
    """The page of conformance is made from the lists of that suite, and checked there."""
    assert {path.name for path in REFERENCE.iterdir()} == {*pages(), "conformance.md"}


def test_a_changed_page_is_found(tmp_path: object) -> None:
    command = [sys.executable, "-m", "metricspec.docsgen", str(tmp_path)]
    assert subprocess.run(command, capture_output=True).returncode == 0
    written = REPOSITORY.joinpath(str(tmp_path), "result.md")
    written.write_text(written.read_text(encoding="utf-8") + "more\n", encoding="utf-8")
    done = subprocess.run([*command, "--check"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "result.md" in done.stderr and "hooks.md" not in done.stderr


def test_every_problem_code() -> None:
    text = page("problems.md")
    for entry in entries():
        assert f"### {entry.code} {entry.title}\n" in text
        assert entry.mend in text


def test_every_measure_type_and_key() -> None:
    text = page("measure-types.md")
    types = load_registry().measure_types
    assert len(types) >= 4
    for measure in types.values():
        assert f"\n## {measure.name}\n" in text
        assert inspect.cleandoc(type(measure).__doc__ or "").splitlines()[0] in text
        paths = [key.path for key in keys(measure.schema)]
        assert paths
        for path in paths:
            assert f"| `{path}` |" in text


def test_every_hook() -> None:
    hooks = [member for member in vars(hookspecs) if member.startswith("metricspec_")]
    assert hooks
    for hook in hooks:
        assert f"\n### {hook}\n" in page("hooks.md")


def test_every_command_and_option() -> None:
    text = page("commands.md")
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for option in command.params:
            if isinstance(option, click.Option):
                assert f"`{option.opts[0]}`" in section, (name, option.opts)


def test_every_kind_of_document_and_key() -> None:
    text = page("language.md")
    assert {path.stem for path in FOLDER.glob("*.json")} - {"shared"} == set(KINDS)
    for kind, (heading, _) in KINDS.items():
        assert f"\n## {heading}\n" in text
        assert keys_table(kind_schema(kind)) in text


def test_every_key_says_what_it_is() -> None:
    silent = [(kind, key.path) for kind in KINDS for key in keys(kind_schema(kind)) if not key.says]
    assert silent == []


@pytest.mark.parametrize("example", [example for _, _, example in FORMS])
def test_every_form_of_expression_is_allowed(loaded: Loaded, example: str) -> None:
    expression, findings = loaded.expressions.rows("attendance_stint", example, None)
    assert expression is not None, findings


def test_every_indicator_and_dataset(loaded: Loaded) -> None:
    assert len(loaded.catalog.indicators) > 20
    for indicator in loaded.catalog.indicators.values():
        section = page("indicators.md").split(f"\n### {indicator.id}\n")[1].split("\n### ")[0]
        assert f"Version {indicator.version}" in section
        assert (indicator.source is None) == ("Source: none given" in section)
        if indicator.unverified:
            assert "**Not verified:**" in section
    for dataset in loaded.catalog.datasets.values():
        section = page("datasets.md").split(f"\n## {dataset.id}\n")[1].split("\n## ")[0]
        for column in dataset.columns:
            assert f"| `{column}` |" in section


def test_every_framework_and_column(loaded: Loaded) -> None:
    text = page("frameworks.md")
    assert len(loaded.catalog.frameworks) >= 3
    for framework in loaded.catalog.frameworks.values():
        section = text.split(f"\n## {framework.id}\n")[1].split("\n## ")[0]
        for one in (*framework.inputs, *framework.criteria, *framework.designations):
            assert str(one.title) in section
    assert all(f"| `{name}` |" in text.split("\n## Columns\n")[1] for name in FRAME)


def test_every_binding_and_what_is_not_verified(loaded: Loaded) -> None:
    assert len(loaded.catalog.bindings) > 10
    for binding in loaded.catalog.bindings.values():
        section = page("bindings.md").split(f"\n## {binding.id}\n")[1].split("\n## ")[0]
        assert binding.unverified == ("**Not verified:**" in section)
        for dataset in binding.datasets:
            assert f"| [{dataset}](datasets.md#{dataset}) |" in section
