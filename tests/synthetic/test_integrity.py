"""Rows refer to each other as the datasets promise."""

from pathlib import Path

import pytest
import yaml

from metricspec.synthetic import Network

from .conftest import Ask

SPECS = Path(__file__).parents[2] / "specs"
DATASETS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((SPECS / "datasets").glob("*.yaml"))
    if path.stem not in ("dashboard_published", "local_indicator")  # no made-up students stand behind these
}
TYPES = {
    "string": "VARCHAR",
    "code": "VARCHAR",
    "school_year": "VARCHAR",
    "integer": "INTEGER",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "decimal": "DECIMAL(9,2)",
}
STUDENT_DATASETS = sorted(DATASETS.keys() - {"org", "org_program"})


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_columns_and_types_are_the_datasets(dataset: str, ask: Ask) -> None:
    described = {row[0]: row[1] for row in ask(f"describe {dataset}")}
    wanted = {name: TYPES[column["type"]] for name, column in DATASETS[dataset]["columns"].items()}
    assert described == wanted


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_codes_are_known(dataset: str, ask: Ask) -> None:
    for name, column in DATASETS[dataset]["columns"].items():
        if column["type"] == "code":
            document = yaml.safe_load((SPECS / "codes" / f"{column['codes']}.yaml").read_text(encoding="utf-8"))
            found = {row[0] for row in ask(f"select distinct {name} from {dataset} where {name} is not null")}
            assert found, name
            assert found <= {str(code) for code in document["values"]}, name


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_columns_that_may_not_be_missing_are_not(dataset: str, ask: Ask) -> None:
    required = [name for name, column in DATASETS[dataset]["columns"].items() if column.get("missing") == "error"]
    assert required
    anywhere = " or ".join(f"{name} is null" for name in required)
    assert ask(f"select count(*) from {dataset} where {anywhere}") == [(0,)]


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_grain_is_unique(dataset: str, ask: Ask, small: Network) -> None:
    grain = ", ".join(DATASETS[dataset]["grain"])
    assert small.counts[dataset] > 0
    assert ask(f"select count(*) from (select {grain} from {dataset} group by all)") == [(small.counts[dataset],)]


@pytest.mark.parametrize("dataset", STUDENT_DATASETS)
def test_schools_exist_in_the_year(dataset: str, ask: Ask) -> None:
    lost = ask(
        f"""select count(*) from {dataset} d anti join
            (select org_id, school_year from org where org_level = 'school') o
            on o.org_id = d.school_id and o.school_year = d.school_year"""
    )
    assert lost == [(0,)]


def test_parents_exist(ask: Ask) -> None:
    pairs = ask(
        """select c.org_level, p.org_level, count(*) > 0 from org c
           left join org p on p.org_id = c.parent_id and p.school_year = c.school_year
           group by all order by all"""
    )
    assert pairs == [("district", "network", True), ("network", None, True), ("school", "district", True)]


def test_ids_are_fourteen_digits_and_begin_with_no_county(ask: Ask) -> None:
    assert ask(
        r"""select count(*) from org where org_level <> 'network'
            and not regexp_matches(org_id, '^00\d{12}$')"""
    ) == [(0,)]
    assert ask(
        """select count(*) from org s join org d on d.org_id = s.parent_id and d.school_year = s.school_year
           where s.org_level = 'school' and left(s.org_id, 7) <> left(d.org_id, 7)"""
    ) == [(0,)]


def test_accountability_districts_are_other_districts(ask: Ask) -> None:
    rows = ask(
        """select d.org_level, s.parent_id = d.org_id, a.disability, count(*) > 0
           from attendance_stint a join org s on s.org_id = a.school_id and s.school_year = a.school_year
           left join org d on d.org_id = a.accountability_district_id and d.school_year = a.school_year
           semi join (select student_id, school_year from attendance_stint group by all having count(*) = 1) e
             on e.student_id = a.student_id and e.school_year = a.school_year
           where a.accountability_district_id is not null group by all"""
    )
    assert rows == [("district", False, True, True)]


def test_scores_follow_students_into_the_next_year(ask: Ask) -> None:
    rows = ask(
        """select count(*), count(*) filter (where b.prior_same is distinct from
                  case when a.valid_score and a.test = 'SB' then a.scale_score end)
           from assessment a join assessment b
             on b.student_id = a.student_id and b.subject = a.subject
            and left(b.school_year, 4)::int = left(a.school_year, 4)::int + 1
            and b.grade::int = a.grade::int + 1 and b.grade in ('04', '05', '06', '07', '08')"""
    )
    assert rows[0][0] > 500
    assert rows[0][1] == 0
