"""A network's project with an indicator of its own in three versions, and indicators made of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SPEC = """metricspec: 1
indicator: ours.absent
version: "{version}"
status: {status}
title: Often absent
better: lower
unit: percent
digits: 1
effective: {effective}
students: attendance_stint
population: [days_expected >= 31]
measure: {{type: rate, numerator: {numerator}}}
orgs: plain
groups: {groups}
policy: {policy}
compare: previous
"""
GAP = """metricspec: 1
indicator: ours.absent_disparity
version: "1.0.0"
title: Disparity
unit: ratio
digits: 2
measure: {type: disparity, of: ours.absent, compare: ratio, least_events: 5, least_students: 20}
orgs: plain
groups: dash14
policy: sqii
"""
ALL_YEARS = "{from: 2016-17}"
LATER = "{from: 2023-24}"
DAYS = {
    "1.2.0": "10 * days_absent >= days_expected",
    "2.0.0": "20 * days_absent >= days_expected",
    "3.0.0": "days_absent >= 1",
}


def write(folder: Path, version: str, effective: str, **more: str) -> Path:
    """The file of a version."""
    words = {"status": "active", "numerator": DAYS[version], "groups": "dash14", "policy": "sqii", **more}
    file = folder / f"absent-{version[0]}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SPEC.format(version=version, effective=effective, **words), encoding="utf-8")
    return file


@pytest.fixture
def specs(network: Path, tmp_path: Path) -> Path:
    """The specs of a project over the network's data (2021-22 to 2024-25): 1.2.0 until 2022-23, 2.0.0 from then on, and
    a draft of 3.0.0."""
    shutil.copytree(network / "data", tmp_path / "data")
    text = "metricspec: 1\nproject: ours\nbinding: demo\nspecs: [specs]\n"
    (tmp_path / "metricspec.yaml").write_text(text, encoding="utf-8")
    folder = tmp_path / "specs"
    write(folder, "1.2.0", ALL_YEARS)
    write(folder, "2.0.0", LATER)
    write(folder, "3.0.0", ALL_YEARS, status="draft")
    return folder
