"""metricspec explain: the audit trail, and what it keeps to itself."""

from __future__ import annotations

import re
from pathlib import Path

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
