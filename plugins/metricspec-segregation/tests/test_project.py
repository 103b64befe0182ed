"""Every index of a small network again in numpy: of conditions, of student groups and of several groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from metricspec.registry import Registry
from metricspec.running.loading import load
from metricspec.running.project import Project
from metricspec.synthetic import generate
from numpy.typing import NDArray

POLICY = """\
metricspec: 1
policy: ours.everything
title: Everything
of: students
privacy:
  - n: 1
"""
INDICATOR = """\
metricspec: 1
indicator: ours.{name}
version: "1.0.0"
title: Segregation
better: lower
unit: ratio
digits: 6
students: enrollment
stints:
  - enrollment_status = '10'
population:
  - grade between 'KN' and '05'
measure:
  type: segregation
  index: {index}
  {between}
orgs: plain
groups: {groups}
policy: ours.everything
compare: none
"""
BETWEEN = {
    "need": ("dissimilarity", "of: economically_disadvantaged", "dash14"),
    "outside": ("information_theory", "reference: others", "dash14"),
    "white": ("exposure", "reference: WH", "dash14"),
    "races": ("information_theory", "by: race_ethnicity", "dash14"),
}
INDICES = ("dissimilarity", "isolation", "exposure", "information_theory")
GROUPS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "ALL": lambda f: f["student_id"].notna(),
    "HI": lambda f: f["race_ethnicity"] == "HI",
    "AA": lambda f: f["race_ethnicity"] == "AA",
    "SWD": lambda f: f["ever_swd"],
}
Counts = NDArray[np.float64]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    generate(folder / "data", students=6_000, districts=4, years=2, last_year=2025, seed=3)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: demo\nspecs: [specs]\n")
    (folder / "specs").mkdir()
    (folder / "specs" / "policy.yaml").write_text(POLICY)
    for name, (index, between, groups) in BETWEEN.items():
        text = INDICATOR.format(name=name, index=index, between=between, groups=groups)
        (folder / "specs" / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture(scope="module")
def project(folder: Path, registry: Registry) -> Project:
    project = load(folder, registry=registry)
    assert not [p for p in project.problems if p.severity == "error"]
    return project


@pytest.fixture(scope="module")
def students(folder: Path) -> pd.DataFrame:
    rows = pd.read_parquet(folder / "data" / "enrollment.parquet")
    rows = rows[rows["enrollment_status"] == "10"]
    for name, column in (("ever_sed", "economically_disadvantaged"), ("ever_swd", "disability")):
        flag = rows[column].fillna(False).astype(bool)
        rows[name] = flag.groupby([rows["student_id"], rows["school_year"]]).transform("max")
    order = ["school_year", "student_id", "entry_date", "exit_date", "stint_id"]
    rows = rows.sort_values(order, na_position="last").drop_duplicates(["school_year", "student_id"], keep="last")
    rows = rows[rows["grade"].isin(["KN", "01", "02", "03", "04", "05"])]
    orgs = pd.read_parquet(folder / "data" / "org.parquet")
    parent = orgs.set_index(["org_id", "school_year"])["parent_id"]
    rows["district"] = [parent.get(pair) for pair in zip(rows["school_id"], rows["school_year"], strict=True)]
    rows["network"] = [parent.get(pair) for pair in zip(rows["district"], rows["school_year"], strict=True)]
    return rows


def entropy(counts: Counts) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def theil(counts: Counts) -> float:
    """H of schools (rows) by groups (columns): entropies of the schools against that of all."""
    weights = counts.sum(axis=1) / counts.sum()
    within = sum(weight * entropy(row) for weight, row in zip(weights, counts, strict=True))
    return float(1 - within / entropy(counts.sum(axis=0)))


def indices(a: Counts, b: Counts, t: Counts) -> dict[str, float]:
    """D by moving students: the group's share of those above their even number; exposures as averages of students."""
    even = a.sum() * b / b.sum()
    return {
        "dissimilarity": float(np.maximum(a - even, 0).sum() / a.sum()),
        "isolation": float(np.repeat(a / t, a.astype(int)).mean()),
        "exposure": float(np.repeat(b / t, a.astype(int)).mean()),
        "information_theory": theil(np.column_stack([a, b])),
    }


