"""Cases that pass, cases that fail, and cases that cannot be run."""

from pathlib import Path

import pytest

from metricspec.testing.comparing import Cell
from metricspec.testing.runner import Runner
from metricspec.testing.selection import select_tests

from .conftest import Run, write_test

ONE_OF_TWO = """\
- name: one of two
  stage: tally
  rows:
    - {student_id: s1, school_id: A, days_expected: 40, days_absent: 4}
    - {student_id: s2, school_id: A, days_expected: 40, days_absent: 3}
"""


def test_a_case_passes(run: Run) -> None:
    assert run(ONE_OF_TWO + "  expect: [{org_level: school, org_id: A, numerator: 1, denominator: 2}]").passed


def test_a_difference_names_column_expected_and_got_at_the_line_of_the_expectation(run: Run) -> None:
    expect = "  expect:\n    - {org_level: school, org_id: A, numerator: 2, denominator: 2, n: 3}\n"
    (difference,) = run(ONE_OF_TWO + expect).differences
    assert difference.cells == (Cell("numerator", 2, 1.0), Cell("n", 3, 2.0))
    assert difference.place.line == 10  # three lines of heading, five of the case, `expect:`, and its first row
    assert difference.says == "row school A ALL 2024-25"


def test_a_missing_row_says_which_rows_there_are(run: Run) -> None:
    (difference,) = run(ONE_OF_TWO + "  expect: [{org_level: school, org_id: B, numerator: 1}]").differences
    assert difference.says == "no row school B ALL 2024-25"
    assert difference.there[0] == "school A ALL 2024-25"
    assert set(difference.there) >= {"district D1 ALL 2024-25", "network N1 ALL 2024-25", "school A HI 2024-25"}


def test_an_expectation_that_names_no_one_row_is_no_expectation(run: Run) -> None:
    (difference,) = run(ONE_OF_TWO + "  expect: [{numerator: 1}]").differences
    assert difference.says.startswith("3 rows match")  # school, district, network


def test_a_row_that_must_not_be_there(run: Run) -> None:
    absent = "  expect_absent:\n    - {org_id: B}\n    - {org_level: school, student_group: HI}\n"
    (difference,) = run(ONE_OF_TWO + absent).differences
    assert "school A HI 2024-25" in difference.says


def test_null_equals_only_null(run: Run) -> None:
    (difference,) = run(ONE_OF_TWO + "  expect: [{org_id: A, numerator: null, notes: null}]").differences
    assert difference.cells == (Cell("numerator", None, 1.0),)


@pytest.mark.parametrize(("tolerance", "passes"), [("", False), ("  tolerance: 0.01\n", True)])
def test_the_tally_has_the_unrounded_value_in_the_unit(run: Run, tolerance: str, passes: bool) -> None:
    rows = [f"    - {{student_id: s{at}, school_id: A, days_absent: {18 * (at == 1)}}}\n" for at in (1, 2, 3)]
    head = "- name: a third\n  stage: tally\n" + tolerance + "  rows:\n" + "".join(rows)
    assert run(head + "  expect: [{org_level: school, org_id: A, value: 33.333}]").passed is passes


def test_the_result_has_the_rounded_value_and_hides_small_groups(run: Run) -> None:
    case = """\
- name: three of eleven
  rows:
    - {student_id: s, school_id: A, days_absent: 18, repeat: 3}
    - {student_id: t, school_id: A, repeat: 8}
    - {student_id: u, school_id: B, repeat: 10}
  expect:
    - {org_level: school, org_id: A, value: 27.3, n: 11, suppressed: null}
    - {org_level: school, org_id: B, value: null, n: null, suppressed: primary}
"""
    assert run(case).passed


def test_a_number_expected_of_a_hidden_row_says_that_it_is_hidden(run: Run) -> None:
    case = ONE_OF_TWO.replace("  stage: tally\n", "") + "  expect: [{org_level: school, org_id: A, value: 50}]"
    (difference,) = run(case).differences
    assert difference.hint.startswith("the row is hidden (primary)")


