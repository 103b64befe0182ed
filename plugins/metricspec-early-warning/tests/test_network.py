"""Every number of a made-up network again in pandas: flags of each student at each org, counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from metricspec.registry import Registry
from metricspec.running.loading import load
from metricspec.synthetic import generate

CORE = ["ELA", "MATH", "SCI", "HSS"]
POLICY = """\
metricspec: 1
policy: ca_dashboard
title: Everything
of: students
privacy:
  - n: 1
"""
GROUPS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "ALL": lambda f: f["student_id"].notna(),
    "HI": lambda f: f["race_ethnicity"] == "HI",
    "SED": lambda f: f["economically_disadvantaged"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network in which some students have no marks in mathematics and some no days."""
    folder = tmp_path_factory.mktemp("network")
    data = folder / "data"
    generate(data, students=3_000, districts=4, years=2, last_year=2025, seed=5)
    marks = pd.read_parquet(data / "course_grade.parquet")
    marks[~((marks["course_subject"] == "MATH") & marks["student_id"].str.endswith("7"))].to_parquet(
        data / "course_grade.parquet"
    )
    days = pd.read_parquet(data / "attendance_stint.parquet")
    days[~days["student_id"].str.endswith("3")].to_parquet(data / "attendance_stint.parquet")
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: demo\nspecs: [specs]\n")
    (folder / "specs").mkdir()
    (folder / "specs" / "policy.yaml").write_text(POLICY.replace("policy: ca_dashboard", "policy: ours.everything"))
    return folder


@pytest.fixture(scope="module")
def results(folder: Path, registry: Registry) -> dict[str, pd.DataFrame]:
    """The two indicators under a policy that hides nothing."""
    project = load(folder, registry=registry)
    found = {}
    for name in ("abc", "freshman_on_track"):
        (file,) = (f for s in registry.spec_folders for f in s.glob(f"indicators/{name.replace('_', '-')}.yaml"))
        text = (
            file.read_text()
            .replace("early_warning.", "ours.")
            .replace("policy: ca_dashboard", "policy: ours.everything")
        )
        (folder / "specs" / file.name).write_text(text)
    project = load(folder, registry=registry)
    assert not [p for p in project.problems if p.severity == "error"]
    for name in ("abc", "freshman_on_track"):
        found[name] = project.run(f"ours.{name}", year="2024-25")
    return found


@pytest.fixture(scope="module")
def students(folder: Path) -> pd.DataFrame:
    """A row for each student and org of 2024-25, with the facts at that org."""

    def read(name: str) -> pd.DataFrame:
        frame = pd.read_parquet(folder / "data" / f"{name}.parquet")
        frame = frame[frame["school_year"] == "2024-25"].copy()
        for column in frame.select_dtypes("category"):
            frame[column] = frame[column].astype(object)
        if "school_id" in frame:
            frame["school"] = frame["school_id"]
            frame["district"] = frame["school"].map(parent)
            frame["network"] = frame["district"].map(parent)
        return frame

    orgs = pd.read_parquet(folder / "data" / "org.parquet")
    parent = dict(orgs[orgs["school_year"] == "2024-25"][["org_id", "parent_id"]].itertuples(index=False, name=None))
    stints, days, actions, marks = map(read, ("enrollment", "attendance_stint", "discipline_action", "course_grade"))
    stints = stints[stints["enrollment_status"].isin(["10", "30"])]
    stints = stints.sort_values(["entry_date", "exit_date", "stint_id"], na_position="last")
    parts = []
    for level in ("school", "district", "network"):
        key = ["student_id", level]
        held = stints.groupby(key)
        one = held[["grade", "race_ethnicity"]].tail(1).set_index(pd.MultiIndex.from_frame(held.tail(1)[key]))
        one["economically_disadvantaged"] = held["economically_disadvantaged"].any()
        # facts count where the student has a stint that counts, at that org
        where = set(map(tuple, stints[["student_id", "school"]].to_numpy()))

        def at(frame: pd.DataFrame, key: list[str] = key, where: set[tuple[str, ...]] = where) -> Any:
            kept = [pair in where for pair in zip(frame["student_id"], frame["school"], strict=True)]
            return frame[kept].groupby(key)

        for name in ("days_expected", "days_attended"):
            one[name] = at(days.astype({name: float}))[name].sum()
        one["suspensions"] = at(actions[actions["action"] == "100"]).size().reindex(one.index).fillna(0)
        for subject in ("ELA", "MATH"):
            rows = marks[(marks["course_subject"] == subject) & marks["mark"].notna()]
            one[f"failed_{subject}"] = at(rows.assign(f=(rows["mark"] == "F").astype(float)))["f"].max()
        one["credits"] = at(marks.astype({"credits": float}))["credits"].sum()
        core = marks[marks["course_subject"].isin(CORE)]
        one["core"] = at(core).size()
        one["core_f"] = at(core[core["mark"] == "F"]).size().reindex(one.index).fillna(0)
        one["org_level"] = level
        parts.append(one.reset_index().rename(columns={level: "org_id"}))
    return pd.concat(parts, ignore_index=True)


