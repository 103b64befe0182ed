"""Points, medians and signals of a made-up network again in pandas; and what is hidden is told by nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest
import run_rules
from metricspec.registry import Registry
from metricspec.running.loading import load
from metricspec.running.project import Project
from metricspec.synthetic import generate

POLICY = """\
metricspec: 1
policy: ours.{name}
title: Ours
of: students
privacy:
  - n: {least}
"""
INDICATOR = """\
metricspec: 1
indicator: ours.{name}
version: "1.0.0"
title: Absence
better: lower
unit: percent
digits: 1
students: daily_attendance
measure:
  type: run_chart
  numerator: days_absent
  denominator: days_expected
  date: date
{more}
orgs: plain
groups: dash14
policy: ours.{policy}
compare: none
"""
CASES = {
    "weeks": "  every: week",
    "frozen": "  every: week\n  baseline: 12\n  trend: 5",
    "changed": "  every: week\n  change: '2025-01-06'\n  after_run: 6",
    "months": "  every: month\n  percent_from: 10\n  points_minimum: 4",
}
GROUPS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "ALL": lambda f: f["student_id"].notna(),
    "SED": lambda f: f["economically_disadvantaged"],
    "SWD": lambda f: f["disability"],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Project:
    folder = tmp_path_factory.mktemp("network")
    generate(folder / "data", students=1_500, districts=3, years=1, last_year=2025, seed=23)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nbinding: demo\nspecs: [specs]\n")
    (folder / "specs").mkdir()
    for name, least in (("everything", 1), ("eleven", 11)):
        (folder / "specs" / f"{name}.yaml").write_text(POLICY.format(name=name, least=least))
    for name, more in CASES.items():
        text = INDICATOR.format(name=name, more=more, policy="everything")
        (folder / "specs" / f"{name}.yaml").write_text(text)
    hidden = INDICATOR.format(name="hidden", more=CASES["weeks"], policy="eleven")
    (folder / "specs" / "hidden.yaml").write_text(hidden)
    project = load(folder, registry=registry)
    assert not [p for p in project.problems if p.severity == "error"]
    return project


@pytest.fixture(scope="module")
def days(project: Project) -> pd.DataFrame:
    frame = pd.read_parquet(project.folder / "data" / "daily_attendance.parquet")
    orgs = pd.read_parquet(project.folder / "data" / "org.parquet")
    parent = dict(orgs[["org_id", "parent_id"]].itertuples(index=False, name=None))
    frame["school"] = frame["school_id"].astype(str)
    frame["district"] = frame["school"].map(parent)
    frame["network"] = frame["district"].map(parent)
    frame["day"] = pd.to_datetime(frame["date"])
    frame["week"] = (frame["day"] - pd.to_timedelta(frame["day"].dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    frame["month"] = frame["day"].dt.strftime("%Y-%m")
    return frame.astype({"days_absent": float, "days_expected": float})


def points(part: pd.DataFrame, level: str, period: str) -> pd.DataFrame:
    """n, above, below and the value of each period, by org; of students for months."""
    students = part.groupby([level, period, "student_id"])[["days_absent", "days_expected"]].sum().reset_index()
    if period == "month":
        students["met"] = students["days_absent"] * 100 >= 10 * students["days_expected"]
        found = students.groupby([level, period]).agg(above=("met", "sum"), below=("met", "count"), n=("met", "count"))
    else:
        found = students.groupby([level, period]).agg(
            above=("days_absent", "sum"), below=("days_expected", "sum"), n=("student_id", "nunique")
        )
    found["value"] = found["above"] / found["below"]
    return found


@pytest.fixture(scope="module")
def results(project: Project) -> Mapping[str, pd.DataFrame]:
    return {name: project.run(f"ours.{name}") for name in (*CASES, "hidden")}


@pytest.mark.parametrize("case", list(CASES))
@pytest.mark.parametrize("level", ["school", "district", "network"])
def test_points_and_signals(results: Mapping[str, pd.DataFrame], days: pd.DataFrame, case: str, level: str) -> None:
    result = results[case]
    period = "month" if case == "months" else "week"
    minimum = 4 if case == "months" else 10
    for group, members in GROUPS.items():
        want = points(days[members(days)], level, period)
        rows = result[(result["org_level"] == level) & (result["student_group"] == group)]
        own = rows[rows["category"].notna()].set_index(["org_id", "category"])
        assert set(own.index) == set(want.index) and len(want)
        want = want.reindex(own.index)
        for column, name in (("numerator", "above"), ("denominator", "below"), ("n", "n")):
            assert (own[column] - want[name]).abs().max() < 1e-9
        assert (own["value"] - 100 * want["value"]).abs().max() <= 0.05 + 1e-9
        facts = (
            rows[rows["category"].isna()]
            .fillna({"statistic": ""})
            .pivot(index="org_id", columns="statistic", values="value")
        )
        for org, series in want.reset_index().sort_values("category").groupby("org_id"):
            base = {"frozen": min(12, len(series)), "changed": int((series["category"] < "2025-01-06").sum())}.get(
                case, len(series)
            )
            found, got = run_rules.of(series["value"].tolist(), base), facts.loc[str(org)]
            if found.centre is None:
                assert pd.isna(got[""])
                continue
            assert abs(got[""] - 100 * found.centre) <= 0.05 + 1e-9
            assert (got["points"], got["baseline_points"], got["useful_points"]) == (len(series), base, found.useful)
            assert (got["longest_run"], got["crossings"]) == (found.longest_run, found.crossings)
            signal = run_rules.signal(found, minimum, 5 if case == "frozen" else None)
            assert pd.isna(got.get("signal")) if signal is None else got["signal"] == signal
            if case == "changed" and base < len(series):
                assert (got["run_above"], got["run_below"]) == (found.run_above, found.run_below)
                shift = run_rules.shift(found, 6)
                assert pd.isna(got.get("signal_after")) if shift is None else got["signal_after"] == shift


def test_where_a_point_is_hidden_nothing_is_told_of_the_series(results: Mapping[str, pd.DataFrame]) -> None:
    result = results["hidden"]
    key = ["org_level", "org_id", "student_group"]
    hidden = result["category"].notna() & result["suppressed"].notna()
    with_hidden = set(map(tuple, result[hidden][key].to_numpy()))
    assert with_hidden and hidden.mean() < 0.9
    said = result[result["category"].isna()]
    mine = pd.Series([pair in with_hidden for pair in map(tuple, said[key].to_numpy())], index=said.index)
    numbers = ["numerator", "denominator", "n", "value", "notes"]
    assert said.loc[mine, numbers].isna().all().all() and (said.loc[mine, "suppressed"] == "primary").all()
    assert said.loc[~mine & said["statistic"].isna(), "value"].notna().all()


def test_another_number_behind_a_hidden_point_changes_nothing_that_is_shown(
    tmp_path: Path, project: Project, results: Mapping[str, pd.DataFrame]
) -> None:
    """Every absence in the hidden weeks of one school's small group is turned round: the released rows stay as they are."""
    result = results["hidden"]
    schools = result[
        (result["org_level"] == "school") & result["category"].notna() & (result["suppressed"] == "primary")
    ]
    assert len(schools)
    row = schools[schools["student_group"] == "SWD"].iloc[0]
    days = pd.read_parquet(project.folder / "data" / "daily_attendance.parquet")
    day = pd.to_datetime(days["date"])
    week = (day - pd.to_timedelta(day.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    chosen = (days["school_id"] == row["org_id"]) & days["disability"] & (week == row["category"])
    assert chosen.any()
    turned = days.copy()
    turned.loc[chosen, "days_absent"] = 1 - turned.loc[chosen, "days_absent"].astype(int)
    data = tmp_path / "daily.parquet"
    turned.to_parquet(data)
    other = project.execute(["ours.hidden"], data={"daily_attendance": data}).result
    same = (frame[(frame["org_id"] == row["org_id"]) & (frame["student_group"] == "SWD")] for frame in (result, other))
    left, right = (frame.reset_index(drop=True) for frame in same)
    pd.testing.assert_frame_equal(left, right)