YEARS = """\
- name: two years
  stage: tally
  rows:
    - {student_id: s1, school_id: A, school_year: 2022-23, days_absent: 18}
    - {student_id: s1, school_id: A, school_year: 2023-24}
"""


@pytest.mark.parametrize(
    ("more", "absent"),
    [
        ("  expect: [{org_level: school, org_id: A, numerator: 0}]\n", ""),
        ("  year: 2022-23\n  expect: [{org_level: school, org_id: A, numerator: 1}]\n", "{school_year: 2023-24}"),
        ("  expect: [{org_level: school, org_id: A, school_year: 2022-23, numerator: 1}]\n", ""),
    ],
)
def test_the_year_is_the_one_named_or_that_of_the_case_or_the_latest(run: Run, more: str, absent: str) -> None:
    assert run(YEARS + more + (f"  expect_absent: [{absent}]\n" if absent else "")).passed


def test_an_org_without_a_year_stands_for_every_year_of_the_case(run: Run) -> None:
    orgs = """\
  datasets:
    org:
      - {org_id: D7, org_level: district}
      - {org_id: A, parent_id: D7}
  expect:
    - {org_level: district, org_id: D7, school_year: 2022-23, numerator: 1}
    - {org_level: district, org_id: D7, school_year: 2023-24, numerator: 0}
"""
    assert run(YEARS + orgs).passed


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (("days_expected: 40, days_absent: 3", "days_expected: null"), "MS609", "'days_expected' of attendance_stint"),
        (("student_id: s2", "student_id: s1"), "MS612", "student_id: s1, school_id: A, school_year: 2024-25"),
    ],
)
def test_rows_that_no_run_would_take(run: Run, change: tuple[str, str], code: str, says: str) -> None:
    (problem,) = run(ONE_OF_TWO.replace(*change) + "  expect: [{org_id: A, numerator: 1}]").problems
    assert problem.code == code
    assert says in problem.message


def test_rows_of_a_dataset_that_is_not_read(run: Run) -> None:
    more = "  datasets: {enrollment: [{student_id: s1, school_id: A}]}\n  expect: [{org_id: A, numerator: 1}]"
    (problem,) = run(ONE_OF_TWO + more).problems
    assert (problem.code, problem.hint) == ("MS610", "it reads: attendance_stint, org")


def test_what_is_made_after_the_tally_cannot_be_expected_of_it(run: Run) -> None:
    (problem,) = run(ONE_OF_TWO + "  expect: [{org_id: A, status: Low}]").problems
    assert problem.code == "MS611"
    assert "'status'" in problem.message


DATASET = """\
metricspec: 1
dataset: visit
title: Visits
grain: [student_id, school_id, school_year]
keys: {student: student_id, school: school_id, year: school_year}
columns:
  student_id: {type: string, missing: error}
  school_id: {type: string, missing: error}
  school_year: {type: school_year, missing: error, default: 2024-25}
  visits: {type: integer, rollup: sum, missing: error}
  length: {type: integer, rollup: sum}
"""
VISITS = """\
metricspec: 1
indicator: ours.visits
version: "1.0.0"
title: Visits
students: visit
unit: count
measure: {type: mean, value: visits}
orgs: plain
groups: all_students
policy: ca_dashboard
"""


def test_a_column_without_default_must_be_given_where_it_is_read(project: Path) -> None:
    (project / "specs" / "visit.yaml").write_text(DATASET)
    (project / "specs" / "visits.yaml").write_text(VISITS)
    rows = "- name: a case\n  stage: tally\n  rows: [{student_id: s1, school_id: A%s}]\n"
    expect = "  expect: [{org_level: school, org_id: A, value: 3}]\n"
    write_test(project, rows % "" + expect + rows % ", visits: 3" + expect, "ours.visits")
    selection = select_tests(["ours.visits"], project)
    left_out, given = Runner(selection.catalog, selection.registry, selection.expressions).run(selection.tests)
    (problem,) = left_out.problems
    assert problem.code == "MS608"
    assert "a row of visit has no 'visits' (student_id: s1, school_id: A)" in problem.message
    assert given.passed  # `length` has no default either, and the indicator does not read it