def flags(students: pd.DataFrame) -> pd.DataFrame:
    """1, 0 or nothing for each flag."""
    found = pd.DataFrame(index=students.index)
    rate = students["days_attended"] / students["days_expected"]
    found["attendance"] = (rate < 0.9 - 1e-12).astype(float).where(rate.notna())
    found["behavior"] = (students["suspensions"] >= 1).astype(float)
    both = students[["failed_ELA", "failed_MATH"]]
    found["courses"] = both.max(axis=1).where(both.notna().all(axis=1) | (both.max(axis=1) == 1))
    return found


@pytest.mark.parametrize("group", list(GROUPS))
def test_flags(results: dict[str, pd.DataFrame], students: pd.DataFrame, group: str) -> None:
    people = students[students["grade"].between("06", "12") & GROUPS[group](students)]
    raised = flags(people)
    people = people.assign(known=raised.notna().all(axis=1), count=raised.sum(axis=1), **raised.add_prefix("flag_"))
    result = results["abc"]
    result = result[result["student_group"] == group].fillna({"category": "", "statistic": ""})
    assert (people["known"].mean() < 0.9) and people["known"].any(), "some must be partly known"
    seen = 0
    for (level, org), part in people.groupby(["org_level", "org_id"]):
        known, total = part[part["known"]], len(part)
        expected = {
            ("", ""): (int((known["count"] > 0).sum()), len(known)),
            **{(f"{k} flag{'s' if k != 1 else ''}", ""): (int((known["count"] == k).sum()), total) for k in range(4)},
            ("partly known", ""): (total - len(known), total),
            ("", "at_least"): (int((part["count"] > 0).sum()), total),
            ("", "at_most"): (total - int((known["count"] == 0).sum()), total),
            **{
                ("", f"flag_{name}"): (int(part[f"flag_{name}"].sum()), int(part[f"flag_{name}"].notna().sum()))
                for name in ("attendance", "behavior", "courses")
            },
        }
        rows = result[(result["org_level"] == level) & (result["org_id"] == org)]
        for row in rows.to_dict("records"):
            above, below = expected[(row["category"], row["statistic"])]
            if pd.isna(row["suppressed"]):
                assert (row["numerator"], row["denominator"]) == (above, below), (level, org, row)
                assert row["value"] == pytest.approx(100 * above / below, abs=0.05 + 1e-9)
                seen += 1
    assert seen > 100


@pytest.mark.parametrize("group", list(GROUPS))
def test_freshmen_on_track(results: dict[str, pd.DataFrame], students: pd.DataFrame, group: str) -> None:
    people = students[
        (students["grade"] == "09") & GROUPS[group](students) & students["credits"].notna() & students["core"].notna()
    ]
    met = (people["credits"] >= 50) & (people["core_f"] <= 1)
    expected = people.assign(met=met).groupby(["org_level", "org_id"])["met"].agg(["sum", "count"])
    result = results["freshman_on_track"]
    result = result[(result["student_group"] == group) & result["suppressed"].isna()].set_index(["org_level", "org_id"])
    assert set(result.index) == set(expected.index) and len(expected) > 2
    assert (result["numerator"] == expected["sum"].reindex(result.index)).all()
    assert (result["denominator"] == expected["count"].reindex(result.index)).all()
