"""Every number of a small network again in pandas: access, enrollment, and what the built-in types make of them."""

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

from metricspec_opportunity import sample

LEAST = 4
OFFERED_FROM = 40
POLICY = """\
metricspec: 1
policy: ours.everything
title: Everything
of: students
privacy:
  - n: 1
"""
ACCESS = f"""\
metricspec: 1
indicator: ours.{{report}}
version: "1.0.0"
title: Advanced mathematics
better: higher
unit: percent
digits: 1
students: enrollment
stints:
  - enrollment_status = '10'
facts:
  courses: {{{{from: course_enrollment, count: true, at: anywhere, missing: 0}}}}
  advanced: {{{{from: course_enrollment, where: "content in ('ADVM', 'CALC')", count: true, at: anywhere, missing: 0}}}}
population:
  - grade between '09' and '12'
  - courses >= 1
measure:
  type: course_access
  taken: advanced >= 1
  counted: grade between '11' and '12'
  offered_from: {OFFERED_FROM}
  least: {LEAST}
  report: {{report}}
orgs: plain
groups: dash14
policy: ours.everything
compare: none
"""
MADE = """\
metricspec: 1
indicator: ours.{name}
version: "1.0.0"
title: Made of another
better: none
unit: {unit}
digits: {digits}
measure: {measure}
orgs: plain
groups: dash14
policy: ours.everything
compare: none
"""
GROUPS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "ALL": lambda f: f["student_id"].notna(),
    "HI": lambda f: f["race_ethnicity"] == "HI",
    "SED": lambda f: f["ever_sed"],
    "SWD": lambda f: f["ever_swd"],
}
LEVELS = ["school", "district", "network"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    generate(folder / "data", students=4_000, districts=6, years=2, last_year=2025, seed=5)
    assert sample.main([str(folder)]) == 0
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: demo_courses\nspecs: [specs]\n")
    (folder / "specs").mkdir()
    (folder / "specs" / "policy.yaml").write_text(POLICY)
    for report in ("access", "enrollment"):
        (folder / "specs" / f"{report}.yaml").write_text(ACCESS.format(report=report))
    gap = MADE.format(name="gap", unit="percent", digits=1, measure="{type: gap, of: ours.access, reference: others}")
    disparity = "{type: disparity, of: ours.enrollment, compare: ratio, least_events: 1, least_students: 1}"
    (folder / "specs" / "gap.yaml").write_text(gap)
    (folder / "specs" / "ratio.yaml").write_text(MADE.format(name="ratio", unit="ratio", digits=2, measure=disparity))
    return folder


@pytest.fixture(scope="module")
def project(folder: Path, registry: Registry) -> Project:
    project = load(folder, registry=registry)
    assert not [p for p in project.problems if p.severity == "error"]
    return project


@pytest.fixture(scope="module")
def students(folder: Path) -> pd.DataFrame:
    """The students of grades 11 and 12, with what each and each one's school does."""
    rows = pd.read_parquet(folder / "data" / "enrollment.parquet")
    rows = rows[rows["enrollment_status"] == "10"]
    for name, column in (("ever_sed", "economically_disadvantaged"), ("ever_swd", "disability")):
        flag = rows[column].fillna(False).astype(bool)
        rows[name] = flag.groupby([rows["student_id"], rows["school_year"]]).transform("max")
    rows = rows.sort_values(["entry_date", "exit_date", "stint_id"], na_position="last")
    rows = rows.groupby(["student_id", "school_year"], as_index=False).last()
    courses = pd.read_parquet(folder / "data" / "course_enrollment.parquet")
    keys = ["student_id", "school_year"]
    rows = rows.merge(courses[keys].drop_duplicates(), on=keys)
    advanced = courses.loc[courses["content"].isin(["ADVM", "CALC"]), keys].drop_duplicates().assign(takes=True)
    rows = rows.merge(advanced, on=keys, how="left")
    rows["takes"] = rows["takes"].notna()
    rows = rows[rows["grade"].isin(["09", "10", "11", "12"])]
    rows["offered"] = rows.groupby(["school_id", "school_year"])["takes"].transform("sum") >= OFFERED_FROM
    rows["takes_there"] = rows["takes"] & rows["offered"]
    orgs = pd.read_parquet(folder / "data" / "org.parquet")
    parent = orgs.set_index(["org_id", "school_year"])["parent_id"]
    rows["school"] = rows["school_id"]
    for below, above in (("school", "district"), ("district", "network")):
        rows[above] = [parent.get(pair) for pair in zip(rows[below], rows["school_year"], strict=True)]
    return rows[rows["grade"].isin(["11", "12"])]


def at(frame: pd.DataFrame, level: str, group: str, statistic: str | None = None) -> pd.DataFrame:
    frame = frame[(frame["org_level"] == level) & (frame["student_group"] == group)]
    frame = frame[frame["statistic"].isna() if statistic is None else frame["statistic"] == statistic]
    return frame.set_index(["school_year", "org_id"]).sort_index()


def side(part: pd.Series, whole: pd.Series) -> pd.Series:
    """The smaller of those with and without, where there are both."""
    return part.where(2 * part < whole, whole - part).where((part > 0) & (part < whole))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("group", list(GROUPS))
def test_shares(project: Project, students: pd.DataFrame, level: str, group: str) -> None:
    members = students[GROUPS[group](students)].groupby(["school_year", level])
    counted, offered, takes = members.size(), members["offered"].sum(), members["takes"].sum()
    there = members["takes_there"].sum()
    outside = students[~GROUPS[group](students)].groupby(["school_year", level])["offered"].agg(["sum", "size"])
    outside = outside.reindex(counted.index, fill_value=0)
    sides = pd.concat([side(offered, counted), side(outside["sum"], outside["size"])], axis=1).min(axis=1)
    told = sides.isna() | (sides >= LEAST)
    smaller = pd.concat([sides, counted], axis=1).min(axis=1)
    access, enrollment = project.run("ours.access"), project.run("ours.enrollment")
    own = at(access, level, group)
    assert set(own.index) == set(counted.index)
    assert (own["value"].notna() == told).all()
    assert ((own["value"] - 100 * offered / counted)[told].abs() <= 0.05 + 1e-9).all()
    assert (own["n"][told] == counted[told]).all() and own["numerator"][~told].isna().all()
    own = at(enrollment, level, group)
    assert ((own["value"] - 100 * takes / counted).abs() <= 0.05 + 1e-9).all()
    assert (own["numerator"] == takes).all() and (own["n"] == counted).all()
    for frame, name, part, whole in (
        (access, "enrollment", takes, counted),
        (enrollment, "access", offered, counted),
        (access, "enrollment_where_offered", there, offered),
        (enrollment, "enrollment_where_offered", there, offered),
    ):
        rows = at(frame, level, group, name)
        assert set(rows.index) == set(whole[whole > 0].index)
        assert ((rows["value"] - (100 * part / whole)[rows.index]).abs() <= 0.05 + 1e-9).all()
        assert (rows["n"] == smaller[rows.index]).all()


def test_the_network_has_what_is_to_be_seen(students: pd.DataFrame) -> None:
    """Schools with and without, takers at schools without, and groups of which few have access."""
    schools = students.groupby(["school_year", "school"])
    assert set(schools["offered"].first()) == {True, False}
    assert (~students["offered"] & students["takes"]).any()
    needy = students[students["ever_swd"]].groupby(["school_year", "district"])["offered"].agg(["sum", "size"])
    small = side(needy["sum"], needy["size"])
    assert (small < LEAST).any() and (small >= LEAST).any()


def test_an_end_of_the_interval_is_a_share_that_the_score_test_just_keeps(project: Project) -> None:
    """Wilson's interval: the distance from the share seen is 1.96 standard errors of the end, on either side of it."""
    rows = at(project.run("ours.enrollment"), "school", "ALL")
    assert len(rows) > 5
    for k, n, low, high in rows[["numerator", "denominator", "low", "high"]].to_numpy(float):
        for end, side in ((low / 100, 1), (high / 100, -1)):
            error = 1.959963984540054 * np.sqrt(end * (1 - end) / n)
            assert end in (0, 1) or side * (k / n - end) == pytest.approx(error, abs=1e-12)
        assert 0 <= low <= 100 * k / n <= high <= 100
        assert (low == 0) == (k == 0) and (high == 100) == (k == n)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("group", ["HI", "SED"])
def test_gap_and_disparity(project: Project, students: pd.DataFrame, level: str, group: str) -> None:
    """The group less the others, and the group over the others, of the same org."""
    member = GROUPS[group](students)
    keys = ["school_year", level]
    inside, outside = (students[which].groupby(keys) for which in (member, ~member))
    gap = 100 * (inside["offered"].mean() - outside["offered"].mean())
    rows = at(project.run("ours.gap"), level, group)
    shown = rows["value"].dropna()
    assert len(shown) > 0
    assert ((shown - gap[shown.index]).abs() <= 0.05 + 1e-9).all()
    ratio = inside["takes"].mean() / outside["takes"].mean()
    shown = at(project.run("ours.ratio"), level, group)["value"].dropna()
    usual = ratio[np.isfinite(ratio) & (ratio > 0)]
    assert len(usual) > 0 and set(shown.index) == set(usual.index)
    assert ((shown - usual[shown.index]).abs() <= 0.005 + 1e-9).all()


def test_the_sample_is_the_same_every_time(folder: Path) -> None:
    data = folder / "data"
    rows = sample.course_rows(pd.read_parquet(data / "enrollment.parquet"), pd.read_parquet(data / "org.parquet"))
    pd.testing.assert_frame_equal(rows, pd.read_parquet(data / "course_enrollment.parquet"))
    assert not rows.duplicated(["student_id", "school_id", "school_year", "term", "section_id"]).any()


def test_the_sample_wants_a_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample.main([str(tmp_path)]) == 2
    assert "metricspec demo" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
