"""Each shipped binding of a source system reads a small database of the published layout: the figures are worked out by hand
from the rows in layouts/, and the engines agree on them."""

from __future__ import annotations

import pandas as pd
import pytest

from metricspec.running.project import Project
from metricspec.warehouse import Warehouse

from .conftest import Opened, calpads
from .layouts import statements


def run(project: Project, binding: str, indicator: str, warehouse: Warehouse) -> pd.DataFrame:
    return project.with_binding(binding).execute([indicator], warehouse=warehouse).result


def row(frame: pd.DataFrame, org: str, group: str) -> pd.Series:
    """The one row of an org and a student group."""
    found = frame[(frame["org_id"] == org) & (frame["student_group"] == group)]
    assert len(found) == 1, (org, group, frame[["org_id", "student_group"]].to_dict("records"))
    return found.iloc[0]


STANDARDS = pytest.mark.parametrize("standard", ["5", "6"])


@STANDARDS
def test_edfi_attendance(standard: str, shipped: Project, opened: Opened) -> None:
    """8.5 + 2 + 9 + 20 times 10 days attended, of 10 + 3 + 10 + 200."""
    warehouse = opened(statements("edfi", f"edfi_{standard}"))
    found = run(shipped, f"edfi.ods_{standard}", "attendance_rate", warehouse)
    for org in ("100", "10"):
        assert row(found, org, "ALL")[["numerator", "denominator", "school_year"]].tolist() == [219.5, 223, "2024-25"]
    assert row(found, "100", "WH")[["numerator", "denominator"]].tolist() == [200, 200]
    assert row(found, "100", "SED")[["numerator", "denominator"]].tolist() == [150, 150]


@STANDARDS
def test_edfi_suspensions(standard: str, shipped: Project, opened: Opened) -> None:
    """One of 23 students with a primary enrollment was suspended out of school; community service is no suspension."""
    warehouse = opened(statements("edfi", f"edfi_{standard}"))
    found = run(shipped, f"edfi.ods_{standard}", "dataquest.suspension_rate", warehouse)
    assert row(found, "100", "TA")["denominator"] == 23
    assert row(found, "100", "TA")["value"] == pytest.approx(4.3)
    assert row(found, "100", "RW")["denominator"] == 20


@STANDARDS
def test_edfi_assessment(standard: str, shipped: Project, opened: Opened) -> None:
    """15 of the 19 who tested reach level 3 or 4."""
    warehouse = opened(statements("edfi", f"edfi_{standard}"))
    found = run(shipped, f"edfi.ods_{standard}", "pct_met_or_exceeded_ela", warehouse)
    assert row(found, "100", "ALL")["denominator"] == 19
    assert row(found, "100", "ALL")["value"] == pytest.approx(78.9)


def test_edu_attendance(shipped: Project, opened: Opened) -> None:
    """80.5 + 21 times 99 days attended of 2,200: two enrollments of one student count the year once."""
    found = run(shipped, "edu.warehouse", "attendance_rate", opened(statements("edu")))
    assert row(found, "100", "ALL")[["numerator", "denominator"]].tolist() == [2159.5, 2200]
    assert row(found, "10", "WH")[["numerator", "denominator"]].tolist() == [2079, 2100]


def test_edu_suspensions(shipped: Project, opened: Opened) -> None:
    """One of the 21 whose school is their primary one; a detention is no suspension."""
    found = run(shipped, "edu.warehouse", "dataquest.suspension_rate", opened(statements("edu")))
    assert row(found, "100", "TA")["denominator"] == 21
    assert row(found, "100", "TA")["value"] == pytest.approx(4.8)


def test_ceds_attendance(shipped: Project, opened: Opened) -> None:
    """87.5 + 19 times 98 days of 20 times 100: one student has no days yet, and two races do not double another's."""
    found = run(shipped, "ceds.staging", "attendance_rate", opened(statements("ceds")))
    assert row(found, "100", "ALL")[["numerator", "denominator"]].tolist() == [1949.5, 2000]
    assert row(found, "100", "WH")["denominator"] == 1800


def test_ceds_suspensions(shipped: Project, opened: Opened) -> None:
    """One of 21; two behaviors of one action are one action."""
    found = run(shipped, "ceds.staging", "dataquest.suspension_rate", opened(statements("ceds")))
    assert row(found, "100", "TA")["value"] == pytest.approx(4.8)


ORG = """CREATE TABLE org AS SELECT * FROM (VALUES ('1234567', '2024-25', 'school', 'Valley High', 'HS', FALSE, FALSE, '1010101'),
  ('1010101', '2024-25', 'district', 'Valley Unified', 'UD', FALSE, FALSE, CAST(NULL AS VARCHAR(20))))
  AS t(org_id, school_year, org_level, org_name, org_type, charter, alternative, parent_id)"""


def with_org(project: Project, binding: str) -> Project:
    """The binding with org in a table of its own, as a district adds it."""
    from dataclasses import replace

    from metricspec.model import BoundDataset

    found = project.with_binding(binding).binding
    assert found is not None
    datasets = {**found.datasets, "org": BoundDataset("org", table="org")}
    return replace(project, binding=replace(found, datasets=datasets))


def test_calpads_attendance(shipped: Project, opened: Opened) -> None:
    """Student 1: 150 in person, 2 in in-school suspension, 8 of independent study, of 180; 20 others 171 of 180; the exempt
    student and the one enrolled elsewhere count nowhere."""
    project = with_org(shipped, "calpads")
    found = project.execute(["attendance_rate"], warehouse=opened([*calpads(), ORG])).result
    assert row(found, "1234567", "ALL")[["numerator", "denominator"]].tolist() == [160 + 20 * 171, 21 * 180]


def test_calpads_absence(shipped: Project, opened: Opened) -> None:
    """Student 1 was absent 20 of 180 days; the others 9, which is less than ten percent."""
    project = with_org(shipped, "calpads")
    found = project.execute(["dataquest.chronic_absenteeism"], warehouse=opened([*calpads(), ORG])).result
    assert row(found, "1234567", "TA")[["value", "denominator"]].tolist() == [4.8, 21]


def test_calpads_suspensions(shipped: Project, opened: Opened) -> None:
    """Two of 22 students were suspended; restraint is no suspension, and who never came is not enrolled."""
    project = with_org(shipped, "calpads")
    found = project.execute(["dataquest.suspension_rate"], warehouse=opened([*calpads(), ORG])).result
    assert row(found, "1234567", "TA")[["value", "denominator"]].tolist() == [9.1, 22]
