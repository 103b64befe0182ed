"""--numbers: held against a comparison of two runs by pandas, and what is hidden stays hidden."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

import metricspec
from metricspec.compiler.tail import RESULT
from metricspec.versioning.numbers import NumbersChange, numbers_change
from metricspec.versioning.report import _numbers, cell_words
from tests.versioning.commands import command
from tests.versioning.repositories import OWN, POLICY, Repository, small_project

KEYS = ["school_year", "org_level", "org_id", "student_group"]
LEVELS = """\
metricspec: 1
levels: own
digits: 1
status:
  - bands: {Low: {to: 40.0}, High: {above: 40.0}}
change:
  - bands: {Fell: {below: 0.0}, Rose: {from: 0.0}}
grids:
  - columns: [Fell, Rose]
    rows: {High: [Orange, Red], Low: [Blue, Green]}
"""


@pytest.fixture
def project(network: Path, tmp_path: Path) -> Repository:
    """The project over the made-up network, with an indicator that is rated."""
    made = small_project(tmp_path / "project")
    made.write("metricspec.yaml", "metricspec: 1\nproject: own\nbinding: demo\nspecs: [specs]\n")
    made.write("specs/levels/own.yaml", LEVELS)
    made.replace(OWN, "policy: own\n", "policy: own\nrating: own\n")
    made.write(".gitignore", "data\n")
    shutil.copytree(network / "data", made.folder / "data")
    made.git("init", "-q")
    made.commit("first")
    return made


def run(project: Repository) -> pd.DataFrame:
    frame = metricspec.load(project.folder).run("late_start")
    return frame[frame["statistic"].isna()]


def numbers(project: Repository, *more: str) -> dict[str, Any]:
    done = command(project.folder, "diff", "HEAD", "late_start", "--numbers", "--format", "json", *more)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["indicators"]
    told: dict[str, Any] = found["numbers"]
    return told


def both(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    return old.merge(new, on=KEYS, suffixes=("_old", "_new"))


def withheld(rows: pd.DataFrame, least: int) -> pd.Series:
    """Where the two sides' students, of this year or the one before, differ by fewer than may be shown."""
    found = pd.Series(False, index=rows.index)
    for name in ("n", "denominator", "prior_n", "prior_denominator"):
        apart = (rows[f"{name}_old"] - rows[f"{name}_new"]).abs()
        found |= (apart > 0) & (apart < least)
    return found


def test_every_number_that_differs_largest_first(project: Repository) -> None:
    old = run(project)
    project.replace(OWN, "numerator: 20", "numerator: 14")
    rows = both(old, run(project))
    shown = rows[rows["suppressed_old"].isna() & rows["suppressed_new"].isna() & ~withheld(rows, 11)]
    differ = shown[
        (shown["value_old"] != shown["value_new"]) | (shown["rating_old"].fillna("") != shown["rating_new"].fillna(""))
    ]
    told = numbers(project)
    cells = [cell for cell in told["cells"] if not cell["hidden"]]
    assert told["compared"] == len(rows)
    assert len(cells) == len(differ) > 100
    expected = {
        tuple(row[key] for key in KEYS): (row["value_old"], row["value_new"]) for row in differ.to_dict("records")
    }
    assert {tuple(cell[key] for key in KEYS): (cell["old"], cell["new"]) for cell in cells} == expected
    sizes = [abs(cell["new"] - cell["old"]) for cell in cells]
    assert sizes == sorted(sizes, reverse=True)


def test_how_many_schools_change_colour(project: Repository) -> None:
    old = run(project)
    project.replace(
        "specs/levels/own.yaml", "Low: {to: 40.0}, High: {above: 40.0}", "Low: {to: 46.0}, High: {above: 46.0}"
    )
    rows = both(old, run(project))
    schools = rows[(rows["org_level"] == "school") & (rows["student_group"] == "ALL")]
    rated = schools[schools["rating_old"].notna() & schools["rating_new"].notna()]
    moved = rated[rated["rating_old"] != rated["rating_new"]]
    told = {one["school_year"]: one for one in numbers(project)["colours"]}
    assert {year: one["rated"] for year, one in told.items()} == dict(rated.groupby("school_year").size())
    assert sum(one["recoloured"] for one in told.values()) == len(moved) > 0
    moves = {(old, new): count for one in told.values() for old, new, count in one["moves"]}
    assert set(moves) == set(zip(moved["rating_old"], moved["rating_new"], strict=True))


def test_what_one_side_hides_is_not_told(project: Repository) -> None:
    old = run(project)
    project.replace(POLICY, "n: 11", "n: 30")
    new = run(project)
    rows = both(old, new)
    hidden_now = rows[rows["suppressed_old"].isna() & rows["suppressed_new"].notna()]
    told = numbers(project)
    assert [cell["hidden"] for cell in told["cells"]].count("now") == len(hidden_now) > 20
    for cell in told["cells"]:
        if cell["hidden"]:
            assert [cell[name] for name in ("old", "new", "old_rating", "new_rating")] == [None] * 4
    # a rating that rests on a number of the year before that is hidden on one side is not told either
    rating_hidden = rows["prior_suppressed_old"].notna() | rows["prior_suppressed_new"].notna()
    unsafe = {tuple(row[key] for key in KEYS) for row in rows[rating_hidden].to_dict("records")}
    rated = {tuple(c[key] for key in KEYS) for c in told["cells"] if c["old_rating"] or c["new_rating"]}
    assert unsafe and not rated & unsafe


