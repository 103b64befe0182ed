"""What is wrong in the data is told with its count; what is normal is not mentioned."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

import metricspec
from metricspec.reporting.quality import print_quality
from metricspec.running.quality import Count

CATALOG = metricspec.load().catalog


def told(*counts: Count) -> str:
    out = io.StringIO()
    print_quality(counts, CATALOG, Console(file=out, width=100))
    return out.getvalue()


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (
            Count("attendance_stint", "school_id", "unmatched_org", 12, 400),
            "12 (3.0%) at a school_id that the org dataset lacks",
        ),
        (
            Count("attendance_stint", "grade", "unreadable", 1200, 4800),
            "1,200 (25.0%) with a grade that could not be read",
        ),
        (Count("attendance_stint", "race_ethnicity", "missing", 40, 400), "40 (10.0%) without race_ethnicity, unknown"),
        (
            Count("attendance_stint", "english_learner", "missing", 4, 400),
            "<11 without english_learner, taken as no",
        ),
    ],
)
def test_what_is_wrong_is_told(count: Count, words: str) -> None:
    text = told(Count("attendance_stint", "", "rows", count.of, count.of), count)
    assert words in " ".join(text.split())


def test_what_is_normal_is_not() -> None:
    assert told() == ""
    assert told(Count("attendance_stint", "", "rows", 400, 400)) == ""
    assert told(Count("attendance_stint", "exit_date", "missing", 100, 400)) == ""  # still enrolled
    assert told(Count("attendance_stint", "accountability_district_id", "missing", 399, 400)) == ""
