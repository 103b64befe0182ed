"""Bindings of files that the state publishes, on a few rows in the published columns; and the layout of each year's names."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metricspec.running.binding import required
from metricspec.running.project import Project

LAYOUTS = Path(__file__).parent / "layouts"
SPEC = """metricspec: 1
indicator: ours.state
version: "1.0.0"
status: active
title: As published
better: lower
unit: percent
digits: 1
measure: {{type: published, dataset: dashboard_published, indicator: {code}}}
orgs: plain
groups: published_codes
policy: dataquest
compare: previous
"""


def run(shipped: Project, binding: str, code: str, folder: Path) -> Any:
    """An indicator that takes the counts of a file as they stand."""
    from metricspec.reading.load import load as read

    (folder / "state.yaml").write_text(SPEC.format(code=code), encoding="utf-8")
    found = read([*shipped.registry.spec_folders, folder], shipped.registry)
    assert not [problem for problem in found.problems if problem.severity == "error"]
    project = replace(shipped, catalog=found.catalog).with_binding(binding)
    given = {"dashboard_published": LAYOUTS / f"{binding.partition('.')[2]}.txt"}
    return project.execute(["ours.state"], data=given).result


@pytest.mark.parametrize("binding", ["ca.dataquest_chronic", "ca.dataquest_chronic_v2"])
def test_chronic_absenteeism(binding: str, shipped: Project, tmp_path: Path) -> None:
    """45 of 300 in the district, 5 percent less than the year before; 30 of 120 in the school; hidden figures stay empty."""
    found = run(shipped, binding, "dataquest_chronic", tmp_path).set_index(["org_id", "school_year", "student_group"])
    district = found.loc[("27661590000000", "2023-24", "TA")]
    assert district[["value", "prior_value", "change", "org_level"]].tolist() == [15.0, 20.0, -5.0, "district"]
    assert found.loc[("27661592730000", "2023-24", "TA"), "value"] == 25.0
    assert ("27661590000000", "2023-24", "RF") not in found.index or pd.isna(
        found.loc[("27661590000000", "2023-24", "RF"), "value"]
    )
    assert set(found.index.get_level_values("org_id")) <= {"27661590000000", "27661592730000"}  # no state, no county


def test_suspension(shipped: Project, tmp_path: Path) -> None:
    """12 of 400 students, whatever the number of suspensions; the rows of charter schools alone are not read."""
    found = run(shipped, "ca.dataquest_suspension", "dataquest_suspension", tmp_path)
    (one,) = found[found["student_group"] == "TA"].to_dict("records")
    assert (one["value"], one["denominator"], one["org_id"]) == (3.0, 400, "27661590000000")


@pytest.mark.parametrize("code", ["chronic", "CHRONIC"])
def test_dashboard_of_a_later_year(code: str, shipped: Project, tmp_path: Path) -> None:
    """30 of 200, after 40 of 200; codes of levels from the top, whatever the letters of the indicator."""
    bound = shipped.catalog.bindings["ca.dashboard_later"].datasets["dashboard_published"]
    columns = required(bound, shipped.catalog.datasets["dashboard_published"].columns)
    row = {"cds": "27661590000000", "rtype": "D", "districtname": "Salinas", "type": "UD", "studentgroup": "ALL"}
    row |= {"indicator": code, "reportingyear": "2024", "currnumer": "30", "currdenom": "200", "currstatus": "15.0"}
    row |= {"priornumer": "40", "priordenom": "200", "priorstatus": "20.0", "change": "-5.0", "statuslevel": "2"}
    path = tmp_path / "dashboard.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, columns, restval="")
        writer.writeheader()
        writer.writerow(row)
    project = shipped.with_binding("ca.dashboard_later")
    found = project.execute(["ca.published.chronic_absenteeism"], data={"dashboard_published": path}).result
    (one,) = found[found["student_group"] == "ALL"].to_dict("records")
    assert (one["value"], one["change"], one["school_year"]) == (15.0, -5.0, "2023-24")
