"""metricspec new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metricspec.cli.options import project_option

if TYPE_CHECKING:
    from metricspec.model import Dataset
    from metricspec.reading.load import Loaded


@click.command("new")
@click.argument("name", metavar="ID")
@click.option(
    "--measure",
    type=click.Choice(["rate", "ratio", "mean"]),
    default="rate",
    show_default=True,
    help="rate: students who meet a condition; ratio: a sum by a sum; mean: of a number over students.",
)
@click.option("--students", default="attendance_stint", show_default=True, help="The dataset whose students count.")
@click.option("--title", default=None, help="The title in English. Default: made of the id.")
@click.option(
    "--dir",
    "target",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Write into this folder instead of the project's specs.",
)
@project_option
def new_command(
    name: str, measure: str, students: str, title: str | None, target: Path | None, folder: Path | None
) -> int:
    """Start a new indicator and its test. ID is its lasting name, such as ours.late_arrivals.

    Two files are written that pass `metricspec check` and `metricspec test` as they stand; every line of them says
    what it decides.
    """
    from metricspec.problems import UsageError
    from metricspec.reporting.writing import write_text
    from metricspec.testing.scaffold import scaffold

    _demand_id(name)
    if title is not None and (not title.strip() or not title.isprintable()):
        raise UsageError("--title: write one line of text")
    home, loaded = _home(target, folder)
    if name in {d.id for d in loaded.documents.values() if d.kind == "indicator"}:
        raise UsageError(f"there is an indicator '{name}' already (metricspec show {name}); choose another id")
    dataset = _students(loaded, students)
    *authority, last = name.split(".")
    place = home if target is not None else home.joinpath("indicators", *authority)
    files = (place / f"{last.replace('_', '-')}.yaml", place / f"{name}.test.yaml")
    for file in files:
        if file.exists():
            raise UsageError(f"{file} exists already and is left as it is")
    words = title or last.replace("_", " ").strip().capitalize()
    texts = scaffold(name, words, measure, dataset, loaded.catalog, loaded.expressions)
    for file, text in zip(files, texts, strict=True):
        write_text(file, text)
    _say_next(name, files, target, folder)
    return 0


def _demand_id(name: str) -> None:
    import re

    from metricspec.problems import UsageError
    from metricspec.reading.schemas import kind_schema

    rule = kind_schema("indicator")["properties"]["indicator"]
    if not re.search(rule["pattern"], name) or "\n" in name:
        raise UsageError(f"'{name}' cannot be an id: write {rule['x-form']}")


def _home(target: Path | None, folder: Path | None) -> tuple[Path, Loaded]:
    """Where to write, and everything that is known there already."""
    from metricspec.cli.opening import print_plugin_problems
    from metricspec.problems import UsageError
    from metricspec.reading.load import load
    from metricspec.running.loading import FILE, opened_project
    from metricspec.running.plugins import project_registry

    root = folder or Path()
    described = opened_project(root, demanded=False)
    registry = project_registry(described)
    print_plugin_problems(registry)
    specs: list[Path] = []
    if described is not None:
        specs = [root / one for one in described.specs]
        if not specs and target is None:
            raise UsageError(f"{root / FILE} names no folder of specs: add the line `specs: [specs]` to it")
    elif target is None:
        raise UsageError(
            f"{root.resolve()} is not a project: there is no {FILE}. Go to your project's folder or name it with "
            "--project; or write into any folder with --dir (metricspec demo makes a project to learn from)"
        )
    home = target or specs[0]
    wanted = [one for one in dict.fromkeys([*specs, home]) if one.is_dir()]
    return home, load([*registry.spec_folders, *wanted], registry)


def _students(loaded: Loaded, name: str) -> Dataset:
    from metricspec.problems import UsageError
    from metricspec.reading.suggest import hint

    datasets = {d.id: d for d in loaded.catalog.datasets.values() if "student" in d.keys}
    if name not in datasets:
        known = hint(name, sorted(datasets), "there are")
        raise UsageError(f"--students: there is no dataset of students '{name}': {known}")
    return datasets[name]


def _say_next(name: str, files: tuple[Path, Path], target: Path | None, folder: Path | None) -> None:
    where = str(target) if target is not None else name
    option = f" --project {folder}" if folder is not None else ""
    checked = str(target) if target is not None else str(files[0].parent)
    click.echo(f"{files[0]}: what the indicator means\n{files[1]}: made-up rows and what they must give\n")
    click.echo("Next:")
    click.echo("  1. Open both files. Every line says what it decides; change what is not yours.")
    click.echo(f"  2. metricspec check {checked}{option}")
    click.echo(f"  3. metricspec test {where}{option}")
    if target is None:
        click.echo(f"  4. When it is agreed, write `status: active`, then: metricspec run {name}{option}")
    else:
        click.echo("  4. When it is agreed, move both files into the specs folder of a project.")
