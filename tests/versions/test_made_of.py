"""What is made of an indicator with several versions: which it involves, and what looks its rules up by year."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import metricspec
from metricspec.frameworks import Given, compose
from metricspec.model import Indicator
from metricspec.reading.load import load
from metricspec.reading.reader import Reader
from metricspec.registry import load_registry
from tests.frameworks.made import CATALOG, YEAR, frame, part, row
from tests.versions.conftest import GAP, write

AGAIN = "measure: {type: disparity, of: ours.absent_disparity, compare: ratio, least_events: 5, least_students: 20}"


def test_each_version_is_involved_after_what_it_needs(specs: Path) -> None:
    (specs / "disparity.yaml").write_text(GAP, encoding="utf-8")
    project = metricspec.load(specs.parent)
    registry, catalog = project.registry, project.catalog
    gap = project.indicator("ours.absent_disparity")
    assert registry.made_of(gap) == ("ours.absent",) and registry.rows_of(gap) is None
    assert registry.made_of(project.indicator("ours.absent")) == ()

    def involved(*years: str) -> list[tuple[str, str]]:
        found = registry.involved(["ours.absent_disparity", "ours.absent"], catalog, years)
        return [(one.result_id, one.version) for one in found]

    older, newer, made = ("ours.absent", "1.2.0"), ("ours.absent", "2.0.0"), ("ours.absent_disparity", "1.0.0")
    assert involved() == [older, newer, made]
    assert involved("2021-22") == [older, made]
    assert involved("2024-25") == [newer, made]
    assert project.datasets(gap) == project.datasets(project.indicator("ours.absent")) == {"attendance_stint", "org"}


def test_no_version_is_made_of_its_own_result(specs: Path) -> None:
    """The older version, made of what is made of it; and a draft may be, for a plain id does not mean it."""
    (specs / "disparity.yaml").write_text(GAP, encoding="utf-8")
    older = write(specs, "1.2.0", "{from: 2016-17}")
    _made_of_disparity(older)
    registry = load_registry()
    found = [p for p in load([*registry.spec_folders, specs], registry).problems if p.code == "MS213"]
    assert [(Path(p.place.file).name, p.place.line) for p in found] == [("absent-1.yaml", 10), ("disparity.yaml", 7)]
    write(specs, "1.2.0", "{from: 2016-17}")
    _made_of_disparity(write(specs, "3.0.0", "{from: 2016-17}", status="draft"))
    assert not [p for p in load([*registry.spec_folders, specs], registry).problems if p.code == "MS213"]


def _made_of_disparity(file: Path) -> None:
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith(("students", "pop"))]
    text = "\n".join(AGAIN if line.startswith("measure") else line for line in kept)
    file.write_text(text.replace("unit: percent", "unit: ratio") + "\n", encoding="utf-8")


def test_a_framework_takes_the_cut_scores_of_the_year() -> None:
    """The change needed for the next level, of a year whose version is rated by a table that the newest does not have."""
    name = "sqii.chronic_absence"
    rated = [row(name, value=95.0, status="1")]  # the next level ends below 90.0

    def needs(newest: Indicator, *older: Indicator) -> object:
        versions = {name: (*older, replace(newest, id=f"{name}@2"))} if older else {}
        catalog = replace(CATALOG, indicators={**CATALOG.indicators, name: newest}, versions=versions)
        given = Given(frame(rated), frozenset(catalog.frameworks["core_sqii"].indicators), {}, None)
        return part(compose(catalog.frameworks["core_sqii"], catalog, given), "metric", "chronic_absence")["needed_1"]

    now = CATALOG.indicators[name]
    later = replace(now, version="2.0.0", rating=None, effective=replace(now.effective, first="2024-25"))
    assert YEAR < "2024-25"
    assert needs(now) == -5.1 and needs(replace(now, rating=None)) is None
    assert needs(later, replace(now, id=f"{name}@1")) == -5.1


def test_what_did_not_change_is_built_once(specs: Path) -> None:
    registry, reader = load_registry(), Reader()
    first, second = (load([*registry.spec_folders, specs], registry, reader).catalog for _ in range(2))
    for name in ("ours.absent@1", "ours.absent@3"):
        assert first.find(name) is not None and first.find(name) is second.find(name)
