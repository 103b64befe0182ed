"""Several versions of one indicator side by side: which one holds in which year, in numbers and in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import metricspec
from metricspec.cli import cli
from metricspec.problems import UsageError
from metricspec.reading.load import load
from metricspec.registry import load_registry
from metricspec.running.explain import explain
from tests.versions.conftest import ALL_YEARS, GAP, LATER, write

KEYS = ["school_year", "org_level", "org_id", "student_group"]


def numbers(frame: pd.DataFrame, years: tuple[str, ...] | None = None) -> pd.DataFrame:
    """The result's numbers by their keys."""
    rows = frame if years is None else frame[frame["school_year"].isin(years)]
    return rows.set_index(KEYS)[["numerator", "denominator", "n", "value", "suppressed"]].sort_index()


def test_a_plain_id_takes_the_rules_of_each_year(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    plain = project.run("ours.absent")
    versions = plain.groupby("school_year")["version"].unique().map(list).to_dict()
    assert versions == {"2021-22": ["1.2.0"], "2022-23": ["1.2.0"], "2023-24": ["2.0.0"], "2024-25": ["2.0.0"]}
    assert set(plain["indicator"]) == {"ours.absent"}
    for name, years in (("ours.absent@1", ("2021-22", "2022-23")), ("ours.absent@2", ("2023-24", "2024-25"))):
        alone = project.run(name)
        assert set(alone["indicator"]) == {name}
        pd.testing.assert_frame_equal(numbers(plain, years), numbers(alone, years))


def test_an_older_version_still_runs_for_later_years(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    older, newer = (numbers(project.run(f"ours.absent@{n}", year="2024-25")) for n in (1, 2))
    assert list(older.index) == list(newer.index)
    known = older["numerator"].notna() & newer["numerator"].notna()
    assert known.any() and (older["numerator"] < newer["numerator"])[known].any()  # ten percent absent, and five


def test_no_change_is_told_from_one_version_to_the_next(specs: Path) -> None:
    plain = metricspec.load(specs.parent).run("ours.absent")
    changed = plain[plain["change"].notna()]
    assert set(changed["school_year"]) == {"2022-23", "2024-25"}


def test_versions_run_together_and_apart(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    together = project.run("ours.absent", "ours.absent@1", "ours.absent@3")
    for name in ("ours.absent", "ours.absent@1", "ours.absent@3"):
        rows = together[together["indicator"] == name]
        pd.testing.assert_frame_equal(numbers(rows), numbers(project.run(name)))


def test_what_is_made_of_it_takes_the_rules_of_each_year(specs: Path) -> None:
    """The same as one disparity made of each version's rules under an id of its own, in the version's years."""
    (specs / "disparity.yaml").write_text(GAP, encoding="utf-8")
    for number in (1, 2):
        rules = (specs / f"absent-{number}.yaml").read_text(encoding="utf-8")
        (specs / f"alone-{number}.yaml").write_text(
            rules.replace("ours.absent", f"ours.alone_{number}"), encoding="utf-8"
        )
        (specs / f"disparity-{number}.yaml").write_text(
            GAP.replace("ours.absent_disparity", f"ours.disparity_{number}").replace(
                "ours.absent", f"ours.alone_{number}"
            ),
            encoding="utf-8",
        )
    project = metricspec.load(specs.parent)
    assert not [p for p in project.problems if p.severity == "error"]
    made = project.run("ours.absent_disparity")
    assert set(made["indicator"]) == {"ours.absent_disparity"}
    for number, years in ((1, ("2021-22", "2022-23")), (2, ("2023-24", "2024-25"))):
        alone, ours = numbers(project.run(f"ours.disparity_{number}"), years), numbers(made, years)
        assert alone["value"].notna().sum() > 20
        pd.testing.assert_frame_equal(alone, ours)


def test_a_run_says_which_version_it_takes(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    said = project.execute(["ours.absent"]).said
    assert said == (
        "ours.absent: version 1.2.0 for 2016-17 to 2022-23, version 2.0.0 from 2023-24 on; no change is shown from one "
        "version to the next",
    )
    (one,) = project.execute(["ours.absent"], year="2022-23").said
    assert one == "ours.absent: version 1.2.0 for 2016-17 to 2022-23"


def test_every_active_indicator_is_run_once(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    assert project.binding is not None
    assert [i for i in project.runnable(project.binding.datasets) if i.startswith("ours.")] == ["ours.absent"]


@pytest.mark.parametrize(
    ("name", "version"), [("ours.absent", "2.0.0"), ("ours.absent@1", "1.2.0"), ("ours.absent@3", "3.0.0")]
)
def test_show_tells_of_the_others(specs: Path, name: str, version: str) -> None:
    shown = CliRunner().invoke(cli, ["show", name, "--project", str(specs.parent)])
    assert shown.exit_code == 0, shown.output
    assert f"{name} {version}" in shown.output and "Beside it there are" in shown.output


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ours.absent@1", "1.2.0, active, in force from 2016-17 to 2022-23; from 2023-24 on version 2.0.0."),
        ("ours.absent", "2.0.0, active, in force from 2023-24."),
        ("ours.absent@2", "2.0.0, active, in force from 2023-24."),
        ("ours.absent@3", "3.0.0, draft, not in force yet: meant from 2016-17."),
    ],
)
def test_show_says_until_when_a_version_is_in_force(specs: Path, name: str, said: str) -> None:
    shown = CliRunner().invoke(cli, ["show", name, "--project", str(specs.parent)])
    assert said in " ".join(shown.output.split())
    others = " ".join(shown.output.partition("Beside it there are")[2].split())
    if name != "ours.absent@1":
        assert (
            "- ours.absent@1: 1.2.0, active, in force from 2016-17 to 2022-23; from 2023-24 on version 2.0.0" in others
        )


def test_an_unknown_version_is_told_with_those_there_are(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    with pytest.raises(
        UsageError, match=r"there is no 'ours.absent@7': there are ours.absent@1 \(1.2.0\), ours.absent@2"
    ):
        project.run("ours.absent@7")
    assert project.indicator("ca.suspension_rate@1").id == "ca.suspension_rate"


def test_the_same_number_for_the_only_version(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    pd.testing.assert_frame_equal(
        numbers(project.run("ca.chronic_absenteeism@1")), numbers(project.run("ca.chronic_absenteeism"))
    )


def problems(specs: Path) -> list[tuple[str, str, int]]:
    registry = load_registry()
    found = load([*registry.spec_folders, specs], registry).problems
    return [(p.code, Path(p.place.file).name, p.place.line) for p in found]


def test_versions_that_do_not_follow_each_other(specs: Path) -> None:
    assert problems(specs) == []
    write(specs, "2.0.0", "{to: 2030-31}")
    assert problems(specs) == [("MS214", "absent-2.yaml", 9)]
    write(specs, "2.0.0", LATER)
    write(specs, "1.2.0", LATER)
    assert problems(specs) == [("MS214", "absent-1.yaml", 9)]
    assert "ours.absent" not in load([specs], load_registry()).catalog.indicators


def test_two_of_one_major_number_are_one_too_many(specs: Path) -> None:
    text = (specs / "absent-2.yaml").read_text(encoding="utf-8")
    (specs / "later.yaml").write_text(text.replace('"2.0.0"', '"2.1.0"'), encoding="utf-8")
    assert [code for code, _, _ in problems(specs)] == ["MS212"]

    def hint() -> str:
        (problem,) = load([*load_registry().spec_folders, specs], load_registry()).problems
        return problem.hint

    assert hint().startswith("raise the first number of the newer one's version")
    (specs / "later.yaml").write_text(text, encoding="utf-8")
    assert hint().startswith("give one of them another id, or another first number"), "the same version twice"


def test_versions_keep_their_unit(specs: Path) -> None:
    file = specs / "absent-1.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("unit: percent", "unit: ratio"), encoding="utf-8")
    assert problems(specs) == [("MS215", "absent-1.yaml", 7)]


def test_a_deprecated_indicator_says_so_wherever_it_is_used(specs: Path) -> None:
    (specs / "disparity.yaml").write_text(GAP, encoding="utf-8")
    file = write(specs, "2.0.0", LATER, status="deprecated")
    with file.open("a", encoding="utf-8") as handle:
        handle.write("deprecated: {since: 2026-07-01, replacement: ca.chronic_absenteeism}\n")
    assert problems(specs) == [("MS217", "disparity.yaml", 7)]
    project = metricspec.load(specs.parent)
    *_, last = project.execute(["ours.absent"]).said
    assert last == "ours.absent is deprecated since 2026-07-01; use ca.chronic_absenteeism"
    shown = CliRunner().invoke(cli, ["show", "ours.absent", "--project", str(specs.parent)])
    assert "Deprecated since 2026-07-01; use ca.chronic_absenteeism." in shown.output


def test_a_test_names_the_version_that_it_is_of(specs: Path) -> None:
    case = """metricspec: 1
test: ours.absent@{number}
cases:
  - name: Nine of 180 days
    stage: tally
    rows:
      - {{student_id: s1, school_id: A, school_year: 2024-25, grade: '05', days_expected: 180, days_absent: 9}}
    expect:
      - {{org_level: school, org_id: A, student_group: ALL, numerator: {met}, denominator: 1}}
"""
    for number, met in ((1, 0), (2, 1)):
        (specs / f"absent-{number}.test.yaml").write_text(case.format(number=number, met=met), encoding="utf-8")
    assert problems(specs) == []
    done = CliRunner().invoke(cli, ["test", str(specs), "--project", str(specs.parent)])
    assert done.exit_code == 0, done.output
    assert "2 " in done.output


def test_explain_and_compile_take_versions(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    assert "ours.absent@1 to 2022-23" in project.compile("ours.absent")
    alone = project.compile("ours.absent@2", "snowflake")
    assert "ours.absent@1" not in alone and "'ours.absent@2'" in alone
    frame = project.run("ours.absent", year="2022-23")
    school = frame[(frame["org_level"] == "school") & frame["suppressed"].isna()]["org_id"].iloc[0]
    explained = CliRunner().invoke(
        cli, ["explain", "ours.absent", "--org", school, "--year", "2022-23", "--project", str(specs.parent)]
    )
    assert explained.exit_code == 0, explained.output


def test_all_years_of_a_draft_stay_apart(specs: Path) -> None:
    """A newer draft changes nothing of the plain id."""
    project = metricspec.load(specs.parent)
    before = numbers(project.run("ours.absent"))
    (specs / "absent-3.yaml").unlink()
    pd.testing.assert_frame_equal(before, numbers(metricspec.load(specs.parent).run("ours.absent")))
    write(specs, "3.0.0", ALL_YEARS)
    assert ("MS214", "absent-2.yaml", 9) in problems(specs)  # in use, it would leave no year to 2.0.0


def test_exports_have_a_name_for_each_version(specs: Path) -> None:
    folder = specs.parent
    done = CliRunner().invoke(
        cli, ["export", "dbt", "ours.absent", "ours.absent@1", "--out", str(folder / "dbt"), "--project", str(folder)]
    )
    assert done.exit_code == 0, done.output
    models = {file.stem for file in (folder / "dbt" / "models" / "results").glob("*.sql")}
    assert {"metricspec_ours_absent", "metricspec_ours_absent_1"} <= models
    done = CliRunner().invoke(
        cli, ["export", "views", "ours.absent@1", "--out", str(folder / "views.sql"), "--project", str(folder)]
    )
    assert done.exit_code == 0, done.output
    assert "ours_absent_1" in (folder / "views.sql").read_text(encoding="utf-8")


def test_explain_takes_the_rules_and_the_policy_of_the_year(specs: Path) -> None:
    """The older version hides below more students: an older year shows no step of fewer."""
    for number, policy in ((1, "sqii"), (2, "dataquest")):
        file = specs / f"absent-{number}.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("policy: sqii", f"policy: {policy}"), encoding="utf-8")
    project = metricspec.load(specs.parent)
    frame = project.run("ours.absent")
    org = frame[(frame["org_level"] == "district") & frame["value"].notna()]["org_id"].iloc[0]
    older, newer = (explain(project, "ours.absent", org, year=year) for year in ("2022-23", "2024-25"))
    assert (older.indicator.version, newer.indicator.version) == ("1.2.0", "2.0.0")
    assert (older.least, newer.least) == (20, 11)
    latest = explain(project, "ours.absent", org)
    assert latest.indicator.version == "2.0.0" and latest.subject.year == "2024-25"
    for one, year in ((older, "2022-23"), (newer, "2024-25")):
        row = frame[(frame["org_id"] == org) & (frame["school_year"] == year) & (frame["student_group"] == "ALL")]
        assert one.result["value"].iloc[0] == row["value"].iloc[0]


def test_specs_name_indicators_without_a_version(specs: Path) -> None:
    (specs / "disparity.yaml").write_text(GAP.replace("of: ours.absent,", "of: ours.absent@1,"), encoding="utf-8")
    assert problems(specs) == [("MS201", "disparity.yaml", 7)]


def test_versions_are_made_alike(specs: Path) -> None:
    """Their direction and student groups are those of what is made of them in every year."""
    write(specs, "1.2.0", ALL_YEARS, groups="all_students")
    (specs / "disparity.yaml").write_text(GAP, encoding="utf-8")
    assert problems(specs) == [("MS110", "disparity.yaml", 9)]
    file = write(specs, "1.2.0", ALL_YEARS)
    file.write_text(file.read_text(encoding="utf-8").replace("better: lower", "better: higher"), encoding="utf-8")
    assert problems(specs) == [("MS215", "absent-1.yaml", 6)]


def test_a_version_is_read_as_yaml_reads_it(specs: Path) -> None:
    file = specs / "absent-2.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("version:", '"version" :'), encoding="utf-8")
    assert problems(specs) == []


def test_tests_of_the_newest_version_are_found_by_its_number(specs: Path) -> None:
    case = """metricspec: 1
test: ours.absent
cases:
  - name: Nobody
    stage: tally
    rows: []
    expect_absent: [{org_level: school}]
"""
    (specs / "absent.test.yaml").write_text(case, encoding="utf-8")
    done = CliRunner().invoke(cli, ["test", "ours.absent@2", "--project", str(specs.parent)])
    assert done.exit_code == 0, done.output


def test_a_fit_is_of_one_version(specs: Path) -> None:
    project = metricspec.load(specs.parent)
    older = project.catalog.find("ours.absent@1")
    assert older is not None
    changed = project.catalog.with_indicator(replace(older, note="changed"))
    assert changed.find("ours.absent@1").note == "changed" and changed.find("ours.absent").note == ""  # type: ignore[union-attr]
    assert [one.note for one in changed.in_force("ours.absent")] == ["changed", ""]
