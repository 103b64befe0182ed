"""New York City's published chronic absence by district against the engine."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

import metricspec

pytestmark = pytest.mark.real_data

FILE = "nyc_attendance_district_2017-18_to_2019-20.csv"
NUMBERS = ["numerator", "denominator", "n", "value", "low", "high", "change"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def compared(rows: list[dict[str, str]], path: Path) -> tuple[int, int]:
    """How many rows show a number and how many are hidden; each shown one is within 1e-4 of a point."""
    frame = metricspec.load().run("nyc.published.chronic_absenteeism", data={"dashboard_published": path})
    ours = {(row["org_id"], row["school_year"], row["student_group"]): row for row in frame.to_dict("records")}
    assert len(ours) == len(frame) == len(rows)
    shown = hidden = 0
    for row in rows:
        group = "ALL" if row["category"] == "All Students" else row["category"]
        result = ours[row["district"], row["year"], group]
        if row["pct_chronic"] == "s":
            hidden += 1
            assert result["suppressed"] == "input"
            assert all(pd.isna(result[name]) for name in NUMBERS)
        else:
            shown += 1
            counted = 100 * int(row["n_chronic"]) / int(row["n_contributing"])
            assert result["value"] == pytest.approx(float(row["pct_chronic"]), abs=1e-4, rel=0)
            assert result["value"] == pytest.approx(counted, abs=0.5001e-4, rel=0)
    return shown, hidden


def test_every_published_percentage(real_data: Path) -> None:
    rows = [row for row in read(real_data / FILE) if row["grade"] == "All Grades"]
    assert compared(rows, real_data / FILE) == (1_584, 0)


def test_single_grades_and_what_the_city_hides(real_data: Path, tmp_path: Path) -> None:
    """The rows of single grades, each under a category of its own; hidden ones ('s') stay empty, and are not 0."""
    rows = [
        {**row, "grade": "All Grades", "category": f"{row['category']}, {row['grade']}"}
        for row in read(real_data / FILE)
        if row["grade"] != "All Grades"
    ]
    path = tmp_path / "grades.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    shown, hidden = compared(rows, path)
    assert shown + hidden == 23_363 - 1_584
    assert hidden == sum(row["pct_chronic"] == "s" for row in rows) == 247
