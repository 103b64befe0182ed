"""`check --live`: what is wrong with a binding is found in the warehouse, and nothing of a single student is told."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from metricspec.problems import UsageError
from metricspec.running.binding import absolute
from metricspec.running.live import Checked, check_live
from metricspec.running.live_findings import Finding
from metricspec.running.loading import load
from metricspec.sql.dialects import capabilities
from metricspec.warehouse import Warehouse
from tests.cli.conftest import Command, command  # noqa: F401

from .conftest import Opened

BINDING = """\
metricspec: 1
binding: ours
title: A district's own tables
datasets:
  org:
    table: schools
    columns:
      org_id: school
      school_year: year
      org_level: level
      org_name: {none: true}
      org_type: {constant: ES}
      charter: {constant: false}
      alternative: {constant: false}
      parent_id: {none: true}
  enrollment:
    table: enrolled
    columns:
      student_id: student
      school_id: school
      school_year: {column: year, format: ending_year}
      stint_id: {constant: '1'}
      entry_date: begun
      exit_date: {none: true}
      grade: level
      enrollment_status: {constant: '10'}
      accountability_district_id: {none: true}
      race_ethnicity: race
      english_learner: {constant: false}
      long_term_english_learner: {constant: false}
      reclassified_4_years: {constant: false}
      economically_disadvantaged: lunch
      disability: {constant: false}
      foster_youth: {constant: false}
      homeless: {constant: false}
    codes:
      grade: {'1': '01', '2': '02'}
      economically_disadvantaged: {'yes': true, 'no': false}
"""
DISCIPLINE = """\
  discipline_action:
    table: actions
    columns: {action_id: number, student_id: student, school_id: school, school_year: year, action_date: day,
      action: {constant: '110'}, duration_days: days, offense: {none: true}}
