"""The fingerprint where versions stand side by side: of each its own rules, whatever stands beside it."""

from __future__ import annotations

from pathlib import Path

from metricspec.model import Catalog
from metricspec.model.framework import Framework, Input
from metricspec.reading.load import load
from metricspec.registry import load_registry
from metricspec.versioning.fingerprint import fingerprint, framework_fingerprint
from tests.versions.conftest import ALL_YEARS, GAP, LATER, write

REGISTRY = load_registry()
GOALS = Framework("ours.goals", (Input("absent", ("ours.absent",)),))


def read(specs: Path) -> Catalog:
    return load([*REGISTRY.spec_folders, specs], REGISTRY).catalog


def of(catalog: Catalog, name: str, *years: str) -> str:
    found = catalog.find(name)
    assert found is not None
    return fingerprint(found, catalog, REGISTRY, years)


def test_an_older_version_of_a_part_is_in_the_fingerprint(specs: Path) -> None:
    """In that of all years, and of years in which it is in force."""
    (specs / "disparity.yaml").write_text(GAP, encoding="utf-8")
    before = read(specs)
    write(specs, "1.2.0", ALL_YEARS, numerator="8 * days_absent >= days_expected")
    after = read(specs)
    gap = "ours.absent_disparity"
    assert of(before, gap) != of(after, gap)
    assert of(before, gap, "2022-23") != of(after, gap, "2022-23")
    assert of(before, gap, "2023-24") == of(after, gap, "2023-24")
    assert of(before, "ours.absent@2") == of(after, "ours.absent@2") == of(after, "ours.absent")


def test_a_newer_version_beside_it_changes_no_fingerprint(specs: Path) -> None:
    with_newer = of(read(specs), "ours.absent@1")
    (specs / "absent-2.yaml").unlink()
    (specs / "absent-3.yaml").unlink()
    alone = read(specs)
    assert alone.versions == {} and with_newer == of(alone, "ours.absent") == of(alone, "ours.absent@1")


def test_a_framework_s_fingerprint_has_every_version_in_force(specs: Path) -> None:
    before = read(specs)
    write(specs, "1.2.0", ALL_YEARS, numerator="8 * days_absent >= days_expected")
    after = read(specs)
    assert framework_fingerprint(GOALS, before, REGISTRY) != framework_fingerprint(GOALS, after, REGISTRY)
    past, now = ("2022-23",), ("2023-24",)
    assert framework_fingerprint(GOALS, before, REGISTRY, past) != framework_fingerprint(GOALS, after, REGISTRY, past)
    assert framework_fingerprint(GOALS, before, REGISTRY, now) == framework_fingerprint(GOALS, after, REGISTRY, now)


def test_to_be_out_of_use_is_only_said(specs: Path) -> None:
    before = of(read(specs), "ours.absent")
    file = write(specs, "2.0.0", LATER, status="deprecated")
    file.write_text(file.read_text(encoding="utf-8") + "deprecated: {since: 2026-07-01}\n", encoding="utf-8")
    catalog = read(specs)
    assert catalog.indicators["ours.absent"].deprecated is not None
    assert of(catalog, "ours.absent") == before
