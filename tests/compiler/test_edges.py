"""Edges where a number could go wrong in silence, each over a handful of rows worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import metricspec
from metricspec.measure import Estimate, Moment, Statistic
from metricspec.measures import Rate
from metricspec.measures.rate import RateSpec
from metricspec.problems import SpecError, UsageError
from metricspec.registry import load_registry
from metricspec.running.loading import load
from metricspec.running.project import Project

DATASET = """metricspec: 1
dataset: days
title: Days
grain: [student_id, school_id, school_year, stint_id]
order: [entry_date]
keys: {student: student_id, school: school_id, year: school_year}
columns:
  student_id: {type: string, missing: error}
  school_id: {type: string, missing: error}
  school_year: {type: school_year, missing: error}
  stint_id: {type: string, missing: error}
  entry_date: {type: date, missing: exclude}
  absent: {type: integer, rollup: sum, missing: exclude}
  expected: {type: integer, rollup: sum, missing: exclude}
  race: {type: string, rollup: latest, missing: exclude}
"""
ORG = """org_id,school_year,org_level,org_name,org_type,charter,alternative,parent_id
A,2023-24,school,A,ES,false,false,D
B,2023-24,school,B,ES,false,false,D
D,2023-24,district,D,UD,false,false,N
N,2023-24,network,N,UD,false,false,
A,2024-25,school,A,ES,false,false,D
B,2024-25,school,B,ES,false,false,D
D,2024-25,district,D,UD,false,false,N
N,2024-25,network,N,UD,false,false,
"""
HEAD = "student_id,school_id,school_year,stint_id,entry_date,absent,expected,race\n"
SPEC = """metricspec: 1
indicator: ours.{name}
version: "1.0.0"
title: Ours
unit: percent
students: days
measure: {measure}
orgs: plain
groups: {groups}
policy: {policy}
compare: {compare}
"""
RATE = "{type: rate, numerator: absent >= 1}"
Make = Callable[..., Project]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A project with some specs (name -> text) over some rows of days."""

    def build(rows: str, org: str = ORG, **specs: str) -> Project:
        (tmp_path / "specs").mkdir(exist_ok=True)
        (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: edges\nbinding: edges\nspecs: [specs]\n")
        texts = {
            "dataset": DATASET,
            "open": "metricspec: 1\npolicy: open\nprivacy: [{n: 1}]\n",
            "race": "metricspec: 1\ngroup_set: by_race\ncolumn: race\n",
            "binding": "metricspec: 1\nbinding: edges\ndatasets: {days: {file: days.csv}, org: {file: org.csv}}\n",
            **specs,
        }
        for name, text in texts.items():
            (tmp_path / "specs" / f"{name}.yaml").write_text(text)
        (tmp_path / "days.csv").write_text(HEAD + rows)
        (tmp_path / "org.csv").write_text(org)
        project = metricspec.load(tmp_path)
        assert project.problems == ()
        return project

    return build


def spec(
    name: str = "one", measure: str = RATE, groups: str = "all_students", policy: str = "open", compare: str = "none"
) -> str:
    return SPEC.format(name=name, measure=measure, groups=groups, policy=policy, compare=compare)


def at(frame: pd.DataFrame, org: str, **keys: str) -> pd.Series:
    rows = frame[frame["org_id"] == org]
    for column, value in keys.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_condition_that_cannot_be_known_leaves_the_student_out(make: Make) -> None:
    """0 of 0 days is no share: of three students two are counted, and one of these is chronic."""
    rows = "s1,A,2024-25,1,2024-08-15,5,10,x\ns2,A,2024-25,1,2024-08-15,0,10,x\ns3,A,2024-25,1,2024-08-15,0,0,x\n"
    project = make(rows, one=spec(measure="{type: rate, numerator: absent / expected >= 0.1}"))
    row = at(project.run("ours.one"), "A")
    assert (row["numerator"], row["denominator"], row["value"]) == (1, 2, 50.0)


def test_a_sum_with_an_unknown_part_is_unknown(make: Make) -> None:
    rows = "s1,A,2024-25,1,2024-08-15,5,10,x\ns1,A,2024-25,2,2025-01-15,,10,x\ns2,A,2024-25,1,2024-08-15,0,10,x\n"
    row = at(make(rows, one=spec()).run("ours.one"), "A")
    assert (row["numerator"], row["denominator"]) == (0, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_the_last_row_is_the_same_in_any_order_of_the_file(make: Make, turned: bool) -> None:
    """Two rows of one day: what tells them apart (the school, then the stint) decides."""
    lines = ["s1,A,2024-25,1,2024-08-15,1,10,from_a\n", "s1,B,2024-25,1,2024-08-15,1,10,from_b\n"]
    project = make("".join(reversed(lines) if turned else lines), one=spec(groups="by_race"))
    frame = project.run("ours.one")
    assert list(frame[frame["org_id"] == "D"]["student_group"]) == ["from_b"]


def test_a_policy_says_less_by_an_entry_and_never_by_silence(make: Make) -> None:
    rows = "".join(f"s{i},A,{year},1,2024-08-15,0,10,x\n" for i in range(8) for year in ("2023-24", "2024-25"))
    dated = "metricspec: 1\npolicy: dated\nprivacy: [{n: 11, from: 2024-25}]\n"
    schools = "metricspec: 1\npolicy: schools\nprivacy: [{n: 11, org_levels: [school]}]\n"
    project = make(rows, dated=dated, schools=schools, one=spec(policy="dated"), two=spec("two", policy="schools"))
    frame = project.run("ours.one", "ours.two")
    assert len(frame) == 12
    assert set(frame["suppressed"]) == {"primary"}
    assert frame[["numerator", "denominator", "n", "value", "low", "high"]].isna().all(axis=None)


def test_rules_for_small_numbers_apply_only_where_an_entry_says_so(make: Make) -> None:
    """In 2023-24 only schools are small, in 2024-25 all: the same three students meet other cut scores."""
    rows = "".join(f"s{i},A,{year},1,2024-08-15,0,10,x\n" for i in range(3) for year in ("2023-24", "2024-25"))
    policy = """metricspec: 1
policy: small
privacy: [{n: 1}]
small: [{n: 150, to: 2023-24, org_levels: [school]}, {n: 150, from: 2024-25}]
"""
    levels = """metricspec: 1
levels: ours
digits: 1
status:
  - {when: small, bands: {Small: {to: 50}, Other: {above: 50}}}
  - {bands: {Large: {to: 50}, Other: {above: 50}}}
"""
    text = spec(policy="small") + "rating: ours\n"
    frame = make(rows, small=policy, ours=levels, one=text).run("ours.one")
    found = {(year, org): at(frame, org, school_year=year)["status"] for year in ("2023-24", "2024-25") for org in "AD"}
    assert found == {
        ("2023-24", "A"): "Small", ("2023-24", "D"): "Large", ("2024-25", "A"): "Small", ("2024-25", "D"): "Small"
    }  # fmt: skip


def test_last_year_hidden_stays_hidden_when_the_minimum_falls(make: Make) -> None:
    rows = "".join(f"s{i},A,{year},1,2024-08-15,0,10,x\n" for i in range(15) for year in ("2023-24", "2024-25"))
    falling = "metricspec: 1\npolicy: falling\nprivacy: [{n: 20, to: 2023-24}, {n: 10, from: 2024-25}]\n"
    project = make(rows, falling=falling, one=spec(policy="falling", compare="previous"))
    row = at(project.run("ours.one"), "A", school_year="2024-25")
    assert row["denominator"] == 15
    assert row["prior_suppressed"] == "primary"
    assert pd.isna(row["prior_n"])
    assert pd.isna(row["change"])


def test_the_first_compare_entry_of_a_year_wins(make: Make) -> None:
    rows = "".join(f"s{i},A,{year},1,2024-08-15,0,10,x\n" for i in range(3) for year in ("2023-24", "2024-25"))
    none_first = "[{mode: none, from: 2024-25, to: 2024-25}, {mode: previous, from: 2022-23}]"
    twice = "[{mode: previous, from: 2022-23, to: 2024-25}, {mode: latest_available, from: 2024-25}]"
    project = make(rows, one=spec(compare=none_first), two=spec("two", compare=twice))
    frame = project.run("ours.one", "ours.two")
    assert len(frame) == 12
    assert pd.isna(at(frame, "A", indicator="ours.one", school_year="2024-25")["prior_n"])
    assert at(frame, "A", indicator="ours.two", school_year="2024-25")["prior_n"] == 3


def test_doubled_orgs_stop_the_run_and_doubled_rows_are_counted(make: Make) -> None:
    rows = "s1,A,2024-25,1,2024-08-15,1,10,x\ns1,A,2024-25,1,2024-08-15,1,10,x\n"
    project = make(rows, one=spec())
    counts = project.execute(["ours.one"]).quality
    assert [(c.dataset, c.rows) for c in counts if c.what == "duplicate"] == [("days", 1)]
    with pytest.raises(SpecError, match="MS512"):
        make(rows, org=ORG + "A,2024-25,school,A,ES,false,false,D\n", one=spec()).run("ours.one")


def test_a_decimal_in_a_column_of_whole_numbers_is_counted(make: Make) -> None:
    rows = "s1,A,2024-25,1,2024-08-15,0.5,10,x\ns2,A,2024-25,1,2024-08-15,1,10,x\n"
    counts = make(rows, one=spec()).execute(["ours.one"]).quality
    assert [(c.column, c.rows) for c in counts if c.what == "unreadable"] == [("absent", 1)]


def test_a_year_without_data_is_named(make: Make) -> None:
    project = make("s1,A,2024-25,1,2024-08-15,1,10,x\n", one=spec())
    with pytest.raises(UsageError, match=r"no result for 2030-31; the data have .*2024-25"):
        project.run("ours.one", year="2030-31")


def test_comments_in_the_sql_of_a_binding_end_with_their_line(make: Make) -> None:
    binding = """metricspec: 1
binding: edges
datasets:
  days:
    file: days.csv
    columns: {absent: {sql: "absent -- whole days"}}
    where: "student_id <> 's2' -- not this one"
  org: {file: org.csv}
"""
    rows = "s1,A,2024-25,1,2024-08-15,1,10,x\ns2,A,2024-25,1,2024-08-15,1,10,x\n"
    row = at(make(rows, one=spec(), binding=binding).run("ours.one"), "A")
    assert (row["numerator"], row["denominator"]) == (1, 1)


def test_a_date_lies_in_the_school_year_of_the_binding_s_calendar(make: Make) -> None:
    """With a first day of August 1st, July 31st 2024 is still in 2023-24."""
    binding = """metricspec: 1
binding: edges
calendar: {first_day: 08-01}
datasets:
  days: {file: days.csv, columns: {school_year: {column: entry_date, format: date}}}
  org: {file: org.csv}
"""
    rows = "s1,A,x,1,2024-07-31,1,10,x\ns2,A,x,1,2024-08-01,1,10,x\ns3,A,x,1,2025-06-13,0,10,x\n"
    frame = make(rows, one=spec(), binding=binding).run("ours.one")
    assert at(frame, "A", school_year="2023-24")["denominator"] == 1
    assert at(frame, "A", school_year="2024-25")["denominator"] == 2


PUBLISHED = "indicator_code,school_year,org_level,org_id,org_name,org_type,charter,alternative,student_group,numerator,denominator,value,prior_numerator,prior_denominator,prior_value,change,certified,published_status,published_change_level,published_rating\n"


def test_published_decimals_and_masked_counts(tmp_path: Path) -> None:
    """12.5 of 20 is 62.5, and where the denominator is masked at the source the numerator is not shown either."""
    path = tmp_path / "published.csv"
    path.write_text(
        PUBLISHED
        + "chronic,2017-18,school,A,A,ES,false,false,ALL,12.5,20,,,,,,true,,,\n"
        + "chronic,2017-18,school,B,B,ES,false,false,ALL,2,,25.0,,,,,true,,,\n"
    )
    frame = metricspec.load().run("ca.published.chronic_absenteeism", data={"dashboard_published": path})
    assert at(frame, "A")["value"] == 62.5
    masked = at(frame, "B")
    assert masked["value"] == 25.0
    assert masked[["numerator", "denominator", "n"]].isna().all()


class Flagged(Rate):
    """Students with a flag, of those of whom it is known; and of all students those with it, without it, and unknown."""

    def moments(self, spec: RateSpec) -> Sequence[Moment]:
        known = f"({spec.numerator}) or not ({spec.numerator})"
        counted = {"students": None, "known": known, "flagged": spec.numerator, "without": f"not ({spec.numerator})"}
        return [Moment(name, "count", where=where) for name, where in counted.items()]

    def statistics(self, spec: RateSpec) -> Sequence[Statistic]:
        return [Statistic("at_least", "students known to have it, of all", 1, percent=True)]

    def estimates(self, spec: RateSpec) -> Sequence[Estimate]:
        of_all = Estimate("flagged", "students", "known", "flagged / NULLIF(students, 0)")
        unknown = replace(of_all, numerator="(students - known)", value="(students - known) / NULLIF(students, 0)")
        without = replace(of_all, numerator="without", value="without / NULLIF(students, 0)")
        return [
            replace(of_all, denominator="known", value="flagged / NULLIF(known, 0)"),
            replace(of_all, category="with"),
            replace(without, category="without"),
            replace(unknown, category="unknown"),
            replace(of_all, statistic="at_least"),
        ]


@pytest.mark.parametrize("of", ["students", "denominator"])
def test_no_part_is_shown_where_the_value_beside_it_hides(make: Make, tmp_path: Path, of: str) -> None:
    """A: of three students two are known, and one of these has the flag: 1/2 of two hides, and with it each part of 1/3,
    since 1/3 with and 1/3 without are the 1/2. B: of four three are known: 1/3 is shown, and 1/4, 2/4, 1/4."""
    rows = "".join(
        f"{school}{at},{school},2024-25,1,2024-08-15,{absent},10,x\n"
        for school, known in {"A": ("1", "0", ""), "B": ("1", "0", "0", "")}.items()
        for at, absent in enumerate(known)
    )
    few = f"metricspec: 1\npolicy: few\nof: {of}\nprivacy: [{{n: 3}}]\n"
    make(rows, few=few, one=spec(policy="few"))
    registry = load_registry()
    types = {**registry.measure_types, "rate": Flagged()}
    frame = load(tmp_path, registry=replace(registry, measure_types=types)).run("ours.one")
    numbers = ["numerator", "denominator", "n", "value"]
    hidden = frame[frame["org_id"] == "A"]
    assert list(hidden["suppressed"]) == ["primary"] * 5
    assert hidden[numbers].isna().all(axis=None)
    shown = frame[frame["org_id"] == "B"].fillna({"category": "", "statistic": ""}).set_index(["category", "statistic"])
    of_all = {("with", ""): 1, ("without", ""): 2, ("unknown", ""): 1, ("", "at_least"): 1}
    assert tuple(shown.loc[("", ""), numbers]) == (1, 3, 3, 33.3)
    assert {key: tuple(shown.loc[key, numbers]) for key in of_all} == {
        key: (above, 4, 3, 25.0 * above) for key, above in of_all.items()
    }