def tells_of(parts: Counts) -> int:
    """Of how many students: the smallest number of any group at any school that has some."""
    return int(parts[parts > 0].min())


def by_school(frame: pd.DataFrame, flag: pd.Series, schools: pd.Index) -> Counts:
    counted = frame[flag].groupby("school_id").size().reindex(schools, fill_value=0)
    return np.asarray(counted, dtype=np.float64)


@pytest.mark.parametrize("level", ["district", "network"])
@pytest.mark.parametrize("name", ["need", "outside", "white"])
def test_two_groups(project: Project, students: pd.DataFrame, name: str, level: str) -> None:
    result = project.run(f"ours.{name}")
    result = result[result["org_level"] == level]
    checked = 0
    for (year, org), everyone in students.groupby(["school_year", level]):
        for group, member in GROUPS.items():
            frame = everyone[member(everyone)] if name == "need" else everyone
            inside = frame["ever_sed"] if name == "need" else member(frame)
            other = frame["race_ethnicity"] == "WH" if name == "white" else ~inside
            schools = pd.Index(sorted(frame["school_id"].unique()))
            a, b = by_school(frame, inside, schools), by_school(frame, other, schools)
            rows = result[(result["school_year"] == year) & (result["org_id"] == org)]
            rows = rows[rows["student_group"] == group]
            if ((a + b) > 0).sum() < 2 or a.sum() == 0 or b.sum() == 0:
                assert rows.empty
                continue
            names = rows["statistic"].fillna(BETWEEN[name][0])
            found = dict(zip(names, rows[["value", "n"]].to_numpy(float), strict=True))
            t = by_school(frame, frame["student_id"].notna(), schools)
            n = tells_of(np.column_stack([a, b]))
            for index, value in indices(a, b, t).items():
                digits = 6 if index == BETWEEN[name][0] else 2
                assert abs(found[index][0] - value) <= 0.5 * 10**-digits + 1e-9, (year, org, group, index)
                assert found[index][1] == n
            checked += 1
    assert checked >= 6


@pytest.mark.parametrize("level", ["district", "network"])
def test_several_groups(project: Project, students: pd.DataFrame, level: str) -> None:
    result = project.run("ours.races")
    result = result[result["org_level"] == level]
    keys = result[["school_year", "org_id", "student_group"]].itertuples(index=False, name=None)
    found = dict(zip(keys, result[["value", "n"]].to_numpy(float), strict=True))
    checked = 0
    for (year, org), everyone in students.groupby(["school_year", level]):
        for group, member in GROUPS.items():
            frame = everyone[member(everyone)]
            table = pd.crosstab(frame["school_id"], frame["race_ethnicity"]).to_numpy(float)
            if min(table.shape) < 2:
                assert (year, org, group) not in found
                continue
            value, n = found[(year, org, group)]
            assert abs(value - theil(table)) <= 0.5e-6 + 1e-9
            assert n == tells_of(table)
            checked += 1
    assert checked >= 4


def test_schools_have_no_index(project: Project) -> None:
    for name in BETWEEN:
        assert set(project.run(f"ours.{name}")["org_level"]) == {"district", "network"}


def test_too_many_digits_are_warned_of(project: Project, registry: Registry) -> None:
    """The indicators of these tests have six; those that ship have two."""
    check = registry.checks["segregation_digits"]
    found = list(check.find(project.catalog))
    assert {(p.code, p.severity, Path(p.place.file).stem) for p in found} == {
        ("SEG001", "warning", name) for name in BETWEEN
    }
    assert all(p.place.line == 2 and "digits: 2" in p.hint for p in found)