def test_a_few_students_between_the_two_sides_are_not_told(project: Repository) -> None:
    """One condition more leaves out a few students of a school: their rate would follow from both numbers."""
    old = run(project)
    project.replace(OWN, "  - days_expected >= 31\n", "  - days_expected >= 31\n  - not foster_youth\n")
    rows = both(old, run(project))
    shown = rows["suppressed_old"].isna() & rows["suppressed_new"].isna()
    few = {tuple(row[key] for key in KEYS) for row in rows[shown & withheld(rows, 11)].to_dict("records")}
    told = numbers(project)
    between = {tuple(c[key] for key in KEYS) for c in told["cells"] if c["hidden"] == "too few between"}
    assert between == few and len(few) > 20
    assert not few & {tuple(c[key] for key in KEYS) for c in told["cells"] if not c["hidden"]}
    text = json.dumps(told)
    assert '"n":' not in text and "numerator" not in text and "denominator" not in text


def frame(**given: Any) -> pd.DataFrame:
    row: dict[str, Any] = dict.fromkeys(RESULT)
    row |= {"school_year": "2024-25", "org_level": "school", "org_id": "A", "student_group": "ALL"}
    row |= {"n": 40.0, "denominator": 40.0, "value": 10.0, "rating": "Red"}
    return pd.DataFrame([row | given])


HIDDEN = {"n": None, "denominator": None, "value": None, "rating": None, "suppressed": "primary"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({}, {"value": 12.5}, "10.0 -> 12.5 (+2.5)"),
        ({}, {"value": 12.5, "rating": "Orange"}, "10.0 -> 12.5 (+2.5), Red -> Orange"),
        ({}, HIDDEN, "* (hidden now)"),
        (HIDDEN, {}, "* (hidden before)"),
        ({}, {"n": 41.0, "denominator": 41.0, "value": 12.2}, "* (too few students make the difference)"),
        ({}, {"n": 50.0, "denominator": 50.0, "value": 12.0}, "* (too few students make the difference)"),
        ({}, {"n": 51.0, "denominator": 51.0, "value": 12.0}, "10.0 -> 12.0 (+2.0)"),
        ({"prior_n": 30.0}, {"prior_n": 32.0, "rating": "Blue"}, "* (too few students make the difference)"),
        ({}, {"value": 11.0, "rating": None, "prior_suppressed": "primary"}, "10.0 -> 11.0 (+1.0)"),
        ({}, {"rating": None}, "10.0 -> 10.0 (+0.0), Red -> not rated"),
    ],
)
def test_a_cell(old: dict[str, Any], new: dict[str, Any], words: str) -> None:
    (cell,) = numbers_change(frame(**old), frame(**new), 11, ["ALL"]).cells
    assert cell_words(cell, 1) == f"2024-25 school A ALL: {words}"


def test_cells_that_are_the_same_or_hidden_on_both_sides_are_not_listed() -> None:
    for old, new in (({}, {}), (HIDDEN, HIDDEN)):
        told = numbers_change(frame(**old), frame(**new), 11, ["ALL"])
        assert (told.cells, told.compared) == ((), 1)


def test_numbers_of_one_side_are_called_so() -> None:
    change = NumbersChange(compared=4, only_now=1, only_before=2)
    spec = SimpleNamespace(spec=SimpleNamespace(model=SimpleNamespace(digits=1)))
    lines = [text for _, text in _numbers(change, cast(Any, spec), 5)]
    assert lines[2] == "1 number only in the new results, 2 only in the old"


def test_what_few_students_make_takes_no_line_of_the_report(project: Repository) -> None:
    """It is counted; so each line that --rows allows tells of a number."""
    project.replace(OWN, "days_expected >= 31", "days_expected >= 60")
    told = numbers(project)
    few = [cell for cell in told["cells"] if cell["hidden"] == "too few between"]
    done = command(project.folder, "diff", "HEAD", "--numbers", "--rows", "100000")
    lines = [line for line in done.stdout.splitlines() if line.strip().startswith("- 20")]
    assert (
        few and len(lines) >= len(told["cells"]) - len(few) and "few students make the difference)" not in done.stdout
    )
    assert f"{sum(bool(cell['hidden']) for cell in told['cells']):,} more are not shown" in " ".join(
        done.stdout.split()
    )


def test_rows_of_one_side_only_are_counted() -> None:
    told = numbers_change(frame(student_group="EL"), frame(student_group="SED"), 11, ["ALL"])
    assert (told.cells, told.only_before, told.only_now) == ((), 1, 1)
