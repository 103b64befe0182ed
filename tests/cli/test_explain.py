"""metricspec explain: the audit trail, and what it keeps to itself."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from .conftest import Command

CHRONIC = "ca.chronic_absenteeism"


def lines(out: str) -> list[list[str]]:
    return [re.split(r"\s{2,}", line.strip()) for line in out.splitlines()]


def test_every_rule_tells_whom_it_leaves_out(command: Command, tiny: Path) -> None:
    """62 students, less 20 in high school; 4 more were there for 30 days, which is too few to tell: so 42 and 62 are
    not both told with 38, the number that the Result publishes."""
    code, out, _ = command("explain", CHRONIC, "--project", tiny, "--org", "North School")
    rows = lines(out)
    assert code == 0
    assert ["students at the org", "62"] in rows
    assert ["grade between 'TK' and '08'", "*", "*"] in rows
    assert ["days_expected >= 31", "<11", "38"] in rows
    assert ["of these, students who meet the numerator's condition", "13"] in rows
    assert "34.2%" in out


@pytest.mark.parametrize("group", ["ALL", "HI"])
def test_small_counts_are_never_told(command: Command, tiny: Path, group: str) -> None:
    code, out, _ = command("explain", CHRONIC, "--project", tiny, "--org", "south", "--group", group)
    assert code == 0
    trail = out[out.index("Who counts") : out.index("Steps")]
    assert "<11" in trail
    assert not re.search(r"\b(3|5|8)\b", trail)
    steps = out[out.index("Steps") :]
    assert not re.search(r"\b8 rows", steps)


def test_the_counts_of_a_group_are_rounded(command: Command, network: Path) -> None:
    _, out, _ = command("explain", CHRONIC, "--project", network, "--org", "Example Network", "--group", "HI")
    rows = [row for row in lines(out) if row[0] == "students at the org"]
    assert re.fullmatch(r"about [\d,]*0", rows[0][-1])


def test_no_student_is_named(command: Command, tiny: Path) -> None:
    _, out, _ = command("explain", CHRONIC, "--project", tiny, "--org", "north", "--sql")
    assert not re.search(r"\bs\d+\b", re.sub(r'"\w+"', "", out))


def test_each_step_has_its_sentence_rows_and_sql(command: Command, tiny: Path) -> None:
    _, short, _ = command("explain", CHRONIC, "--project", tiny, "--org", "north")
    _, full, _ = command("explain", CHRONIC, "--project", tiny, "--org", "north", "--sql")
    for stage in (
        "bound_attendance_stint",
        "org_tree",
        "stints_1",
        "students_1",
        "tally",
        "rounded",
        "rated",
        "result",
    ):
        assert re.search(rf"\d {stage}  .* rows? (here|in all)", short)
    assert "One row per student, org and year" in short
    assert "SELECT" not in short
    assert '10 * "days_absent" >= "days_expected"' in full
    assert full.count("SELECT") > 15


@pytest.mark.parametrize("name", ["ca.suspension_rate", "ca.ela_dfs", "attendance_rate", "ca.graduation_rate"])
@pytest.mark.parametrize("group", ["ALL", "EL"])
def test_every_kind_of_measure(command: Command, network: Path, name: str, group: str) -> None:
    """With facts, with a mean, with a ratio, and with one row per student."""
    code, out, err = command("explain", name, "--project", network, "--org", "Example Network", "--group", group)
    assert (code, err) == (0, "")
    assert "students at the org" in out
    assert "result" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([CHRONIC, "--org", "North"], "did you mean north (North School)"),
        ([CHRONIC, "--org", "x"], "there are d (Tiny Unified)"),
        ([CHRONIC, "--org", "north", "--year", "2024"], "write it as 2024-25"),
        ([CHRONIC, "--org", "north", "--year", "1999-00"], "no result for north in '1999-00'"),
        ([CHRONIC, "--org", "north", "--group", "ZZ"], "unknown student group 'ZZ'"),
        (["ca.chronic_absentism", "--org", "north"], "did you mean 'ca.chronic_absenteeism'?"),
        (["ca.suspension_rate", "--org", "north"], "dataset 'enrollment' is not bound"),
        ([CHRONIC], "--org"),
    ],
)
def test_usage_errors(command: Command, tiny: Path, arguments: list[str], words: str) -> None:
    code, out, err = command("explain", *arguments, "--project", tiny)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_people_are_counted_and_not_their_answers(command: Command, network: Path) -> None:
    """Rows of a hidden group over the items of a scale would tell how many people are in it."""
    table = network / "data" / "survey_response.parquet"
    asked = f"""FROM '{table}' WHERE respondent = 'student' AND construct = 'self_management' AND school_year = '2024-25'
        AND grade BETWEEN '04' AND '12'"""
    (few,) = duckdb.sql(f"""SELECT school_id, race_ethnicity FROM (SELECT *, COUNT(*) OVER (PARTITION BY school_id,
        race_ethnicity) AS answers {asked}) AS s WHERE race_ethnicity IN ('AA', 'AS', 'FI') GROUP BY ALL
        HAVING COUNT(DISTINCT student_id) < 20 AND MAX(answers) > 40 ORDER BY 1, 2 LIMIT 1""").fetchall()
    arguments = ("explain", "core.sel_pct_favorable_self_management", "--project", network, "--year", "2024-25")
    _, out, _ = command(*arguments, "--org", few[0], "--group", few[1])
    assert ["students at the org", "<20"] in lines(out)
    ((everybody,),) = duckdb.sql(f"SELECT COUNT(DISTINCT student_id) {asked}").fetchall()
    _, out, _ = command(*arguments, "--org", "Example Network")
    assert [row[-1] for row in lines(out) if row[0].startswith("grade between")] == [f"{everybody:,}"]


def test_the_parts_of_a_whole_are_of_all_students_counted(command: Command, network: Path) -> None:
    _, out, _ = command("explain", "absence_days_by_reason", "--project", network, "--org", "Example Network")
    (counted,) = (row[-1] for row in lines(out) if row[0].startswith("what the measure needs"))
    shown = {row[1] for row in lines(out) if row[0] == "Days of absence by reason" and len(row) > 2}
    assert shown == {counted} and int(counted.replace(",", "")) > 1_000
