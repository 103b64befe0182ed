"""The plugin's checks: an opportunity that is not compared, and one that tells of fewer than its policy shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from metricspec.problems import Problem
from metricspec.reading.load import load
from metricspec.registry import Registry

ACCESS = """\
metricspec: 1
indicator: ours.arts_access
version: "1.0.0"
status: active
title: Students whose school offers arts
better: higher
unit: percent
digits: 1
students: enrollment
facts:
  arts: {from: course_enrollment, where: content = 'ARTS', count: true, at: anywhere, missing: 0}
measure:
  type: course_access
  taken: arts >= 1
  least: 20
orgs: plain
groups: dash14
policy: sqii
compare: none
"""
GAP = """\
metricspec: 1
indicator: ours.arts_gap
version: "1.0.0"
title: Gap in access to arts
better: higher
unit: percent
digits: 1
measure: {type: gap, of: ours.arts_access, reference: others}
orgs: plain
groups: dash14
policy: sqii
compare: none
"""


def found(folder: Path, registry: Registry, *texts: str) -> list[Problem]:
    """What the checks find of specs in a folder, beside what ships."""
    for at, text in enumerate(texts):
        (folder / f"spec{at}.yaml").write_text(text)
    loaded = load([*registry.spec_folders, folder], registry)
    assert not [p for p in loaded.problems if p.severity == "error"]
    return [problem for check in registry.checks.values() for problem in check.find(loaded.catalog)]


def test_what_ships_is_compared_and_hides(tmp_path: Path, registry: Registry) -> None:
    assert set(registry.checks) >= {"opportunity_compared", "opportunity_hiding"}
    assert found(tmp_path, registry) == []


def test_without_a_gap_there_is_a_warning_at_the_indicator(tmp_path: Path, registry: Registry) -> None:
    (problem,) = found(tmp_path, registry, ACCESS)
    assert (problem.code, problem.severity) == ("OTL001", "warning")
    assert (Path(problem.place.file).name, problem.place.line) == ("spec0.yaml", 2)
    assert "ours.arts_access" in problem.message and "type: gap" in problem.hint


@pytest.mark.parametrize(
    "texts",
    [
        (ACCESS, GAP),
        (
            ACCESS,
            GAP.replace("{type: gap,", "{type: disparity, compare: difference,").replace(", reference: others", ""),
        ),
        (ACCESS.replace("status: active", "status: draft"),),
    ],
)
def test_with_one_or_as_a_draft_there_is_none(tmp_path: Path, registry: Registry, texts: tuple[str, ...]) -> None:
    assert found(tmp_path, registry, *texts) == []


def test_a_gap_of_another_indicator_is_not_enough(tmp_path: Path, registry: Registry) -> None:
    gap = GAP.replace("of: ours.arts_access", "of: opportunity.ap_access")
    assert [problem.code for problem in found(tmp_path, registry, ACCESS, gap)] == ["OTL001"]


def test_access_that_tells_of_fewer_than_the_policy_shows(tmp_path: Path, registry: Registry) -> None:
    (problem,) = found(tmp_path, registry, ACCESS.replace("least: 20", "least: 19"), GAP)
    assert (problem.code, problem.severity, problem.place.line) == ("OTL002", "warning", 2)
    assert "write `least: 20`" in problem.hint


def test_enrollment_tells_nothing_of_the_sort(tmp_path: Path, registry: Registry) -> None:
    enrollment = ACCESS.replace("least: 20", "least: 5\n  report: enrollment")
    assert found(tmp_path, registry, enrollment, GAP) == []
