"""`metricspec verify`: the same says so; whatever changed since is named; what is hidden stays hidden."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from metricspec.cli import cli
from metricspec.problems import UsageError
from metricspec.records.files import _cells, beside, rows_of
from metricspec.registry import load_registry

from .conftest import BINDING, SPEC, Write, write_days


@pytest.fixture
def made(call: Write, project: Path) -> Path:
    """A csv file of results."""
    assert call("run", "absent", "--out", str(project / "r.csv")).exception is None
    return project / "r.csv"


def verdict(call: Write, path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    done = call("verify", str(path), "--format", "json", *more)
    assert done.exception is None, done.exception
    return done.return_value, json.loads(done.stdout)


def about(found: dict[str, Any]) -> list[str]:
    return [one["about"] for one in found["differences"]]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_the_same(ending: str, call: Write, project: Path) -> None:
    out = project / f"r.{ending}"
    assert call("run", "absent", "--out", str(out)).exception is None
    code, found = verdict(call, out)
    assert code == 0 and found["same"] and found["rows"]["file"] == 7 and found["differences"] == []
    assert "the same: 7 rows computed again" in call("verify", str(out)).output


@pytest.mark.slow
def test_only_what_was_asked_for_is_compared(call: Write, project: Path) -> None:
    out = project / "r.csv"
    assert call("run", "absent", "--year", "2023-24", "--org", "A", "--out", str(out)).exception is None
    assert verdict(call, out) == (0, verdict(call, out)[1])
    assert verdict(call, out)[1]["rows"]["file"] == 1


@pytest.mark.slow
def test_rows_in_another_order_are_no_change(call: Write, made: Path) -> None:
    head, *rows = made.read_text(encoding="utf-8").splitlines()
    made.write_text("\r\n".join([head, *rows[::-1]]) + "\r\n", encoding="utf-8")
    assert verdict(call, made)[0] == 0


def test_a_number_that_somebody_changed(call: Write, made: Path) -> None:
    change(made, "6.0,40.0,40.0,15.0,", "6.0,40.0,40.0,14.0,")
    code, found = verdict(call, made)
    assert code == 1 and about(found) == ["file"]
    (row,) = found["rows"]["changed"]
    assert (row["column"], row["then"], row["now"], row["size"]) == ("value", "14.0", "15.0", 1.0)
    assert row["name"]["org_id"] == "A" and row["name"]["school_year"] == "2023-24"
    text = call("verify", str(made)).output
    assert "its rows are not those that were written" in text and "14.0" in text and "15.0" in text


def test_a_version_that_somebody_changed(call: Write, made: Path) -> None:
    """It is told with its row and column, and nothing says that the rows are those of the project."""
    head, *rows = made.read_text(encoding="utf-8").splitlines()
    at = next(number for number, row in enumerate(rows) if ",A," in row and "2023-24" in row)
    rows[at] = rows[at].replace("1.0.0", "9.0.0")
    made.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    code, found = verdict(call, made)
    (said,) = [one["says"] for one in found["differences"]]
    assert code == 1 and f"row {at + 1} (absent 2023-24 school A ALL) has '9.0.0' in the column version" in said
    assert "the record says 1.0.0" in said
    text = " ".join(call("verify", str(made)).output.split())
    assert "nothing else in its 7 rows differs" in text and "rows are those of the project" not in text


def test_several_versions_and_columns_that_somebody_changed(call: Write, made: Path) -> None:
    text = made.read_text(encoding="utf-8").replace("1.0.0", "1.1.0").replace(",notes", ",remarks", 1)
    made.write_text(text, encoding="utf-8")
    (says,) = [one["says"] for one in verdict(call, made)[1]["differences"]]
    assert "and 6 more has '1.1.0'" in says
    assert "the column 'remarks' was put in" in says and "the column 'notes' was taken out" in says


def test_a_number_written_in_another_way(call: Write, made: Path) -> None:
    change(made, "6.0,40.0,40.0,15.0,", "6,40.0,40.0,15.00,")
    text = " ".join(call("verify", str(made)).output.split())
    assert "its rows are not those that were written" in text and "a number is written in another way" in text


def test_values_come_first_by_their_digits_and_counts_without(call: Write, project: Path) -> None:
    """Twice as many students, and more of them absent: values before counts, whatever is the larger number."""
    out = project / "r.csv"
    head, *rows = (project / "days.csv").read_text(encoding="utf-8").splitlines()
    more = [f"X{row}" for row in rows if ",A,2022-23," in row]  # the share stays, the count doubles
    (project / "days.csv").write_text("\n".join([head, *rows, *more]) + "\n", encoding="utf-8")
    assert call("run", "absent", "--level", "school", "--out", str(out)).exception is None
    write_days(project, absent=26)
    changed = verdict(call, out)[1]["rows"]["changed"]
    shown = call("verify", str(out)).output
    lines = [line.split() for line in shown.splitlines() if line.startswith("absent ")]
    assert [line[4] for line in lines] == ["value", "n"] == [one["column"] for one in changed]
    assert lines[0][5:] == ["15.0", "65.0", "50.0"] and lines[1][5:] == ["80", "40", "40"]


def test_what_is_hidden_is_counted_and_takes_no_line(call: Write, project: Path, made: Path) -> None:
    change(project / "days.csv", "A0,A,2023-24,1,2023-08-01,,05,10,180", "A0,A,2023-24,1,2023-08-01,,05,10,20")
    shown = call("verify", str(made)).output
    assert "3 rows not shown: hidden, or too few students make the difference" in shown
    assert not [line for line in shown.splitlines() if line.startswith("absent ")]


def test_the_record_instead_of_its_file(call: Write, made: Path) -> None:
    error = call("verify", str(beside(made))).exception
    assert (
        isinstance(error, UsageError) and str(error) == "r.csv.meta.json is the record; name the file of results: r.csv"
    )


@pytest.mark.parametrize("text", ["{}", '{"record": 1}', "[1]", "7"])
def test_json_that_is_no_table_leaks_no_python(text: str, call: Write, project: Path) -> None:
    (project / "x.json").write_text(text, encoding="utf-8")
    error = call("verify", str(project / "x.json")).exception
    assert isinstance(error, UsageError) and "Error" not in str(error)


@pytest.mark.slow
def test_a_change_whose_record_was_changed_too(call: Write, made: Path) -> None:
    change(made, "6.0,40.0,40.0,15.0,", "6.0,40.0,40.0,14.0,")
    record = json.loads(beside(made).read_text(encoding="utf-8"))
    beside(made).write_text(json.dumps({**record, "rows": rows_of(*_cells(made))}), encoding="utf-8")
    code, found = verdict(call, made)
    assert code == 1 and about(found) == [] and len(found["rows"]["changed"]) == 1


@pytest.mark.slow
def test_rows_taken_out_copied_and_put_in(call: Write, made: Path) -> None:
    head, *rows = made.read_text(encoding="utf-8").splitlines()
    invented = rows[1].replace(",N,", ",X,")
    made.write_text("\n".join([head, *rows[1:], rows[1], invented]) + "\n", encoding="utf-8")
    code, found = verdict(call, made)
    assert code == 1 and [one["org_id"] for one in found["rows"]["new"]] == ["D"]
    assert sorted((one["org_id"], one.get("copy")) for one in found["rows"]["gone"]) == [("N", "2"), ("X", None)]


def test_a_changed_spec_is_named_with_both_versions(call: Write, project: Path, made: Path) -> None:
    text = SPEC.replace('"1.0.0"', '"2.0.0"').replace("10 * days_absent", "2 * days_absent")
    (project / "specs" / "absent.yaml").write_text(text, encoding="utf-8")
    code, found = verdict(call, made)
    assert code == 1 and about(found) == ["spec"]
    assert "version 1.0.0 then, 2.0.0 now; fingerprint" in found["differences"][0]["says"]
    assert found["rows"]["changed"] == sorted(found["rows"]["changed"], key=lambda one: -one["size"])


@pytest.mark.slow
def test_a_spec_changed_without_a_new_version(call: Write, project: Path, made: Path) -> None:
    change(project / "specs" / "absent.yaml", ">= days_expected", "> days_expected")
    code, found = verdict(call, made)
    assert code == 1 and about(found) == ["spec"] and "version 1.0.0; fingerprint" in found["differences"][0]["says"]


@pytest.mark.slow
def test_a_new_title_is_no_difference(call: Write, project: Path, made: Path) -> None:
    change(project / "specs" / "absent.yaml", "title: Absent", "title: Away")
    assert verdict(call, made)[0] == 0


@pytest.mark.slow
def test_what_few_students_make_is_not_told(call: Write, project: Path, made: Path) -> None:
    """One student fewer: the numbers then and now would tell of this one."""
    days = project / "days.csv"
    head, *rows = days.read_text(encoding="utf-8").splitlines()
    gone = next(row for row in rows if ",A,2023-24," in row)
    days.write_text("\n".join([head, *(row for row in rows if row != gone)]) + "\n", encoding="utf-8")
    code, found = verdict(call, made)
    told = [row for row in found["rows"]["changed"] if row["name"]["org_id"] == "A"]
    assert code == 1 and told and all((row["then"], row["now"]) == ("hidden", "hidden") for row in told)


@pytest.mark.slow
def test_the_strictest_minimum_of_all_that_it_is_made_of_counts(call: Write, project: Path) -> None:
    """Fifteen students fewer: more than its own policy asks for, and fewer than that of a part."""
    specs = project / "specs"
    part = SPEC.replace("indicator: absent", "indicator: part").replace("policy: ours", "policy: strict")
    (specs / "part.yaml").write_text(part, encoding="utf-8")
    strict = (specs / "policy.yaml").read_text(encoding="utf-8")
    (specs / "strict.yaml").write_text(strict.replace("policy: ours", "policy: strict").replace("10", "20"))
    head, rest = SPEC.replace("indicator: absent", "indicator: both").split("students:")
    sides = "status: {indicator: part, high: 50}, growth: {indicator: absent, high: 50}"
    measure = f"measure: {{type: quadrants, {sides}}}\norgs: plain"
    (specs / "both.yaml").write_text(head + measure + rest.split("orgs: plain")[1].replace("previous", "none"))
    for name, fewer, told in (("absent", 15, False), ("both", 15, True), ("both", 20, False)):
        write_days(project)
        out = project / f"{name}.csv"
        assert call("run", name, "--year", "2023-24", "--level", "school", "--out", str(out)).exception is None
        days = project / "days.csv"
        first, *rows = days.read_text(encoding="utf-8").splitlines()
        ours = [row for row in rows if ",A,2023-24," in row]
        days.write_text("\n".join([first, *(row for row in rows if row not in ours[:fewer])]) + "\n", encoding="utf-8")
        changed = [one for one in verdict(call, out)[1]["rows"]["changed"] if one["name"]["org_id"] == "A"]
        hidden = [(one["then"], one["now"]) == ("hidden", "hidden") for one in changed]
        assert hidden and all(hidden) == told and any(hidden) == told, (name, fewer, changed)


@pytest.mark.slow
def test_a_policy_of_another_minimum(call: Write, project: Path, made: Path) -> None:
    change(project / "specs" / "policy.yaml", "n: 10", "n: 4")
    _, found = verdict(call, made)
    assert set(about(found)) == {"spec", "policy"}
    says = next(one["says"] for one in found["differences"] if one["about"] == "policy")
    assert says == "privacy 10 then, privacy 4 now"
    shown = [row for row in found["rows"]["changed"] if row["name"]["org_id"] == "B"]
    assert shown and all((row["then"], row["now"]) == ("hidden", "hidden") for row in shown)


@pytest.mark.slow
def test_changed_data(call: Write, project: Path, made: Path) -> None:
    write_days(project, absent=7)
    code, found = verdict(call, made)
    assert code == 1 and about(found) == ["data"] and "with as many rows" in found["differences"][0]["says"]
    assert {one["name"]["org_id"] for one in found["rows"]["changed"]} == {"A", "D", "N"}


@pytest.mark.slow
def test_a_row_more(call: Write, project: Path, made: Path) -> None:
    with (project / "days.csv").open("a") as opened:
        opened.write("A99,A,2023-24,1,2023-08-01,,05,10,20,20,0\n")  # too few days to count
    code, found = verdict(call, made)
    assert code == 1 and [one["says"] for one in found["differences"]] == ["a few rows more or fewer than then"]
    assert "its rows are those of the project now" in call("verify", str(made)).output


@pytest.mark.slow
def test_a_binding_that_reads_another_column(call: Write, project: Path, made: Path) -> None:
    (project / "specs" / "binding.yaml").write_text(
        BINDING.replace("away", "{sql: CAST(away AS INTEGER)}"), encoding="utf-8"
    )
    code, found = verdict(call, made)
    assert code == 1 and about(found) == ["binding"]


@pytest.mark.slow
def test_a_copy_of_the_project_compares_without_the_key(call: Write, project: Path, made: Path) -> None:
    shutil.rmtree(project / ".metricspec")
    code, found = verdict(call, made)
    assert code == 0 and any("key of another copy" in note for note in found["notes"])
    assert not (project / ".metricspec").exists()


@pytest.mark.slow
def test_what_is_hidden_on_either_side_is_not_told(call: Write, project: Path, made: Path) -> None:
    """Somebody writes the hidden number into the file; and what is hidden now is not shown because it differs."""
    head, *rows = made.read_text(encoding="utf-8").splitlines()
    cells = rows[-1].split(",")
    assert cells[4] == "B" and cells[head.split(",").index("suppressed")] == "primary"
    cells[head.split(",").index("value")] = "33.3"
    made.write_text("\n".join([head, *rows[:-1], ",".join(cells)]) + "\n", encoding="utf-8")
    code, found = verdict(call, made)
    (row,) = found["rows"]["changed"]
    assert code == 1 and (row["then"], row["now"], row["size"]) == ("hidden", "hidden", None)
    assert "33.3" not in json.dumps(found) and "33.3" not in call("verify", str(made)).output
    change(project / "specs" / "policy.yaml", "n: 10", "n: 41")
    found = verdict(call, made)[1]
    assert all((row["then"], row["now"], row["size"]) == ("hidden", "hidden", None) for row in found["rows"]["changed"])


@pytest.mark.slow
def test_another_engine_gives_the_same(call: Write, project: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'there.sqlite'}"
    assert call("load", "org", "attendance_stint", "--warehouse", url).exception is None
    out = project / "there.parquet"
    assert call("run", "absent", "--warehouse", url, "--out", str(out)).exception is None
    code, found = verdict(call, out)
    assert code == 0 and found["notes"][0].startswith("engine: SQLite 3.") and "DuckDB" in found["notes"][0]
    assert verdict(call, out, "--warehouse", url)[0] == 0


@pytest.mark.slow
def test_a_framework_s_table(network: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.json"

    def call(*arguments: str) -> Result:
        done = CliRunner().invoke(cli, [*arguments, "--project", str(network)], standalone_mode=False)
        assert done.exception is None, done.exception
        return done

    call("framework", "core_sqii", "--year", "2024-25", "--out", str(out))
    assert json.loads(beside(out).read_text(encoding="utf-8"))["framework"]["id"] == "core_sqii"
    code, found = verdict(call, out)
    assert code == 0 and found["rows"]["file"] > 10
    rows = json.loads(out.read_text(encoding="utf-8"))
    rows[0]["weight"] = 99.0
    out.write_text(json.dumps(rows), encoding="utf-8")
    code, found = verdict(call, out)
    assert code == 1 and about(found) == ["file"] and [one["column"] for one in found["rows"]["changed"]] == ["weight"]


RECORDS = [
    "", "[]", "null", "{}", '{"record": 1}', "\ufeff{", '{"record": 2}', "[" * 5_000,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("text", RECORDS, ids=range(len(RECORDS)))
def test_a_record_that_is_none(text: str, call: Write, made: Path) -> None:
    beside(made).write_text(text, encoding="utf-8")
    assert isinstance(call("verify", str(made)).exception, UsageError)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "value"),
    [("asked", {"command": "rm", "indicators": ["absent"]}), ("asked", {"command": "run", "indicators": []}),
     ("data", {"org": {}}), ("rows", 7), ("indicators", {"absent": "1"}), ("engine", {"name": 5}), ("created", 5),
     ("asked", {"command": "run", "indicators": ["absent"], "orgs": 5})],
)  # fmt: skip
def test_a_record_of_another_shape(path: str, value: Any, call: Write, made: Path) -> None:
    record = json.loads(beside(made).read_text(encoding="utf-8"))
    beside(made).write_text(json.dumps({**record, path: value}), encoding="utf-8")
    assert isinstance(call("verify", str(made)).exception, UsageError)


def test_files_that_cannot_be_compared(call: Write, project: Path, made: Path) -> None:
    shutil.copy(made, project / "alone.csv")
    (project / "r.txt").write_text("x")
    (project / "r.parquet").write_bytes(b"PAR1 no PAR1")
    for name, said in (
        ("alone.csv", "has no record"), ("none.csv", "there is no file"), ("r.txt", "ends in"), ("r.parquet", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=said):
            raise call("verify", str(project / name)).exception or AssertionError(name)
    made.write_text("a,b\n1\n", encoding="utf-8")
    assert "cannot be read" in str(call("verify", str(made)).exception)


@pytest.mark.slow
def test_a_project_without_the_indicator(call: Write, project: Path, made: Path) -> None:
    (project / "specs" / "absent.yaml").unlink()
    assert "none of the file's indicators" in str(call("verify", str(made)).exception)


@pytest.mark.slow
def test_what_the_project_cannot_run_is_no_difference(call: Write, project: Path, made: Path) -> None:
    """A column that the binding names is gone: exit code 2, for 1 would say that numbers differ."""
    days = project / "days.csv"
    days.write_text(days.read_text().replace(",away", ",elsewhere", 1))
    done = call("verify", str(made))
    assert done.exception is None and done.return_value == 2
    assert "away" in done.stderr and done.stdout == ""


@pytest.mark.slow
def test_an_indicator_whose_data_are_not_bound_any_more(call: Write, project: Path) -> None:
    """The others are compared, and it is named."""
    shipped = load_registry().spec_folders[0] / "datasets" / "attendance_stint.yaml"
    specs = project / "specs"
    (specs / "more_days.yaml").write_text(
        shipped.read_text(encoding="utf-8").replace("dataset: attendance_stint", "dataset: more_days"), encoding="utf-8"
    )
    text = SPEC.replace("indicator: absent", "indicator: more").replace("attendance_stint", "more_days")
    (specs / "more.yaml").write_text(text, encoding="utf-8")
    (specs / "binding.yaml").write_text(BINDING + BINDING.partition("{file: org.csv}")[2].replace(
        "attendance_stint", "more_days").lstrip("\n"), encoding="utf-8")  # fmt: skip
    out = project / "both.csv"
    assert call("run", "absent", "more", "--out", str(out)).exception is None
    assert verdict(call, out)[0] == 0
    (specs / "binding.yaml").write_text(BINDING, encoding="utf-8")
    code, found = verdict(call, out)
    assert (
        code == 1 and {row["indicator"] for row in found["rows"]["gone"]} == {"more"} and found["rows"]["changed"] == []
    )
    says = [(one["name"], one["says"]) for one in found["differences"] if one["about"] == "spec"]
    assert says == [("more@1", "1.0.0 then; not run now: no such indicator, or its data are not bound")]
