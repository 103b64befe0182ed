"""California's published levels of English of 2018: the shares of each school and district out of its counts.

Every counted student becomes a row of a dataset, and a `distribution` by level is computed of them: its rounded shares
are the published ones.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from metricspec.reading.load import load
from metricspec.registry import load_registry
from metricspec.testing.runner import Runner

pytestmark = pytest.mark.real_data

FILE = "ca_dashboard_monterey_2018_elpi.csv"
LEVELS = {"1": "1", "2": "2L", "3": "3L", "4": "4"}  # the file has the test's four levels
YEAR = "2017-18"
SPEC = """
metricspec: 1
indicator: levels_of_english
version: "1.0.0"
title: Levels of English
unit: percent
digits: 1
students: english_learner_status
measure:
  type: distribution
  categories:
    PL1: level = '1'
    PL2: level between '2L' and '2H'
    PL3: level between '3L' and '3H'
  remainder: PL4
orgs: plain
groups: all_students
policy: ca_dashboard
compare: none
"""


def published(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return [row for row in csv.DictReader(handle) if row["PLTotCt"]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[dict[str, str]]], dict]:
    folder = tmp_path_factory.mktemp("levels")
    (folder / "levels.yaml").write_text(SPEC, encoding="utf-8")
    registry = load_registry()
    found = load([*registry.spec_folders, folder], registry)
    runner = Runner(found.catalog, registry, found.expressions)

    def results(rows: list[dict[str, str]]) -> dict:
        """The Result by school and category of students that are counted in the file's rows."""
        students = [
            {"student_id": f"{row['cds14']}-{level}-{n}", "school_id": row["cds14"], "school_year": YEAR, "level": code}
            for row in rows
            for level, code in LEVELS.items()
            for n in range(int(row[f"PL_{level}"] or 0))
        ]
        found = runner.results("levels_of_english", {"english_learner_status": students}, "released")
        return {(row["org_id"], row["category"]): row for row in found if row["org_level"] == "school"}

    return results


@pytest.mark.parametrize(("kind", "count"), [("S", 114), ("D", 22)])
def test_every_published_share(kind: str, count: int, real_data: Path, run: Callable) -> None:
    """Each row of the file stands as a school of its own, so that districts are tested by their own counts."""
    rows = [row for row in published(real_data / FILE) if row["rtype"] == kind]
    ours = run(rows)
    met = 0
    for row in rows:
        total = sum(int(row[f"PL_{level}"] or 0) for level in LEVELS)
        assert total == int(row["PLTotCt"])
        for level in LEVELS:
            result = ours[row["cds14"], f"PL{level}"]
            if total < 11:
                assert result["suppressed"] == "primary" and result["value"] is None
            else:
                assert (result["value"], result["n"]) == (float(row[f"PL{level}_Pct"] or 0), total), row
                met += 1
    assert met == 4 * count