"""


def tables(*, students: int = 60, **changes: str) -> list[str]:
    """A sound district; `changes` are SQL of a column of `enrolled`, of the number n of a student."""
    columns = {
        "student": "'SSID' || (7000 + n)",
        "school": "'A'",
        "year": "2025",
        "begun": "'2024-08-15'",
        "level": "'1'",
        "race": "'HI'",
        "lunch": "'yes'",
    } | changes
    chosen = ", ".join(f"{text} AS {name}" for name, text in columns.items())
    return [
        "CREATE TABLE schools (school VARCHAR(9), year VARCHAR(9), level VARCHAR(9))",
        "INSERT INTO schools VALUES ('A', '2024-25', 'school'), ('B', '2024-25', 'school')",
        "CREATE TABLE numbers (n INTEGER)",
        f"INSERT INTO numbers VALUES {', '.join(f'({n})' for n in range(students))}",
        f"CREATE TABLE enrolled AS SELECT {chosen} FROM numbers",
    ]


def project(folder: Path, binding: str) -> Path:
    (folder / "specs" / "bindings").mkdir(parents=True, exist_ok=True)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: p\nbinding: ours\nspecs: [specs]\n")
    (folder / "specs" / "bindings" / "ours.yaml").write_text(binding)
    return folder


def checked(folder: Path, binding: str, warehouse: Warehouse, sample: int | None = None) -> dict[str, Checked]:
    found = load(project(folder, binding))
    assert found.binding is not None
    bound = absolute(found.binding, found.folder)
    return {one.dataset: one for one in check_live(found.catalog, bound, warehouse, sample=sample)}


def told(one: Checked) -> list[tuple[str, str, str]]:
    return [(finding.weight, finding.problem.code, finding.problem.message) for finding in one.findings]


def only(one: Checked, code: str) -> Finding:
    found = [finding for finding in one.findings if finding.problem.code == code]
    assert len(found) == 1, told(one)
    return found[0]


def line_of(finding: Finding) -> str:
    place = finding.problem.place
    assert place.file is not None
    return Path(place.file).read_text().splitlines()[place.line - 1].strip()


def test_a_sound_binding(opened: Opened, tmp_path: Path) -> None:
    found = checked(tmp_path, BINDING, opened(tables()))
    assert [(one.dataset, one.rows, one.years) for one in found.values()] == [
        ("org", 2, ("2024-25",)),
        ("enrollment", 60, ("2024-25",)),
    ]
    assert found["enrollment"].days == ("2024-08", "2024-08")
    assert {finding.weight for one in found.values() for finding in one.findings} <= {"note"}


def test_every_missing_table_is_told_and_the_others_are_checked(opened: Opened, tmp_path: Path) -> None:
    text = BINDING.replace("table: schools", "table: shools") + DISCIPLINE
    found = checked(tmp_path, text, opened(tables(level="'9th'")))
    for dataset, line in (("org", "table: shools"), ("discipline_action", "table: actions")):
        problem = only(found[dataset], "MS514")
        assert problem.weight == "error"
        assert line_of(problem) == line
        assert found[dataset].rows is None
    assert only(found["enrollment"], "MS516").problem.message == (
        "enrollment: grade: all 60 rows hold no code of grade: '9th' (60)"
    )


def test_a_missing_column_has_a_suggestion(opened: Opened, tmp_path: Path) -> None:
    text = BINDING.replace("race_ethnicity: race", "race_ethnicity: rase").replace("grade: level", "grade: levl")
    found = checked(tmp_path, text, opened(tables(race="'??'")))["enrollment"]
    assert [code for _, code, _ in told(found) if code] == ["MS513", "MS513"]
    assert {line_of(one) for one in found.findings if one.problem.code == "MS513"} == {
        "grade: levl",
        "race_ethnicity: rase",
    }
    assert any("'race'" in one.problem.hint for one in found.findings)
    assert found.rows == 60


def test_a_column_of_where_that_is_missing(opened: Opened, tmp_path: Path) -> None:
    text = BINDING.replace("    table: enrolled\n", "    table: enrolled\n    where: deleted = 0\n")
    found = checked(tmp_path, text, opened(tables()))["enrollment"]
    problem = only(found, "MS513")
    assert "'deleted'" in problem.problem.message
    assert line_of(problem) == "where: deleted = 0"
    assert found.rows is None


def test_everything_that_a_query_lacks(opened: Opened, tmp_path: Path) -> None:
    query = "SELECT e.*, e.nix AS a, r.b FROM enrolled AS e JOIN races AS r ON r.n = e.student JOIN homes AS h ON h.n = e.no"
    found = checked(tmp_path, BINDING.replace("table: enrolled", f"sql: {query}"), opened(tables()))
    messages = [message for _, code, message in told(found["enrollment"]) if code == "MS514"]
    assert sorted(messages) == [
        "enrollment: the table enrolled has no column 'nix'",
        "enrollment: the table enrolled has no column 'no'",
        "enrollment: the table homes cannot be read",
        "enrollment: the table races cannot be read",
    ]
    assert found["org"].rows == 2


def test_codes_of_few_rows_are_not_shown(opened: Opened, tmp_path: Path) -> None:
    race = "CASE WHEN n < 12 THEN 'Klingon' WHEN n < 16 THEN 'Maria Lopez' ELSE 'HI' END"
    found = checked(tmp_path, BINDING, opened(tables(race=race)))["enrollment"]
    assert only(found, "MS516").problem.message == (
        "enrollment: race_ethnicity: 16 rows (26.7%) hold no code of race_ethnicity: 'Klingon' (12)"
    )
    race = "CASE WHEN n < 9 THEN 'Maria Lopez' ELSE 'HI' END"
    found = checked(tmp_path, BINDING, opened(tables(race=race)))["enrollment"]
    assert only(found, "MS516").problem.message == (
        "enrollment: race_ethnicity: fewer than 10 rows hold no code of race_ethnicity; no such value has 10 rows"
    )


def test_at_most_ten_values_are_shown(opened: Opened, tmp_path: Path) -> None:
    found = checked(tmp_path, BINDING, opened(tables(students=150, race="'Z' || n % 12")))["enrollment"]
    message = only(found, "MS516").problem.message
    assert message.count("'Z") == 10
    assert message.startswith("enrollment: race_ethnicity: all 150 rows hold no code of race_ethnicity: 'Z0' (13)")


def test_a_flag_with_a_map_has_codes_too(opened: Opened, tmp_path: Path) -> None:
    lunch = "CASE WHEN n < 20 THEN 'Direct' WHEN n < 30 THEN NULL ELSE 'no' END"
    found = checked(tmp_path, BINDING, opened(tables(lunch=lunch)))["enrollment"]
    problem = only(found, "MS515")
    assert problem.problem.message == (
        "enrollment: economically_disadvantaged: 20 rows (33.3%) cannot be read as boolean: 'Direct' (20)"
    )
    assert line_of(problem) == "economically_disadvantaged: {'yes': true, 'no': false}"
    assert "economically_disadvantaged 30 rows" not in str(told(found))  # those that cannot be read are told once


def test_values_that_cannot_be_read_are_counted_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in tables(begun="CASE WHEN n < 15 THEN '31.08.2024' ELSE '2024-08-15' END"):
            connection.execute(statement)
    from metricspec.warehouses.duckdb import DuckDB

    with DuckDB(str(path)) as warehouse:
        found = checked(tmp_path, BINDING, warehouse)["enrollment"]
    assert only(found, "MS515").problem.message == "enrollment: entry_date: 15 rows (25.0%) cannot be read as date"
    assert "31.08" not in str(told(found))


@pytest.mark.postgres
def test_an_engine_that_stops_at_a_value(server: str, tmp_path: Path) -> None:
    """The binding's own cast has no NULL for what cannot be read: the column is named, the value is not, and the rest is
    counted."""
    import psycopg

    from metricspec.warehouses.connect import connect

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        for statement in tables(begun="CASE WHEN n = 3 THEN '2024-02-31' ELSE '2024-08-15' END", race="'Klingon'"):
            connection.execute(statement)
    binding = BINDING.replace("entry_date: begun", "entry_date: {sql: CAST(begun AS DATE)}")
    with connect(server) as warehouse:
        found = checked(tmp_path, binding, warehouse)["enrollment"]
    stopped = only(found, "MS515")
    assert stopped.weight == "error"
    assert line_of(stopped).startswith("entry_date:")
    assert only(found, "MS516").problem.message.endswith("'Klingon' (60)")
    assert found.rows == 60
    assert "02-31" not in str(told(found))


def test_rows_that_are_there_twice(opened: Opened, tmp_path: Path) -> None:
    """They stop a run where they are of an org; those of students are counted once, so they are a warning."""
    given = tables(student="'SSID' || CAST(FLOOR(n / 2) AS INTEGER)")
    given.append("INSERT INTO schools VALUES ('A', '2024-25', 'school')")
    found = checked(tmp_path, BINDING, opened(given))
    student, org = only(found["enrollment"], "MS512"), only(found["org"], "MS512")
    assert (student.weight, org.weight) == ("warning", "error")
    assert student.problem.message.startswith("enrollment: 30 rows (50.0%) are there twice")
    assert org.problem.message.startswith("org: fewer than 10 rows are there twice")


def test_rows_of_schools_that_org_lacks(opened: Opened, tmp_path: Path) -> None:
    found = checked(tmp_path, BINDING, opened(tables(school="CASE WHEN n < 20 THEN '0A' ELSE 'B' END")))["enrollment"]
    problem = only(found, "MS517")
    assert problem.weight == "warning"
    assert "school_id: 20 rows (33.3%) are of a school and year that org lacks" in problem.problem.message
    assert line_of(problem) == "school_id: school"


def test_what_must_not_be_missing(opened: Opened, tmp_path: Path) -> None:
    found = checked(tmp_path, BINDING, opened(tables(student="CASE WHEN n < 30 THEN 'S' || n END")))["enrollment"]
    problem = only(found, "MS510")
    assert problem.weight == "error"
    assert problem.problem.message.startswith("enrollment: student_id: 30 rows (50.0%) have none that can be read")


def test_what_is_always_empty(opened: Opened, tmp_path: Path) -> None:
    given = tables(race="CAST(NULL AS VARCHAR(9))")
    problem = only(checked(tmp_path, BINDING, opened(given))["enrollment"], "MS518")
    assert (problem.weight, problem.problem.message) == ("warning", "enrollment: race_ethnicity is empty in all rows")
    found = checked(tmp_path, BINDING, opened([*tables(), "DELETE FROM enrolled"]))["enrollment"]
    assert only(found, "MS518").problem.message == "enrollment: it has no rows"


def test_empty_cells_are_told_with_what_they_mean(opened: Opened, tmp_path: Path) -> None:
    found = checked(tmp_path, BINDING, opened(tables(lunch="CASE WHEN n < 20 THEN 'yes' END")))["enrollment"]
    notes = [message for weight, _, message in told(found) if weight == "note"]
    assert "enrollment: empty cells: economically_disadvantaged 40 (66.7%), taken as no" in notes
    assert any("codes that no row has: grade " in note for note in notes)


def test_a_year_that_is_none(opened: Opened, tmp_path: Path) -> None:
    text = BINDING.replace("{column: year, format: ending_year}", "year")
    found = checked(tmp_path, text, opened(tables(year="'2025'")))["enrollment"]
    problem = only(found, "MS519")
    assert problem.problem.message == "enrollment: school_year: 60 rows hold no school year: '2025'"
    assert line_of(problem) == "school_year: year"
    assert found.years == ()


def test_a_sample_is_said_to_be_one(tmp_path: Path, command: Command) -> None:  # noqa: F811
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in tables(students=500, race="'Klingon'"):
            connection.execute(statement)
    folder = project(tmp_path / "p", BINDING)
    code, out, _ = command("check", "--live", "--sample", 100, "--project", folder, "--warehouse", f"duckdb:///{path}")
    assert code == 0
    assert "a sample of 100 rows" in out
    assert "all 100 rows hold no code of race_ethnicity: 'Klingon' (500)" in out.replace("\n", " ").replace("    ", "")


def test_an_engine_that_cannot_sample(opened: Opened, tmp_path: Path) -> None:
    warehouse = opened(tables())
    if capabilities(warehouse.dialect).samples:
        assert checked(tmp_path, BINDING, warehouse, sample=100)["enrollment"].rows == 60
        return
    with pytest.raises(UsageError, match="takes no sample of rows"):
        checked(tmp_path, BINDING, warehouse, sample=100)


@pytest.fixture
def at_fault(tmp_path: Path) -> tuple[Path, str]:
    """A project with two faults, and its warehouse."""
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in tables(level="'9th'"):
            connection.execute(statement)
    return project(tmp_path / "p", BINDING.replace("table: schools", "table: shools")), f"duckdb:///{path}"


def test_the_report(at_fault: tuple[Path, str], command: Command) -> None:  # noqa: F811
    folder, warehouse = at_fault
    code, out, err = command("check", "--live", "--project", folder, "--warehouse", warehouse)
    assert code == 1
    flat = " ".join(out.split())
    assert "org the table shools" in flat
    assert "enrollment the table enrolled, 60 rows, 2024-25, dates 2024-08 to 2024-08" in flat
    assert flat.index("grade: all 60 rows") < flat.index("codes that no row has")  # by weight
    assert "ours.yaml:6:5" in flat.replace(" ", "")
    assert "2 datasets checked: 1 problem, 1 warning" in err
    assert "SSID" not in out + err


def test_the_exit_code_is_0_where_all_is_well(tmp_path: Path, command: Command) -> None:  # noqa: F811
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in tables():
            connection.execute(statement)
    folder = project(tmp_path / "p", BINDING)
    code, out, err = command("check", "--live", "--project", folder, "--warehouse", f"duckdb:///{path}")
    assert (code, out.count("✓ fits")) == (0, 2)
    assert "2 datasets checked: no problems" in err


def test_what_is_wrong_with_a_plugin_is_told_once(at_fault: tuple[Path, str], command: Command) -> None:  # noqa: F811
    folder, warehouse = at_fault
    with (folder / "metricspec.yaml").open("a", encoding="utf-8") as handle:
        handle.write("plugins: {metricspec-nowhere: '>=1'}\n")
    code, out, err = command("check", "--live", "--project", folder, "--warehouse", warehouse)
    assert code == 1 and out.count("MS704") == 1 and "MS704" not in err


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_other_programs_read_the_same_problems(
    form: str,
    at_fault: tuple[Path, str],
    command: Command,  # noqa: F811
) -> None:
    folder, warehouse = at_fault
    code, out, _ = command("check", "--live", "--project", folder, "--warehouse", warehouse, "--format", form)
    assert code == 1
    if form == "github":
        found = {line.split("title=")[1][:5] for line in out.splitlines() if "ours.yaml" in line}
    elif form == "json":
        found = {one["code"] for one in json.loads(out)}
    else:
        found = {one["ruleId"] for one in json.loads(out)["runs"][0]["results"]}
    assert {"MS514", "MS516"} <= found
    assert "SSID" not in out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--sample", "200"], "--sample and --binding go with --live"),
        (["--binding", "demo"], "--sample and --binding go with --live"),
        (["--live", "."], "leave out the files"),
    ],
)
def test_what_does_not_go_together(given: list[str], said: str, command: Command) -> None:  # noqa: F811
    code, _, err = command("check", *given)
    assert code == 2
    assert said in err
